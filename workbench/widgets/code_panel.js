// The cell as text, and a button that copies it.

// Without the clipboard's permission, or on a page without https, the text is selected and the page asked to copy it.
async function copied(code, shown) {
  try {
    await navigator.clipboard.writeText(code);
    return "Copied";
  } catch {
    window.getSelection().selectAllChildren(shown);
    return document.execCommand("copy") ? "Copied" : "Selected: press Ctrl+C or Cmd+C";
  }
}

function draw(state, ui, act, redraw) {
  if (!state.code) return [h("p", { class: "quiet wb-note", key: "empty" }, state.empty)];
  const press = async (event) => {
    ui.said = await copied(state.code, event.target.closest(".wb-code").querySelector("pre"));
    ui.of = state.code;
    redraw();
  };
  return [
    h("div", { class: "wb-row", key: "head" },
      h("p", { class: "wb-note wb-grow" }, `The same with plain libraries, in ${state.lines} lines that run in any notebook on this machine.`),
      h("span", { class: "wb-note", role: "status" }, ui.of === state.code ? ui.said : ""),
      h("button", { type: "button", class: "wb-button", onclick: press }, "Copy")),
    state.filling ? h("p", { class: "wb-warn", key: "filling" }, "The index that it reads is being brought up to date: run it in a moment.") : null,
    h("pre", { key: "code", tabindex: "0", role: "region", "aria-label": "Python code" }, h("code", {}, state.code)),
  ].filter(Boolean);
}

export default { render: (context) => mount(context, "wb-code wb-box", { said: "", of: "" }, draw) };
