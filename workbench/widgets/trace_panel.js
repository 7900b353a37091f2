// The trace, a page at a time, beside the list that answers "why was this one not found?".

function sorter(column, name, state, act) {
  const on = state.sort === column;
  return h("th", { scope: "col", key: column, class: "wb-number", "aria-sort": on ? "ascending" : null },
    h("button", { type: "button", class: on ? "on" : null, title: `Sort by ${name}`, onclick: () => act({ do: "sort", column }) }, name, on ? " ↓" : ""));
}

const cell = (one, at) => h("td", { class: "wb-number", key: `cell${at}` }, one.score, one.rank ? h("span", { class: "place", title: "Its rank by this score" }, ` #${one.rank}`) : null);

function row(one, act) {
  return h("tr", { key: one.id, class: one.passage ? "kept" : null },
    h("td", { class: "wb-number" }, String(one.rank)), one.cells.map(cell),
    h("td", { class: "name" }, h("button", { type: "button", class: "wb-link", title: `Show ${one.id}`, onclick: () => act({ do: "open", chunk: one.id }) }, one.name), h("span", { class: "where" }, ` · ${one.place}`)),
    h("td", { class: one.passage ? "wb-ok" : "wb-note" }, one.why));
}

function pages(state, act) {
  const turn = (label, to, text) => h("button", { type: "button", class: "wb-button", "aria-label": label, disabled: to < 0 || to >= state.pages, onclick: () => act({ do: "page", number: to }) }, text);
  return h("div", { class: "pages", key: "pages" }, h("span", { class: "wb-note", role: "status" }, state.count),
    state.pages > 1 ? [turn("Page before", state.page - 1, "‹"), turn("Next page", state.page + 1, "›")] : null);
}

function table(state, act) {
  return h("div", { class: "left", key: "left" },
    h("p", { class: "wb-note", key: "what" }, "“", state.question, "” · passages by ", state.score_name, " · # is the rank by each score"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Trace", key: "scroll" },
      h("table", { class: "wb-table" },
        h("thead", {}, h("tr", {}, state.heads.map(([column, name]) => sorter(column, name, state, act)), h("th", { scope: "col", key: "name" }, "passage"), h("th", { scope: "col", key: "why" }, "what became of it"))),
        h("tbody", {}, state.rows.map((one) => row(one, act))))),
    pages(state, act));
}

function explained(why) {
  return h("div", { class: "explained", key: "explained", role: "status" }, h("b", {}, why.chunk), h("p", {}, why.sentence),
    why.standings.length ? h("ul", { class: "standings" }, why.standings.map((one) => h("li", {}, h("span", { class: "place" }, one.name), h("span", {}, `${one.score} · ${one.rank === "not ranked" ? one.rank : `rank ${one.rank}`}`)))) : null);
}

function asking(state, ui, act) {
  const type = (event) => {
    clearTimeout(ui.timer);
    const words = event.target.value;
    ui.timer = setTimeout(() => act({ do: "filter", words }), 300);
  };
  return h("div", { class: "right", key: "right" },
    h("label", { class: "title", for: `${ui.id}-find` }, "Why was this one not found?"),
    h("input", { class: "wb-field", id: `${ui.id}-find`, type: "search", value: state.words, placeholder: "words of its text or id", autocomplete: "off", oninput: type }),
    state.why ? explained(state.why) : null,
    h("ul", { class: "list", key: "list", "aria-label": state.words ? "Chunks that hold the words" : "The best that were not found" }, state.candidates.map((one) =>
      h("li", { key: one.id }, h("button", { type: "button", class: "row", "aria-pressed": String(Boolean(state.why) && state.why.chunk === one.id), onclick: () => act({ do: "why", chunk: one.id }) },
        h("b", {}, one.name), h("span", { class: "wb-note" }, ` ${one.place}`))))),
    state.candidates.length ? null : h("p", { class: "wb-note", key: "none" }, state.words ? "No chunk holds these words." : "Every chunk was found."));
}

function draw(state, ui, act) {
  if (state.empty) return [h("p", { class: "quiet" }, state.empty)];
  return [
    state.problem ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null,
    h("div", { class: "both", key: "both" }, table(state, act), asking(state, ui, act)),
  ];
}

export default { render: (context) => mount(context, "wb-trace", { id: `wb-${Math.random().toString(36).slice(2)}`, timer: 0 }, draw) };
