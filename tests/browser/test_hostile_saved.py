"""A notebook of canaries that was saved: opened again without trust, without widgets, and exported to a page."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.browser.canaries import mark, marks
from tests.browser.hostile_page import harm, missing_marks, ran, traces
from tests.browser.kernel import value
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser

VIEW = "application/vnd.jupyter.widget-view+json"
TRUSTED = "() => [...window.jupyterapp.shell.currentWidget.content.model.cells].filter((one) => one.trusted).length"
TEMPLATE = {"cdnjs.cloudflare.com", "cdn.jsdelivr.net", "unpkg.com"}
"""What nbconvert's own template asks, whatever is in the notebook."""


@pytest.fixture(scope="module")
def saved(hostile, lab):
    """Give the notebook as it was saved, a dict."""
    hostile.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    kept = lab.notebooks / "hostile.ipynb"
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert [len(cell["outputs"]) > 0 for cell in found["cells"]] == [True] * 5
    return found


def without_widgets(notebook):
    """Give a copy as a viewer without widgets reads it, changed so that no signature fits."""
    copy = json.loads(json.dumps(notebook))
    copy["metadata"]["changed"] = True
    for cell in copy["cells"]:
        for output in cell["outputs"]:
            output.get("data", {}).pop(VIEW, None)
    return copy


def test_what_is_saved_is_escaped_and_is_no_program(saved):
    shown = saved["cells"][0]["outputs"][-1]["data"]
    html, plain = "".join(shown["text/html"]), "".join(shown["text/plain"])
    assert "The live panels need a running kernel" in html
    assert "&lt;h1&gt;CANhtml&lt;/h1&gt;" in html
    assert [one for one in marks() if one not in html or one not in plain] == []
    assert html.startswith('<div class="tex2jax_ignore mathjax_ignore">')
    for letter in "\x1b\x07\x9b\u202e\u2067\u202b":
        assert letter not in html + plain
    assert "widgets" not in saved["metadata"]


def test_opened_without_trust_and_without_widgets(saved, hostile, lab, browser, beacon):
    (lab.notebooks / "copied.ipynb").write_text(json.dumps(without_widgets(saved)), encoding="utf-8")
    again = lab.open(browser, "copied.ipynb")
    try:
        again.wait_text(".jp-RenderedHTML", "The live panels need a running kernel")
        again.page.wait_for_timeout(1500)  # MathJax is fetched and set late
        assert again.page.evaluate(TRUSTED) == 0
        assert missing_marks(again.page, ".jp-RenderedHTML", marks()) == []
        assert harm(again, beacon) == {}
        assert again.page.locator(".mathjax_ignore mjx-container").count() == 0
        assert again.page.locator("[href^='javascript' i], mjx-container [href]").count() == 0
        pictures = again.page.locator(".jp-RenderedHTML img")
        assert pictures.count() == 1
        assert pictures.evaluate("(one) => one.naturalWidth") > 100
    finally:
        again.page.context.close()
    assert value(hostile, "1 + 1") == 2


def test_links_that_jupyter_makes_of_plain_text_run_nothing(hostile, beacon):
    links = hostile.page.locator(".jp-RenderedText a[href^='data:']")
    assert links.count() > 0
    pages, address = len(hostile.page.context.pages), hostile.page.url
    links.first.evaluate("(one) => one.click()")
    hostile.page.wait_for_timeout(1000)  # Chromium opens no such address
    assert [page.url for page in hostile.page.context.pages[pages:] if page.url not in ("about:blank", "")] == []
    assert hostile.page.url == address
    assert harm(hostile, beacon) == {}


def test_exported_to_a_page(saved, lab, browser, beacon, tmp_path):
    pytest.importorskip("nbconvert")
    (tmp_path / "copied.ipynb").write_text(json.dumps(without_widgets(saved)), encoding="utf-8")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "copied.ipynb", "--log-level=ERROR"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "copied.html"
    context = browser.new_context()
    watch = Watch(context, path.as_uri())
    page = context.new_page()
    page.goto(path.as_uri())
    try:
        assert mark("html") in page.locator(".jp-RenderedHTML").first.inner_text()
        assert missing_marks(page, ".jp-RenderedHTMLCommon", marks()) == []
        assert ran(page) == []
        assert {urlsplit(one).hostname for one in watch.strangers} <= TEMPLATE
        assert traces(page, ".tex2jax_ignore") == []
        assert beacon.calls == []
    finally:
        context.close()
