"""New chunks come into the picture and no old one moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.projection import extend_layout, find_neighbours, kept_neighbours, pca, place_query
from workbench.records import Projection


def names(n: int) -> list[str]:
    return [f"c{i}" for i in range(n)]


def corpus(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 6)).astype(np.float32)


def umap_like(n: int) -> Projection:
    points = np.random.default_rng(1).normal(size=(n, 2)).astype(np.float32)
    return Projection(tuple(names(n)), points, "umap", {"seed": 42})


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_one_in_a_hundred_is_added_and_the_others_move_by_exactly_nothing(method):
    vectors = corpus(505)
    before = pca(vectors[:500], names(500)) if method == "pca" else umap_like(500)
    neighbours = find_neighbours(vectors, names(505))
    after = extend_layout(before, names(505), vectors, neighbours, ())
    assert after.coordinates[:500].tobytes() == before.coordinates.tobytes()
    assert np.isfinite(after.coordinates).all()
    assert np.flatnonzero(after.placed).tolist() == [500, 501, 502, 503, 504]
    assert after.kept.tolist() == kept_neighbours(neighbours, after.coordinates).tolist()
    assert after.trust == pytest.approx(after.kept.mean())
    assert (after.method, after.parameters) == (before.method, before.parameters)


def test_in_pca_a_new_chunk_lies_where_a_question_of_its_vector_does():
    vectors = corpus(50)
    before = pca(vectors[:40], names(40), 3)
    after = extend_layout(before, names(50), vectors, None, ())
    for row in range(40, 50):
        np.testing.assert_allclose(after.coordinates[row], place_query(before, None, vectors[row]), atol=1e-5)
    assert after.kept is None
    assert after.trust is None


def test_in_umap_a_new_chunk_lies_where_a_question_of_its_scores_does():
    vectors = corpus(50)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    before = umap_like(45)
    after = extend_layout(before, names(50), vectors, None, ())
    for row in range(45, 50):
        np.testing.assert_allclose(after.coordinates[row], place_query(before, unit[:45] @ unit[row]), atol=1e-4)


def test_order_marks_and_chunks_that_went():
    vectors = corpus(12)
    first = extend_layout(umap_like(10), names(12), vectors, None, ())
    rows = [11, 0, 5, 3, 9]
    vectors[3] = vectors[3] + 1
    second = extend_layout(first, [f"c{row}" for row in rows], vectors[rows], None, ["c3", "unknown"])
    assert second.ids == ("c11", "c0", "c5", "c3", "c9")
    assert second.placed.tolist() == [True, False, False, True, False]
    kept = [0, 1, 2, 4]
    assert second.coordinates[kept].tobytes() == first.coordinates[[11, 0, 5, 9]].tobytes()
    assert extend_layout(umap_like(10), names(8), vectors[:8], None, ()).placed is None


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 999), st.sampled_from(["pca", "umap"]))
def test_equal_vectors_come_to_one_place_and_all_twice_alike(old, new, seed, method):
    vectors = np.random.default_rng(seed).integers(-2, 3, size=(old + 2 * new, 6)).astype(np.float32)
    vectors[old + new :] = vectors[old : old + new]
    before = pca(vectors[:old], names(old)) if method == "pca" else umap_like(old)
    after = extend_layout(before, names(len(vectors)), vectors, None, ())
    assert after.coordinates[old : old + new].tobytes() == after.coordinates[old + new :].tobytes()
    assert np.isfinite(after.coordinates).all()
    assert (
        after.coordinates.tobytes()
        == extend_layout(before, names(len(vectors)), vectors, None, ()).coordinates.tobytes()
    )


def test_what_cannot_be_placed_is_refused():
    with pytest.raises(InputError, match="None of the 3 chunks of the picture is left unchanged among the 2 given"):
        extend_layout(umap_like(3), ["x", "y"], corpus(2), None, ())
    with pytest.raises(InputError, match="have 6 dimensions and the picture was made from 4"):
        extend_layout(pca(np.eye(4), names(4)), ["x"], corpus(1), None, ())
    with pytest.raises(InputError, match="1 of 1 vectors hold NaN"):
        extend_layout(umap_like(3), ["x"], np.full((1, 6), np.nan), None, ())
    with pytest.raises(InputError, match="neighbours are of 3 chunks that are not the 4"):
        extend_layout(umap_like(3), names(4), corpus(4), find_neighbours(corpus(3), names(3)), ())
