"""Measures of one ranking, as trec_eval (and so pytrec_eval) defines them.

In all of them `found` is ids, best first, none twice, and `grades` maps an id to its judged grade: relevant from 1 on,
0 and below not relevant, ids that are not in it not judged and so not relevant. A question without a relevant id
scores 0. The mean over questions gives MRR and MAP their names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

__all__ = ["average_precision", "ndcg", "recall", "reciprocal_rank"]


def ndcg(found: Sequence[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """Give the normalised discounted cumulative gain of the first k, 0 to 1.

    The sum of grade / log2(1 + rank), divided by that of the best order of all judged ids (Järvelin and Kekäläinen,
    "Cumulated gain-based evaluation of IR techniques", TOIS 2002, with the linear gain of trec_eval's `ndcg_cut`).
    """
    best = _gain(sorted(grades.values(), reverse=True)[:k])
    return _gain([grades.get(one, 0) for one in found[:k]]) / best if best else 0.0


def recall(found: Sequence[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """Give the share of the relevant ids that are among the first k, 0 to 1 (trec_eval's `recall`)."""
    relevant = _relevant(grades)
    return len(relevant.intersection(found[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(found: Sequence[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """Give 1 / rank of the first relevant id among the first k, 0 if there is none (trec_eval's `recip_rank`)."""
    relevant = _relevant(grades)
    return next((1 / rank for rank, one in enumerate(found[:k], start=1) if one in relevant), 0.0)


def average_precision(found: Sequence[str], grades: Mapping[str, int], k: int | None = None) -> float:
    """Give the mean over the relevant ids of the precision at their ranks, 0 where not found (trec_eval's `map`)."""
    relevant = _relevant(grades)
    ranks = [rank for rank, one in enumerate(found[:k], start=1) if one in relevant]
    precisions = (hits / rank for hits, rank in enumerate(ranks, start=1))
    return sum(precisions) / len(relevant) if relevant else 0.0


def _relevant(grades: Mapping[str, int]) -> set[str]:
    return {one for one, grade in grades.items() if grade > 0}


def _gain(grades: Sequence[int]) -> float:
    return sum(max(grade, 0) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
