"""The answer: its text with live citations, what it was written from, and how long that took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workbench.generation import EXTRACTIVE
from workbench.records import Answer, Timings
from workbench.widgets._budget import budget
from workbench.widgets._live import LivePanel
from workbench.widgets._passages import name_of, place_of
from workbench.widgets._share import as_rows, as_text
from workbench.widgets._words import count, join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["AnswerPanel", "segments", "view"]

WEAK = 0.5
"""Support below which a sentence is marked."""


class AnswerPanel(LivePanel):
    """Shows `wb.answer` as it grows."""

    name = "answer_panel"
    reads = ("answer", "retrieval", "progress", "error")

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Stop, ask again, light a passage."""
        return {"stop": self._stop, "again": self._again, "focus": self.light}

    def _stop(self) -> None:
        self.wb.cancel("ask")

    def _again(self) -> None:
        answer = self.wb.answer
        self.wb.submit("ask", answer.question if answer else self.wb.query)


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the panel draws.

    Returns
    -------
    dict
        `phase` is empty, waiting, streaming, complete, incomplete or failed; `segments` the answer cut where its
        look changes; `budget` the prompt's tokens; `copy` and `rows` what leaves by the clipboard and as CSV,
        empty while the answer grows.
    """
    answer, retrieval = wb.answer, wb.retrieval
    phase, problem = _phase(wb)
    shown = answer if phase not in ("empty", "waiting", "failed") else None
    settled = phase != "streaming" and (shown is not None or bool(retrieval and retrieval.passages))
    return {
        "phase": phase,
        "searched": bool(retrieval and retrieval.passages),
        "doing": _doing(wb),
        "problem_text": problem,
        "question": shown.question if shown else wb.query,
        "stale": bool(shown and retrieval is not None and shown.retrieval is not retrieval),
        "title": _title(shown) if shown else "",
        "label": _label(shown) if shown else "",
        "segments": segments(shown) if shown else [],
        "notes": _notes(shown) if shown else [],
        "budget": budget(shown.prompt) if shown and shown.prompt and shown.prompt.messages else None,
        "timings": _timings(shown.timings) if shown else "",
        "copy": as_text(shown, shown.retrieval if shown else retrieval) if settled else "",
        "rows": as_rows(shown, shown.retrieval if shown else retrieval) if settled else [],
        "file": f"{wb.corpus_name or 'workbench'}-answer.csv",
    }


def _phase(wb: Workbench) -> tuple[str, str]:
    """Give the phase and the problem that goes with it."""
    answer, job = wb.answer, wb.progress.get("ask")
    running = job is not None and job.state == "running"
    if answer is not None and answer.streaming:
        return "streaming", ""
    if running:
        return "waiting", ""
    if job is not None and job.state == "failed" and wb.error is not None:
        return "failed", str(wb.error)
    if answer is None:
        return "empty", ""
    return ("complete" if answer.complete else "incomplete"), answer.problem


def _doing(wb: Workbench) -> str:
    job = wb.progress.get("ask")
    return f"{job.label or 'Searching'}…" if job is not None and job.state == "running" else ""


def _title(answer: Answer) -> str:
    if answer.model == EXTRACTIVE:
        return "extractive"
    rate = answer.timings.tokens_per_second
    speed = f"{rate:.0f} tokens a second" if rate else ""
    return join(short_model(answer.model), speed)


def _label(answer: Answer) -> str:
    return "No language model: sentences quoted from the passages" if answer.model == EXTRACTIVE else ""


def segments(answer: Answer) -> list[dict[str, Any]]:
    """Cut an answer where its look changes.

    Returns
    -------
    list of dict
        `t` the text as written; for a citation `n` its number, `ok` whether the prompt has that passage and `tip`
        what to say about it; `weak` a sentence for text that no passage supports. The `t` joined are the text.
    """
    text = answer.text
    citations = {(citation.start, citation.end): citation for citation in answer.citations}
    weak = [sentence for sentence in answer.sentences if sentence.support < WEAK]
    edges = {edge for span in citations for edge in span} | {edge for one in weak for edge in (one.start, one.end)}
    cuts = sorted({0, len(text)} | edges)
    found = []
    for start, end in pairwise(cuts):
        piece: dict[str, Any] = {"t": text[start:end]}
        if (start, end) in citations:
            citation = citations[start, end]
            piece |= {"n": citation.number, "ok": citation.valid, "tip": _tip(answer, citation.number, citation.valid)}
        tips = [_weak(one.support, one.passages) for one in weak if one.start <= start and end <= one.end]
        found.append(piece | ({"weak": tips[0]} if tips else {}))
    return found


def _tip(answer: Answer, number: int, valid: bool) -> str:
    if not valid:
        return f"The context has no passage {number}"
    chunks = {passage.rank: passage.chunk for passage in (answer.prompt.passages if answer.prompt else ())}
    return f"Passage {number}: {name_of(chunks[number])} · {place_of(chunks[number])}"


def _weak(support: float, passages: tuple[int, ...]) -> str:
    if not passages:
        return "No passage holds any of this sentence's words"
    return f"Little support: passage {passages[0]} holds {support:.0%} of this sentence's words"


def _notes(answer: Answer) -> list[dict[str, str]]:
    weak = sum(sentence.support < WEAK for sentence in answer.sentences)
    invalid = sorted({citation.number for citation in answer.citations if not citation.valid})
    notes = []
    if weak:
        notes.append({"kind": "weak", "t": f"{count(weak, 'sentence')} without support"})
    if invalid:
        numbers = ", ".join(str(number) for number in invalid)
        notes.append({"kind": "bad", "t": f"the context has no passage {numbers}"})
    if answer.complete and answer.reason == "length":
        notes.append({"kind": "warn", "t": "cut off: the room for the answer was full"})
    if answer.complete and answer.problem:
        notes.append({"kind": "warn", "t": answer.problem})
    return notes


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 0.9995 else f"{value:.1f} s"


def _timings(timings: Timings) -> str:
    parts = (
        ("Embed", timings.embed),
        ("search", timings.search),
        ("first words", timings.first_token),
        ("all", timings.total),
    )
    return join(*(f"{name} {_seconds(value)}" for name, value in parts if value is not None))
