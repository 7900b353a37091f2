// Three answers to one question, side by side, and below each other where there is no room.

function piece(part, lit) {
  const weak = part.weak ? " weak" : "";
  if (part.n === undefined) return h("span", { class: weak.trim() || null, title: part.weak || null }, part.t);
  if (!part.ok) return h("span", { class: `cite bad${weak}`, title: part.tip, role: "note", "aria-label": `${part.t}: ${part.tip}` }, part.t);
  return h("span", { class: `cite${weak}${lit ? " lit" : ""}`, title: part.tip }, part.t);
}

// Only the first answer's numbers are those of the cards and points that are shown.
function linked(part, lit, act) {
  if (part.n === undefined || !part.ok) return piece(part, false);
  const light = () => act({ do: "focus", rank: part.n });
  const dark = () => act({ do: "focus", rank: 0 });
  return h("button", {
    type: "button", class: `cite${part.weak ? " weak" : ""}${lit === part.n ? " lit" : ""}`, title: part.tip, "aria-label": part.tip,
    onmouseenter: light, onfocus: light, onmouseleave: dark, onblur: dark,
  }, part.t);
}

const EMPTY = { idle: "Not asked yet.", next: "Comes next…", streaming: "…", complete: "(An empty answer.)", incomplete: "" };

function column(one, state, lit, act) {
  const shown = one.id === "right" && !state.stale ? linked : piece;
  return h("section", { class: `column ${one.phase}`, key: one.id, "aria-label": one.name, "aria-busy": String(one.phase === "streaming") },
    h("h4", {}, one.name),
    h("p", { class: "wb-note from", title: one.passages }, one.passages),
    one.segments.some((part) => part.t)
      ? h("div", { class: `text${one.phase === "streaming" ? " growing" : ""}`, key: "text" }, one.segments.map((part) => shown(part, lit, act)))
      : h("p", { class: "quiet", key: "empty" }, EMPTY[one.phase]),
    one.problem ? h("p", { class: "problem", key: "problem" }, one.phase === "incomplete" ? `Incomplete: ${one.problem}` : one.problem) : null,
    h("p", { class: "wb-note", key: "note" }, one.note));
}

function draw(state, ui, act, redraw, model) {
  return [
    h("div", { class: "head wb-row", key: "head" },
      h("span", { class: "asked wb-grow" }, state.question ? `“${state.question}”` : "Ask a question first.", state.model ? h("span", { class: "wb-note" }, ` ${state.model}`) : null),
      state.busy
        ? h("button", { type: "button", class: "wb-button", key: "stop", onclick: () => act({ do: "stop" }) }, "Stop")
        : h("button", { type: "button", class: "wb-button", key: "compare", disabled: !state.question, onclick: () => act({ do: "compare" }) }, "Compare")),
    state.stale ? h("p", { class: "quiet", key: "stale" }, "Answers to an earlier question.") : null,
    h("div", { class: "columns", key: "columns" }, state.columns.map((one) => column(one, state, model.get("focus"), act))),
    h("p", { class: "wb-note", key: "lesson" }, state.lesson),
    state.problem ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null,
  ];
}

export default { render: (context) => mount(context, "wb-contexts", {}, draw) };
