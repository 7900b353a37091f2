"""UMAP on small corpora; the first fit compiles for some seconds."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fresh import run_fresh
from workbench.errors import InputError
from workbench.projection import find_neighbours, kept_neighbours, pca, umap_layout
from workbench.projection.descent import _forces

pytestmark = pytest.mark.slow


def groups() -> tuple[np.ndarray, list[str]]:
    """Give three tight groups of 20 around the axes of 8 dimensions."""
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.eye(8, dtype=np.float32)[:3], 20, axis=0) + rng.normal(scale=0.05, size=(60, 8))
    return vectors.astype(np.float32), [f"c:{i}" for i in range(60)]


def test_groups_stay_together_where_pca_had_them_and_come_out_the_same_twice():
    vectors, ids = groups()
    reference = pca(vectors, ids)
    layout = umap_layout(vectors, ids, reference)
    assert layout.method == "umap"
    assert layout.ids == tuple(ids)
    assert layout.parameters == {"dimensions": 2, "n_neighbors": 15, "min_dist": 0.1, "seed": 42}
    assert layout.coordinates.tobytes() == umap_layout(vectors, ids, reference).coordinates.tobytes()
    # not one neighbour lies in another group
    apart = np.linalg.norm(layout.coordinates[:, None] - layout.coordinates[None], axis=2) + np.diag([1e9] * 60)
    nearest = np.argsort(apart, axis=1)[:, :10]
    assert (nearest // 20 == np.arange(60)[:, None] // 20).all()
    # each group's centre lies nearest to that of the same group in the PCA picture
    centres = layout.coordinates.reshape(3, 20, 2).mean(axis=1)
    before = reference.coordinates.reshape(3, 20, 2).mean(axis=1)
    assert np.linalg.norm(centres[:, None] - before[None], axis=2).argmin(axis=1).tolist() == [0, 1, 2]
    assert layout.trust > reference.trust - 0.1
    assert layout.mean is None


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_three_points_stay_in_their_pca_picture(n):
    vectors, ids = np.eye(4, dtype=np.float32)[:n], list("abc")[:n]
    reference = pca(vectors, ids)
    assert umap_layout(vectors, ids, reference) is reference


def test_identical_points_stay_in_their_pca_picture():
    vectors, ids = np.ones((20, 4), dtype=np.float32), [str(i) for i in range(20)]
    reference = pca(vectors, ids)
    assert umap_layout(vectors, ids, reference) is reference


@pytest.mark.parametrize("n", [4, 5])
def test_few_points_in_three_dimensions(n):
    vectors, ids = np.eye(6, dtype=np.float32)[:n], [str(i) for i in range(n)]
    layout = umap_layout(vectors, ids, pca(vectors, ids, 3), dimensions=3)
    assert layout.method == "umap"
    assert layout.coordinates.shape == (n, 3)
    assert np.isfinite(layout.coordinates).all()
    assert layout.parameters["n_neighbors"] == n - 1


def test_duplicates_and_a_zero_vector_are_laid_out():
    vectors, ids = groups()
    vectors[:10] = vectors[0]
    vectors[59] = 0
    assert np.isfinite(umap_layout(vectors, ids, pca(vectors, ids)).coordinates).all()


def test_a_reference_of_other_chunks_is_refused():
    vectors, ids = groups()
    with pytest.raises(InputError, match="shows 30 other chunks than the 60 given"):
        umap_layout(vectors, ids, pca(vectors[:30], ids[:30]))
    with pytest.raises(InputError, match="has 3 dimensions and 2 are wanted"):
        umap_layout(vectors, ids, pca(vectors, ids, 3))


def test_given_neighbours_make_the_same_picture_as_those_found():
    vectors, ids = groups()
    reference, known = pca(vectors, ids), find_neighbours(vectors, ids)
    layout = umap_layout(vectors, ids, reference, neighbours=known)
    assert layout.coordinates.tobytes() == umap_layout(vectors, ids, reference).coordinates.tobytes()
    assert layout.kept.tolist() == kept_neighbours(known, layout.coordinates).tolist()
    assert layout.trust == pytest.approx(layout.kept.mean())
    few = find_neighbours(vectors, ids, 3)  # too few: found anew
    assert layout.coordinates.tobytes() == umap_layout(vectors, ids, reference, neighbours=few).coordinates.tobytes()
    other = umap_layout(vectors, ids, reference, seed=7)
    assert layout.coordinates.tobytes() != other.coordinates.tobytes()
    with pytest.raises(InputError, match="neighbours are of 59 chunks that are not the 60"):
        umap_layout(vectors, ids, reference, neighbours=find_neighbours(vectors[:59], ids[:59]))


def test_forces_are_those_of_the_curve():
    a, b = 1.577, 0.895
    attract, repel = _forces(a, b)
    for squared in (1e-4, 0.3, 1.0, 7.7, 400.0):
        word = np.float32(squared).view(np.uint32) >> 16
        curve = 1 + a * squared**b
        assert attract[word] == pytest.approx(-2 * a * b * squared ** (b - 1) / curve, rel=0.008)
        assert repel[word] == pytest.approx(2 * b / ((0.001 + squared) * curve), rel=0.01)
    assert np.isfinite(attract).all()
    assert np.isfinite(repel).all()


def test_the_weights_of_pairs_are_umaps_own_compiled_for_one_thread():
    script = """
import numpy as np
from umap import umap_
from workbench.projection.umap_layout import warm_up
given = np.random.default_rng(0)
distances = np.sort(given.random((500, 15)).astype(np.float32), axis=1)
distances[:, 0] = 0
rows = np.stack([np.roll(np.arange(500), -at) for at in range(15)], axis=1).astype(np.int32)
def weighed():
    return umap_.fuzzy_simplicial_set(
        distances, 15, None, "cosine", knn_indices=rows, knn_dists=distances
    )[0].toarray()
def again(name):
    fresh = umap_.numba.njit(getattr(umap_, name).py_func, parallel=True)
    setattr(umap_, name, fresh)
warm_up()
ours = weighed()
for name in ("smooth_knn_dist", "compute_membership_strengths"):
    assert not getattr(umap_, name).targetoptions["parallel"]
    again(name)
print(np.abs(ours - weighed()).max() < 1e-5, ours.sum() > 500)
"""
    assert run_fresh(script).split() == ["True", "True"]
