"""The question's star."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.projection import pca, place_query
from workbench.records import Projection


def picture(coordinates, method="umap") -> Projection:
    points = np.asarray(coordinates, dtype=np.float32)
    return Projection(ids=tuple(f"c:{i}" for i in range(len(points))), coordinates=points, method=method)


def test_in_pca_a_chunks_own_vector_is_its_own_point():
    vectors = np.random.default_rng(5).normal(size=(50, 12)).astype(np.float32)
    projection = pca(vectors, [str(i) for i in range(50)], 3)
    np.testing.assert_allclose(place_query(projection, None, vectors[7]), projection.coordinates[7], atol=1e-5)


def test_in_umap_it_is_pulled_by_its_best_chunks_by_hand():
    # gaps 0, 0.1, 0.1, 0.1: 1 + 3 exp(-0.1 / sigma) = log2(4), so the weights are 1/2 and three times 1/6
    projection = picture([[0, 0], [6, 0], [0, 6], [6, 6], [999, 999]])
    star = place_query(projection, np.array([0.9, 0.8, 0.8, 0.8, -0.5]), n=4)
    np.testing.assert_allclose(star, [2, 2], atol=1e-5)
    assert star.dtype == np.float32


def test_scores_of_any_unit_place_it_alike():
    projection = picture(np.random.default_rng(2).normal(size=(40, 2)))
    cosine = np.linspace(-1, 1, 40)
    star = place_query(projection, cosine)
    np.testing.assert_allclose(place_query(projection, cosine * 300 - 900), star, atol=1e-4)


def test_equal_scores_put_it_in_the_middle():
    np.testing.assert_allclose(place_query(picture([[0, 0], [4, 0], [2, 9]]), np.zeros(3)), [2, 3], atol=1e-6)


def test_chunks_without_a_score_do_not_pull():
    assert place_query(picture([[1, 1], [5, 5]]), np.array([np.nan, 0.2])).tolist() == [5, 5]
    assert place_query(picture([[1, 1], [5, 5]]), np.full(2, np.nan)) is None
    assert place_query(picture(np.zeros((0, 2))), np.zeros(0)) is None
    assert place_query(picture([[1, 1]]), None) is None


def test_a_vector_of_another_model_falls_back_to_scores():
    projection = pca(np.eye(4, dtype=np.float32), list("abcd"))
    assert place_query(projection, np.array([1, np.nan, np.nan, np.nan]), np.ones(9)).tolist() == pytest.approx(
        projection.coordinates[0].tolist()
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=30))
def test_it_stays_among_its_chunks_and_comes_out_the_same_twice(scores):
    projection = picture(np.random.default_rng(0).uniform(size=(len(scores), 2)))
    star = place_query(projection, np.array(scores, dtype=np.float32))
    assert star.tobytes() == place_query(projection, np.array(scores, dtype=np.float32)).tobytes()
    assert (star >= projection.coordinates.min(axis=0) - 1e-5).all()
    assert (star <= projection.coordinates.max(axis=0) + 1e-5).all()


def test_a_hundred_thousand_chunks_take_milliseconds():
    rng = np.random.default_rng(0)
    projection = picture(rng.normal(size=(100_000, 2)))
    scores = rng.uniform(-1, 1, size=100_000).astype(np.float32)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        place_query(projection, scores)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.01
