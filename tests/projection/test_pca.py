"""PCA against hand-worked pictures and its own laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.errors import InputError
from workbench.projection import pca

small = st.integers(-8, 8).map(float)


def names(n: int) -> list[str]:
    return [f"c:{i}" for i in range(n)]


def test_points_on_a_cross_by_hand():
    # variance 50 / 4 along x, 2 / 4 along y, nothing along the third axis
    vectors = np.array([[5, 0, 7], [-5, 0, 7], [0, 1, 7], [0, -1, 7]], dtype=np.float32)
    picture = pca(vectors, names(4))
    assert picture.coordinates.tolist() == [[5, 0], [-5, 0], [0, 1], [0, -1]]
    assert picture.mean.tolist() == [0, 0, 7]
    assert picture.components.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert picture.parameters == {"dimensions": 2, "explained": pytest.approx([50 / 52, 2 / 52])}
    assert picture.ids == ("c:0", "c:1", "c:2", "c:3")
    assert picture.coordinates.dtype == np.float32


def test_fewer_points_than_dimensions_gives_the_same_picture_as_more():
    rng = np.random.default_rng(3)
    few = rng.normal(size=(12, 40)).astype(np.float32)
    from_gram = pca(few, names(12))
    # the same 12 points four times over: 48 > 40, so now from the covariance
    from_covariance = pca(np.tile(few, (4, 1)), names(48))
    np.testing.assert_allclose(from_gram.coordinates, from_covariance.coordinates[:12], atol=1e-5)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny_corpora(n, dimensions):
    vectors = np.eye(5, dtype=np.float32)[:n]
    picture = pca(vectors, names(n), dimensions)
    assert picture.coordinates.shape == (n, dimensions)
    assert picture.trust is None
    apart = [np.linalg.norm(a - b) for i, a in enumerate(picture.coordinates) for b in picture.coordinates[:i]]
    assert apart == pytest.approx([2**0.5] * len(apart), rel=1e-6)


def test_identical_points_lie_on_one_spot_and_so_does_their_question():
    picture = pca(np.full((30, 8), 0.3, dtype=np.float32), names(30))
    assert not picture.coordinates.any()
    assert not picture.components.any()
    assert picture.parameters["explained"] == [0.0, 0.0]


def test_vectors_that_cannot_be_drawn_are_refused_by_name():
    vectors = np.zeros((3, 4), dtype=np.float32)
    vectors[1, 2] = np.nan
    with pytest.raises(InputError, match=r"1 of 3 vectors hold NaN or infinity, the first is that of 'c:1'"):
        pca(vectors, names(3))
    with pytest.raises(InputError, match="3 vectors for 2 ids"):
        pca(np.zeros((3, 4)), names(2))
    with pytest.raises(InputError, match=r"shape \(4,\)"):
        pca(np.zeros(4), names(4))
    with pytest.raises(InputError, match="dimensions is 4; expected 2 or 3"):
        pca(np.zeros((3, 4)), names(3), 4)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12).flatmap(lambda n: arrays(np.float32, (n, 5), elements=small)))
def test_axes_are_orthonormal_ordered_and_never_stretch(vectors):
    picture = pca(vectors, names(len(vectors)), 3)
    gram = picture.components @ picture.components.T
    lengths = np.diag(gram)
    np.testing.assert_allclose(gram, np.diag(lengths), atol=1e-5)
    assert all(abs(length - 1) < 1e-5 or length == 0 for length in lengths)
    explained = picture.parameters["explained"]
    assert explained == sorted(explained, reverse=True)
    assert sum(explained) <= 1 + 1e-6
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    shown = np.linalg.norm(picture.coordinates[:, None] - picture.coordinates[None], axis=2)
    assert (shown <= apart + 1e-3).all()


def test_the_same_vectors_give_the_same_bytes():
    vectors = np.random.default_rng(0).normal(size=(200, 24)).astype(np.float32)
    first, second = pca(vectors, names(200)), pca(vectors.copy(), names(200))
    assert first.coordinates.tobytes() == second.coordinates.tobytes()
    assert first.trust == second.trust
