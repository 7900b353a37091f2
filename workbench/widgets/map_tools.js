// Under the map: what is pointed at, a threshold, and folded away: go to a chunk, UMAP's settings, saving.

function pointed(state, act) {
  const at = state.pointed;
  if (!at) return h("p", { class: "pointed wb-note", key: "pointed" }, state.drawn ? "Point at the map to read a passage; click to open it, Shift+click to select it." : "");
  const button = (text, message, hint) => h("button", { type: "button", class: "wb-chip", title: hint, key: text, onclick: () => act({ ...message, chunk: at.id }) }, text);
  return h("div", { class: "pointed", key: "pointed" },
    h("p", { class: "line" }, h("b", {}, at.name), " ", h("span", { class: "wb-note" }, at.text)),
    h("div", { class: "wb-row does" },
      button(at.selected ? "Selected" : "Select", { do: "select" }, "Add this chunk to the selection"),
      button("Select its neighbours", { do: "near" }, "Select it with the ten chunks nearest to it in truth"),
      button("Similarity from here", { do: "from" }, "Colour all others by their true similarity to this chunk")));
}

// In whole steps, so that the browser rounds nothing. JupyterLab would take the arrow keys of whatever is no text field,
// and it asks the element itself before those around it.
function threshold(slider, act) {
  if (!slider) return null;
  const last = Math.round((slider.high - slider.low) / slider.step) || 1;
  const at = slider.value === null ? 0 : Math.round((slider.value - slider.low) / slider.step);
  const set = (event) => {
    const steps = Number(event.target.value);
    act({ do: "similar_from", value: steps === last ? slider.high : slider.low + steps * slider.step });
  };
  return h("div", { class: "wb-row threshold", key: "threshold" },
    h("label", { class: "wb-label wb-grow" }, "Show from",
      h("input", { type: "range", class: "wb-grow", min: "0", max: String(last), step: "1", value: String(at), "aria-valuetext": slider.text, "data-lm-suppress-shortcuts": true, onchange: set })),
    h("output", { class: "wb-note" }, slider.text),
    slider.value === null ? null : h("button", { type: "button", class: "wb-chip", onclick: () => act({ do: "similar_from", value: null }) }, "All"));
}

function goto(state, act) {
  const submit = (event) => {
    event.preventDefault();
    act({ do: "find", words: event.currentTarget.elements.words.value });
  };
  return h("div", { class: "goto", key: "goto" },
    h("form", { class: "wb-row", ...sends(submit) },
      h("label", { class: "wb-label wb-grow" }, "Go to chunk",
        h("input", { class: "wb-field wb-grow", name: "words", placeholder: "id, or words in its text", autocomplete: "off", spellcheck: "false" })),
      h("button", { type: "submit", class: "wb-chip" }, "Find")),
    state.found.count ? h("p", { class: "wb-note", role: "status" }, state.found.count) : null,
    state.found.rows.length ? h("ul", { class: "found" }, state.found.rows.map((row) => h("li", { key: row.id },
      h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "open", chunk: row.id }) }, row.name)))) : null);
}

function layout(state, act) {
  const set = state.layout;
  const submit = (event) => {
    event.preventDefault();
    const { n, d, s } = event.currentTarget.elements;
    act({ do: "lay_out", n_neighbors: Number(n.value), min_dist: Number(d.value), seed: Number(s.value) });
  };
  const number = (name, label, value, low, high, step, hint) => h("label", { class: "wb-label", key: name, title: hint }, label,
    h("input", { class: "wb-field number", type: "number", name, value: String(value), min: String(low), max: high === null ? null : String(high), step: String(step) }));
  return h("form", { class: "wb-row layout", key: "layout", ...sends(submit) },
    number("n", "Neighbours", set.n_neighbors, 2, set.most, 1, "n_neighbors: how large a neighbourhood UMAP keeps; small shows detail, large the whole"),
    number("d", "Spread", set.min_dist, 0, 1, 0.01, "min_dist: how tight points may lie"),
    number("s", "Seed", set.seed, 0, null, 1, "The same seed gives the same map"),
    state.running
      ? h("button", { type: "button", class: "wb-chip", key: "stop", onclick: () => act({ do: "stop" }) }, "Stop")
      : h("button", { type: "submit", class: "wb-chip", key: "go", title: "With the same settings every point may move; with others, a picture that was made before comes back" },
        state.placed ? `Lay out anew with the ${state.placed.toLocaleString("en")} that came later` : "Lay out"),
    state.running ? h("span", { class: "wb-note", role: "status", key: "run" }, `${state.running} …`) : null);
}

function saving(state, act) {
  return h("div", { class: "wb-row", key: "save" }, h("span", { class: "wb-note" }, "Save the map as"),
    [["png", "PNG"], ["svg", "SVG"], ["html", "HTML page"]].map(([kind, name]) => h("button", {
      type: "button", class: "wb-chip", key: kind, disabled: !state.drawn, onclick: () => act({ do: "save", kind }),
    }, name)));
}

function draw(state, ui, act, redraw) {
  const fold = () => {
    ui.open = !ui.open;
    redraw();
  };
  return [
    pointed(state, act),
    threshold(state.slider, act),
    state.problem ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null,
    h("button", { type: "button", class: "wb-link tools", key: "tools", "aria-expanded": String(ui.open), onclick: fold }, ui.open ? "Fewer tools" : "Go to a chunk, lay out, save"),
    ui.open ? h("div", { class: "wb-settings folded", key: "folded" }, goto(state, act), layout(state, act), saving(state, act)) : null,
  ].filter(Boolean);
}

// A file that Python made: handed to the browser as a download.
function downloads(model) {
  const save = (message, buffers) => {
    if (!message?.download) return;
    const address = URL.createObjectURL(new Blob(buffers, { type: message.kind }));
    const link = document.createElement("a");
    link.href = address;
    link.download = message.download;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
  model.on("msg:custom", save);
  return () => model.off("msg:custom", save);
}

function render(context) {
  const stop = downloads(context.model);
  const close = mount(context, "wb-tools", { open: false }, draw);
  return () => {
    stop();
    close();
  };
}

export default { render };
