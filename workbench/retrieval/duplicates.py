"""Passages that say the same: one is kept, the others are its copies."""

from __future__ import annotations

import numpy as np

from workbench.retrieval.searchable import Searchable

__all__ = ["SAME", "distinct"]

SAME = 0.995
"""Cosine from which two chunks count as the same."""
_AHEAD = 200
"""Candidates looked at together; twice as many as are wanted, where that is more."""
_COMPARED = 1000
"""Beyond so many wanted passages only equal texts are looked for: each is compared with all before it."""


def distinct(space: Searchable, rows: np.ndarray, count: int) -> tuple[list[int], dict[int, int]]:
    """Take the first `count` rows that say different things.

    Two chunks say the same if their texts are equal but for case and white space, or their vectors' cosine is at
    least 0.995.

    Parameters
    ----------
    space
        Chunks and vectors.
    rows
        int (m,): candidates, best first.
    count
        How many different ones are wanted.

    Returns
    -------
    list of int
        The kept rows, best first.
    dict
        Row of a copy to the kept row it repeats. Copies are looked for among the candidates that were walked through,
        and some 200 at least.
    """
    kept: list[int] = []
    copies: dict[int, int] = {}
    texts: dict[int, int] = {}
    known: set[int] = set()
    step = max(_AHEAD, 2 * count)
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        like = _likeness(space, block, kept) if count <= _COMPARED else None
        for at, row in enumerate(block.tolist()):
            text = space.plain(row)
            same = texts.get(text)
            if same is None and like is not None:
                same = next((one for one in like[at] if one in known), None)
            if same is not None:
                copies[row] = same
            elif len(kept) < count:
                kept.append(row)
                known.add(row)
                texts[text] = row
        if len(kept) == count:
            break
    return kept, copies


def _likeness(space: Searchable, block: np.ndarray, kept: list[int]) -> list[list[int]]:
    """Give, for each row of a block, the earlier rows of the block and the kept rows that are as good as equal."""
    units = space.units(block)
    inner = np.tril(units @ units.T >= SAME, -1)
    found = [block[hits].tolist() for hits in inner]
    if kept:
        before = np.array(kept)
        for at, hits in enumerate(units @ space.units(before).T >= SAME):
            found[at] = before[hits].tolist() + found[at]
    return found
