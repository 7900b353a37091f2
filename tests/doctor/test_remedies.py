"""Every command and call that a remedy names exists."""

from __future__ import annotations

import argparse
import ast
import re
import shlex

import pytest

from tests.project.files import PACKAGE, ROOT
from workbench import Workbench
from workbench.__main__ import _parser

QUOTED = re.compile(r"`([^`]+)`")
OTHERS = {"chmod", "export", "git", "jupyter", "ollama", "timedatectl"}
"""Programs that are not ours; `make` and `python -m workbench` are looked at closely."""


def texts(file):
    """Give all strings of a file, `x` where a value is put in."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def named():
    docs = re.compile(r'"""')
    found = set()
    for file in sorted((PACKAGE / "doctor").glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        bodies = [node for node in ast.walk(tree) if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))]
        about = {ast.get_docstring(node, clean=False) for node in bodies}
        found |= {quoted for text in texts(file) if text not in about and not docs.search(text)
                  for quoted in QUOTED.findall(text)}  # fmt: skip
    return sorted(found - {"python3", "ok", "note", "problem", "immutable", "readonly_shm", "<name>.damaged-<time>"})


def test_there_are_some():
    assert {"wb.compact()", "wb.embed()", "wb.rebuild_index()", "ollama serve"} <= set(named())


@pytest.mark.parametrize("quoted", named())
def test_what_a_remedy_names_exists(quoted):
    if quoted.startswith(("wb.", "Workbench(")):
        call = ast.parse(quoted, mode="eval").body
        assert isinstance(call, ast.Call)
        name = call.func.attr if isinstance(call.func, ast.Attribute) else "__init__"
        assert callable(getattr(Workbench, name))
        return
    program, *arguments = shlex.split(quoted)
    if program == "make":
        target = next(one for one in arguments if "=" not in one)
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    elif program == "python":
        assert arguments[0] == "-m"
        assert arguments[1] in {"pip", "ipykernel", "workbench"}
        if arguments[1] == "workbench":
            assert isinstance(_parser().parse_args(arguments[2:]), argparse.Namespace)
    else:
        assert program in OTHERS


def test_every_problem_of_the_source_has_a_remedy_with_a_command():
    bare = []
    for file in sorted((PACKAGE / "doctor").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "problem":
                remedy = node.args[1]
                bare += [f"{file.name}:{node.lineno}"] if isinstance(remedy, ast.Constant) and "`" not in str(
                    remedy.value
                ) else []  # fmt: skip
    assert bare == []
