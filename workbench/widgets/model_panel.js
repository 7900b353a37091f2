// What is to be known of the chosen model; the models in three groups; a box for any other, with its options.

// A button that is off keeps the keyboard's place: after "Choose" has become "Chosen", Tab goes on from there.
const press = (one, act, kind, key) => h("button", {
  type: "button", key: key || one.word, class: kind || (one.primary ? "wb-button wb-primary" : "wb-chip"), title: one.title || null,
  "aria-disabled": one.off ? "true" : null, onclick: () => one.off || act(one.message),
}, one.word);

const track = (share) => h("div", { class: "wb-track" }, h("i", { style: { width: `${(share || 0) * 100}%` } }));

function facts(state) {
  return h("dl", { class: "facts", key: "facts", "aria-label": `Facts of ${state.chosen_name}` },
    state.chosen.map(([title, value]) => h("div", { key: title }, h("dt", {}, title), h("dd", {}, value))));
}

function lines(state, act) {
  return h("div", { class: "lines", key: "lines" }, state.lines.map((line) =>
    h("div", { class: "line", key: line.id, "data-line": line.id, "aria-live": line.progress ? "off" : "polite" },
      h("span", { class: line.kind ? `wb-${line.kind}` : "quiet" }, line.text),
      line.buttons.map((one) => press(one, act)),
      line.progress && line.progress.share !== null ? track(line.progress.share) : null)));
}

function name(row) {
  return [
    h("b", {}, row.name), " ", h("span", { class: "wb-note" }, row.provider),
    row.link ? [" ", h("a", { class: "wb-link", href: row.link, target: "_blank", rel: "noopener noreferrer", "aria-label": `About ${row.name}, in a new tab` }, "about")] : null,
    row.note ? h("span", { class: "wb-note aside" }, row.note) : null,
    row.prefixes ? h("span", { class: "wb-note aside prefixes" }, row.prefixes) : null,
  ];
}

function group(title, rows, act) {
  if (!rows.length) return [];
  return [
    h("tr", { class: "group", key: title }, h("th", { scope: "rowgroup", colspan: "5" }, title)),
    ...rows.map((row) => h("tr", { key: row.id, class: row.chosen ? "chosen" : null, "data-model": row.id },
      h("td", {}, name(row)),
      h("td", { class: "wb-number" }, row.dimensions), h("td", { class: "wb-number" }, row.tokens), h("td", { class: "wb-number" }, row.parameters),
      h("td", { class: "wb-number" }, press(row.action, act, "wb-chip", "action")))),
  ];
}

function table(state, act) {
  return h("table", { class: "wb-table", key: "table" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Model"),
      ...["Dimensions", "Reads (tokens)", "Parameters"].map((title) => h("th", { scope: "col", class: "wb-number" }, title)),
      h("th", { scope: "col" }, h("span", { class: "wb-hidden" }, "Action")))),
    h("tbody", {}, group("Ready now", state.ready, act), group("Needs download", state.download, act),
      group("On somebody else’s machine: needs a key or an account, and your consent", state.remote, act)));
}

function pulling(state, act) {
  const job = state.pulling;
  return h("div", { class: "pulling", role: "status", key: "pulling" }, job ? [
    h("div", { class: "wb-row" }, h("span", { class: "wb-note wb-grow" }, [job.label, job.text].filter(Boolean).join(" · ")),
      h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "cancel" }) }, "Cancel")),
    track(job.share),
  ] : []);
}

// Which provider's options are shown: that of the id, Hugging Face's for a folder or owner/name.
function providerOf(typed, forms) {
  const first = typed.trim().split(":")[0];
  if (first in forms && typed.includes(":")) return first;
  return /[/\\~]/.test(typed) && "huggingface" in forms ? "huggingface" : "";
}

function control(field, id, values, redraw) {
  const set = (value) => { values[field.name] = value; redraw(); };
  const given = values[field.name];
  if (field.kind === "switch") return h("input", { id, type: "checkbox", checked: given === undefined ? Boolean(field.default) : given, onchange: (event) => set(event.target.checked) });
  if (field.kind === "choice") {
    return h("select", { id, class: "wb-field", value: given || "", "aria-describedby": `${id}-help`, onchange: (event) => set(event.target.value) },
      h("option", { value: "" }, "default"), field.choices.map((choice) => h("option", { value: choice }, choice)));
  }
  return h("input", { id, class: "wb-field", type: "text", inputmode: field.kind === "number" ? "decimal" : null, value: given || "", autocomplete: "off", spellcheck: "false",
    "aria-describedby": `${id}-help`, oninput: (event) => set(event.target.value) });
}

function options(fields, values, ui, redraw) {
  return h("div", { class: "options", key: "options" }, fields.map((field) => {
    const id = `${ui.id}-${field.name}`;
    return h("div", { class: "option", key: field.name },
      h("label", { for: id, class: "wb-mono" }, field.name), control(field, id, values, redraw), h("span", { class: "wb-note", id: `${id}-help` }, field.help));
  }));
}

const filled = (values) => Object.values(values).filter((value) => value !== "").length;

function other(state, ui, act, redraw) {
  const provider = providerOf(ui.typed, state.forms);
  const fields = state.forms[provider] || [];
  const values = (ui.values[provider] = ui.values[provider] || {});
  const number = filled(values);
  const submit = (event) => {
    event.preventDefault();
    act({ do: "choose", model: ui.typed, options: { ...values } });
  };
  return h("form", { class: "other", key: "other", ...sends(submit) },
    h("div", { class: "wb-row" },
      h("label", { class: "wb-label wb-grow" }, "Any other",
        h("input", { class: "wb-field wb-grow", type: "text", placeholder: "huggingface:intfloat/e5-small-v2, ollama:bge-m3, or a folder", spellcheck: "false", autocomplete: "off",
          oninput: (event) => { ui.typed = event.target.value; redraw(); } })),
      h("button", { type: "button", class: "wb-chip dashed", disabled: !fields.length, "aria-expanded": String(ui.open && fields.length > 0), title: fields.length ? null : "Type an id first: its provider decides what can be set",
        onclick: () => { ui.open = !ui.open; redraw(); } }, number ? `Options (${number})` : "Options"),
      h("button", { type: "submit", class: "wb-chip" }, "Choose"),
      h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "probe" }) }, "Look again")),
    ui.open && fields.length ? options(fields, values, ui, redraw) : null);
}

function draw(state, ui, act, redraw) {
  return [
    facts(state),
    lines(state, act),
    table(state, act),
    pulling(state, act),
    state.server ? h("p", { class: "wb-note", key: "server" }, `Models of Ollama are not ready: ${state.server}`) : null,
    other(state, ui, act, redraw),
    state.problem ? h("p", { class: "wb-warn", role: "alert", key: "problem" }, state.problem) : null,
  ].filter(Boolean);
}

let count = 0;
export default { render: (context) => mount(context, "wb-model wb-box", { typed: "", open: false, values: {}, id: `wb-model-${(count += 1)}` }, draw) };
