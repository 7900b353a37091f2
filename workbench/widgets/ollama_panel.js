// An Ollama server: its models and their memory, a box to pull any other, and the request that is sent, to copy.

const FOR_GOOD = 365 * 24 * 3600 * 1000;

function until(iso) {
  const end = new Date(iso);
  if (Number.isNaN(end.getTime())) return "";
  if (end - Date.now() > FOR_GOOD) return "for good";
  const time = end.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return end.toDateString() === new Date().toDateString() ? `until ${time}` : `until ${end.toLocaleDateString()} ${time}`;
}

function server(state, act) {
  const { said, why, start, warning, up } = state.server;
  return h("div", { class: "server", key: "server" },
    h("div", { class: "wb-row" },
      h("span", { class: up ? "wb-ok wb-grow" : "wb-grow", role: "status" }, said),
      h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "probe" }) }, "Look again")),
    why ? h("p", { class: "wb-warn" }, why) : null,
    start ? h("p", {}, "Start it in a terminal: ", h("code", { class: "wb-mono start" }, start)) : null,
    warning ? h("p", { class: "wb-warn" }, warning) : null);
}

function row(one, act) {
  const memory = one.loaded ? [one.memory, until(one.expires)].filter(Boolean).join(" ") : "";
  return h("tr", { key: one.id, "data-model": one.id, class: one.loaded ? "loaded" : null },
    h("td", {}, h("b", {}, one.name), one.cloud ? [" ", h("span", { class: "cloud wb-warn", title: "Every text sent to it goes to ollama.com, and only after you allow it" }, "cloud")] : null),
    h("td", {}, one.kind),
    h("td", { class: "wb-number" }, one.size),
    h("td", { class: "memory" }, memory || h("span", { class: "quiet" }, one.cloud ? "runs elsewhere" : "not loaded")),
    h("td", { class: "wb-number" }, one.loaded
      ? h("button", { type: "button", class: "wb-chip", "aria-label": `Unload ${one.name}`, onclick: () => act({ do: "unload", model: one.id }) }, "Unload")
      : null));
}

function table(state, act) {
  if (!state.rows.length) return state.server.up ? h("p", { class: "wb-note", key: "table" }, "The server has no models yet. Pull one below.") : null;
  return h("div", { key: "table" },
    h("table", { class: "wb-table", "aria-label": "Models of the Ollama server" },
      h("thead", {}, h("tr", {}, ...["Model", "Kind"].map((title) => h("th", { scope: "col" }, title)),
        h("th", { scope: "col", class: "wb-number" }, "Size"), h("th", { scope: "col" }, "In memory"),
        h("th", { scope: "col" }, h("span", { class: "wb-hidden" }, "Action")))),
      h("tbody", {}, state.rows.map((one) => row(one, act)))),
    h("p", { class: "wb-note" }, state.loaded));
}

function pull(state, ui, act) {
  if (!state.server.up) return null;
  const job = state.pulling;
  const submit = (event) => {
    event.preventDefault();
    if (!job) act({ do: "pull", model: ui.typed });
  };
  return h("div", { class: "pull", key: "pull" },
    h("form", { class: "wb-row", ...sends(submit) },
      h("label", { class: "wb-label wb-grow" }, "Pull",
        h("input", { class: "wb-field wb-grow", type: "text", placeholder: "name on ollama.com/library", spellcheck: "false", autocomplete: "off", oninput: (event) => { ui.typed = event.target.value; } })),
      h("button", { type: "submit", class: "wb-chip", disabled: Boolean(job) }, "Pull")),
    h("div", { role: "status" }, job ? [
      h("div", { class: "wb-row" }, h("span", { class: "wb-note wb-grow progress" }, [job.label, job.text].filter(Boolean).join(" · ")),
        h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "cancel" }) }, "Cancel")),
      h("div", { class: "wb-track" }, h("i", { style: { width: `${(job.share || 0) * 100}%` } })),
    ] : state.stopped ? h("p", { class: "wb-note" }, state.stopped) : []));
}

// Without the clipboard's permission, or on a page without https, the text is selected and the page asked to copy it.
async function copy(area) {
  try {
    await navigator.clipboard.writeText(area.value);
    return "Copied";
  } catch {
    area.focus();
    area.select();
    return document.execCommand("copy") ? "Copied" : "Selected: press Ctrl+C or Cmd+C";
  }
}

function choice(title, name, pairs, value, act) {
  return h("label", { class: "wb-label", key: name }, title,
    h("select", { class: "wb-field", value, onchange: (event) => act({ do: "request", [name]: event.target.value }) },
      pairs.map(([key, words]) => h("option", { key, value: key }, words))));
}

function request(state, ui, act, redraw) {
  const now = state.copy;
  const toggle = h("button", { type: "button", class: "wb-link", "aria-expanded": String(Boolean(ui.open)), onclick: () => { ui.open = !ui.open; redraw(); } }, "Copy this request");
  if (!ui.open) return h("div", { class: "request", key: "request" }, toggle);
  const press = async (event) => {
    ui.said = await copy(event.target.closest(".request").querySelector("textarea"));
    redraw();
  };
  const body = now.why ? [h("p", { class: "wb-note", key: "why" }, now.why)] : [
    h("textarea", { class: "wb-field wb-mono", key: "code", readonly: true, rows: String(Math.max(3, Math.min(14, now.code.split("\n").length))), spellcheck: "false", "aria-label": "The request as text", value: now.code }),
    h("div", { class: "wb-row", key: "end" },
      h("button", { type: "button", class: "wb-chip", onclick: press }, "Copy"),
      h("span", { class: "wb-note", role: "status" }, ui.said || "")),
  ];
  const change = (message) => { ui.said = ""; act(message); };
  return h("div", { class: "request", key: "request" }, toggle,
    h("p", { class: "wb-note", key: "note" }, "What this workbench sends to have a text embedded, to run anywhere else."),
    h("div", { class: "wb-row", key: "choices" },
      choice("Model", "model", now.models, now.model, change),
      choice("Text", "source", now.sources, now.source, change),
      h("span", { class: "wb-row", role: "group", "aria-label": "Language" }, now.languages.map(([key, words]) =>
        h("button", { type: "button", class: "wb-chip", key, "aria-pressed": String(key === now.language), onclick: () => change({ do: "request", language: key }) }, words))),
      now.language === "curl" ? null : h("label", { class: "wb-label", key: "package" },
        h("input", { type: "checkbox", checked: now.package, onchange: (event) => change({ do: "request", package: event.target.checked }) }), "with Ollama's package")),
    ...body);
}

function draw(state, ui, act, redraw) {
  return [
    server(state, act),
    table(state, act),
    pull(state, ui, act),
    request(state, ui, act, redraw),
    state.failed ? h("p", { class: "wb-warn failed", role: "alert", key: "failed" }, state.failed) : null,
    state.problem ? h("p", { class: "wb-warn", role: "alert", key: "problem" }, state.problem) : null,
  ].filter(Boolean);
}

export default { render: (context) => mount(context, "wb-ollama wb-box", { typed: "", open: false, said: "" }, draw) };
