"""The answer: its text with live citations, what it was written from, and how long that took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.generation import EXTRACTIVE
from workbench.injection import instruction_like
from workbench.records import Answer, Timings
from workbench.widgets._budget import budget
from workbench.widgets._examined import examined, judgement_of
from workbench.widgets._live import LivePanel
from workbench.widgets._segments import segments
from workbench.widgets._share import as_rows, as_text
from workbench.widgets._words import count, job_text, join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["AnswerPanel", "segments", "view"]


class AnswerPanel(LivePanel):
    """Shows `wb.answer` as it grows."""

    name = "answer_panel"
    reads = ("answer", "retrieval", "progress", "error", "judgement", "attribution", "contexts")

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Stop, ask again, light a passage, compare contexts, judge, leave passages out."""
        return {
            "stop": self._stop,
            "again": self._again,
            "focus": self.light,
            "contexts": self._contexts,
            "judge": lambda: self.wb.submit("judge", None),
            "attribute": lambda: self.wb.submit("attribute", None),
        }

    def _stop(self) -> None:
        self.wb.cancel("ask")

    def _again(self) -> None:
        self.wb.submit("ask", self._question())

    def _contexts(self) -> None:
        self.wb.submit("compare_contexts", self._question())

    def _question(self) -> str:
        answer = self.wb.answer
        return answer.question if answer else self.wb.query


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the panel draws.

    Returns
    -------
    dict
        `phase` is empty, waiting, streaming, complete, incomplete or failed; `segments` the answer cut where its
        look changes; `budget` the prompt's tokens; `copy` and `rows` what leaves by the clipboard and as CSV,
        empty while the answer grows; `examined` what unfolds below it; `working` what is being found out about it,
        `refused` why that came to nothing.
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
        "segments": segments(shown, judgement_of(wb, shown)) if shown else [],
        "notes": _notes(shown) if shown else [],
        "budget": budget(shown.prompt) if shown and shown.prompt and shown.prompt.messages else None,
        "examined": examined(wb, shown) if shown and not shown.streaming and shown.text else None,
        "working": _working(wb),
        "refused": _refused(wb),
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
    if running and not _working(wb) and not _compared(wb):
        return "waiting", ""
    if job is not None and job.state == "failed" and wb.error is not None and job.label not in _LOOKING:
        return "failed", str(wb.error)
    if answer is None:
        return "empty", ""
    return ("complete" if answer.complete else "incomplete"), answer.problem


def _compared(wb: Workbench) -> bool:
    """Whether the answer is there, and the same question is being answered from other contexts."""
    found = wb.contexts
    return found is not None and not found.complete and found.right is not None and found.right is wb.answer


_LOOKING = ("Judging", "Leaving out passages")
"""Labels of the work that looks at an answer and leaves it where it is."""


def _working(wb: Workbench) -> str:
    job = wb.progress.get("ask")
    if job is None or job.state != "running" or job.label not in _LOOKING or wb.answer is None:
        return ""
    return join(f"{job.label}…", job_text(job))


def _refused(wb: Workbench) -> str:
    job = wb.progress.get("ask")
    failed = job is not None and job.state == "failed" and job.label in _LOOKING
    return str(wb.error) if failed and wb.error is not None else ""


def _doing(wb: Workbench) -> str:
    job = wb.progress.get("ask")
    return f"{job.label or 'Searching'}…" if job is not None and job.state == "running" else ""


def _title(answer: Answer) -> str:
    if answer.model == EXTRACTIVE:
        return "extractive"
    return short_model(answer.model)


def _label(answer: Answer) -> str:
    return "No language model: sentences quoted from the passages" if answer.model == EXTRACTIVE else ""


def _notes(answer: Answer) -> list[dict[str, str]]:
    weak = sum(not sentence.supported for sentence in answer.sentences)
    made_up = sum(quote.match == "none" for quote in answer.quotes)
    invalid = sorted({citation.number for citation in answer.citations if not citation.valid})
    notes = []
    if weak:
        notes.append({"kind": "weak", "t": f"{count(weak, 'sentence')} without support"})
    if invalid:
        numbers = ", ".join(str(number) for number in invalid)
        notes.append({"kind": "bad", "t": f"the context has no passage {numbers}"})
    if made_up:
        notes.append({"kind": "bad", "t": f"{count(made_up, 'quotation')} in no passage"})
    if answer.unread:
        notes.append({"kind": "warn", "t": answer.unread})
    notes += [
        {"kind": "warn", "t": f"passage {passage.rank} {reason}: it was sent as quoted material"}
        for passage in (answer.prompt.passages if answer.prompt else ())
        if (reason := instruction_like(passage.chunk.text))
    ]
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
    rate = timings.tokens_per_second
    speed = f"{rate:.{0 if rate >= 10 else 1}f} tokens a second" if rate else ""
    return join(*(f"{name} {_seconds(value)}" for name, value in parts if value is not None), speed)
