"""Looks at a page for traces of text that was taken for more than text."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.lab import Notebook
    from tests.browser.watch import Beacon

__all__ = ["OUTPUTS", "harm", "missing_marks", "overflowing", "ran", "traces", "turning"]

OUTPUTS = ".wb-app, .jp-OutputArea-output"
"""What the workbench has put into a notebook's page."""

# Elements and attributes that run or load. plotly keeps an empty `img` and a `style` of its own; JupyterLab makes links
# of addresses in plain text, `data:` ones too, which Chromium does not follow, and the others only after a click; the
# map of a saved notebook is a picture in its address. pandas' own tables bring a `style`, and MathJax sets what stands
# between dollars in them, without links that run: they are looked at apart.
_TRACES = """(where) => {
  const tags = ["script", "iframe", "frame", "object", "embed", "link", "base", "meta", "image", "foreignobject", "use",
    "video", "audio", "source", "h1", "u", "animate", "mjx-container", "img", "style"];
  const names = ["href", "xlink:href", "src", "srcset", "action", "formaction", "srcdoc", "data", "ping", "background"];
  const picture = /^data:image\\/(svg\\+xml|png);base64,[A-Za-z0-9+\\/=]+$/;
  const bad = [];
  for (const root of document.querySelectorAll(where)) for (const node of root.querySelectorAll("*")) {
    const tag = node.tagName.toLowerCase(), drawn = node.closest(".js-plotly-plot");
    if (root.querySelector(".dataframe:not(.mathjax_ignore)") && node.closest("mjx-container, style")) continue;
    const known = (drawn && tag === "img" && !node.src) || (tag === "img" && picture.test(node.src));
    if (tags.includes(tag) && !known && !(drawn && tag === "style")) bad.push(node.outerHTML.slice(0, 120));
    for (const { name, value } of node.attributes) {
      const text = node.closest(".jp-RenderedText"), runs = /^\\s*(javascript|vbscript):/i.test(value);
      const safe = text ? !runs : /^https:/.test(value) && node.rel.includes("noopener");
      const link = tag === "a" && name === "href" && safe;
      if (name.startsWith("on")) bad.push(`${tag} ${name}=${value}`);
      if (names.includes(name) && !known && !link && !value.startsWith("#")) bad.push(`${tag} ${name}=${value}`);
      if (name === "style" && /url\\(|@import/i.test(value) && !drawn) bad.push(`${tag} ${name}=${value}`);
    }
    const ours = tag === "a" && root.matches(".wb-app");
    if (ours && /beacon|javascript|canary/.test(node.href)) bad.push(`a ${node.href}`);
  }
  return bad;
}"""
_TEXT = """(where) => [...document.querySelectorAll(where)].map((root) => [root.textContent,
  ...[...root.querySelectorAll("input, textarea, option")].map((one) => `${one.value} ${one.placeholder || ""}`),
  ...[...root.querySelectorAll("[title], [aria-label]")].map((one) => `${one.title} ${one.ariaLabel}`),
].join(" ")).join(" ")"""
# What ends to the right of its box where nothing around it scrolls or cuts: it covers what stands beside it.
_WIDE = """(where) => {
  const held = (node, root) => {
    for (let one = node.parentElement; one && one !== root.parentElement; one = one.parentElement) {
      if (getComputedStyle(one).overflowX !== "visible") return true;
    }
    return false;
  };
  return [...document.querySelectorAll(where)].flatMap((root) => {
    const edge = root.getBoundingClientRect().right + 1;
    const juts = (node) => node.getClientRects().length && node.getBoundingClientRect().right > edge;
    const found = [...root.querySelectorAll("*")].filter((node) => juts(node) && !held(node, root));
    return found.map((node) => node.className);
  });
}"""
_TURNING = """(where) => {
  const found = [], turns = (text) => /[\\u202a-\\u202e\\u2066-\\u2069]/.test(text || "");
  for (const root of document.querySelectorAll(where)) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (turns(walk.currentNode.data)) found.push(walk.currentNode.data.slice(0, 80));
    for (const node of root.querySelectorAll("[title], [aria-label], [placeholder]")) {
      if ([node.title, node.ariaLabel, node.placeholder].some(turns)) found.push(node.outerHTML.slice(0, 120));
    }
  }
  return found;
}"""

_SLOW = "[anywidget] Failed to initialize model"
"""What anywidget says where a page takes more than two seconds to begin: a busy machine, not a text."""


_DRAWN = 10
"""Seconds that a busy browser may take to draw what it was sent."""


def ran(page: Page) -> list[Any]:
    """Give the names of canaries that have run in the page or one of its frames."""
    return [found for frame in page.frames if (found := frame.evaluate("window.canary")) is not None]


def traces(page: Page, where: str = OUTPUTS) -> list[str]:
    """Give elements and attributes that run or load and that only a text could have brought in."""
    return page.evaluate(_TRACES, where)


def harm(notebook: Notebook, beacon: Beacon) -> dict[str, list[Any]]:
    """Give what a notebook's texts have done: run, made elements, opened dialogs, asked, called, broken scripts."""
    found = {
        "ran": ran(notebook.page),
        "traces": traces(notebook.page),
        "dialogs": notebook.dialogs,
        "errors": [error for error in notebook.errors if _SLOW not in error],
        "requests": notebook.watch.strangers,
        "calls": beacon.calls,
    }
    return {name: values for name, values in found.items() if values}


def missing_marks(page: Page, where: str, wanted: Iterable[str]) -> list[str]:
    """Give the marks that nobody can read in what a selector finds: its text, its fields, its tooltips and labels.

    What is not there yet has some seconds to be drawn.
    """
    every, end = list(wanted), time.monotonic() + _DRAWN
    while True:
        text = page.evaluate(_TEXT, where)
        missing = [one for one in every if one not in text]
        if not missing or time.monotonic() > end:
            return missing
        time.sleep(0.1)


def overflowing(page: Page, where: str = ".wb-app") -> list[str]:
    """Give the classes of what juts out of the boxes that a selector finds."""
    return page.evaluate(_WIDE, where)


def turning(page: Page, where: str = ".wb-app") -> list[str]:
    """Give texts, tooltips and labels with a character that turns the direction of what follows."""
    return page.evaluate(_TURNING, where)
