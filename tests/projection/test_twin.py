"""Two models side by side, and one chunk among the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.projection import far_neighbours, find_neighbours, kept_between, pca, similarity_to, twin_maps
from workbench.records import Projection


def names(n: int) -> list[str]:
    return [f"c{i}" for i in range(n)]


def line(order, k: int = 2):
    """Give neighbours of five chunks along an arc, in this order."""
    angles = np.deg2rad(np.array([0, 10, 21, 33, 46])[np.argsort(order)])
    return find_neighbours(np.stack([np.cos(angles), np.sin(angles)], axis=1), names(5), k)


def test_share_between_two_spaces_by_hand():
    a, b = line([0, 1, 2, 3, 4]), line([4, 1, 2, 3, 0])
    # a: 0 12, 1 02, 2 13, 3 24, 4 32; with the ends exchanged b: 0 32, 1 42, 2 13, 3 20, 4 12
    assert kept_between(a, b, 2).tolist() == [0.5, 0.5, 1.0, 0.5, 0.5]
    assert kept_between(a, a, 2).tolist() == [1.0] * 5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9999), st.integers(1, 40), st.integers(1, 12))
def test_it_is_the_same_both_ways_and_one_with_itself(seed, n, k):
    rng = np.random.default_rng(seed)
    a, b = (find_neighbours(rng.normal(size=(n, d)), names(n), 12) for d in (3, 5))
    there = kept_between(a, b, k)
    assert there.tolist() == kept_between(b, a, k).tolist()
    assert kept_between(a, a, k).tolist() == [1.0] * n
    assert there.dtype == np.float32
    assert ((there >= 0) & (there <= 1)).all()


def test_the_right_map_is_turned_and_no_neighbour_lost():
    vectors = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    left = pca(vectors, names(60))
    # the same picture, turned and twice as large
    turned = Projection(left.ids, 2 * left.coordinates[:, ::-1].copy() + 7)
    neighbours = find_neighbours(vectors, names(60))
    twins = twin_maps(("a", "b"), left, turned, neighbours, neighbours)
    np.testing.assert_allclose(twins.right.coordinates, left.coordinates, atol=1e-4)
    assert twins.left is left
    assert (twins.kept == 1).all()
    assert (twins.models, twins.k, len(twins)) == (("a", "b"), 10, 60)
    assert twins.right.mean is None


def test_maps_of_other_chunks_are_refused():
    vectors = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    left, right = pca(vectors, names(20)), pca(vectors[:19], names(19))
    known = find_neighbours(vectors, names(20))
    with pytest.raises(InputError, match="left picture shows 20 chunks and the right one 19"):
        twin_maps(("a", "b"), left, right, known, known)
    with pytest.raises(InputError, match="neighbours are of 20 and 5 chunks"):
        kept_between(known, line([0, 1, 2, 3, 4]))
    with pytest.raises(InputError, match="Only 2 neighbours are known and 4 are compared"):
        kept_between(line([0, 1, 2, 3, 4]), line([0, 1, 2, 3, 4]))


def test_similarity_to_one_chunk():
    vectors = np.array([[3, 4], [4, 3], [-3, -4], [0, 0], [6, 8]])
    assert similarity_to(vectors, 0).tolist() == pytest.approx([1, 0.96, -1, 0, 1], abs=1e-6)
    assert similarity_to(vectors, 3).tolist() == [0] * 5
    assert similarity_to(vectors, 0).dtype == np.float32
    with pytest.raises(InputError, match="Row 5 is asked for and there are 5 chunks"):
        similarity_to(vectors, 5)


def test_neighbours_that_the_picture_puts_far_away():
    # true nearest of c0: c1, then c2; in the picture c1 is last of 9
    angles = np.deg2rad([0, 1, 3, 40, 50, 60, 70, 80, 90, 100])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.array(
        [[0, 0], [90, 0], [1, 0], [2, 0], [3, 0], [4, 0], [5, 0], [6, 0], [7, 0], [8, 0]], dtype=np.float32
    )
    found = far_neighbours(Projection(tuple(names(10)), points), vectors, 0, k=2)
    assert [(near.id, near.place, near.far) for near in found] == [("c1", 9, True), ("c2", 1, False)]
    assert found[0].cosine == pytest.approx(np.cos(angles[1]), abs=1e-6)
    # beyond 3 k, not at it: place 9 is not far of 3 neighbours
    assert not any(near.far for near in far_neighbours(Projection(tuple(names(10)), points), vectors, 0, k=3))
    assert far_neighbours(Projection(("a",), np.zeros((1, 2))), np.ones((1, 2)), 0) == ()
    with pytest.raises(InputError, match="There are 3 vectors and 10 points"):
        far_neighbours(Projection(tuple(names(10)), points), vectors[:3], 0)
