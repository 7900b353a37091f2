// The page around an exported map: its colours follow the system, its passages point at their markers.
// It runs once plotly has drawn the figure; no text from documents passes through here.
const figure = document.getElementById("map");
const settings = JSON.parse(document.getElementById("settings").textContent);
const dark = window.matchMedia("(prefers-color-scheme: dark)");

async function follow() {
  const patch = settings.themes[dark.matches ? "dark" : "light"];
  for (const [number, change] of patch.traces) {
    const one = Object.fromEntries(Object.entries(change).map(([key, value]) => [key, [value]]));
    await Plotly.restyle(figure, one, [number]);
  }
  await Plotly.relayout(figure, patch.layout);
}
dark.addEventListener("change", follow);
follow();

// the passages stand below this script: they are looked up when they are needed
const passages = () => [...document.querySelectorAll("[data-rank]")];
const isMarker = (trace) => trace.name?.startsWith("passages") && trace.visible !== false;

function highlight(rank) {
  const number = figure.data.findIndex(isMarker);
  if (number < 0) return;
  const [usual, large] = settings.sizes;
  const sizes = Array.from(figure.data[number].customdata, (one) => (one === rank ? large : usual));
  Plotly.restyle(figure, { "marker.size": [sizes] }, [number]);
  for (const passage of passages()) {
    if (Number(passage.dataset.rank) === rank) passage.setAttribute("aria-current", "true");
    else passage.removeAttribute("aria-current");
  }
}

// a click focuses, too
document.addEventListener("focusin", ({ target }) => {
  const passage = target.closest("[data-rank]");
  if (passage) highlight(Number(passage.dataset.rank));
});
// a marker lies on the point of its passage, and plotly may report either of the two: the place decides
figure.on("plotly_click", ({ points }) => {
  const markers = figure._fullData.find(isMarker);
  if (!markers) return;
  const { x, y, z } = points[0];
  const at = markers.customdata.findLastIndex(
    (_, i) => markers.x[i] === x && markers.y[i] === y && (!markers.z || markers.z[i] === z),
  );
  passages().find((passage) => Number(passage.dataset.rank) === markers.customdata[at])?.focus();
});
