// Three buttons in a row; each says how its step stands and opens it. A click says what the person wants, by what they
// see: the app may have opened the step meanwhile, or a second click follow before the kernel has heard the first.

function step(one, open, act) {
  const said = one.pieces.map((piece) => piece.t).join(" · ");
  return h("button", {
    type: "button", key: one.id, class: `step${open ? " open" : ""}${one.done ? " done" : ""}`, "data-step": one.id,
    "aria-expanded": String(open), title: said, onclick: () => act({ do: "fold", step: one.id, wanted: !open }),
  },
    h("b", {}, one.title, h("i", { class: "fold", "aria-hidden": "true" })),
    h("span", { class: "said" }, one.pieces.map((piece, place) => [place ? " · " : null, h("span", { class: piece.kind ? `wb-${piece.kind}` : null }, piece.t)])),
    h("span", { class: `wb-track${one.share === null ? " idle" : ""}` }, h("i", { style: { width: `${(one.share || 0) * 100}%` } })));
}

function draw(state, ui, act) {
  return [
    h("div", { class: "row", key: "row" }, state.steps.map((one) => step(one, one.id === state.open, act))),
    state.problem ? h("p", { class: "wb-warn", role: "alert", key: "problem" }, state.problem) : null,
  ].filter(Boolean);
}

export default { render: (context) => mount(context, "wb-steps", {}, draw) };
