"""The three steps in one row: each says its state in one line and folds out what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox

from workbench.widgets._base import Panel
from workbench.widgets._live import LivePanel
from workbench.widgets._progress import embedding_job, progress_state, reading_job, stopped_embedding
from workbench.widgets._words import count, duration, job_text, join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["StepsPanel", "suggested", "view"]

_QUESTIONS = "questions.jsonl"

STEPS = ("corpus", "model", "embed")

Pieces = list[dict[str, str]]


class StepsPanel(Panel):
    """The row of steps and, below it, the panel of the one that is open.

    Parameters
    ----------
    wb
        The workbench.
    panels
        For each of `corpus`, `model`, `embed` what makes its panel; called when the step is first opened.
    """

    def __init__(self, wb: Workbench, panels: Mapping[str, Callable[[], Panel]]) -> None:
        super().__init__(wb)
        self._make = panels
        self._made: dict[str, Panel] = {}
        self._touched = False
        self.open = ""
        self.row = _Row(wb, self)
        self._fold = VBox()
        self._fold.add_class("wb-fold")
        self.widget = VBox([self.row.widget, self._fold])
        self.widget.add_class("wb-steps-panel")
        self.watch(("plan", "embedded", "load_report", "chunks", "progress"), self._suggest)
        self._suggest()

    def fold(self, step: str, wanted: bool) -> None:
        """Open a step, or close it where it is open; from now on the person decides."""
        self._touched = True
        if wanted or step == self.open:
            self._show(step if wanted else "")

    def close(self) -> None:
        """Close the row and the panels that were opened."""
        self.row.close()
        for panel in self._made.values():
            panel.close()
        super().close()

    def _suggest(self, _: object = None) -> None:
        if not self._touched:
            self._show(suggested(self.wb, self.open))

    def _show(self, step: str) -> None:
        if step == self.open and (not step or step in self._made):
            return
        self.open = step
        if step and step not in self._made:
            self._made[step] = self._make[step]()
            self._fold.children = [*self._fold.children, self._made[step].widget]
        for name, panel in self._made.items():
            panel.widget.layout.display = None if name == step else "none"
        self.row.refresh()


class _Row(LivePanel):
    name = "steps_panel"
    reads = (
        "corpus_name",
        "chunks",
        "load_report",
        "token_counts",
        "model",
        "model_info",
        "plan",
        "embedded",
        "embed_report",
        "progress",
    )

    def __init__(self, wb: Workbench, steps: StepsPanel) -> None:
        self._steps = steps
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        return {"open": self._steps.open, "steps": view(self.wb)}

    def actions(self) -> Mapping[str, Callable[..., object]]:
        return {"fold": self._wanted}

    def _wanted(self, step: str, wanted: bool) -> None:
        if step in STEPS:
            self._steps.fold(step, bool(wanted))


def suggested(wb: Workbench, now: str) -> str:
    """Give the step that a first-time user needs next, empty if none.

    No corpus, or one without text: `corpus`. A corpus that is not embedded: `embed`. While it is being read or
    embedded what is open stays open.
    """
    if reading_job(wb) is not None or embedding_job(wb) is not None:
        return now
    chunks = len(wb.chunk_list)
    if wb.source is None or (wb.load_report is not None and wb.plan is not None and not chunks):
        return "corpus"
    if chunks and wb.plan is not None:
        return "embed" if wb.embedded == 0 else "" if wb.embedded >= chunks else now
    return now


def view(wb: Workbench) -> list[dict[str, Any]]:
    """Give the three steps.

    Returns
    -------
    list of dict
        `id`, `title`, `pieces` (text `t`, with `kind` `warn` where something needs a look), `share` of a running
        job or None, and `done`, whether the step needs nothing more.
    """
    embedding = embedding_job(wb)
    total = len(wb.chunk_list)
    return [
        _step("corpus", "1 Corpus", _corpus(wb), total > 0, progress_state(reading_job(wb))),
        _step("model", "2 Model", _model(wb), wb.model_info is not None),
        _step("embed", "3 Embed", _embed(wb), 0 < total <= wb.embedded, progress_state(embedding)),
    ]


def _step(name: str, title: str, pieces: Pieces, done: bool, progress: dict[str, Any] | None = None) -> dict[str, Any]:
    share = progress["share"] if progress else None
    return {"id": name, "title": title, "pieces": pieces, "share": share, "done": done}


def _corpus(wb: Workbench) -> Pieces:
    reading = reading_job(wb)
    if reading is not None:
        return [{"t": join(reading.label, job_text(reading)), "kind": ""}]
    if wb.load_report is None:
        return [{"t": "Choose a corpus" if wb.source is None else "Not read yet", "kind": ""}]
    loaded = wb.load_report.count("loaded")
    asked = f", {count(len(wb.questions), 'question')}" if wb.questions else ""
    pieces = [{"t": f"{count(loaded, 'file')}, {count(len(wb.chunk_list), 'chunk')}{asked}", "kind": ""}]
    problems = [f"{count(number, 'file')} {state}" for number, state in _not_loaded(wb)]
    if wb.plan is not None and wb.plan.truncated:
        problems.append(f"{count(wb.plan.truncated, 'chunk')} too long")
    return [*pieces, {"t": ", ".join(problems), "kind": "warn"}] if problems else pieces


def _not_loaded(wb: Workbench) -> list[tuple[int, str]]:
    # The file that the corpus's own questions came from was read, if not as a document: nothing to warn of.
    files = [file for file in wb.load_report.files if not (wb.questions and file.path == _QUESTIONS)]
    found = ((sum(file.status == state for file in files), state) for state in ("skipped", "failed"))
    return [(number, state) for number, state in found if number]


def _model(wb: Workbench) -> Pieces:
    name, info = short_model(wb.model), wb.model_info
    if info is None:
        return [{"t": name, "kind": ""}]
    size = f"{info.dimensions} dimensions" if info.dimensions else ""
    reads = f"reads {info.max_tokens:,} tokens" if info.max_tokens else ""
    return [{"t": join(name, size, reads), "kind": ""}]


def _embed(wb: Workbench) -> Pieces:
    job, total = embedding_job(wb), len(wb.chunk_list)
    if job is not None:
        return [{"t": job_text(job) or "Starting", "kind": ""}]
    if not total:
        return [{"t": "Nothing to embed yet", "kind": ""}]
    done = f"{wb.embedded:,} of {total:,}"
    if wb.embedded < total:
        last = wb.progress.get("embed")
        said = {"cancelled": "stopped", "failed": "failed"}
        note = said[last.state] if last and stopped_embedding(last) else f"{total - wb.embedded:,} to embed"
        return [{"t": done, "kind": ""}, {"t": note, "kind": "warn"}]
    report = wb.embed_report
    if report is None or report.total != total:
        return [{"t": f"{done} · nothing to do", "kind": ""}]
    changed = f", {report.changed:,} changed" if report.changed else ""
    return [
        {
            "t": f"{done} · {report.new:,} new{changed} in {duration(report.seconds)}, {report.reused:,} reused",
            "kind": "",
        }
    ]
