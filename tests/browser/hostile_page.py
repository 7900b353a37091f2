"""Looks at a page for traces of text that was taken for more than text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["missing_marks", "overflowing", "ran", "traces", "turned"]

# Elements and attributes that run or load; those of our own figures and of JupyterLab's links in plain text are known.
_TRACES = """(where) => {
  const bad = [], tags = ["script", "iframe", "object", "embed", "link", "style", "base", "meta", "image", "foreignobject",
    "video", "audio", "source", "h1", "h2", "u", "mjx-container", "use", "animate", "marquee", "frame", "portal"];
  const ours = /^data:image\\/svg\\+xml;base64,[A-Za-z0-9+\\/=]+$/, known = /^https?:\\/\\//;
  for (const node of document.querySelectorAll(where)) {
    const tag = node.tagName.toLowerCase(), drawn = node.closest(".js-plotly-plot");
    if (tags.includes(tag) && !(drawn && ["style", "h1", "h2"].includes(tag) === false && tag === "use")) bad.push(`<${tag}>`);
    if (tag === "img" && !ours.test(node.getAttribute("src") || "")) bad.push(`<img src=${node.getAttribute("src")}>`);
    for (const { name, value } of node.attributes) {
      if (name.startsWith("on")) bad.push(`${tag} ${name}`);
      if (["href", "xlink:href", "action", "formaction", "srcdoc", "data", "ping", "background", "poster"].includes(name)
        && !(tag === "a" && known.test(value)) && !value.startsWith("#")) bad.push(`${tag} ${name}=${value}`);
      if (name === "style" && /url\\(|expression|@import/i.test(value) && !drawn) bad.push(`${tag} ${name}=${value}`);
    }
    if (tag === "a" && node.closest(".wb-app") && /beacon/.test(node.href)) bad.push(`a ${node.href}`);
  }
  return bad;
}"""
_TEXT = """(where) => [...document.querySelectorAll(where)].map((node) => node.innerText + " " + node.textContent + " "
  + [...node.querySelectorAll("input, textarea, option")].map((one) => `${one.value} ${one.placeholder || ""}`).join(" ")
  + [...node.querySelectorAll("[title], [aria-label]")].map((one) => `${one.title} ${one.getAttribute("aria-label")}`).join(" ")
).join(" ")"""
# What is wider than the box it stands in, where that box does not scroll: text that covers its neighbours.
_WIDE = """(where) => [...document.querySelectorAll(where)].flatMap((root) => {
  const edge = root.getBoundingClientRect().right + 1;
  const scrolls = (node) => { for (let one = node.parentElement; one && one !== root.parentElement; one = one.parentElement)
    if (getComputedStyle(one).overflowX !== "visible") return true; return false; };
  return [...root.querySelectorAll("*")].filter((node) => !node.closest(".js-plotly-plot") && node.getClientRects().length
    && node.getBoundingClientRect().right > edge && !scrolls(node)).map((node) => `${node.tagName}.${node.className}`);
})"""
# A span that opens an order of letters and does not close it must leave what stands beside it where it was.
_TURNED = """(where) => {
  const mark = /[\\u202a-\\u202e\\u2066-\\u2069]/, found = [];
  for (const root of document.querySelectorAll(where)) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (mark.test(walk.currentNode.data)) found.push(walk.currentNode.data.slice(0, 80));
    for (const node of root.querySelectorAll("*")) for (const { name, value } of node.attributes)
      if (["title", "aria-label", "placeholder", "alt"].includes(name) && mark.test(value)) found.push(`${name}=${value.slice(0, 80)}`);
  }
  return found;
}"""


def ran(page: Page) -> list[Any]:
    """Give the names of canaries that have run in the page or one of its frames."""
    return [found for frame in page.frames if (found := frame.evaluate("window.canary")) is not None]


def traces(page: Page, where: str = ".wb-app *, .jp-OutputArea-output *") -> list[str]:
    """Give elements and attributes that only a text could have brought in and that run or load."""
    return page.evaluate(_TRACES, where)


def missing_marks(page: Page, where: str, wanted: Iterable[str]) -> list[str]:
    """Give the marks that cannot be read in what a selector finds: its text, its fields, its tooltips and labels."""
    text = page.evaluate(_TEXT, where)
    return [one for one in wanted if one not in text]


def overflowing(page: Page, where: str = ".wb-app") -> list[str]:
    """Give what juts out of the boxes that a selector finds."""
    return page.evaluate(_WIDE, where)


def turned(page: Page, where: str = ".wb-app") -> list[str]:
    """Give texts, tooltips and labels in which a character still turns the order of letters around."""
    return page.evaluate(_TURNED, where)
