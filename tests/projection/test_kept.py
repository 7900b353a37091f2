"""The share of neighbours kept, point by point, and where it is lowest."""

from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness

from workbench.errors import InputError
from workbench.projection import find_neighbours, kept_neighbours, least_trusted, pca, trust
from workbench.records import Projection


def names(n: int) -> list[str]:
    return [f"c{i}" for i in range(n)]


def picture(points, kept=None) -> Projection:
    points = np.asarray(points, dtype=np.float32)
    return Projection(tuple(names(len(points))), points, kept=None if kept is None else np.float32(kept))


def test_each_point_by_hand():
    angles = np.deg2rad([0, 10, 21, 33, 46])
    neighbours = find_neighbours(np.stack([np.cos(angles), np.sin(angles)], axis=1), names(5))
    # true nearest: 0-1, 1-0, 2-1, 3-2, 4-3; the picture swaps 0 and 4
    swapped = np.array([[46, 0], [10, 0], [21, 0], [33, 0], [0, 0]])
    assert kept_neighbours(neighbours, swapped, 1).tolist() == [0, 0, 1, 1, 0]


def test_equally_far_points_are_all_among_the_nearest():
    # true nearest of 0 is 1; in the picture 1 and 2 lie equally far from it
    neighbours = find_neighbours(np.array([[1, 0], [1, 0.1], [0, 1], [-1, 0]]), names(4))
    kept = kept_neighbours(neighbours, np.array([[0, 0], [3, 4], [4, 3], [9, 9]]), 1)
    assert neighbours.indices[0, 0] == 1
    assert kept[0] == 1


def brute(neighbours, points, k: int) -> np.ndarray:
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    limit = np.sort(apart, axis=1)[:, k - 1] * (1 + 1e-9)
    true = neighbours.indices[:, :k]
    return (np.take_along_axis(apart, true.astype(int), axis=1) <= limit[:, None]).mean(axis=1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9999), st.integers(3, 50), st.integers(1, 8), st.sampled_from([2, 3]), st.booleans())
def test_it_is_the_definition_and_trust_its_mean(seed, n, k, dimensions, grid):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 5)).astype(np.float32)
    points = (rng.integers(0, 3, size=(n, dimensions)) if grid else rng.normal(size=(n, dimensions))).astype(np.float64)
    neighbours = find_neighbours(vectors, names(n))
    kept = kept_neighbours(neighbours, points, k)
    if n < k + 2:
        assert kept is None
        assert trust(vectors, points, k) is None
        return
    np.testing.assert_allclose(kept, brute(neighbours, points, k), atol=1e-6)
    assert kept.dtype == np.float32
    assert trust(vectors, points, k) == pytest.approx(kept.mean(), abs=1e-6)


def test_a_faithful_picture_has_both_figures_at_one_and_worse_ones_rank_as_scikit_learn_has_them():
    rng = np.random.default_rng(1)
    angles = rng.uniform(0, 3, size=300)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    vectors = np.hstack([circle, np.zeros((300, 4))])
    neighbours = find_neighbours(vectors, names(300))
    ours, theirs = [], []
    for noise in (0.0, 0.05, 0.2, 1.0, 5.0):
        points = circle + rng.normal(scale=noise, size=circle.shape)
        ours.append(float(kept_neighbours(neighbours, points).mean()))
        theirs.append(trustworthiness(vectors, points, n_neighbors=10, metric="cosine"))
    assert ours[0] == pytest.approx(1.0, abs=1e-3)  # float32 cannot tell some of the nearest apart
    assert theirs[0] == pytest.approx(1.0, abs=1e-3)
    assert ours == sorted(ours, reverse=True)
    assert theirs == sorted(theirs, reverse=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 9999), st.integers(40, 90), st.integers(3, 12))
def test_trustworthiness_cannot_fall_below_what_the_share_allows(seed, n, k):
    # a stranger among the k nearest costs at most n - 1 - k ranks, and there are k (1 - kept) strangers a point
    rng = np.random.default_rng(seed)
    vectors, points = rng.normal(size=(n, 4)), rng.normal(size=(n, 2))
    kept = kept_neighbours(find_neighbours(vectors, names(n)), points, k).mean(dtype=np.float64)
    least = 1 - 2 * (1 - kept) * (n - 1 - k) / (2 * n - 3 * k - 1)
    figure = trustworthiness(vectors, points, n_neighbors=k, metric="cosine")
    assert figure >= least - 1e-6
    assert figure <= 1 - 2 * (1 - kept) / (2 * n - 3 * k - 1) / n + 1e-6


def test_other_points_or_too_few_neighbours_are_refused():
    neighbours = find_neighbours(np.eye(20), names(20), 5)
    with pytest.raises(InputError, match="neighbours of 20 chunks and 19 points"):
        kept_neighbours(neighbours, np.zeros((19, 2)))
    with pytest.raises(InputError, match="Only 5 neighbours are known and 10 are asked for"):
        kept_neighbours(neighbours, np.zeros((20, 2)))


def test_the_worst_parts_come_first_and_share_no_point():
    points = [[i, 0] for i in range(40)]
    kept = np.ones(40)
    kept[10:13] = 0.0
    kept[30:33] = 0.5
    found = least_trusted(picture(points, kept), count=3, size=3)
    assert [region.ids for region in found[:2]] == [("c10", "c11", "c12"), ("c30", "c31", "c32")]
    assert [region.kept for region in found[:2]] == [0.0, 0.5]
    assert found[0].centre.tolist() == [11, 0]
    everyone = [name for region in found for name in region.ids]
    assert len(everyone) == len(set(everyone))
    again = least_trusted(picture(points, kept), count=3, size=3)
    assert [region.ids for region in again] == [region.ids for region in found]


def test_the_worst_parts_of_a_picture_are_searched_once_and_do_not_hold_it():
    made = picture(np.random.default_rng(0).normal(size=(60, 2)), np.linspace(0, 1, 60))
    assert least_trusted(made) is least_trusted(made) != ()
    gone = weakref.ref(made)
    del made
    assert gone() is None


def test_no_part_is_named_where_none_is_worse():
    points = np.random.default_rng(0).normal(size=(60, 2))
    assert least_trusted(picture(points)) == ()
    assert least_trusted(picture(points, np.full(60, 0.3))) == ()
    assert least_trusted(picture(points, np.linspace(0, 1, 60)), count=0) == ()
    assert least_trusted(picture(np.zeros((0, 2)), np.zeros(0))) == ()


def test_a_thousand_points_on_one_spot():
    points = np.zeros((1000, 2))
    points[:20] = np.random.default_rng(0).normal(size=(20, 2)) + 50
    kept = np.ones(1000)
    kept[900:] = 0
    found = least_trusted(picture(points, kept), count=1, size=5)
    assert len(set(found[0].ids)) == 5
    assert found[0].kept < 0.9
    neighbours = find_neighbours(np.tile([[1.0, 2.0]], (1000, 1)), names(1000))
    assert kept_neighbours(neighbours, np.zeros((1000, 2))).tolist() == [1.0] * 1000


def test_pca_is_measured_only_on_request():
    vectors = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    measured, quick = pca(vectors, names(60)), pca(vectors, names(60), measure=False)
    assert quick.trust is None
    assert replace(quick, trust=measured.trust).coordinates.tobytes() == measured.coordinates.tobytes()
    neighbours = find_neighbours(vectors, names(60))
    assert measured.trust == pytest.approx(kept_neighbours(neighbours, measured.coordinates).mean(), abs=1e-6)
