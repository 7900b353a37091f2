"""Embedding: what will happen first, then how far it is, then what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.records import EmbedPlan
from workbench.widgets._lines import cut_line
from workbench.widgets._live import LivePanel
from workbench.widgets._progress import embedding_job, progress_state, running, stopped_embedding
from workbench.widgets._words import duration, join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["EmbedPanel", "view"]


class EmbedPanel(LivePanel):
    """Starts, stops and resumes embedding."""

    name = "embed_panel"
    reads = ("plan", "embedded", "embed_report", "progress", "chunks", "model", "model_info", "read_only", "error")

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Embed, cancel, cut again, rebuild the Chroma index."""
        return {
            "embed": lambda: self.wb.submit("embed"),
            "cancel": lambda: self.wb.cancel("embed"),
            "rechunk": lambda: self.wb.submit("rechunk"),
            "rebuild": lambda: self.wb.submit("rebuild_index"),
        }


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the panel draws.

    Returns
    -------
    dict
        `plan` says what embedding would do, `result` what the last run did, `resume` what a stopped run left,
        `hint` what a first-time user should know, `cut` that the model does not see some chunks whole (as of
        `_lines.cut_line`); `button` is the button's word, `can` whether it can be pressed;
        `progress` and `index` are running jobs, `stored` whether there is something to make an index of.
    """
    total, job = len(wb.chunk_list), wb.progress.get("embed")
    left = total - wb.embedded
    stopped = left > 0 and stopped_embedding(job)
    return {
        "plan": f"{left:,} still to embed · with {short_model(wb.model)}" if stopped else _plan(wb),
        "button": "Resume" if stopped else "Embed",
        "can": left > 0 and not wb.read_only,
        "progress": progress_state(embedding_job(wb)),
        "resume": _resume(wb.embedded, total) if stopped else "",
        "result": _result(wb),
        "hint": "Each chunk is read once; what is stored is never computed again." if left > 0 else "",
        "warning": _warning(wb),
        "cut": cut_line(wb),
        "index": _index(wb),
        "stored": wb.embedded > 0 and not wb.read_only and embedding_job(wb) is None,
    }


def _plan(wb: Workbench) -> str:
    plan: EmbedPlan | None = wb.plan
    total = len(wb.chunk_list)
    if plan is None or not total:
        return "Choose a corpus first; then this says what embedding will do."
    if wb.embedded >= total and not plan.gone:
        return f"Nothing to do: {'the one chunk has' if total == 1 else f'all {total:,} chunks have'} a vector."
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (plan.new, "new"),
            (plan.changed, "changed"),
            (plan.gone, "gone"),
            (plan.reused, "reused"),
        )
        if number
    ]
    return f"{', '.join(parts)} · with {short_model(wb.model)}"


def _resume(done: int, total: int) -> str:
    return f"{done:,} of {total:,} are stored; embedding goes on from there."


def _result(wb: Workbench) -> str:
    report = wb.embed_report
    if report is None or report.total != len(wb.chunk_list) or wb.embedded < report.total:
        return ""
    parts = [f"{report.new:,} new"]
    parts += [f"{report.changed:,} changed"] if report.changed else []
    parts += [f"{report.gone:,} gone"] if report.gone else []
    rate = f"{report.chunks_per_second:.0f} chunks a second" if report.chunks_per_second else ""
    return join(f"{', '.join(parts)}, {report.reused:,} reused in {duration(report.seconds)}", rate)


def _warning(wb: Workbench) -> str:
    if not wb.read_only:
        return ""
    return "This store is read-only here: another notebook is writing to it. Close that one, then read again."


def _index(wb: Workbench) -> dict[str, Any]:
    job = wb.progress.get("index")
    words = {
        "running": "Filling the Chroma index…",
        "done": "The Chroma index is up to date.",
        "failed": "The Chroma index could not be filled.",
    }
    return {"running": running(wb, "index") is not None, "text": words.get(job.state, "") if job else ""}
