"""The panel “Code” in Chromium: text stays text, the button copies all of it, and it fits into 700 pixels."""

from __future__ import annotations

import pytest

from tests.browser.panel_page import PanelPage
from tests.widgets.scene import asked, retrieval, scene
from workbench.widgets.code_panel import CodePanel

pytestmark = pytest.mark.browser

HOSTILE = "</pre><img src=x onerror=\"document.title='run'\"> 'and' \"more\" " + "long " * 60


def test_the_code_is_text_and_is_copied_whole(browser):
    page = PanelPage(browser, CodePanel(scene(retrieval=retrieval(query=HOSTILE))))
    code = page.panel.live.state["code"]
    page.evaluate("""Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => {
        window.pasted = text;
    } } })""")
    page.get_by_role("button", name="Copy").click()
    assert page.get_by_role("status").inner_text() == "Copied"
    assert page.evaluate("window.pasted") == code
    assert page.evaluate("document.querySelector('pre').textContent") == code
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_without_a_clipboard_the_code_is_selected(browser):
    page = PanelPage(browser, CodePanel(asked()))
    assert page.evaluate("navigator.clipboard === undefined")  # a page without https has none
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copy").press("Enter")
    page.get_by_text("Selected: press Ctrl+C or Cmd+C").wait_for()
    assert page.evaluate("getSelection().toString()").strip() == page.panel.live.state["code"].strip()
    page.close()
