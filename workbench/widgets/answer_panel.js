// The answer: segments of text, citations that light their passage, the prompt's budget, copy and CSV.

const cell = (value) => {
  if (typeof value === "number") return String(value);
  // A spreadsheet would run text that begins like a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

// RFC 4180, with the mark by which spreadsheets know UTF-8.
const csv = (rows) => "\ufeff" + rows.map((row) => row.map(cell).join(",") + "\r\n").join("");

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function toCard(node, rank) {
  const scope = node.closest(".wb-app") || document;
  const card = scope.querySelector(`.wb-card[data-rank="${rank}"]`);
  if (card) card.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

const QUOTED = { exact: "quoted", fuzzy: "quoted nearly", none: "quoted made-up" };

function segment(piece, lit, act) {
  const marks = `${piece.weak ? " weak" : ""}${piece.quote ? ` ${QUOTED[piece.quote]}` : ""}`;
  const title = [piece.weak, piece.from].filter(Boolean).join(". ") || null;
  if (piece.n === undefined) return h("span", { class: marks.trim() || null, title }, piece.t);
  if (!piece.ok) return h("span", { class: `cite bad${marks}`, title: piece.tip, role: "note", "aria-label": `${piece.t}: ${piece.tip}` }, piece.t);
  const light = () => act({ do: "focus", rank: piece.n });
  const dark = () => act({ do: "focus", rank: 0 });
  return h("button", {
    type: "button", class: `cite${marks}${lit === piece.n ? " lit" : ""}`, title: piece.tip, "aria-label": piece.tip,
    onmouseenter: light, onfocus: light, onmouseleave: dark, onblur: dark,
    onclick: (event) => toCard(event.currentTarget, piece.n),
  }, piece.t);
}

function heading(state, act) {
  const busy = state.phase === "streaming" || state.phase === "waiting" || state.working;
  return h("div", { class: "wb-heading", key: "head" },
    h("h3", { class: "wb-grow" }, "Answer"),
    h("span", { class: "by", title: state.title || null }, state.title),
    busy ? h("button", { type: "button", class: "wb-link", key: "stop", onclick: () => act({ do: "stop" }) }, "Stop") : null);
}

function body(state, lit, act) {
  const empty = {
    empty: state.searched ? "Passages only. Press Ask, and an answer is written from them." : "Ask a question, and the answer is written here from the passages it finds.",
    waiting: state.doing || "Searching…",
  }[state.phase];
  if (empty) return [h("p", { class: "quiet", key: "empty" }, empty)];
  const again = h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "again" }) }, "Ask again");
  if (state.phase === "failed") return [h("p", { class: "problem", key: "failed" }, h("span", {}, state.problem_text), " ", again)];
  return [
    state.stale ? h("p", { class: "quiet", key: "stale" }, `Answer to an earlier question: ${state.question}`) : null,
    state.label ? h("p", { class: "label", key: "label" }, state.label) : null,
    h("div", { class: `text${state.phase === "streaming" ? " growing" : ""}`, key: "text" },
      state.segments.map((piece) => segment(piece, lit, act))),
    state.phase === "incomplete"
      ? h("p", { class: "problem", key: "incomplete" }, h("span", {}, `Incomplete: ${state.problem_text || "the answer broke off."}`), " ", again) : null,
  ];
}

function budgetOf(state) {
  if (!state.budget) return null;
  return h("div", { class: "spent", key: "budget" },
    h("div", { class: "budget", "aria-hidden": "true" },
      state.budget.parts.map((part) => h("i", {
        class: part.kind, title: `${part.name}: ${part.tokens} tokens`, style: { width: `${part.share * 100}%` },
      }))),
    h("div", { class: "wb-note" },
      h("span", {}, state.budget.sentence),
      state.notes.map((note) => [" · ", h("span", { class: note.kind }, note.t)])));
}

// Where the three answers stand: a tab of the details below, which is made when they are first asked for. The answer
// above makes room for a new one meanwhile, so that the place is looked for again once it has settled.
function toContexts(node) {
  const scope = node.closest(".wb-app") || document;
  const show = (found) => found && found.isConnected && found.scrollIntoView({ block: "center" });
  let tries = 0;
  const look = () => {
    const found = scope.querySelector(".wb-contexts .columns");
    if (!found && tries++ < 50) setTimeout(look, 100);
    show(found);
    if (found) setTimeout(() => show(found), 700);
  };
  setTimeout(look, 200);
}

const meter = (share) => h("span", { class: "meter", "aria-hidden": "true" }, h("i", { style: { width: `${Math.round(share * 100)}%` } }));

const supports = (found) => h("table", { class: "wb-table", key: "sentences" },
  h("thead", {}, h("tr", {}, ["support", "sentence", "passages", found.judged ? "judge" : null].filter(Boolean).map((head) => h("th", { scope: "col" }, head)))),
  h("tbody", {}, found.sentences.map((row, at) => h("tr", { key: at },
    h("td", { class: `figure${row.weak ? " wb-warn" : ""}` }, meter(row.share), row.support),
    h("td", {}, row.t), h("td", {}, row.passages || "none"), found.judged ? h("td", { class: row.verdict === "no" ? "wb-warn" : null }, row.verdict || "–") : null))));

const leftOut = (found) => h("table", { class: "wb-table", key: "left" },
  h("thead", {}, h("tr", {}, ["gone", "without passage", "the answer then"].map((head) => h("th", { scope: "col" }, head)))),
  h("tbody", {}, found.passages.map((row) => h("tr", { key: row.rank },
    h("td", { class: "figure" }, meter(row.share), row.change), h("td", {}, String(row.rank)), h("td", {}, row.t || "(nothing)")))));

function more(state, ui, act, redraw) {
  const found = state.examined;
  if (!found) return null;
  const idle = !state.working;
  const button = (name, title, click, disabled) => h("button", { type: "button", class: "wb-chip", title, disabled, onclick: click }, name);
  const unfold = () => { ui.open = !ui.open; redraw(); };
  return h("div", { class: "more", key: "more" },
    h("div", { class: "wb-row" },
      button("With and without", "The same question with its passages, without any, and with the wrong ones", (event) => { act({ do: "contexts" }); toContexts(event.currentTarget); }, !idle),
      button("Leave passages out", "The answer again without each passage: how much of it changes", () => { ui.open = true; act({ do: "attribute" }); }, !idle),
      button("Judge", found.judges ? "The language model says of each sentence whether the passages hold it" : "Takes a language model", () => { ui.open = true; act({ do: "judge" }); }, !idle || !found.judges),
      h("button", { type: "button", class: "wb-link", "aria-expanded": String(Boolean(ui.open)), onclick: unfold }, ui.open ? "Hide the sentences" : "Sentence by sentence")),
    state.refused ? h("p", { class: "problem", key: "refused" }, state.refused) : null,
    h("p", { class: "wb-note", role: "status", key: "working" }, state.working || ""),
    ui.open ? h("div", { class: "examined", key: "examined" },
      found.sentences.length ? supports(found) : null,
      found.method ? h("p", { class: "wb-note", key: "method" }, `Support: ${found.method}.`) : null,
      found.judged ? h("p", { class: "wb-note", key: "judged" }, `${found.judged}.`) : null,
      found.left ? [h("p", { class: "wb-note", key: "leftsaid" }, `${found.left}:`), leftOut(found)] : null) : null);
}

function foot(state, ui, redraw) {
  if (!state.copy) return null;
  const say = (text) => {
    ui.said = text;
    redraw();
    setTimeout(() => { ui.said = ""; redraw(); }, 2000);
  };
  return h("div", { class: "foot", key: "foot" },
    h("span", { class: "wb-note wb-grow" }, state.timings),
    h("span", { class: "wb-note", role: "status" }, ui.said || ""),
    h("button", { type: "button", class: "wb-link", onclick: async () => say((await copy(state.copy)) ? "Copied" : "The browser refused to copy") }, "Copy"),
    h("button", { type: "button", class: "wb-link", onclick: () => { save(state.file, csv(state.rows)); say("Saved"); } }, "Save as CSV"));
}

// Said once, when the answer is there; a screen reader is spared every token.
function announce(state, ui) {
  const settled = state.phase === "complete" || state.phase === "incomplete";
  if (!settled) ui.spoken = state.phase === "empty" ? ui.spoken : "";
  else if (ui.spoken === "") ui.spoken = `${state.phase === "complete" ? "Answer" : "Incomplete answer"}: ${state.segments.map((piece) => piece.t).join("")}`;
  return h("div", { class: "wb-hidden", "aria-live": "polite", key: "live" }, ui.spoken || "");
}

function draw(state, ui, act, redraw, model) {
  return [
    heading(state, act),
    h("div", { class: "wb-box", key: "box" }, body(state, model.get("focus"), act), budgetOf(state), more(state, ui, act, redraw), foot(state, ui, redraw)),
    state.problem ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null,
    announce(state, ui),
  ];
}

export default { render: (context) => mount(context, "wb-answer", { spoken: null, said: "", open: false }, draw) };
