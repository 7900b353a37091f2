"""A panel's script in Chromium, with a stand-in for anywidget's model: no Jupyter, no kernel."""

from __future__ import annotations

import json
from typing import Any

from workbench.widgets._live import LivePanel
from workbench.widgets.theme import stylesheet

__all__ = ["PanelPage"]

_START = """async ([script, state]) => {
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const values = { state, focus: 0 }, told = [];
  window.sent = [];
  window.model = {
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; told.forEach((call) => call()); },
    on: (_, call) => told.push(call), off: () => told.splice(0), send: (message) => window.sent.push(message),
  };
  window.release = module.default.render({ model: window.model, el: document.querySelector("#panel") });
}"""


class PanelPage:
    """One panel on a page of its own; everything a Playwright page has is here too.

    `draw()` brings the browser up to the panel's state; `sent` are the messages that the script has sent.
    """

    def __init__(self, browser: Any, panel: LivePanel) -> None:
        self.panel = panel
        self.errors: list[str] = []
        self.page = browser.new_page(viewport={"width": 700, "height": 900})
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.set_content(f"<style>{stylesheet()}</style><div class='wb-app'><div id='panel'></div></div>")
        self.page.evaluate(_START, [panel.live._esm, _json(panel.live.state)])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    @property
    def sent(self) -> list[dict[str, Any]]:
        return self.page.evaluate("window.sent")

    def draw(self) -> None:
        self.page.evaluate("(state) => window.model.set('state', state)", _json(self.panel.live.state))

    def close(self) -> None:
        self.page.evaluate("window.release()")
        self.page.close()
        self.panel.close()
        assert self.errors == []


def _json(state: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(state))
