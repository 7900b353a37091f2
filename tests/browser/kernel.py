"""What the kernel of a notebook says: Python run beside the cells, so that a page can be held to it."""

from __future__ import annotations

import json
from typing import Any

from tests.browser.eventually import becomes
from tests.browser.lab import Notebook

__all__ = ["python", "state", "until", "value"]

_RUN = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false, allow_stdin: false });
  let said = "";
  future.onIOPub = (message) => {
    if (message.header.msg_type === "stream") said += message.content.text;
    if (message.header.msg_type === "error") said += message.content.traceback.join("\\n");
  };
  const reply = await future.done;
  const { status } = reply.content;
  return [status, status === "ok" ? said : said || JSON.stringify(reply.content)];
}"""


def python(notebook: Notebook, code: str) -> str:
    """Run code in the kernel, outside all cells, and give what it printed."""
    status, said = notebook.page.evaluate(_RUN, code)
    assert status == "ok", f"{status}: {said}"
    return said


def value(notebook: Notebook, expression: str) -> Any:
    """Give the value of a Python expression in the kernel, as JSON can carry it."""
    said = python(notebook, f"import json as _json\nprint(_json.dumps({expression}))")
    return json.loads(said)


def state(lane: str) -> str:
    """Give the expression for the state of a lane's job, empty before the first has begun."""
    return f"getattr(wb.progress.get({lane!r}), 'state', '')"


def until(notebook: Notebook, expression: str, wanted: Any, seconds: float = 30) -> None:
    """Wait until a Python expression in the kernel has a value."""
    becomes(lambda: value(notebook, expression), wanted, seconds)
