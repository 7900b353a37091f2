// All that explains an answer, in tabs that follow the ARIA pattern: arrows move, one tab stop.

function tabs(state, ui, act) {
  const go = (id) => act({ do: "tab", tab: id });
  const keys = (event) => {
    const at = state.tabs.findIndex((tab) => tab.id === state.tab);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step ? (at + step + state.tabs.length) % state.tabs.length : { Home: 0, End: state.tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.currentTarget.children[next].focus();
    go(state.tabs[next].id);
  };
  return h("div", { class: "tabs", role: "tablist", "aria-label": "Details", key: "tabs", onkeydown: keys }, state.tabs.map((tab) =>
    h("button", {
      type: "button", role: "tab", key: tab.id, id: `${ui.id}-${tab.id}`, "aria-selected": String(tab.id === state.tab),
      "aria-controls": `${ui.id}-panel`, tabindex: tab.id === state.tab ? "0" : "-1", onclick: () => go(tab.id),
    }, tab.name)));
}

const numeric = new Set(["rank", "score", "tokens"]);

const table = (label, heads, rows) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
  h("table", { class: "wb-table" }, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col", class: numeric.has(head) ? "wb-number" : null }, head)))), h("tbody", {}, rows)));

const opener = (id, act, label) => h("button", { type: "button", class: "wb-link", title: "Show this passage", onclick: () => act({ do: "open", chunk: id }) }, label || id);

function chunks(content, ui, act) {
  const type = (event) => {
    clearTimeout(ui.timer);
    const words = event.target.value;
    ui.timer = setTimeout(() => act({ do: "filter", words }), 300);
  };
  return [
    h("div", { class: "why", key: "filter" }, h("label", { for: `${ui.id}-filter` }, "Find"),
      h("input", { class: "wb-field", id: `${ui.id}-filter`, type: "search", value: content.words, placeholder: "words of the text or the id", oninput: type }),
      h("span", { class: "wb-note", role: "status" }, content.count)),
    table("Chunks", ["id", "tokens", "text"], content.rows.map((row) =>
      h("tr", { key: row.id }, h("td", { class: "id" }, opener(row.id, act)),
        h("td", { class: `wb-number${row.truncated ? " wb-warn" : ""}`, title: row.truncated ? `The model reads ${content.longest} tokens: the rest is not seen` : null },
          row.tokens === undefined ? "–" : String(row.tokens), row.truncated ? " cut" : null),
        h("td", {}, row.text)))),
  ];
}

function selection(content, ui, act) {
  return [
    h("div", { class: "why", key: "what" }, h("span", {}, content.count),
      h("label", {}, h("input", { type: "checkbox", checked: content.only, onchange: (event) => act({ do: "only", value: event.target.checked }) }), " Search only inside"),
      h("button", { type: "button", class: "wb-button", onclick: () => act({ do: "clear" }) }, "Clear")),
    table("Selected chunks", ["id", "text", ""], content.rows.map((row) =>
      h("tr", { key: row.id }, h("td", { class: "id" }, opener(row.id, act)), h("td", {}, row.text),
        h("td", {}, h("button", { type: "button", class: "wb-link", "aria-label": `Take ${row.id} out of the selection`, onclick: () => act({ do: "drop", chunk: row.id }) }, "×"))))),
  ];
}

function draw(state, ui, act) {
  const content = state.content;
  const inside = content.empty ? h("p", { class: "quiet" }, content.empty) : content.guest ? null : { prompt, chunks, selection }[state.tab](content, ui, act);
  return [
    tabs(state, ui, act),
    h("div", { key: state.tab, role: "tabpanel", id: `${ui.id}-panel`, class: content.guest ? "tab guest" : "tab", "aria-labelledby": `${ui.id}-${state.tab}` },
      state.problem ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null, inside),
  ];
}

export default { render: (context) => mount(context, "wb-details", { id: `wb-${Math.random().toString(36).slice(2)}`, timer: 0 }, draw) };
