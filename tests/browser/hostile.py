"""A workbench in which every text is a canary: made in the kernel of a notebook, and by tests without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.browser.canaries import BEACON, canaries, for_a_file, line
from tests.doubles import WordModel
from workbench.records import Piece

__all__ = ["CELLS", "HostileModel", "HostileWriter", "answer_text", "folder", "rows"]

STEP = 7
"""Characters of a piece of a streamed answer: every canary is broken somewhere."""

CELLS = [
    """from IPython.display import display
from tests.browser.canaries import *
from tests.browser.hostile import *
from workbench import Workbench
wb = Workbench(folder("hostile", BEACON), model=HostileModel(BEACON), llm=HostileWriter(BEACON))
wb.top_k = 100
wb.embed()
asked = wb.ask("llamas " + line(BEACON))
wb""",
    """from workbench.app import PANELS
display(*(getattr(wb.panels, name) for name in PANELS))""",
    """import pandas as pd
frame = Workbench(pd.DataFrame(rows(BEACON)).set_index("id", drop=False), model=HostileModel(BEACON))
frame.embed()
frame.map(color=canaries(BEACON)["img"])""",
]
"""Cells: the app, every panel by itself, and a table in which the names of columns are canaries."""


def folder(place: str | Path, beacon: str = BEACON) -> Path:
    """Write a corpus: a folder and a file named after each canary, with it as heading and text, and questions."""
    root = Path(place)
    for number, (name, text) in enumerate(canaries(beacon).items()):
        below = root / for_a_file(text)[-60:] if number % 4 == 0 else root
        below.mkdir(parents=True, exist_ok=True)
        heading = " ".join(text.split())
        body = f"# {heading}\n\nllamas {name}: {text}\n\n## {heading} again\n\nLlamas {number}. {text}\n"
        (below / for_a_file(f"{name} {text}.md")).write_text(body, encoding="utf-8", errors="replace")
        (root / for_a_file(f"{text}.bin")).write_bytes(bytes(range(256)))
    asked = [{"id": name, "question": f"llamas {text}", "documents": []} for name, text in canaries(beacon).items()]
    (root / "questions.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    return root


def rows(beacon: str = BEACON) -> list[dict[str, Any]]:
    """Give rows of a table: canaries as ids, texts, names of columns and values."""
    every = canaries(beacon)
    return [
        {"id": text, "text": f"llamas {name} {text}", "kind": text, **{each: f"{number} {text}" for each in every.values()}}
        for number, (name, text) in enumerate(every.items())
    ]


class HostileModel(WordModel):
    """An embedding model that is called by all canaries at once."""

    def __init__(self, beacon: str = BEACON) -> None:
        super().__init__(query_prefix="<u>query</u> ", document_prefix="<img src=x onerror=window.canary=1> ")
        self.id = f"evil:{line(beacon)}"


def answer_text(beacon: str = BEACON) -> str:
    """Give what the language model says: every canary in a sentence with a citation."""
    return " ".join(f"Llamas {text} [1]." for text in canaries(beacon).values())


class HostileWriter:
    """A language model that is called by, says and fails with canaries; it streams them in small pieces."""

    context_tokens = 0

    def __init__(self, beacon: str = BEACON) -> None:
        self.id = f"evil:{line(beacon)}"
        self.text = answer_text(beacon)
        self.fails = ""

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def stream(self, request: object, cancel: object) -> Iterator[Piece]:
        for at in range(0, len(self.text), STEP):
            yield Piece(self.text[at : at + STEP])
        if self.fails:
            raise RuntimeError(self.fails)
        yield Piece(done=True, reason="stop")

    def close(self) -> None:
        pass
