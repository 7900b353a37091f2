"""A workbench in which every text is a canary: made in the kernel of a notebook, and by tests without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from tests.browser.canaries import BEACON, canaries, for_a_file, line
from tests.doubles import WordModel
from workbench.corpus.clean import clean_text
from workbench.generation.naming import LONGEST
from workbench.records import Answer, Chunk, Passage, Piece, Projection, PromptRequest, Retrieval, TwinMaps

__all__ = [
    "CELLS",
    "IDS",
    "HostileModel",
    "HostileWriter",
    "answer_text",
    "evil_map",
    "folder",
    "rows",
    "template",
    "twins",
]

STEP = 7
"""Characters of a piece of a streamed answer: every canary is broken somewhere."""
FEW = 24
"""Tokens that the name of a cluster may have."""

CELLS = [
    """from IPython.display import display
from tests.browser.canaries import *
from tests.browser.hostile import *
from workbench import Workbench, embedding_model
question = "llamas " + line(BEACON)
wb = Workbench(folder("hostile", BEACON), model=HostileModel(BEACON), llm=HostileWriter(BEACON))
wb.top_k = 100
wb.prompt_template = template(BEACON)
wb.embed()
wb.map()
wb.name_clusters()
wb.near_duplicates(0.1)
wb.outliers(100)
asked = wb.ask(question)
contexts = wb.compare_contexts(question)
judged = wb.judge()
explained = wb.explain(line(BEACON))
checked = wb.check_model()
wb.selection = list(wb.chunks["id"])
wb.opened = wb.anchor = wb.chunks["id"][0]
wb.similar_to(wb.anchor)
wb.publish(twin=twins(wb.projection, BEACON))
wb""",
    """import pandas as pd
frame = Workbench(pd.DataFrame(rows(BEACON)).set_index("id", drop=False), model=HostileModel(BEACON))
frame.embed()
frame.map(color=canaries(BEACON)["img"])""",
    """display(asked, asked.retrieval, contexts, explained, checked, wb.load_report, judged)
for shown in (wb.documents, wb.chunks, wb.history, wb.clusters, wb.selected, asked.retrieval.trace, frame.documents):
    display(shown)""",
    """import os
os.environ["OLLAMA_HOST"] = SERVER
served = Workbench(["Llamas hum."], model="ollama:all-minilm")
display(served.panels.ollama, served.panels.model, served.panels.status, served.panels.query, served.panels.answer)
served.submit("probe").wait()""",
    """from workbench.errors import InputError
for broken in (lambda: wb.search(line(BEACON), mode=line(BEACON)), lambda: Workbench(line(BEACON)),
               lambda: embedding_model(line(BEACON)), lambda: wb.search("llamas", where={line(BEACON): 1})):
    try:
        broken()
    except Exception:
        get_ipython().showtraceback()
""",
]
"""Cells: the app, a table whose columns are canaries, what records show, a server, errors."""

IDS = {0: ["whole"], 3: ["served-ollama", "served-model", "served-status", "served-query", "served-answer"]}
"""The ids that the boxes of a cell get in the page, by its number."""


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
        {
            "id": text,
            "text": f"llamas {name} {text}",
            "kind": text,
            **dict.fromkeys(every.values(), f"{number} {text}"),
        }
        for number, (name, text) in enumerate(every.items())
    ]


def evil_map(beacon: str = BEACON) -> tuple[Projection, tuple[Chunk, ...], Answer]:
    """Give a picture of a chunk for each canary, the chunks, and an answer from all of them."""
    chunks = tuple(
        Chunk(text, text, 0, 0, len(text), f"llamas {name} {text}", {"source": text, "section": text, "kind": text})
        for name, text in ((name, clean_text(text)) for name, text in canaries(beacon).items())
    )
    ids = tuple(chunk.id for chunk in chunks)
    places = np.array([divmod(row, 8) for row in range(len(ids))], dtype=np.float32)
    scores = np.linspace(0.9, 0.1, len(ids), dtype=np.float32)
    passages = tuple(Passage(row + 1, float(scores[row]), chunk, chunk.text) for row, chunk in enumerate(chunks))
    found = Retrieval(line(beacon), passages, scores=scores, ids=ids)
    answer = Answer(
        answer_text(beacon), line(beacon), model=f"evil:{line(beacon)}", problem=line(beacon), retrieval=found
    )
    return Projection(ids=ids, coordinates=places, method="umap", trust=0.5), chunks, answer


class HostileModel(WordModel):
    """An embedding model that is called by all canaries at once."""

    def __init__(self, beacon: str = BEACON, name: str = "") -> None:
        super().__init__(query_prefix="<u>query</u> ", document_prefix="<img src=x onerror=window.canary=1> ")
        self.id = f"evil:{name}{line(beacon)}"


def template(beacon: str = BEACON) -> str:
    """Give a prompt template that is full of canaries."""
    return f"[system]\n{line(beacon)}\n[user]\n{line(beacon)}\n{{passages}}\n{{question}}"


def twins(projection: Projection, beacon: str = BEACON) -> TwinMaps:
    """Give a picture beside itself, as if two models with bad names had seen it."""
    models = HostileModel(beacon).id, HostileModel(beacon, "another").id
    return TwinMaps(models, projection, projection, np.ones(len(projection), dtype=np.float32))


def answer_text(beacon: str = BEACON) -> str:
    """Give what the language model says: every canary in a sentence with a citation."""
    return " ".join(f"Llamas {text} [1]." for text in canaries(beacon).values())


class HostileWriter:
    """A language model that is called by, says and fails with canaries; it streams them in small pieces."""

    context_tokens = 0

    def __init__(self, beacon: str = BEACON) -> None:
        self.id = f"evil:{line(beacon)}"
        self.beacon, self.text = beacon, answer_text(beacon)
        self.fails = ""
        self.names = cycle(text for text in canaries(beacon).values() if len(text) < LONGEST)

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def stream(self, request: PromptRequest, cancel: object) -> Iterator[Piece]:
        text = next(self.names) if request.answer_tokens == FEW else self.text
        for at in range(0, len(text), STEP):
            yield Piece(text[at : at + STEP])
        if self.fails:
            raise RuntimeError(self.fails)
        yield Piece(done=True, reason="stop")

    def close(self) -> None:
        pass
