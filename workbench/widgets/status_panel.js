// The status line, and below it what went wrong.

const lamp = { true: "up", false: "down", null: "asking" };

function server(one, act) {
  return h("span", { class: "server", key: "server", title: one.hint || null },
    h("i", { class: `lamp ${lamp[one.up]}`, "aria-hidden": "true" }),
    one.text,
    one.command ? [" ", h("code", { key: "command" }, one.command)] : null,
    one.up === false ? [" ", h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "probe" }), title: "Ask again whether Ollama answers" }, "look again")] : null,
    one.up && one.hint ? h("span", { class: "wb-warn" }, ` · ${one.hint}`) : null);
}

function line(state, act) {
  return h("div", { class: "line", key: "line" },
    h("div", { class: "facts", key: "facts" },
      h("b", {}, state.corpus),
      server(state.server, act),
      state.store ? h("span", { key: "store", title: state.store_path }, state.store) : null,
      h("span", { class: "doing", role: "status", key: "doing", title: state.doing || null }, state.doing || state.model)),
    state.selected ? h("span", { key: "selected" }, state.selected, " · ", h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "deselect" }) }, "clear")) : null,
    h("button", { type: "button", class: "wb-link", key: "presentation", "aria-pressed": String(state.presentation),
      title: "Larger text, settings hidden", onclick: () => act({ do: "presentation" }) },
      state.presentation ? "End presentation" : "Presentation"));
}

const locked = (state, act) => state.locked && h("p", { class: "bar wb-warn", key: "locked" },
  h("span", { class: "wb-grow" }, state.locked, " Searching and asking work; embedding does not."),
  h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "refresh" }) }, "look again"));

const wrong = (state, act) => state.error && h("div", { class: "bar wrong", role: "alert", key: "error" },
  h("span", { class: "wb-grow" }, state.error),
  h("button", { type: "button", class: "wb-link", "aria-label": "Dismiss this message", onclick: () => act({ do: "dismiss" }) }, "Dismiss"));

function draw(state, ui, act) {
  return [
    line(state, act),
    locked(state, act),
    ...state.notes.map((note, place) => h("p", { class: "bar", key: `note-${place}` }, note)),
    wrong(state, act),
  ].filter(Boolean);
}

export default { render: (context) => mount(context, "wb-status", {}, draw) };
