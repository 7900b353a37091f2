// The question, its settings folded away, and questions to start from.

const number = (event) => (event.target.value.trim() === "" ? null : Number(event.target.value));

const field = (label, ...parts) => h("label", { class: "field" }, h("span", {}, label), ...parts);

// A question grows up to eight lines, then scrolls.
function grow(area) {
  area.style.height = "auto";
  if (area.scrollHeight) area.style.height = `${Math.min(area.scrollHeight + 2, 230)}px`;
}

function send(ui, act, redraw, verb) {
  const question = ui.area.value;
  ui.blank = !question.trim();
  redraw();
  if (ui.blank) ui.area.focus();
  else act({ do: verb, question });
}

function ask(state, ui, act, redraw) {
  const keys = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(ui, act, redraw, "ask");
  };
  return h("div", { class: "ask", key: "ask" },
    h("textarea", {
      key: "question", rows: "1", "aria-label": "Question", placeholder: "Ask your documents a question", value: state.question,
      "aria-describedby": ui.blank ? `${ui.id}-blank` : null, "aria-invalid": ui.blank ? "true" : null, spellcheck: "false",
      onkeydown: keys, oninput: (event) => { grow(event.target); if (ui.blank) { ui.blank = false; redraw(); } },
    }),
    state.busy
      ? h("button", { type: "button", key: "stop", class: "wb-button wb-primary go stop", onclick: () => act({ do: "stop" }) }, "Stop")
      : h("button", { type: "button", key: "go", class: "wb-button wb-primary go", onclick: () => send(ui, act, redraw, "ask") }, "Ask"),
    h("button", { type: "button", key: "search", class: "wb-button", title: "Passages without an answer: no language model", onclick: () => send(ui, act, redraw, "search") }, "Search only"));
}

function unfold(ui, redraw, what) {
  ui.open = ui.open === what ? "" : what;
  redraw();
}

function chipRow(state, ui, act, redraw) {
  const pick = (question) => { ui.area.value = question; grow(ui.area); send(ui, act, redraw, "ask"); };
  const open = (what, label) => h("button", { type: "button", key: what, class: "wb-chip dashed", "aria-expanded": String(ui.open === what), onclick: () => unfold(ui, redraw, what) }, label);
  return h("div", { class: "chips apart", key: "chips" },
    state.presentation ? null : h("div", { class: "chips", key: "settings" },
      ...state.chips.map((text, index) => h("button", { type: "button", key: `chip${index}`, class: "wb-chip", title: "Change the settings", "aria-expanded": String(ui.open === "settings"), onclick: () => unfold(ui, redraw, "settings") }, text)),
      h("button", { type: "button", key: "more", class: "wb-chip", "aria-expanded": String(ui.open === "settings"), onclick: () => unfold(ui, redraw, "settings") }, ui.open === "settings" ? "Less" : "More…")),
    h("div", { class: "chips", key: "start" }, state.suggested.map((text, index) => h("button", { type: "button", key: `q${index}`, class: "wb-chip dashed try", title: text, onclick: () => pick(text) }, text)),
      state.questions.length > 2 ? open("questions", `All ${state.questions.length} questions`) : null,
      state.earlier.length ? open("earlier", `Earlier (${state.earlier.length})`) : null));
}

function list(state, ui, act, redraw) {
  if (ui.open === "questions") {
    return h("ul", { class: "list", key: "questions", "aria-label": "Questions of this corpus" }, state.questions.map((text) =>
      h("li", {}, h("button", { type: "button", class: "row", onclick: () => { ui.open = ""; ui.area.value = text; grow(ui.area); send(ui, act, redraw, "ask"); } }, text))));
  }
  return h("ul", { class: "list", key: "earlier", "aria-label": "Earlier questions" }, state.earlier.map((entry) =>
    h("li", {}, h("button", { type: "button", class: "row", onclick: () => { ui.open = ""; ui.area.value = entry.question; grow(ui.area); act({ do: "recall", n: entry.n }); redraw(); } },
      h("span", { class: "what" }, entry.question), h("span", { class: "wb-note" }, entry.kind)))));
}

const MODES = { dense: "by meaning (dense)", lexical: "by words (BM25)", hybrid: "by both (hybrid)" };
const EXPANSIONS = { queries: " Ask in other words too", hyde: " Search with a made-up answer (HyDE)" };

const choice = (value, names, label, pick, said = {}) => h("select", { class: "wb-field", value, "aria-label": label, onchange: (event) => pick(event.target.value) },
  names.map((name) => h("option", { value: name }, said[name] || name)));

const tick = (label, checked, pick) => h("label", { class: "field" }, h("span", {}, h("input", { type: "checkbox", checked, onchange: (event) => pick(event.target.checked) }), label));

// How many chunks have each score, and where the threshold cuts; bars are on a root scale, so that few are seen too.
function histogram(s, set) {
  const { bins, low, high, survive, total, score_name: name } = s.histogram;
  const most = Math.sqrt(Math.max(...bins, 1));
  const at = Math.min(1, Math.max(0, (s.threshold - low) / (high - low || 1)));
  return h("div", { class: "histogram", key: "histogram" },
    h("div", { class: "bars", "aria-hidden": "true" }, bins.map((count, place) =>
      h("i", { class: (place + 0.5) / bins.length < at ? "out" : null, style: { height: `${(100 * Math.sqrt(count)) / most}%` } })), h("b", { style: { left: `${at * 100}%` } })),
    h("input", { type: "range", min: String(low), max: String(high), step: String((high - low) / 200 || 0.01), value: String(s.threshold), "aria-label": `Threshold on ${name}`, onchange: (event) => set("threshold", Math.round(Number(event.target.value) * 1000) / 1000) }),
    h("span", { class: "wb-note", role: "status" }, `${survive.toLocaleString("en")} of ${total.toLocaleString("en")} chunks of the last search reach it`));
}

function threshold(s, set) {
  const fused = !s.threshold_unit;
  const first = s.histogram ? Math.round(s.histogram.low * 100) / 100 : s.metric === "euclidean" ? -1 : 0;
  return h("div", { class: "field", key: "cut" },
    h("label", {}, h("input", { type: "checkbox", checked: s.threshold !== null, disabled: fused && s.threshold === null, onchange: (event) => set("threshold", event.target.checked ? first : null) }), " Only scores of at least"),
    fused ? h("span", { class: "wb-note" }, "not for fused ranks, which say nothing of closeness") : null,
    s.threshold === null || fused ? null : h("label", { class: "inline", key: "threshold" },
      h("input", { class: "wb-field", type: "number", step: "0.05", value: String(s.threshold), "aria-label": "Threshold", onchange: (event) => set("threshold", number(event)) }),
      h("span", { class: "wb-note" }, s.threshold_unit)),
    s.threshold === null || fused || !s.histogram ? null : histogram(s, set));
}

function advanced(s, set, act) {
  return h("details", { key: "advanced", class: "advanced" }, h("summary", {}, "Reranking, expansion, index"),
    field("Rerank with", h("input", { class: "wb-field", type: "text", value: s.rerank, placeholder: s.reranker || "id of a cross-encoder", spellcheck: "false", onchange: (event) => set("rerank", event.target.value.trim()) })),
    s.reranker ? h("p", { class: "wb-note" }, `Set in code: ${s.reranker}`) : null,
    s.expansions.map((kind) => tick(EXPANSIONS[kind] || kind, s.expand.includes(kind), (on) => act({ do: "expand", kind, on }))),
    tick(" Show passages that say the same as one", s.group, (on) => set("group", on)),
    s.mode === "lexical" ? null : field("Index", choice(s.engine, s.engines, "Index", (value) => set("engine", value), { exact: "exact", hnsw: "Chroma's HNSW (approximate, cosine)" })));
}

function searching(s, act) {
  const set = (name, value) => act({ do: "set", name, value });
  return h("fieldset", { key: "searching" }, h("legend", {}, "How to search"),
    field("Passages (top_k)", h("input", { class: "wb-field", type: "number", min: "1", step: "1", value: String(s.top_k), onchange: (event) => set("top_k", number(event)) })),
    field("Search", choice(s.mode, s.modes, "Mode", (value) => set("mode", value), MODES)),
    s.mode === "hybrid" ? h("div", { class: "field", key: "weights" }, h("span", {}, "Meaning or words"),
      h("label", { class: "inline" }, h("input", { type: "range", min: "0", max: "1", step: "0.05", value: String(s.words_share), "aria-label": "Share of the ranking by words: 0 meaning alone, 1 words alone", onchange: (event) => act({ do: "weigh", words: Number(event.target.value) }) }),
        h("span", { class: "wb-note" }, `${Math.round(100 * s.words_share)}% words`))) : null,
    s.mode === "lexical" ? null : field("Closeness", choice(s.metric, s.metrics, "Closeness", (value) => set("metric", value))),
    h("div", { class: "field", key: "mmr" },
      h("label", {}, h("input", { type: "checkbox", checked: s.mmr !== null, onchange: (event) => set("mmr", event.target.checked ? 0.5 : null) }), " Unlike each other (MMR)"),
      s.mmr === null ? null : h("label", { class: "inline", key: "lambda" },
        h("input", { type: "range", min: "0", max: "1", step: "0.05", value: String(s.mmr), "aria-label": "MMR lambda: 0 most diverse, 1 closest", onchange: (event) => set("mmr", Number(event.target.value)) }),
        h("span", { class: "wb-note" }, `λ ${s.mmr}`))),
    threshold(s, set),
    advanced(s, set, act));
}

// What the last search has to say beside its passages; nothing where all went as asked and something is close.
function remarks(r) {
  if (!r.far && !r.recall && !r.notes.length && !r.expansions.length) return null;
  return h("div", { class: "remarks", key: "remarks", role: "status" },
    r.far ? h("p", { class: "nothing-close", key: "far" }, r.far) : null,
    r.notes.map((note) => h("p", { class: "wb-note wb-warn" }, note)),
    r.expansions.length ? h("p", { class: "wb-note", key: "expansions" }, "Searched with too: ", r.expansions.map((one) => h("span", { class: "expansion", title: one.text }, one.kind === "hyde" ? `a made-up answer: “${one.text}”` : `“${one.text}”`))) : null,
    r.recall ? h("p", { class: "wb-note", key: "recall" }, r.recall) : null);
}

const same = (one, other) => typeof one === typeof other && one === other;

function filterRow(s, act, name, values) {
  const known = s.fields[name] || { values: [], total: 0 };
  const left = known.values.filter(([value]) => !values.some((one) => same(one, value)));
  const more = known.total > known.values.length ? ` (the ${known.values.length} most common of ${known.total})` : "";
  return h("div", { class: "filter", key: `where-${name}` }, h("span", { class: "name" }, name),
    values.map((value) => h("button", { type: "button", class: "wb-chip", title: "Remove", "aria-label": `Remove ${name} ${value}`, onclick: () => act({ do: "where", field: name, values: values.filter((one) => !same(one, value)) }) }, `${value} ×`)),
    left.length ? h("select", { class: "wb-field", value: "", "aria-label": `Value of ${name}`, onchange: (event) => {
      const at = Number(event.target.value);
      event.target.value = "";
      act({ do: "where", field: name, values: [...values, left[at][0]] });
    } }, h("option", { value: "" }, `${values.length ? "or" : "choose"}…${more}`), left.map(([value, count], at) => h("option", { value: String(at) }, `${value} (${count})`))) : null);
}

function inside(s, ui, act, redraw) {
  const used = new Map(s.where.map((one) => [one.field, one.values]));
  if (ui.adding && used.has(ui.adding)) ui.adding = "";
  const free = Object.keys(s.fields).filter((name) => !used.has(name) && name !== ui.adding);
  return h("fieldset", { key: "inside" }, h("legend", {}, "What to search"),
    [...used].map(([name, values]) => filterRow(s, act, name, values)),
    ui.adding ? filterRow(s, act, ui.adding, []) : null,
    free.length ? h("select", { key: "add", class: "wb-field add", value: "", "aria-label": "Add a filter", onchange: (event) => { ui.adding = event.target.value; event.target.value = ""; redraw(); } },
      h("option", { value: "" }, "Add a filter…"), free.map((name) => h("option", { value: name }, name))) : null,
    h("label", { class: "field", key: "selection" }, h("span", {}, h("input", { type: "checkbox", checked: s.only_selection, disabled: !s.selected && !s.only_selection, onchange: (event) => act({ do: "set", name: "only_selection", value: event.target.checked }) }),
      s.selected ? ` Only inside my selection (${s.selected} chunks)` : " Only inside my selection: select points on the map first")));
}

function option(state, ui, act, row, label) {
  return h("label", { class: "model", key: `model-${row.id}` },
    h("input", { type: "radio", name: `${ui.id}-llm`, checked: state.models.current === row.id, onchange: () => act({ do: "set", name: "llm", value: row.id || null }) }),
    h("span", { class: "what" }, label || row.name, h("span", { class: "wb-note" }, row.facts ? ` ${row.facts}` : ""), row.note ? h("span", { class: "wb-note wb-warn" }, ` ${row.note}`) : null));
}

function answering(state, ui, act) {
  const { models: m, settings: s } = state;
  const set = (name, value) => act({ do: "set", name, value });
  return h("fieldset", { key: "answering", class: "wide" }, h("legend", {}, "Who answers"),
    option(state, ui, act, { id: "", name: "Automatic", facts: `(${m.automatic})` }),
    m.given ? h("p", { class: "wb-note", key: "given" }, `Set in code: ${m.given}`) : null,
    m.ready.length ? h("p", { class: "group", key: "ready" }, "Ready now") : null, m.ready.map((row) => option(state, ui, act, row)),
    m.pull.length ? h("p", { class: "group", key: "pull" }, "Needs a pull") : null,
    m.pull.map((row) => h("div", { class: "model", key: `pull-${row.id}` }, h("span", { class: "what" }, row.name, h("span", { class: "wb-note" }, ` ${row.facts}`)),
      h("button", { type: "button", class: "wb-button", disabled: !m.reachable || Boolean(m.pulling), title: m.reachable ? null : m.server || "Ollama has not answered yet", "aria-label": `Pull ${row.name}`, onclick: () => act({ do: "pull", model: row.id }) }, "Pull"))),
    m.pulling ? h("div", { class: "pulling", key: "pulling" }, h("span", {}, m.pulling.label), h("progress", { max: "1", value: m.pulling.share || null, "aria-label": m.pulling.label }), h("span", { class: "wb-note" }, m.pulling.said),
      h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "cancel_pull" }) }, "Cancel")) : null,
    m.server ? h("p", { class: "wb-note", key: "server" }, m.server) : null,
    h("p", { class: "group", key: "none" }, "No language model"),
    option(state, ui, act, { id: "extractive", name: "extractive", facts: "quotes the best sentences of the passages" }),
    h("div", { class: "pair", key: "sampling" },
      field("Temperature", h("input", { class: "wb-field", type: "number", min: "0", max: "2", step: "0.1", value: String(s.temperature), disabled: !s.writes, onchange: (event) => set("temperature", number(event)) })),
      field("Seed", h("input", { class: "wb-field", type: "number", step: "1", value: String(s.seed), disabled: !s.writes, onchange: (event) => set("seed", number(event)) }))));
}

function draw(state, ui, act, redraw) {
  const settings = ui.open === "settings" && !state.presentation;
  return [
    ask(state, ui, act, redraw),
    ui.blank ? h("p", { class: "problem", role: "alert", id: `${ui.id}-blank`, key: "blank" }, "Type a question first.") : null,
    state.problem && !ui.blank ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null,
    chipRow(state, ui, act, redraw),
    state.changed ? h("p", { class: "wb-note", key: "changed" }, "The passages below were found with other settings; ask again to use these.") : null,
    remarks(state.remarks),
    settings ? h("div", { class: "settings", key: "settings" }, searching(state.settings, act), inside(state.settings, ui, act, redraw), answering(state, ui, act)) : null,
    (ui.open === "questions" && state.questions.length) || (ui.open === "earlier" && state.earlier.length) ? list(state, ui, act, redraw) : null,
  ];
}

function after(root, ui) {
  ui.area = root.querySelector("textarea");
  grow(ui.area);
}

export default {
  render: (context) => mount(context, "wb-query", { id: `wb-${Math.random().toString(36).slice(2)}`, open: "", blank: false, adding: "" }, draw, after),
};
