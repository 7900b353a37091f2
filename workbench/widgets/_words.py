"""Numbers as a person reads them."""

from __future__ import annotations

__all__ = ["bytes_text", "count", "duration", "job_text", "join", "short_model"]

from workbench.records import Progress

_MINUTE = 60
_HOUR = 3600


def count(number: int, noun: str, plural: str = "") -> str:
    """Give `1 file`, `318 chunks`, `2 queries` (from `count(2, "query", "queries")`)."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def bytes_text(size: float) -> str:
    """Give a number of bytes in the unit that keeps it short: `820 bytes`, `4.1 MB` (10**6 bytes)."""
    if size < 1000:
        return count(int(size), "byte")
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.5 or unit == "GB":
            return f"{size:.0f} {unit}" if size >= 9.95 else f"{size:.1f} {unit}"
    raise AssertionError("unreachable: GB always returns")


def duration(seconds: float) -> str:
    """Give seconds as `0.6 s`, `42 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def join(*parts: str) -> str:
    """Put a middle dot between the parts that are not empty."""
    return " · ".join(part for part in parts if part)


def short_model(model: object) -> str:
    """Give a model's name without its provider: `all-MiniLM-L6-v2`."""
    name = model if isinstance(model, str) else str(getattr(model, "id", type(model).__name__))
    return name.partition(":")[2] or name


def job_text(job: Progress) -> str:
    """Say how far a job is: `640 of 980 · 52 chunks a second · 7 s left`."""
    if job.unit == "bytes":
        done = f"{bytes_text(job.done)} of {bytes_text(job.total)}" if job.total else ""
        rate = f"{bytes_text(job.rate)} a second" if job.rate else ""
    else:
        done = f"{job.done:,} of {job.total:,}" if job.total else ""
        rate = f"{job.rate:.{0 if job.rate >= 10 else 1}f} {job.unit} a second" if job.rate else ""
    left = f"{duration(job.seconds_left)} left" if job.seconds_left is not None else ""
    return join(done, rate, left)
