"""Procrustes alignment, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.projection import align

CORNER = np.array([[0, 0], [2, 0], [0, 1]], dtype=np.float32)


def test_a_quarter_turn_doubled_and_moved_is_undone():
    # (x, y) -> (-2y + 5, 2x - 3)
    turned = np.array([[5, -3], [5, 1], [3, -3]], dtype=np.float32)
    np.testing.assert_allclose(align(turned, CORNER), CORNER, atol=1e-6)


def test_a_mirror_image_is_turned_back():
    np.testing.assert_allclose(align(CORNER * [-1, 1], CORNER), CORNER, atol=1e-6)


def test_the_scale_is_that_of_least_squares():
    # on one line: sum(x y) / sum(x x) = (3 + 1 + 1 + 3) / (9 + 1 + 1 + 9)
    points = np.array([[-3, 0], [-1, 0], [1, 0], [3, 0]])
    reference = np.array([[-1, 0], [-1, 0], [1, 0], [1, 0]])
    np.testing.assert_allclose(align(points, reference)[:, 0], points[:, 0] * 0.4, atol=1e-6)


def test_points_in_one_place_go_to_the_centre():
    assert align(np.ones((3, 2)), CORNER).tolist() == [pytest.approx([2 / 3, 1 / 3])] * 3
    assert align(np.zeros((0, 2)), np.zeros((0, 2))).shape == (0, 2)


def test_other_shapes_are_refused():
    with pytest.raises(InputError, match=r"shape \(3, 3\) and the reference \(3, 2\)"):
        align(np.zeros((3, 3)), CORNER)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10), st.sampled_from([2, 3]))
def test_any_similarity_is_undone(seed, scale, dimensions):
    rng = np.random.default_rng(seed)
    reference = rng.normal(size=(20, dimensions))
    turn, _ = np.linalg.qr(rng.normal(size=(dimensions, dimensions)))
    moved = scale * reference @ turn + rng.normal(size=dimensions)
    np.testing.assert_allclose(align(moved, reference), reference, atol=1e-4)
