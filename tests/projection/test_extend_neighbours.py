"""Lists brought up to date against lists found anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.projection import extend_neighbours, find_neighbours


def same(left, right) -> None:
    assert left.ids == right.ids
    assert left.indices.tolist() == right.indices.tolist()
    assert left.distances.tobytes() == right.distances.tobytes()
    assert left.indices.dtype == right.indices.dtype


def vectors_of(seed: int, n: int, grid: bool) -> np.ndarray:
    """Give random vectors, or ones from a coarse grid, among which there are many ties and copies."""
    rng = np.random.default_rng(seed)
    return (rng.integers(-1, 2, size=(n, 3)) if grid else rng.normal(size=(n, 6))).astype(np.float32)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_it_is_what_finding_anew_gives(data):
    n = data.draw(st.integers(0, 60))
    vectors = vectors_of(data.draw(st.integers(0, 9999)), n + 8, data.draw(st.booleans()))
    k = data.draw(st.integers(1, 8))
    before = find_neighbours(vectors[:n], [f"c{i}" for i in range(n)], k + data.draw(st.integers(0, 3)))
    gone = data.draw(st.sets(st.integers(0, max(0, n - 1)), max_size=5))
    new = data.draw(st.sets(st.integers(n, n + 7), max_size=5))
    rows = [i for i in range(n) if i not in gone]
    for row in sorted(new):
        rows.insert(data.draw(st.integers(0, len(rows))), row)
    changed = data.draw(st.sets(st.sampled_from([i for i in rows if i < n] or [0]), max_size=3))
    after = vectors.copy()
    for row in changed:
        after[row] = after[(row * 7 + 3) % len(after)]
    ids = [f"c{i}" for i in rows]
    same(
        extend_neighbours(before, ids, after[rows], {f"c{i}" for i in changed}, k), find_neighbours(after[rows], ids, k)
    )


def test_a_larger_corpus_in_blocks(monkeypatch):
    from importlib import import_module

    part = import_module("workbench.projection.extend_neighbours")
    monkeypatch.setattr(part, "BLOCK_CELLS", 8 * 30 * 50)
    asked = []
    real = part.nearest_neighbours
    monkeypatch.setattr(part, "nearest_neighbours", lambda v, k, rows: asked.append(len(rows)) or real(v, k, rows))
    vectors = np.random.default_rng(3).normal(size=(900, 12)).astype(np.float32)
    ids = [str(i) for i in range(900)]
    before = find_neighbours(vectors[:890], ids[:890], 30)
    same(extend_neighbours(before, ids, vectors, set(), 30), find_neighbours(vectors, ids, 30))
    assert asked == [10]  # the new ones alone were compared with all


def test_another_order_is_found_anew():
    vectors = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    ids = [str(i) for i in range(30)]
    before = find_neighbours(vectors, ids, 5)
    same(extend_neighbours(before, ids[::-1], vectors[::-1], set(), 5), find_neighbours(vectors[::-1], ids[::-1], 5))


def test_vectors_that_are_not_finite_are_refused():
    before = find_neighbours(np.eye(3), list("abc"), 2)
    with pytest.raises(InputError, match="1 of 3 vectors hold NaN or infinity, the first is that of 'b'"):
        extend_neighbours(before, list("abc"), np.array([[0, 1], [np.nan, 0], [1, 1]]), set(), 2)
