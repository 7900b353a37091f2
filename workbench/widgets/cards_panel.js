// The passages: cards that light with the map and the answer, folded to three lines.

const run = (piece) => {
  const text = piece.b ? h("b", {}, piece.t) : piece.t;
  return piece.m ? h("mark", {}, text) : text;
};

function text(card, ui) {
  const open = ui.open.has(card.id);
  const pieces = open ? card.runs : card.runs.slice(card.from);
  return h("p", { class: `text${open ? " open" : ""}`, key: "text" }, !open && card.from ? "…" : null, pieces.map(run));
}

const neighbour = (label, words, end) => h("div", { class: "beside", key: label }, h("b", {}, label), h("p", {}, words || end));

function toggle(set, id, redraw) {
  if (set.has(id)) set.delete(id);
  else set.add(id);
  redraw();
}

function links(card, ui, act, redraw) {
  const open = ui.open.has(card.id);
  const copies = ui.copies.has(card.id);
  return h("div", { class: "links", key: "links" },
    h("button", { type: "button", class: "wb-link fold", "aria-expanded": String(open), "data-from": card.from, onclick: () => toggle(ui.open, card.id, redraw) }, open ? "Show less" : "Show all"),
    h("button", { type: "button", class: "wb-link", "aria-expanded": String(Boolean(card.around)), onclick: () => act({ do: "around", chunk: card.id }) },
      card.around ? "Hide the passages around it" : "In its document"),
    h("button", { type: "button", class: "wb-link like", title: "Search with this passage itself", onclick: () => act({ do: "like", chunk: card.id }) }, "More like this"),
    card.copied ? h("button", { type: "button", class: "wb-link copies", "aria-expanded": String(copies), onclick: () => toggle(ui.copies, card.id, redraw) },
      `and ${card.copied} ${card.copied === 1 ? "copy" : "copies"}`) : null);
}

function copied(card, ui, act) {
  if (!card.copied || !ui.copies.has(card.id)) return null;
  const more = card.copied - card.copies.length;
  return h("div", { class: "beside", key: "copies" }, h("b", {}, "Says the same"),
    h("div", { class: "list" }, card.copies.map((id) => h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "open", chunk: id }) }, id)), more > 0 ? h("span", {}, `and ${more} more`) : null));
}

function header(card, state, opened, act) {
  const kind = { cited: "cited", "no room left": "out" }[card.tag] || "";
  const name = `${state.score_name} ${card.score}`;
  return h("header", { key: "header" },
    h("span", { class: "from", title: `${card.name} · ${card.place}` }, h("b", {}, card.name), ` · ${card.place}`),
    card.score ? h("span", { class: "score", title: card.why || null },
      h("span", { class: "bar", "aria-hidden": "true" }, h("i", { style: { width: `${card.bar * 100}%` } })), name,
      card.margin ? h("span", { class: "margin", title: "So much more than the next passage" }, `+${card.margin}`) : null) : null,
    h("em", { class: `tag ${kind}` }, card.tag),
    opened ? h("button", { type: "button", class: "wb-link", "aria-label": "Close the passage from the map", onclick: () => act({ do: "shut" }) }, "Close") : null);
}

function article(card, state, ui, act, redraw, lit, opened) {
  const light = () => act({ do: "focus", rank: card.rank });
  const dark = () => act({ do: "focus", rank: 0 });
  const out = card.tag === "no room left" ? " out" : "";
  return h("article", {
    key: opened ? "opened" : card.id, class: `wb-card${opened ? " opened" : ""}${!opened && lit === card.rank ? " lit" : ""}${out}`,
    "data-rank": opened ? null : card.rank, tabindex: opened ? null : "0",
    "aria-label": opened ? `From the map: ${card.name}` : `Passage ${card.rank}: ${card.name}, ${state.score_name} ${card.score}, ${card.tag}`,
    onmouseenter: opened ? null : light, onmouseleave: opened ? null : dark,
    onfocusin: opened ? null : light, onfocusout: opened ? null : dark,
  },
    h("span", { class: "rank", key: "rank", "aria-hidden": "true", title: opened && card.rank ? `Number ${card.rank} of all` : null }, opened && !card.rank ? "·" : String(card.rank)),
    h("div", { class: "inside", key: "inside" },
      header(card, state, opened, act),
      card.flag ? h("p", { class: "wb-note wb-warn", key: "flag" }, `This passage ${card.flag}: it is quoted to the language model, not obeyed.`) : null,
      card.around ? neighbour("Before it", card.around.before, "Nothing: the document begins with this passage.") : null,
      text(card, ui),
      card.around ? neighbour("After it", card.around.after, "Nothing: the document ends with this passage.") : null,
      opened && card.why ? h("p", { class: "wb-note", key: "why" }, card.why) : null,
      links(card, ui, act, redraw),
      copied(card, ui, act)));
}

function draw(state, ui, act, redraw, model) {
  const lit = model.get("focus");
  return [
    state.note ? h("p", { class: "wb-note wb-warn", key: "note" }, state.note) : null,
    state.problem ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null,
    state.opened ? article(state.opened, state, ui, act, redraw, lit, true) : null,
    ...state.cards.map((card) => article(card, state, ui, act, redraw, lit, false)),
    state.empty ? h("p", { class: "quiet", key: "empty" }, state.empty) : null,
  ];
}

// "Show all" only where something is hidden, which depends on the width.
function foldable(root) {
  for (const card of root.querySelectorAll(".wb-card")) {
    const words = card.querySelector("p.text");
    const button = card.querySelector("button.fold");
    const hides = words.scrollHeight > words.clientHeight + 1 || button.dataset.from !== "0";
    button.hidden = !hides && !words.classList.contains("open");
  }
}

export default { render: (context) => mount(context, "wb-cards", { open: new Set(), copies: new Set() }, draw, foldable) };
