"""The trust figure against hand-made cases."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.projection import trust


def arc(degrees) -> np.ndarray:
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_a_faithful_picture_keeps_all_and_a_shuffled_one_what_is_counted_by_hand():
    truth = arc([0, 10, 21, 33, 46])
    assert trust(truth, np.array([[0, 0], [10, 0], [21, 0], [33, 0], [46, 0]]), k=1) == 1.0
    # true nearest: 0-1, 1-0, 2-1, 3-2, 4-3; the picture swaps 0 and 4: 4 1 2 3 0, so 1-2 and 0-3 and 4-1 are wrong
    swapped = np.array([[46, 0], [10, 0], [21, 0], [33, 0], [0, 0]])
    assert trust(truth, swapped, k=1) == pytest.approx(2 / 5)


def test_half_of_the_neighbourhood():
    # true two nearest of a: b, c; in the picture b and d
    truth = arc([0, 1, 3, 60])
    picture = np.array([[0.0, 0], [1, 0], [50, 0], [2, 0]])
    # a: {b,c} vs {b,d} 1; b: {a,c} vs {a,d} 1; c: {b,a} vs {d,b} 1; d: {c,b} vs {b,a} 1
    assert trust(truth, picture, k=2) == pytest.approx(0.5)


def test_too_few_points_to_say():
    rng = np.random.default_rng(0)
    assert trust(rng.normal(size=(11, 3)), np.zeros((11, 2))) is None
    assert trust(rng.normal(size=(12, 3)), np.zeros((12, 2))) is not None
    assert trust(np.zeros((0, 3)), np.zeros((0, 2))) is None


def test_a_sample_is_drawn_the_same_way_twice_and_comes_near_the_whole():
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(900, 3))
    whole = trust(vectors, vectors[:, :2])
    sampled = trust(vectors, vectors[:, :2], sample=300)
    assert sampled == trust(vectors, vectors[:, :2], sample=300)
    assert sampled == pytest.approx(whole, abs=0.05)
