// The prompt as it was sent, the tokens of its parts, and its template, which can be changed.

function bar(budget) {
  return [
    h("div", { class: "budget", "aria-hidden": "true", key: "bar" }, budget.parts.map((part) => h("i", {
      class: part.kind, title: `${part.name}: ${part.tokens} tokens`, style: { width: `${part.share * 100}%` },
    }))),
    h("ul", { class: "legend", key: "legend" }, budget.parts.map((part) =>
      h("li", { key: part.name }, h("i", { class: part.kind }), `${part.name} ${part.tokens}`))),
    h("p", { class: "wb-note", key: "sentence" }, budget.sentence),
  ];
}

function sent(prompt) {
  if (!prompt) return h("p", { class: "quiet", key: "none" }, "The exact text sent to the language model is shown here once a question is asked.");
  return [
    bar(prompt.budget),
    h("p", { class: "wb-note", key: "total" }, prompt.total, " · ", prompt.sampling),
    prompt.unread ? h("p", { class: "problem", key: "unread" }, prompt.unread) : null,
    prompt.sent ? null : h("p", { class: "wb-note", key: "unsent" }, "No language model was asked; this is what one would be sent."),
    prompt.messages.map((message, at) => h("section", { key: `message${at}`, class: "message" },
      h("h4", {}, message.role, h("span", { class: "wb-note" }, ` ${message.tokens} tokens`)), h("pre", { tabindex: "0" }, message.text))),
  ];
}

function editor(state, ui, act) {
  const typed = (root) => root.closest("details").querySelector("textarea").value;
  const check = (event) => {
    const text = event.target.value;
    clearTimeout(ui.timer);
    ui.timer = setTimeout(() => act({ do: "check", text }), 300);
  };
  return h("details", { key: "template" },
    h("summary", {}, "Template", h("span", { class: "wb-note" }, state.template.default ? " the default" : " your own")),
    h("p", { class: "wb-note" }, "It must hold {question} and {passages}; {fence} is the mark around each passage. A line [system] or [user] begins a turn. The next question uses it."),
    h("textarea", { class: "wb-field", rows: "12", spellcheck: "false", "aria-label": "Prompt template", value: state.template.text, oninput: check }),
    h("p", { class: "problem", role: "status" }, state.said),
    h("div", { class: "wb-row" },
      h("button", { type: "button", class: "wb-button", onclick: (event) => { clearTimeout(ui.timer); act({ do: "use", text: typed(event.currentTarget) }); } }, "Use it"),
      h("button", { type: "button", class: "wb-link", disabled: state.template.default && !state.said, onclick: (event) => {
        clearTimeout(ui.timer);
        event.currentTarget.closest("details").querySelector("textarea").value = state.template.text;
        act({ do: "reset" });
      } }, "Reset")));
}

function draw(state, ui, act) {
  return [
    sent(state.prompt),
    editor(state, ui, act),
    state.problem ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null,
  ];
}

export default { render: (context) => mount(context, "wb-prompt", { timer: 0 }, draw) };
