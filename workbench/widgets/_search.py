"""How to search, as the query panel shows it: the modes, the histogram of scores, what a search has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.records import STAGES, Retrieval
from workbench.retrieval import ENGINES, EXPANSIONS, METRICS, MODES

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["histogram", "remarks", "search_settings"]

BINS = 40

_UNITS = {
    "cosine": "a cosine, from −1 to 1",
    "dot": "a dot product",
    "-euclidean": "minus a distance, so 0 is the best",
    "BM25": "a BM25 score, 0 or more",
    "reranker": "in the reranker's own unit",
}


def search_settings(wb: Workbench) -> dict[str, Any]:
    """Give the values of the settings of a search and what they can be."""
    by_vector, by_word = wb.weights
    name = score_name(wb)
    return {
        "mode": wb.mode,
        "modes": list(MODES),
        "words_share": round(by_word / (by_vector + by_word), 2),
        "metric": wb.metric,
        "metrics": list(METRICS),
        "engine": wb.engine,
        "engines": list(ENGINES),
        "rerank": wb.rerank if isinstance(wb.rerank, str) else "",
        "reranker": "" if wb.rerank is None or isinstance(wb.rerank, str) else _named(wb.rerank),
        "expand": list(_listed(wb.expand)),
        "expansions": list(EXPANSIONS),
        "group": wb.group,
        "threshold_unit": _UNITS.get(name, ""),
        "histogram": histogram(wb.retrieval, wb.threshold, name),
    }


def score_name(wb: Workbench) -> str:
    """Give what the scores of the next search would be, which a threshold is compared with."""
    if wb.rerank is not None:
        return "reranker"
    if wb.mode == "hybrid" or wb.expand:
        return "RRF"
    return "BM25" if wb.mode == "lexical" else {"euclidean": "-euclidean"}.get(wb.metric, wb.metric)


def histogram(retrieval: Retrieval | None, threshold: float | None, name: str) -> dict[str, Any] | None:
    """Count the scores of the last search in 40 bins, and those that a threshold would leave.

    Returns
    -------
    dict or None
        `bins` counts, `low` and `high` the ends, `survive` and `total` numbers of chunks, `score_name`; None where
        the last search gave no scores of that name.
    """
    scores = _scores(retrieval)
    if retrieval is None or scores is None or retrieval.score_name != name or not len(scores):
        return None
    low, high = float(scores.min()), float(scores.max())
    counts, _ = np.histogram(scores, bins=BINS, range=(low, high if high > low else low + 1))
    return {
        "bins": counts.tolist(),
        "low": low,
        "high": high,
        "survive": int((scores >= threshold).sum()) if threshold is not None else len(scores),
        "total": len(scores),
        "score_name": name,
    }


def _scores(retrieval: Retrieval | None) -> np.ndarray | None:
    """Give the scores of what passed filter and selection; those of the reranker where there was one."""
    if retrieval is None or retrieval.scores is None or retrieval.traced is None:
        return None if retrieval is None else retrieval.scores
    traced = retrieval.traced
    if traced.reranked:
        return np.array(list(traced.reranked.values()), dtype=np.float32)
    early = [STAGES.index(stage) for stage in ("filter", "selection", "hnsw", "unmatched")]
    return retrieval.scores[~np.isin(traced.dropped, early)]


def remarks(retrieval: Retrieval | None) -> dict[str, Any]:
    """Say what there is to say of a search beside its passages.

    Returns
    -------
    dict
        `far` that nothing is close, with the numbers; `notes` what did not go as asked; `expansions` what was
        searched with too; `recall` how much the approximate index missed. Empty where there is nothing to say.
    """
    if retrieval is None:
        return {"far": "", "notes": [], "expansions": [], "recall": ""}
    return {
        "far": _far(retrieval),
        "notes": list(retrieval.notes),
        "expansions": [{"kind": one.kind, "text": one.text} for one in retrieval.expansions],
        "recall": _recall(retrieval),
    }


def _far(retrieval: Retrieval) -> str:
    if retrieval.close is not False or retrieval.best is None or retrieval.chance_level is None:
        return ""
    best, level = f"{retrieval.best:.2f}".replace("-", "−"), f"{retrieval.chance_level:.2f}"
    return f"Nothing here is close: best cosine {best}; chance level of this corpus {level}."


def _recall(retrieval: Retrieval) -> str:
    if retrieval.recall is None:
        return ""
    return f"Chroma's HNSW gave {retrieval.recall:.0%} of the {retrieval.options.get('top_k')} best by exact search."


def _listed(value: object) -> tuple[str, ...]:
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def _named(reranker: object) -> str:
    return str(getattr(reranker, "id", None) or getattr(reranker, "__name__", type(reranker).__name__))
