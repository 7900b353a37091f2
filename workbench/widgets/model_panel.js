// The models, those that are ready first; a box for any other; the facts of the chosen one.

function name(row) {
  return [
    h("b", {}, row.name), " ", h("span", { class: "wb-note" }, row.provider),
    row.link ? [" ", h("a", { class: "wb-link", href: row.link, target: "_blank", rel: "noopener noreferrer", "aria-label": `About ${row.name}, in a new tab` }, "about")] : null,
    row.prefixes ? h("div", { class: "wb-note" }, row.prefixes) : null,
    row.note ? h("div", { class: "wb-note" }, row.note) : null,
  ];
}

function action(row, state, act) {
  if (row.pull) {
    const why = state.can_pull ? `Download ${row.size} with Ollama` : "Start Ollama first";
    return h("button", { type: "button", class: "wb-chip", disabled: !state.can_pull || Boolean(state.pulling), title: why,
      onclick: () => act({ do: "pull", model: row.id }) }, row.size ? `Pull ${row.size}` : "Pull");
  }
  return h("button", { type: "button", class: "wb-chip", "aria-pressed": String(row.chosen), disabled: row.chosen,
    onclick: () => act({ do: "choose", model: row.id }) }, row.chosen ? "Chosen" : "Choose");
}

function group(title, rows, state, act) {
  if (!rows.length) return [];
  return [
    h("tr", { class: "group", key: title }, h("th", { scope: "rowgroup", colspan: "5" }, title)),
    ...rows.map((row) => h("tr", { key: row.id, class: row.chosen ? "chosen" : null, "data-model": row.id },
      h("td", {}, name(row)),
      h("td", { class: "wb-number" }, row.dimensions), h("td", { class: "wb-number" }, row.tokens), h("td", { class: "wb-number" }, row.parameters),
      h("td", { class: "wb-number" }, action(row, state, act)))),
  ];
}

function table(state, act) {
  return h("table", { class: "wb-table", key: "table" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Model"),
      ...["Dimensions", "Reads (tokens)", "Parameters"].map((title) => h("th", { scope: "col", class: "wb-number" }, title)),
      h("th", { scope: "col" }, h("span", { class: "wb-hidden" }, "Action")))),
    h("tbody", {}, group("Ready now", state.ready, state, act), group("Needs download", state.download, state, act)));
}

function pulling(state, act) {
  const job = state.pulling;
  return h("div", { class: "pulling", role: "status", key: "pulling" }, job ? [
    h("div", { class: "wb-row" }, h("span", { class: "wb-note wb-grow" }, [job.label, job.text].filter(Boolean).join(" · ")),
      h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "cancel" }) }, "Cancel")),
    h("div", { class: "wb-track" }, h("i", { style: { width: `${(job.share || 0) * 100}%` } })),
  ] : []);
}

function other(state, ui, act, redraw) {
  const submit = (event) => {
    event.preventDefault();
    act({ do: "choose", model: ui.typed });
  };
  return h("form", { class: "wb-row other", key: "other", onsubmit: submit },
    h("label", { class: "wb-label wb-grow" }, "Any other",
      h("input", { class: "wb-field wb-grow", type: "text", placeholder: "provider:name", spellcheck: "false", autocomplete: "off", oninput: (event) => { ui.typed = event.target.value; } })),
    h("button", { type: "submit", class: "wb-chip" }, "Choose"),
    h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "probe" }) }, "Look again"));
}

function facts(state) {
  return h("dl", { class: "facts", key: "facts", "aria-label": `Facts of ${state.chosen_name}` },
    state.chosen.map(([title, value]) => h("div", { key: title }, h("dt", {}, title), h("dd", {}, value))));
}

function draw(state, ui, act, redraw) {
  return [
    facts(state),
    table(state, act),
    pulling(state, act),
    state.server ? h("p", { class: "wb-note", key: "server" }, `Models of Ollama are not ready: ${state.server}`) : null,
    other(state, ui, act, redraw),
    state.problem ? h("p", { class: "wb-warn", role: "alert", key: "problem" }, state.problem) : null,
  ].filter(Boolean);
}

export default { render: (context) => mount(context, "wb-model wb-box", { typed: "" }, draw) };
