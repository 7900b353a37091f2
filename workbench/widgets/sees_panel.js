// The string as it is sent, cut at its tokens; the vector as a strip; the probes as a table.

const kinds = ["", "token", "token other"];

const tokens = (pieces) => pieces.map(([text, kind], at) => (kind ? h("span", { class: kinds[kind], key: at }, text) : h("span", { key: at }, text)));

function chooser(state, ui, act) {
  const submit = (event) => {
    event.preventDefault();
    act({ do: "choose", subject: event.currentTarget.elements.chunk.value });
  };
  return h("div", { class: "wb-row choose", key: "choose" },
    h("label", { class: "wb-label" }, "Look at",
      h("select", { class: "wb-field", value: state.subject, disabled: !state.subjects.length, onchange: (event) => act({ do: "choose", subject: event.target.value }) },
        state.subjects.map((one) => h("option", { key: one.id, value: one.id }, one.name)))),
    h("form", { class: "wb-row", ...sends(submit) },
      h("label", { class: "wb-hidden", for: `${ui.id}-chunk` }, "Id of another chunk"),
      h("input", { class: "wb-field", id: `${ui.id}-chunk`, name: "chunk", list: `${ui.id}-near`, placeholder: "id of another chunk", autocomplete: "off", spellcheck: "false" }),
      h("datalist", { id: `${ui.id}-near` }, state.near.map((id) => h("option", { key: id, value: id }))),
      h("button", { type: "submit", class: "wb-chip" }, "Choose")),
    h("button", { type: "button", class: "wb-button wb-primary", disabled: !state.subject, onclick: () => act({ do: "show" }) }, state.sees ? "Show again" : "Show what the model sees"));
}

function sent(sees) {
  return h("div", { class: "sent", key: "sent", tabindex: "0", role: "region", "aria-label": "The exact text that is sent" },
    sees.prefix.length ? h("mark", { class: "prefix", key: "prefix", title: `Put in front of every ${sees.role}` },
      h("span", { class: "wb-hidden" }, "Prefix: "), tokens(sees.prefix)) : null,
    h("span", { class: "read", key: "read" }, tokens(sees.text)),
    sees.undrawn ? h("span", { class: "wb-note", key: "undrawn" }, ` … ${sees.undrawn}`) : null,
    sees.cut ? h("span", { class: "off", key: "off" }, h("b", { class: "label" }, sees.cut_note), h("s", {}, sees.cut), sees.cut_more ? ` … ${sees.cut_more}` : null) : null);
}

function figures(sees) {
  return h("div", { class: "figures", key: "figures" },
    h("div", { class: "wb-track", "aria-hidden": "true" }, h("i", { class: sees.over ? "over" : null, style: { width: `${sees.share * 100}%` } })),
    h("p", {}, h("b", { class: sees.over ? "wb-warn" : null }, sees.tokens),
      sees.prefix.length ? [" · ", h("mark", { class: "prefix" }, "prefix")] : " · no prefix",
      " · norm ", h("b", {}, sees.norm)),
    h("p", { class: "wb-note" }, sees.exact));
}

function strip(sees, ui, redraw) {
  const last = sees.numbers.length - 1;
  const at = Math.min(ui.at, last);
  const look = (place) => {
    ui.at = place;
    redraw();
  };
  const keys = (event) => {
    const next = { ArrowRight: Math.min(at + 1, last), ArrowLeft: Math.max(at - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.currentTarget.children[next].focus();
  };
  return h("div", { class: "vector", key: "vector" },
    h("p", { class: "wb-note" }, sees.numbers_of),
    h("div", { class: "strip", role: "group", "aria-label": `${sees.numbers_of} of the vector; the arrow keys go from one to the next`, onkeydown: keys },
      sees.numbers.map(([text, share], place) => h("button", {
        type: "button", key: place, class: share < 0 ? "below" : "above", style: { "--part": `${Math.abs(share) * 100}%` },
        tabindex: place === at ? "0" : "-1", "aria-label": `Number ${place + 1}: ${text}`,
        onfocus: () => look(place), onmouseenter: () => look(place), onclick: () => look(place),
      }))),
    h("p", { class: "wb-note number", "aria-hidden": "true" }, `Number ${at + 1}: `, h("b", {}, sees.numbers[at][0]),
      h("span", { class: "legend" }, h("i", { class: "below" }), " below 0 ", h("i", { class: "above" }), " above 0")));
}

const signs = { passed: ["✓", "wb-ok"], failed: ["✗", "wb-warn"], "not asked": ["–", "wb-note"] };

function probes(check) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Probes", key: "probes" },
    h("table", { class: "wb-table" },
      h("thead", {}, h("tr", {}, ["Probe", "Result", "What was seen, and what to do"].map((head) => h("th", { scope: "col", key: head }, head)))),
      h("tbody", {}, check.rows.map((row) => h("tr", { key: row.id, "data-probe": row.id },
        h("th", { scope: "row" }, row.name),
        h("td", { class: `result ${signs[row.result][1]}` }, h("span", { "aria-hidden": "true" }, `${signs[row.result][0]} `), row.result),
        h("td", {}, row.seen, row.advice ? h("div", { class: "advice" }, row.advice) : null))))));
}

function engine(state, act) {
  const check = state.check;
  const verdict = state.checking ? "Checking…" : check ? check.verdict : "Not checked yet: some engines embed wrongly without saying so.";
  return h("section", { class: "engine", key: "engine", "aria-label": "Engine check" },
    h("div", { class: "wb-row" },
      h("p", { class: "wb-grow", role: "status" }, h("b", { class: check && !state.checking ? (check.failed ? "wb-warn" : "wb-ok") : null }, verdict),
        check && !state.checking ? h("span", { class: "wb-note" }, ` · ${check.when}`) : null),
      h("button", { type: "button", class: "wb-button", disabled: state.checking, onclick: () => act({ do: "check" }) }, check ? "Check this model again" : "Check this model")),
    check ? probes(check) : null);
}

function draw(state, ui, act, redraw) {
  const sees = state.sees;
  return [
    chooser(state, ui, act),
    state.problem ? h("p", { class: "wb-warn", role: "alert", key: "problem" }, state.problem) : null,
    state.leaves ? h("p", { class: "wb-note", key: "leaves" }, `Showing it sends this text to ${state.leaves}.`) : null,
    sees ? [figures(sees), sent(sees), strip(sees, ui, redraw)] : h("p", { class: "quiet wb-note", key: "quiet" },
      state.subject ? `${state.model} has not been asked about this text.` : "There is no text yet."),
    engine(state, act),
  ].flat().filter(Boolean);
}

export default { render: (context) => mount(context, "wb-sees wb-box", { id: `wb-${Math.random().toString(36).slice(2)}`, at: 0 }, draw) };
