"""Exact neighbours, ties included."""

from __future__ import annotations

import numpy as np

from workbench.projection import cosine
from workbench.projection.cosine import highest
from workbench.projection.neighbours import nearest_neighbours


def test_neighbours_on_a_quarter_circle_by_hand():
    angles = np.deg2rad([0, 10, 30, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1) * [[1], [5], [2], [1]]  # length does not matter
    indices, distances = nearest_neighbours(vectors, 2)
    assert indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    np.testing.assert_allclose(distances[0], 1 - np.cos(np.deg2rad([10, 30])), atol=1e-6)
    assert indices.dtype == np.int32
    assert distances.dtype == np.float32


def test_equal_vectors_come_in_row_order_and_never_as_their_own_neighbour():
    indices, distances = nearest_neighbours(np.tile([[0.0, 2.0]], (9, 1)), 3)
    assert indices[0].tolist() == [1, 2, 3]
    assert indices[1].tolist() == [0, 2, 3]
    assert indices[8].tolist() == [0, 1, 2]
    assert not distances.any()


def test_blocks_do_not_change_the_result(monkeypatch):
    vectors = np.random.default_rng(1).normal(size=(70, 6)).astype(np.float32)
    whole = nearest_neighbours(vectors, 5)
    brute = 1 - cosine.unit_rows(vectors) @ cosine.unit_rows(vectors).T + np.diag([9.0] * 70)
    assert whole[0].tolist() == np.argsort(brute, axis=1)[:, :5].tolist()
    monkeypatch.setattr(cosine, "BLOCK_CELLS", 70 * 8)
    assert nearest_neighbours(vectors, 5)[0].tolist() == whole[0].tolist()


def test_tiny_and_empty():
    assert nearest_neighbours(np.zeros((0, 4)), 3)[0].shape == (0, 0)
    assert nearest_neighbours(np.ones((1, 4)), 3)[0].shape == (1, 0)
    assert nearest_neighbours(np.eye(3), 10)[0].tolist() == [[1, 2], [0, 2], [0, 1]]
    zeros, apart = nearest_neighbours(np.zeros((2, 4)), 1)
    assert (zeros.tolist(), apart.tolist()) == ([[1], [0]], [[1.0], [1.0]])


def test_highest_takes_the_lower_column_of_equals():
    scores = np.array([[1.0, 3.0, 3.0, 3.0, 5.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    assert highest(scores, 3).tolist() == [[4, 1, 2], [0, 1, 2]]
    assert highest(scores, 0).shape == (2, 0)
