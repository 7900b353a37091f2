"""No script of a panel can turn text into markup, so that text from documents, names and models cannot run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import workbench.widgets

SCRIPTS = sorted(Path(workbench.widgets.__file__).parent.glob("*.js"))
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML|createContextualFragment|srcdoc"
    r"|[^\w.]eval\(|new Function"
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_can_set_markup(script):
    assert not MARKUP.search(script.read_text(encoding="utf-8"))
