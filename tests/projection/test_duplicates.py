"""Near-duplicates, outliers and neighbours of a choice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.projection import find_neighbours, near_duplicates, nearest_to, outliers


def arc(degrees) -> np.ndarray:
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def names(n: int) -> list[str]:
    return [f"c{i}" for i in range(n)]


def cosine(degrees: float) -> float:
    return float(np.cos(np.deg2rad(degrees)))


def test_a_chain_is_held_by_its_weakest_pair():
    # 0, 5, 12: a chain of steps 5 and 7; 90 and 92: a pair; 180: alone
    neighbours = find_neighbours(arc([0, 90, 5, 180, 12, 92]), names(6))
    found = near_duplicates(neighbours, cosine(8))
    assert [group for group, _ in found] == [("c0", "c2", "c4"), ("c1", "c5")]
    assert [weakest for _, weakest in found] == pytest.approx([cosine(7), cosine(2)], abs=1e-6)
    # just above, the chain loses its end
    assert [group for group, _ in near_duplicates(neighbours, cosine(6.9))] == [("c0", "c2"), ("c1", "c5")]
    assert near_duplicates(neighbours, 1.0) == ()


def test_more_copies_than_neighbours_are_one_group():
    vectors = np.tile([[3.0, 4.0]], (200, 1)).astype(np.float32)
    found = near_duplicates(find_neighbours(vectors, names(200), 5), 1.0, vectors)
    assert found == ((tuple(names(200)), 1.0),)


def test_a_pair_that_no_list_holds_is_found():
    # two heaps of 8 copies, 3 degrees apart: every list of 5 is full of copies
    vectors = arc([0] * 8 + [3] * 8)
    neighbours = find_neighbours(vectors, names(16), 5)
    ((group, weakest),) = near_duplicates(neighbours, 0.95, vectors)
    assert group == tuple(names(16))
    assert weakest == pytest.approx(cosine(3), abs=1e-6)
    with pytest.raises(InputError, match=r"All 5 known neighbours of 16 chunks reach cosine 0\.95"):
        near_duplicates(neighbours, 0.95)


def brute(vectors: np.ndarray, threshold: float) -> set[tuple[str, ...]]:
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    near = unit @ unit.T >= threshold - 1e-6
    group = np.arange(len(vectors))
    for _ in range(len(vectors)):
        for row in range(len(vectors)):
            group[row] = min(group[row], group[near[row]].min(initial=len(vectors)))
    kinds = [np.flatnonzero(group == kind) for kind in np.unique(group)]
    return {tuple(f"c{row}" for row in rows) for rows in kinds if len(rows) > 1}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9999), st.integers(2, 40), st.integers(1, 6))
def test_groups_are_those_of_all_pairs_whatever_k(seed, n, k):
    vectors = np.random.default_rng(seed).integers(-3, 4, size=(n, 3)).astype(np.float32)
    found = near_duplicates(find_neighbours(vectors, names(n), k), 0.953, vectors)
    assert {group for group, _ in found} == brute(vectors, 0.953)
    assert [len(group) for group, _ in found] == sorted((len(group) for group, _ in found), reverse=True)
    for group, weakest in found:
        # at that cosine it still holds, a little above it falls apart
        rows = [int(name[1:]) for name in group]
        whole = {tuple(f"c{i}" for i in range(len(rows)))}
        assert brute(vectors[rows], weakest) == whole
        assert brute(vectors[rows], weakest + 1e-4) != whole


def test_outliers_by_hand():
    neighbours = find_neighbours(arc([0, 10, 20, 120]), names(4))
    found = outliers(neighbours, count=2, k=2)
    assert [name for name, _ in found] == ["c3", "c0"]
    assert found[0][1] == pytest.approx((cosine(100) + cosine(110)) / 2, abs=1e-6)
    assert found[1][1] == pytest.approx((cosine(10) + cosine(20)) / 2, abs=1e-6)
    assert len(outliers(neighbours)) == 4
    assert outliers(neighbours, count=0) == ()
    assert outliers(find_neighbours(np.ones((1, 2)), ["a"])) == ()
    assert outliers(find_neighbours(np.ones((0, 2)), [])) == ()


def test_nearest_to_any_of_the_chosen():
    vectors = arc([0, 50, 8, 47, 120])
    found = nearest_to(vectors, names(5), ["c0", "c1"], k=2)
    assert [name for name, _ in found] == ["c3", "c2"]
    assert [value for _, value in found] == pytest.approx([cosine(3), cosine(8)], abs=1e-6)
    assert nearest_to(vectors, names(5), []) == ()
    assert nearest_to(vectors, names(5), names(5)) == ()
    assert len(nearest_to(vectors, names(5), ["c0"])) == 4
    with pytest.raises(InputError, match="1 of 2 chosen ids are not among the 5 chunks, the first is 'x'"):
        nearest_to(vectors, names(5), ["c0", "x"])
