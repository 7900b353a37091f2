// Elements from plain descriptions, patched in place. A node that is still wanted stays the same node, and keeps its
// focus, its selection, its scroll position and what was typed into it. Text is only ever set as text.

const h = (tag, props, ...children) => ({
  tag,
  props: props || {},
  children: children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""),
});

const memory = new WeakMap();

// What a page would obey inside a text: control characters, and what turns the direction of all that follows. Python
// shows the same signs (workbench/shown.py).
const OBEYED = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const SAID = new Set(["title", "aria-label", "placeholder"]);

function sign(letter) {
  const code = letter.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

const shown = (text) => String(text).replace(OBEYED, sign);

function keyOf(item, place) {
  if (typeof item === "object") return item.props.key === undefined ? `${item.tag}-${place}` : `key-${item.props.key}`;
  return `text-${place}`;
}

function patch(parent, wanted) {
  const found = new Map();
  for (const node of [...parent.childNodes]) {
    const known = memory.get(node);
    if (known) found.set(known.key, node);
    else node.remove();
  }
  const seen = {};
  const nodes = wanted.map((item) => {
    const kind = typeof item === "object" ? item.tag : "text";
    seen[kind] = (seen[kind] || 0) + 1;
    const key = keyOf(item, seen[kind]);
    const node = found.get(key) || create(item, key);
    found.delete(key);
    return node;
  });
  for (const node of found.values()) node.remove();
  nodes.forEach((node, index) => {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] || null);
    update(node, wanted[index]);
  });
}

function create(item, key) {
  const node = typeof item === "object" ? document.createElement(item.tag) : document.createTextNode(shown(item));
  memory.set(node, { key, props: {} });
  return node;
}

function update(node, item) {
  if (typeof item !== "object") {
    const text = shown(item);
    if (text === node.data) return;
    // Appending leaves a selection in the text that was there.
    if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
    else node.data = text;
    return;
  }
  const known = memory.get(node);
  for (const name of Object.keys(known.props)) if (!(name in item.props)) assign(node, name, null);
  if (item.tag !== "select") setAll(node, item.props, known.props);
  patch(node, item.children);
  // A select has its options by now, so that its value can be chosen among them.
  if (item.tag === "select") setAll(node, item.props, known.props);
  known.props = item.props;
}

function setAll(node, props, before) {
  for (const [name, value] of Object.entries(props)) {
    // What a person typed or ticked stays until the wanted value itself changes.
    if (name !== "key" && (value !== before[name] || name === "checked")) assign(node, name, value);
  }
}

function assign(node, name, value) {
  const none = value === null || value === undefined || value === false;
  if (name === "style") for (const [key, part] of Object.entries(value || {})) node.style.setProperty(key, part);
  else if (name.startsWith("on")) listen(node, name.slice(2), value);
  else if (name === "checked") node.checked = Boolean(value);
  else if (name === "value") node.value = none ? "" : value;
  else if (none) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : SAID.has(name) ? shown(value) : value);
}

// One listener for each kind of event, which calls the handler of the latest drawing.
function listen(node, kind, handler) {
  const known = memory.get(node);
  known.handlers = known.handlers || {};
  if (!(kind in known.handlers)) node.addEventListener(kind, (event) => known.handlers[kind] && known.handlers[kind](event));
  known.handlers[kind] = handler;
}

// What a form does: JupyterLab keeps Enter from sending one, so that key is listened to here.
function sends(submit) {
  const enter = (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.isComposing) submit(event);
  };
  return { onsubmit: submit, onkeydown: enter };
}

// JupyterLab listens to single keys over the whole notebook (Enter, arrows, "d d"): inside a panel they are the
// panel's. With Ctrl or Cmd they stay JupyterLab's, so that saving works from everywhere.
function ownKeys(root) {
  const listen = (event) => {
    if (!root.contains(event.target)) return;
    const theirs = (event.ctrlKey || event.metaKey) && event.key !== "Enter";
    root.toggleAttribute("data-lm-suppress-shortcuts", !theirs);
  };
  window.addEventListener("keydown", listen, true);
  return () => window.removeEventListener("keydown", listen, true);
}

// One panel: `draw(state, ui, act)` gives the children of the root, `ui` is what only this view knows (what is
// unfolded), `act(message)` tells Python, `redraw()` draws again after `ui` has changed.
function mount({ model, el }, name, ui, draw, after) {
  const root = document.createElement("div");
  root.className = `wb-live ${name}`;
  el.append(root);
  const act = (message) => {
    // Light at once; the kernel's word follows and may correct it.
    if (message.do === "focus") model.set("focus", message.rank);
    model.send(message);
  };
  const redraw = () => {
    patch(root, h("div", {}, draw(model.get("state"), ui, act, redraw, model)).children);
    if (after) after(root, ui);
  };
  model.on("change:state change:focus", redraw);
  heard(model);
  const release = ownKeys(root);
  redraw();
  // Whatever depends on the width is worked out once there is one, and again when it changes.
  const sized = new ResizeObserver(() => after && after(root, ui));
  sized.observe(root);
  return () => {
    sized.disconnect();
    model.off("change:state change:focus", redraw);
    release();
  };
}
