"""One question and its answer, small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.widgets.fake import FakeWorkbench, counts
from workbench.generation.citations import find_citations
from workbench.generation.support import support_sentences
from workbench.records import (
    Answer,
    Chunk,
    Message,
    ModelInfo,
    Passage,
    PromptRequest,
    Question,
    Retrieval,
    ServerModel,
    ServerStatus,
    Timings,
)
from workbench.retrieval import WhyNot, why_not

__all__ = ["CHUNKS", "QUESTION", "answered", "asked", "retrieval", "scene"]

QUESTION = "What animals are llamas related to?"

_TEXTS = (
    (
        "vicunas.md",
        0,
        "Vicuñas live high in the Andes. Llamas belong to the camelid family, as do alpacas, vicuñas and guanacos; "  # noqa: ISC004
        "camels are their larger relatives across the ocean.",
        {"section": "Where they live"},
    ),
    (
        "llamas.md",
        0,
        "The guanaco is the wild animal from which llamas were bred some six thousand years ago.",
        {"section": "Family"},
    ),
    (
        "alpacas.html",
        0,
        "An alpaca is closer to the vicuña than to the llama, as its fine fleece suggests.",
        {"section": "Alpaca and vicuña"},
    ),
    (
        "camels.pdf",
        2,
        "Bactrian camels and dromedaries share a common ancestor with the South American camelids.",
        {"section": "Two humps, one hump", "page": 3},
    ),
    ("wool.csv#12", 0, "guanaco 16 µm, vicuña 12 µm, llama 25 µm", {}),
    (
        "llamas.md",
        1,
        "Herders have walked with them over the passes ever since, carrying salt.",
        {"section": "History"},
    ),
    ("trap.md", 0, "<img src=x onerror=alert(1)> <script>alert(2)</script> is what this document says.", {}),
)

CHUNKS = tuple(
    Chunk(
        f"{document}:{ordinal}", document, ordinal, 0, len(text), text, {"source": document.partition("#")[0], **more}
    )
    for document, ordinal, text, more in _TEXTS
)

SCORES = np.array([0.742, 0.691, 0.655, 0.588, 0.402, 0.311, -0.05], dtype=np.float32)


def retrieval(top_k: int = 5, **changes: object) -> Retrieval:
    """Give the retrieval of the question: the chunks stand in the order of their scores."""
    passages = tuple(
        Passage(rank, float(score), chunk, f"number {rank}")
        for rank, (chunk, score) in enumerate(zip(CHUNKS[:top_k], SCORES, strict=False), start=1)
    )
    found = Retrieval(
        QUESTION,
        passages,
        scores=SCORES,
        ids=tuple(chunk.id for chunk in CHUNKS),
        options={"top_k": top_k, "threshold": None, "mmr": None, "where": None},
        embedded=len(CHUNKS),
        total=len(CHUNKS),
        seconds={"embed": 0.012, "search": 0.002},
    )
    return replace(found, **changes)


TEXT = (
    "Llamas are camelids: their relatives are alpacas, vicuñas and guanacos [1], and llamas were bred from the wild "
    "guanaco [2]. They can also be crossed with sheep [9]."
)


TOKENS = {"instructions": 48, "question": 12, "passage 1": 120, "passage 2": 110, "passage 3": 112, "passage 4": 110}


def answered(found: Retrieval, text: str = TEXT, **changes: object) -> Answer:
    """Give a complete answer from the first four passages; the fifth had no room."""
    kept = found.passages[:4]
    prompt = PromptRequest(
        QUESTION,
        kept,
        (Message("system", "Answer from the passages."), Message("user", f"[1] {CHUNKS[0].text}\n\n{QUESTION}")),
        left_out=(5,),
        tokens=TOKENS,
        exact=True,
        context_tokens=2048,
        answer_tokens=512,
        seed=7,
    )
    answer = Answer(
        text,
        question=QUESTION,
        citations=find_citations(text, kept),
        sentences=support_sentences(text, kept),
        prompt=prompt,
        model="ollama:llama3.2",
        complete=True,
        reason="stop",
        prompt_tokens=519,
        answer_tokens=40,
        timings=Timings(0.012, 0.002, 0.41, 2.13, 46.2),
        retrieval=found,
    )
    return replace(answer, **changes)


SERVER = ServerStatus(
    "http://127.0.0.1:11434",
    reachable=True,
    version="0.24.0",
    models=(
        ServerModel("llama3.2:latest", "language", size=2_019_000_000, parameters=3213, modified="2026-10-02"),
        ServerModel("gpt-oss:120b-cloud", "language", modified="2026-11-01", cloud=True),
    ),
)


class SceneWorkbench(FakeWorkbench):
    """Explains a chunk by the retrieval that is shown."""

    def why_not(self, question: str, chunk: str) -> WhyNot:
        assert question == self.retrieval.query
        return why_not(self.retrieval, chunk)


def scene(**outputs: object) -> SceneWorkbench:
    """Give a workbench with the seven chunks read and nothing asked."""
    given = {
        "chunks": CHUNKS,
        "token_counts": counts(CHUNKS),
        "model_info": ModelInfo("bundled:all-MiniLM-L6-v2", "bundled", ready=True, max_tokens=256),
        "corpus_name": "camelids",
        "embedded": len(CHUNKS),
        "questions": tuple(
            Question(str(number), text)
            for number, text in enumerate(
                ("How fine is vicuña wool?", "Why do camels have humps?", "Who herds llamas?"), start=1
            )
        ),
        "server": SERVER,
    }
    return SceneWorkbench(**{**given, **outputs})


def asked(**outputs: object) -> SceneWorkbench:
    """Give a workbench whose question has been answered."""
    found = retrieval()
    return scene(query=QUESTION, retrieval=found, answer=answered(found), **outputs)
