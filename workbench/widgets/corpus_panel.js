// Choosing a corpus, how it is cut, what was read, and the lens. Text of documents is only ever set as text.

const LARGEST = 8e6; // Bytes of one file: Jupyter closes the connection at a message of 10 MB.

const button = (text, onclick, extra) => h("button", { type: "button", class: "wb-chip", onclick, ...extra }, text);

async function send(list, ui, redraw, model) {
  const files = [...list];
  const large = files.find((file) => file.size > LARGEST);
  ui.said = large ? `${large.name} has ${Math.round(large.size / 1e6)} MB; the browser can hand over 8 MB a file. Put it into a folder, and give its path.` : "";
  redraw();
  if (large || !files.length) return;
  for (const [place, file] of files.entries()) {
    const content = await file.arrayBuffer();
    model.send({ do: "file", name: file.name, first: place === 0, last: place === files.length - 1 }, undefined, [new DataView(content)]);
  }
}

function sources(state, ui, act, redraw, model) {
  const load = (event) => {
    event.preventDefault();
    act({ do: "load", path: ui.path });
  };
  return h("div", { class: "sources", key: "sources" },
    state.samples.length ? h("div", { class: "wb-row", key: "samples" }, h("span", { class: "wb-note kind" }, "Samples"),
      state.samples.map((name) => button(name, () => act({ do: "sample", name }), { key: name, "aria-pressed": String(name === state.name) }))) : null,
    h("form", { class: "wb-row", key: "path", ...sends(load) },
      h("label", { class: "wb-note kind", for: ui.id }, "Folder or file"),
      h("input", { id: ui.id, class: "wb-field path", type: "text", placeholder: "path, such as data/camelids", spellcheck: "false", oninput: (event) => { ui.path = event.target.value; } }),
      h("button", { type: "submit", class: "wb-chip" }, "Load"),
      state.name ? button("Read again", () => act({ do: "refresh" }), { key: "again" }) : null),
    h("div", { class: "wb-row", key: "others" },
      h("label", { class: "wb-note kind", for: `${ui.id}-files` }, "Files"),
      h("input", { id: `${ui.id}-files`, class: "files wb-note", type: "file", multiple: true, onchange: (event) => send(event.target.files, ui, redraw, model) }),
      h("label", { class: "wb-label" }, "or a variable",
        h("select", { class: "wb-field", onfocus: () => act({ do: "variables" }), value: "", onchange: (event) => {
          if (event.target.value) act({ do: "variable", name: event.target.value });
        } },
          h("option", { key: "", value: "" }, "choose…"),
          state.variables.map((one) => h("option", { key: one.name, value: one.name }, `${one.name} (${one.kind})`))))),
    h("p", { class: "wb-note said", role: "status", key: "said" }, ui.said || (state.reading ? [state.reading.label, state.reading.text].filter(Boolean).join(" · ") : state.summary)));
}

function cutting(state, act) {
  const whole = state.size === "document";
  const size = whole ? state.default : state.size;
  const number = (label, value, least, change) => h("label", { class: "wb-label", key: label }, label,
    h("input", { class: "wb-field number", type: "number", min: String(least), step: "1", value: String(value), disabled: whole, onchange: change }));
  return h("div", { class: "wb-row wb-settings", key: "cutting" },
    h("span", { class: "wb-note kind" }, "Chunks"),
    number("tokens", size, 1, (event) => act({ do: "size", size: Number(event.target.value), overlap: state.overlap })),
    number("overlap", state.overlap, 0, (event) => act({ do: "size", size, overlap: Number(event.target.value) })),
    h("label", { class: "wb-label", key: "whole" },
      h("input", { type: "checkbox", checked: whole, onchange: (event) => act({ do: "size", size: event.target.checked ? "document" : state.default, overlap: state.overlap }) }), "whole documents"));
}

function report(state, ui, redraw) {
  const all = state.report;
  if (!all.total) return null;
  const rows = ui.missing ? all.missing : all.all;
  const total = ui.missing ? all.total_missing : all.total;
  return h("details", { class: "part", key: "report" },
    h("summary", {}, "Load report", h("span", { class: "wb-note" }, ` ${all.total - all.total_missing} loaded`,
      all.total_missing ? h("span", { class: "wb-warn" }, `, ${all.total_missing} not`) : null)),
    h("label", { class: "wb-label" }, h("input", { type: "checkbox", checked: ui.missing, onchange: (event) => { ui.missing = event.target.checked; redraw(); } }), "only what was not loaded"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Load report" },
      h("table", { class: "wb-table" },
        h("thead", {}, h("tr", {}, ["Path", "Status", "Reason"].map((title) => h("th", { scope: "col" }, title)), h("th", { scope: "col", class: "wb-number" }, "Characters"), h("th", { scope: "col" }, "Encoding"))),
        h("tbody", {}, rows.map(([path, status, reason, characters, encoding]) => h("tr", { key: path },
          h("td", {}, path), h("td", { class: status === "loaded" ? null : "wb-warn" }, status), h("td", {}, reason), h("td", { class: "wb-number" }, characters), h("td", {}, encoding)))))),
    rows.length < total ? h("p", { class: "wb-note" }, `The first ${rows.length} of ${total}; wb.load_report.to_frame() has all.`) : null);
}

function bars(state) {
  const one = state.histogram;
  if (!one) return null;
  const highest = Math.max(...one.bins.map((bin) => bin.n));
  return h("figure", { class: "histogram", key: "histogram", role: "img", "aria-label": one.sentence },
    h("div", { class: "bars" },
      one.bins.map((bin) => h("i", { class: bin.over ? "over" : null, title: `${bin.from} to ${bin.to - 1} tokens: ${bin.n}`, style: { height: `${(100 * bin.n) / highest}%` } })),
      one.at === null ? null : h("span", { class: `limit${one.at > 0.7 ? " late" : ""}`, key: "limit", style: { left: `${100 * one.at}%` } }, h("b", {}, `${one.limit}`))),
    h("figcaption", { class: "wb-note" }, `${one.sentence}.`));
}

function piece(one) {
  const look = one.cut ? "cut" : one.over ? "over" : one.out ? "out" : null;
  const title = one.cut ? "The model does not read this" : one.over ? "In two chunks" : one.out ? "In no chunk" : null;
  return [
    (one.begins || []).map((number) => h("b", { class: "edge", title: `Chunk ${number} begins` }, String(number))),
    h("span", { class: look, title }, one.t),
  ];
}

function glass(state, ui, act) {
  const one = state.lens;
  if (!one) return null;
  const look = (start, document) => act({ do: "look", document: document || one.document, start });
  const less = state.documents.total > state.documents.ids.length;
  const typed = h("input", { class: "wb-field wb-grow", type: "text", list: `${ui.id}-documents`, value: one.document, onchange: (event) => look(0, event.target.value), "aria-label": "Document" });
  const names = [...new Set([one.document, ...state.documents.ids])];
  const chosen = h("select", { class: "wb-field wb-grow", value: one.document, "aria-label": "Document", onchange: (event) => look(0, event.target.value) },
    names.map((id) => h("option", { key: id, value: id }, id)));
  return h("details", { class: "part lens", key: "lens", open: true },
    h("summary", {}, "Chunk lens", h("span", { class: "wb-note" }, ` ${one.chunks} of ${one.title || one.document}`,
      one.unseen ? h("span", { class: "wb-warn" }, `, ${one.unseen} characters are not read`) : null)),
    h("div", { class: "wb-row" }, less ? [typed, h("datalist", { id: `${ui.id}-documents` }, names.map((id) => h("option", { key: id, value: id })))] : chosen,
      one.from > 0 ? button("Earlier", () => look(Math.max(0, one.from - one.window)), { key: "earlier" }) : null,
      one.to < one.total ? button("Later", () => look(one.to), { key: "later" }) : null),
    h("div", { class: "text scroll", tabindex: "0", role: "region", "aria-label": `Text of ${one.document} with its chunks`, key: `${one.document} ${one.from}` }, one.pieces.map(piece)),
    h("p", { class: "wb-note" }, h("span", { class: "over" }, "shaded"), " is in two chunks, ", h("span", { class: "cut" }, "grey"), " is beyond what the model reads",
      one.total > one.window ? ` · characters ${one.from + 1} to ${one.to} of ${one.total}` : null));
}

function draw(state, ui, act, redraw, model) {
  return [
    sources(state, ui, act, redraw, model),
    cutting(state, act),
    bars(state),
    report(state, ui, redraw),
    glass(state, ui, act),
    state.problem ? h("p", { class: "wb-warn", role: "alert", key: "problem" }, state.problem) : null,
  ].filter(Boolean);
}

let number = 0;

export default {
  render(context) {
    number += 1;
    return mount(context, "wb-corpus wb-box", { id: `wb-corpus-${number}-${Date.now()}`, path: "", missing: false, said: "" }, draw);
  },
};
