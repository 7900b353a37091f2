// One sentence, one button, one bar: the place of each is kept while the others come and go.

function action(state, act) {
  if (state.progress) return h("button", { type: "button", class: "wb-button", key: "cancel", onclick: () => act({ do: "cancel" }) }, "Cancel");
  return h("button", { type: "button", class: "wb-button wb-primary", key: "embed", disabled: !state.can, onclick: () => act({ do: "embed" }) }, state.button);
}

function bar(progress) {
  const share = progress && progress.share;
  return h("div", { class: `going${progress ? "" : " still"}`, key: "bar" },
    h("div", { class: "wb-track", role: "progressbar", "aria-label": "Embedding", "aria-valuemin": "0", "aria-valuemax": "100",
      "aria-valuenow": progress ? String(Math.round((share || 0) * 100)) : null }, h("i", { style: { width: `${(share || 0) * 100}%` } })));
}

function cut(line, act) {
  return h("div", { class: "wb-row cut", key: "cut" }, h("span", { class: "wb-note wb-warn" }, line.text),
    line.buttons.map((one) => h("button", { type: "button", key: one.word, class: "wb-chip", title: one.title, disabled: one.off, onclick: () => act(one.message) }, one.word)));
}

const said = (state) => (state.progress ? state.progress.text || "Starting…" : state.resume || state.result || state.hint);

function draw(state, ui, act) {
  return [
    h("div", { class: "wb-row top", key: "top" }, h("p", { class: "wb-grow" }, state.plan), action(state, act)),
    bar(state.progress),
    h("p", { class: "wb-note said", role: "status", key: "said" }, said(state)),
    state.warning ? h("p", { class: "wb-note wb-warn", key: "warning" }, state.warning) : null,
    state.cut ? cut(state.cut, act) : null,
    h("p", { class: `wb-note index${state.stored ? "" : " still"}`, key: "index" },
      state.index.text ? `${state.index.text} ` : null,
      h("button", { type: "button", class: "wb-link", disabled: state.index.running || !state.stored, onclick: () => act({ do: "rebuild" }),
        title: "Make the Chroma index anew from the stored vectors, without embedding again" }, "Rebuild the Chroma index")),
    state.problem ? h("p", { class: "wb-warn", role: "alert", key: "problem" }, state.problem) : null,
  ].filter(Boolean);
}

export default { render: (context) => mount(context, "wb-embed wb-box", {}, draw) };
