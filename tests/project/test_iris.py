"""jsonschema is imported without a grammar that nobody asked for, and checks IRIs all the same."""

from __future__ import annotations

import pytest

from tests.fresh import run_fresh

CHECKED = """
import jsonschema
checker = jsonschema.FormatChecker()
for text, fits in (("http://exämple.org/ü?q=ラマ", True), ("no address < at all", False), (7, True)):
    for form in ("iri", "iri-reference"):
        assert checker.conforms(text, form) is fits, (text, form)
"""
LATE = "import sys; assert 'lark' not in sys.modules; "


def test_iris_are_checked_as_jsonschema_itself_checks_them():
    run_fresh(CHECKED)
    ours = "from workbench.iris import import_jsonschema; import_jsonschema()"
    run_fresh(f"{ours}\n{LATE}\n{CHECKED}\nassert 'lark' in sys.modules")


IMPORTS = {
    "Chroma": "from workbench.index.chroma_client import local_client\nwith local_client(Path(mkdtemp())): pass",
    "figures": "from workbench.figures.quiet import figure_class\nfigure_class()\nimport nbformat",
    "live figures": "from workbench.widgets.figure_widget import figure_class\nfigure_class()\nimport nbformat",
}


@pytest.mark.parametrize("name", IMPORTS)
def test_the_grammar_stays_out(name):
    lines = "from pathlib import Path\nfrom tempfile import mkdtemp"
    run_fresh(f"{lines}\n{IMPORTS[name]}\nimport sys\nassert 'jsonschema' in sys.modules\n{LATE}")


def test_nothing_is_put_in_the_place_of_what_is_not_installed():
    run_fresh(
        "import sys; sys.modules['rfc3987_syntax'] = None\n"
        "from workbench.iris import import_jsonschema; import_jsonschema(); assert 'jsonschema' not in sys.modules\n"
        "del sys.modules['rfc3987_syntax']\n"
        "import jsonschema; sys.modules.pop('rfc3987_syntax'); import_jsonschema()\n"
        "assert 'rfc3987_syntax' not in sys.modules"
    )
