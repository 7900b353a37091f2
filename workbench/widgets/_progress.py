"""A running job as the panels draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.records import Progress
from workbench.widgets._words import job_text

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["embedding_job", "progress_state", "reading_job", "running", "stopped_embedding"]


def running(wb: Workbench, lane: str) -> Progress | None:
    """Give the job of a lane if it is running."""
    job = wb.progress.get(lane)
    return job if job is not None and job.state == "running" else None


def embedding_job(wb: Workbench) -> Progress | None:
    """Give the running job that embeds; reading files, which has the same lane, is not it."""
    job = running(wb, "embed")
    return job if job is not None and job.unit == "chunks" else None


def stopped_embedding(job: Progress | None) -> bool:
    """Whether the last job of the lane was embedding and did not come to its end."""
    return job is not None and job.unit == "chunks" and job.total > 0 and job.state in ("cancelled", "failed")


def reading_job(wb: Workbench) -> Progress | None:
    """Give the running job that reads files."""
    job = running(wb, "embed")
    return job if job is not None and job.unit == "files" else None


def progress_state(job: Progress | None) -> dict[str, Any] | None:
    """Give `label`, `text` and `share` of the whole (0 to 1, None where the whole is unknown); None if nothing runs."""
    if job is None:
        return None
    share = round(job.done / job.total, 4) if job.total else None
    return {"label": job.label, "text": job_text(job), "share": share}
