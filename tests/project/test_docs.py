"""What the documents show is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def blocks():
    for name in ("README.md", "CONTRIBUTING.md"):
        for number, match in enumerate(BLOCK.finditer((ROOT / name).read_text(encoding="utf-8"))):
            yield pytest.param(match[1], id=f"{name}-{number}")


@pytest.mark.parametrize("code", list(blocks()))
def test_python_blocks_run(code, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), scope)
    wb = scope.get("wb")
    if wb is not None:
        assert wb.error is None
        assert len(wb.chunk_list) > 1
        if ".embed()" in code or ".search(" in code:
            assert wb.embedded == len(wb.chunk_list)
        wb.close()


def test_the_picture_is_there():
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert (ROOT / picture).is_file(), picture


def test_a_model_of_ones_own_takes_at_most_twelve_lines():
    (code,) = (match[1] for match in BLOCK.finditer((ROOT / "README.md").read_text("utf-8")) if "class " in match[1])
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    assert {"embed_documents", "embed_query"} <= set(re.findall(r"def (\w+)", code))
