// Tells the kernel what a figure cannot see: whether the page is dark, how wide its place is, what it can draw with.

const PAUSE = 120; // milliseconds without a change before it is told

function isDark() {
  const light = document.body.dataset.jpThemeLight;
  if (light !== undefined) return light === "false";
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

// Asked once: a page may have few contexts, and the figures need them.
let canDraw = null;

function hasWebgl() {
  if (canDraw === null) {
    const context = document.createElement("canvas").getContext("webgl");
    canDraw = Boolean(context);
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return canDraw;
}

function render({ model, el }) {
  el.classList.add("wb-surroundings");
  let timer = 0;

  function tell() {
    if (!el.isConnected) return; // closed meanwhile: there is no kernel to tell
    const width = Math.floor(el.getBoundingClientRect().width);
    if (width > 0) model.set("width", width);
    model.set("dark", isDark());
    model.save_changes();
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE);
  }

  const size = new ResizeObserver(later);
  size.observe(el);
  const theme = new MutationObserver(later);
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", later);

  model.set("webgl", hasWebgl());
  model.set("shown", model.get("shown") + 1);
  model.save_changes();

  return () => {
    clearTimeout(timer);
    size.disconnect();
    theme.disconnect();
    scheme.removeEventListener("change", later);
  };
}

export default { render };
