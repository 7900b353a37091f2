// Lists that light up on the map: each row selects its chunks there.

const select = (act, kind, number, text) => h("button", { type: "button", class: "wb-chip", onclick: () => act({ do: "select", kind, number }) }, text);
const opener = (act, row) => h("button", { type: "button", class: "wb-link", onclick: () => act({ do: "open", chunk: row.id }) }, row.name);
const part = (name, title, ...children) => h("section", { class: "part", key: name, "data-part": name, "aria-label": title }, h("h4", {}, title), ...children);

function chosen(state, act) {
  if (!state.selected) return h("p", { class: "wb-note", key: "chosen" }, "Nothing is selected. Draw a lasso or a box on the map, or select a row below.");
  return h("div", { class: "wb-row", key: "chosen" },
    h("b", { role: "status" }, `${state.selected.toLocaleString("en")} selected`),
    h("button", { type: "button", class: "wb-chip", onclick: () => act({ do: "near" }) }, "Add the nearest ten"),
    h("label", { class: "wb-label" }, h("input", { type: "checkbox", checked: state.only, onchange: (event) => act({ do: "only", value: event.target.checked }) }), "Search only inside"),
    h("button", { type: "button", class: "wb-chip", onclick: () => act({ do: "clear" }) }, "Clear"));
}

function clusters(state, act) {
  const found = state.clusters;
  const rows = found.rows.map((row) => h("li", { key: row.number },
    select(act, "clusters", row.number, row.size.toLocaleString("en")), " ", h("b", {}, row.label), " ", h("span", { class: "wb-note" }, row.keywords)));
  const noise = found.noise ? [h("li", { key: "noise" }, select(act, "clusters", found.rows.length, found.noise.toLocaleString("en")), " ", h("span", { class: "wb-note" }, "noise: in no cluster"))] : [];
  return part("clusters", "Clusters",
    h("p", { class: "wb-note" }, "HDBSCAN finds them in the picture, not in the vectors: what the picture tears apart or pushes together, it does too. Keywords are the words that mark a cluster out (class-based TF-IDF)."),
    h("div", { class: "wb-row" },
      h("button", { type: "button", class: "wb-chip", disabled: !state.drawn || Boolean(found.running), onclick: () => act({ do: "cluster" }) }, found.rows.length ? "Find again" : "Find clusters"),
      found.rows.length && !found.colored ? h("button", { type: "button", class: "wb-chip", onclick: () => act({ do: "color", color: "cluster" }) }, "Colour the map by cluster") : null,
      found.rows.length ? h("button", { type: "button", class: "wb-chip", disabled: Boolean(found.running), onclick: () => act({ do: "name" }) }, "Name them with the language model") : null,
      found.running ? [h("span", { class: "wb-note", role: "status", key: "run" }, `${found.running} …`), h("button", { type: "button", class: "wb-chip", key: "stop", onclick: () => act({ do: "stop" }) }, "Stop")] : null),
    found.count === 0 ? h("p", { class: "wb-note" }, "No part of the picture is dense enough to be a cluster.") : null,
    rows.length || noise.length ? h("ul", { class: "list" }, rows, noise) : null);
}

function anchored(state, act) {
  const from = state.anchored;
  if (!from) return part("from", "From one chunk", h("p", { class: "wb-note" }, "Choose the colour “similarity to a chunk” and point at one: its true neighbours are listed here, with where the map has them."));
  return part("from", "From one chunk",
    h("p", {}, "True neighbours of ", h("b", {}, from.name), ":"),
    from.rows.length ? h("div", { class: "scroll" }, h("table", { class: "wb-table" },
      h("thead", {}, h("tr", {}, ["Cosine", "Chunk", "Place on the map"].map((head) => h("th", { scope: "col", key: head }, head)))),
      h("tbody", {}, from.rows.map((row) => h("tr", { key: row.id, class: row.far ? "apart" : null },
        h("td", { class: "wb-number" }, row.cosine), h("td", {}, opener(act, row)),
        h("td", {}, row.place === null ? "not on it" : row.far ? h("b", { class: "wb-warn" }, `far: ${row.place.toLocaleString("en")}.`) : `${row.place.toLocaleString("en")}.`)))))) : null);
}

function duplicates(state, act) {
  const found = state.duplicates;
  const submit = (event) => {
    event.preventDefault();
    act({ do: "duplicates", threshold: Number(event.currentTarget.elements.cosine.value) });
  };
  return part("duplicates", "Near-duplicates",
    h("form", { class: "wb-row", ...sends(submit) },
      h("label", { class: "wb-label" }, "True cosine of at least", h("input", { class: "wb-field number", name: "cosine", type: "number", min: "0", max: "1", step: "0.01", value: String(found.threshold) })),
      h("button", { type: "submit", class: "wb-chip", disabled: !state.drawn || state.busy }, "Find")),
    found.asked ? h("p", { class: "wb-note", role: "status" }, found.count ? `${found.count.toLocaleString("en")} groups` : "None.") : null,
    found.rows.length ? h("ul", { class: "list" }, found.rows.map((row) => h("li", { key: row.number },
      select(act, "duplicates", row.number, `${row.size} × ${row.cosine}`), " ", opener(act, row), " ", h("span", { class: "wb-note" }, row.text)))) : null);
}

function outliers(state, act) {
  const found = state.outliers;
  return part("outliers", "Outliers",
    h("p", { class: "wb-note" }, "Chunks that are least like their ten nearest neighbours: other topics, broken text, another language."),
    h("button", { type: "button", class: "wb-chip", disabled: !state.drawn || state.busy, onclick: () => act({ do: "outliers" }) }, found.asked ? "Find again" : "Find outliers"),
    found.rows.length ? h("ul", { class: "list" }, found.rows.map((row) => h("li", { key: row.id },
      select(act, "outliers", row.number, row.cosine), " ", opener(act, row), " ", h("span", { class: "wb-note" }, row.text)))) : null);
}

function trust(state, act) {
  const found = state.regions;
  if (found.trust === null) return null;
  return part("trust", "How far to trust the map",
    h("p", {}, `${found.trust} of 100 true nearest neighbours are among the nearest in the picture${found.known ? "" : " (estimated from a sample)"}.`),
    found.known && !found.colored ? h("button", { type: "button", class: "wb-chip", onclick: () => act({ do: "color", color: "distortion" }) }, "Colour the map by distortion") : null,
    found.rows.length ? [h("p", { class: "wb-note", key: "worst" }, "Least to be trusted:"), h("ul", { class: "list", key: "list" }, found.rows.map((row) => h("li", { key: row.number },
      select(act, "regions", row.number, `${row.size} chunks`), " ", h("span", {}, `${row.kept} of 100 kept`))))] : null);
}

function draw(state, ui, act) {
  return [
    chosen(state, act),
    state.problem ? h("p", { class: "problem", role: "alert", key: "problem" }, state.problem) : null,
    h("div", { class: "parts", key: "parts" }, clusters(state, act), anchored(state, act), duplicates(state, act), outliers(state, act), trust(state, act)),
  ].filter(Boolean);
}

export default { render: (context) => mount(context, "wb-explore wb-box", {}, draw) };
