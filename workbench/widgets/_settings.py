"""What can be set about a question: how to search, what to search, and who answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.generation import EXTRACTIVE
from workbench.records import Chunk, ModelInfo
from workbench.session.choices import best_language_model
from workbench.widgets._search import search_settings
from workbench.widgets._words import bytes_text, job_text, join, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["chips", "chosen", "fields_of", "models", "settings"]

VALUES = 200
"""Values of a field that its picker lists: the most common ones."""


def fields_of(chunks: Sequence[Chunk]) -> dict[str, dict[str, Any]]:
    """Give the metadata fields that a question can be filtered by.

    Returns
    -------
    dict
        Field to `values`, at most 200 pairs of value and number of chunks, and `total`, the number of values.
    """
    counts: dict[str, Counter[Any]] = {}
    for chunk in chunks:
        for name, value in chunk.metadata.items():
            counts.setdefault(name, Counter())[value] += 1
    return {name: _values(counter) for name, counter in sorted(counts.items())}


def _values(counter: Counter[Any]) -> dict[str, Any]:
    common = [[value, count] for value, count in counter.most_common(VALUES)]
    return {"values": sorted(common, key=lambda pair: (str(type(pair[0])), pair[0])), "total": len(counter)}


def chosen(wb: Workbench) -> str:
    """Give the id of the language model that the next question would ask; Ollama's tag `latest` goes without saying."""
    if wb.llm is None:
        return best_language_model(wb.server).removesuffix(":latest")
    return (
        wb.llm.removesuffix(":latest") if isinstance(wb.llm, str) else str(getattr(wb.llm, "id", type(wb.llm).__name__))
    )


def settings(wb: Workbench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values of all settings and what they can be."""
    where = wb.where or {}
    return {
        "top_k": wb.top_k,
        **search_settings(wb),
        "mmr": wb.mmr,
        "threshold": wb.threshold,
        "only_selection": wb.only_selection,
        "selected": len(wb.selection),
        "temperature": wb.temperature,
        "seed": wb.seed,
        "fields": fields,
        "where": [{"field": name, "values": _listed(value)} for name, value in where.items()],
        "writes": chosen(wb) != EXTRACTIVE,
    }


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def chips(wb: Workbench) -> list[str]:
    """Say the settings in a few words, those that are off left out."""
    model = chosen(wb)
    said = [
        f"top {wb.top_k}",
        wb.mode,
        "BM25" if wb.mode == "lexical" else wb.metric,
        "no language model" if model == EXTRACTIVE else short_model(model),
    ]
    if wb.mmr is not None:
        said.append(f"MMR {wb.mmr:g}")
    if wb.threshold is not None:
        said.append(f"at least {wb.threshold:g}".replace("-", "−"))
    said += [name for name in (wb.engine,) if name != "exact"]
    said += [name for name, on in (("reranked", wb.rerank is not None), ("expanded", bool(wb.expand))) if on]
    said += [f"{name}: {_few(_listed(value))}" for name, value in (wb.where or {}).items()]
    if wb.only_selection and wb.selection:
        said.append(f"inside {len(wb.selection)} selected")
    return said


def _few(values: Sequence[object]) -> str:
    return str(values[0]) if len(values) == 1 else f"{len(values)} values"


def models(wb: Workbench) -> dict[str, Any]:
    """Give the language models to choose from.

    Returns
    -------
    dict
        `current` (empty for the automatic choice), `automatic` what that would be now, `ready`, `pull` and
        `extractive` the choices, `given` the id of an object set in code or empty, `pulling` the running pull or
        None, `server` why no more can be had, or empty.
    """
    rows = wb.llm_choices()
    given = "" if wb.llm is None or isinstance(wb.llm, str) else chosen(wb)
    listed = {row.id for row in rows}
    current = "" if wb.llm is None else chosen(wb)
    unlisted = current if current and current not in listed else ""
    return {
        "current": current,
        "automatic": _automatic(wb),
        "given": given or unlisted,
        "ready": [_row(row) for row in rows if row.ready and row.provider != EXTRACTIVE],
        "pull": [_row(row) for row in rows if not row.ready],
        "pulling": _pulling(wb),
        "reachable": bool(wb.server and wb.server.reachable),
        "server": _server(wb),
    }


def _automatic(wb: Workbench) -> str:
    best = best_language_model(wb.server)
    return "no language model is at hand" if best == EXTRACTIVE else f"now {short_model(best).removesuffix(':latest')}"


def _row(info: ModelInfo) -> dict[str, str]:
    facts = []
    if info.parameters:
        big = info.parameters >= 1000
        facts.append(
            f"{info.parameters / 1000:.1f} billion weights" if big else f"{info.parameters:.0f} million weights"
        )
    if info.size_mb:
        facts.append(bytes_text(info.size_mb * 1e6))
    return {"id": info.id, "name": short_model(info.id), "facts": join(*facts), "note": info.note}


def _pulling(wb: Workbench) -> dict[str, Any] | None:
    job = wb.progress.get("pull")
    if job is None or job.state != "running":
        return None
    share = job.done / job.total if job.total else 0.0
    return {"label": job.label, "share": round(share, 3), "said": job_text(job)}


def _server(wb: Workbench) -> str:
    server = wb.server
    if server is None or server.reachable:
        return ""
    return " ".join(part for part in (server.problem, server.hint) if part)
