"""Clusters of the picture and their words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from workbench.errors import InputError
from workbench.projection import clusters
from workbench.projection.keywords import keywords
from workbench.records import Projection


def picture(points) -> Projection:
    points = np.asarray(points, dtype=np.float32)
    return Projection(tuple(f"c{i}" for i in range(len(points))), points)


def three_heaps() -> tuple[Projection, list[str]]:
    """Give 20 llamas, 40 stars and 30 loaves, and one point far from all."""
    rng = np.random.default_rng(0)
    sizes, words = (20, 40, 30), ("llama wool", "star light", "bread flour")
    heaps = [rng.normal(scale=0.2, size=(n, 2)) + np.array([10 * i, 0]) for i, n in enumerate(sizes)]
    texts = [f"the {word} {i}" for word, n in zip(words, sizes, strict=True) for i in range(n)]
    return picture(np.vstack([*heaps, [[500, 500]]])), [*texts, "alone"]


def test_heaps_are_numbered_by_size_and_named_by_their_words():
    projection, texts = three_heaps()
    found = clusters(projection, texts, min_size=10)
    assert [len(cluster) for cluster in found.clusters] == [40, 30, 20]
    assert [set(cluster.keywords) for cluster in found.clusters] == [
        {"star", "light"}, {"bread", "flour"}, {"llama", "wool"},
    ]  # fmt: skip
    assert found.clusters[2].ids == projection.ids[:20]
    assert found.labels.dtype == np.int32
    assert (found.labels[:20] == 2).all()
    assert (found.labels[-1], found.noise) == (-1, 1)
    middle = found.clusters[2]
    np.testing.assert_allclose(middle.centre, np.median(projection.coordinates[:20], axis=0), atol=1e-6)
    apart = np.linalg.norm(projection.coordinates[:20] - middle.centre, axis=1)
    assert middle.exemplar == f"c{apart.argmin()}"
    assert found.parameters == {"min_cluster_size": 10, "min_samples": 10}
    assert clusters(projection, texts, min_size=10).labels.tolist() == found.labels.tolist()


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_a_few_points_are_noise(n):
    found = clusters(picture(np.eye(4)[:n, :2]), ["text"] * n)
    assert found.labels.tolist() == [-1] * n
    assert found.clusters == ()


def test_points_on_one_spot_are_one_cluster():
    found = clusters(picture(np.ones((30, 2))), ["wool words"] * 30)
    assert found.labels.tolist() == [0] * 30
    assert found.clusters[0].exemplar == "c0"
    assert found.clusters[0].keywords == ("wool", "words")


def test_two_heaps_of_copies_are_two_clusters_ties_by_row():
    found = clusters(picture(np.repeat([[5, 5], [0, 0]], 25, axis=0)), ["b"] * 50)
    assert found.labels.tolist() == [0] * 25 + [1] * 25
    assert [cluster.centre.tolist() for cluster in found.clusters] == [[5, 5], [0, 0]]


def test_the_smallest_size_grows_with_the_corpus():
    rng = np.random.default_rng(0)
    sizes = [
        clusters(picture(rng.normal(size=(n, 2))), [""] * n).parameters["min_cluster_size"] for n in (10, 400, 1600)
    ]
    assert sizes == [5, 10, 20]


def test_three_dimensions():
    points = np.repeat(np.eye(3) * 9, 20, axis=0) + np.random.default_rng(0).normal(scale=0.1, size=(60, 3))
    found = clusters(picture(points), ["x"] * 60, min_size=5)
    assert [len(cluster) for cluster in found.clusters] == [20, 20, 20]
    assert found.clusters[0].centre.shape == (3,)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="1 texts for 2 points"):
        clusters(picture(np.zeros((2, 2))), ["x"])
    with pytest.raises(InputError, match="min_size is 1; expected 2 or more"):
        clusters(picture(np.zeros((2, 2))), ["x", "y"], 1)


def test_class_based_tf_idf_by_hand():
    # words: 3 camel + 1 sand, and 2 sand + 1 dune: 7 in 2 groups, A = 3.5; f(camel) = 3, f(sand) = 3, f(dune) = 1
    found = keywords([["camel camel", "camel sand"], ["sand sand dune"]])
    weights = {"camel": 3 * math.log(1 + 3.5 / 3), "sand": math.log(1 + 3.5 / 3)}
    assert list(found[0]) == sorted(weights, key=lambda word: -weights[word])
    # 2 log(1 + 3.5 / 3) = 1.546 beats log(1 + 3.5 / 1) = 1.504
    assert found[1] == ("sand", "dune")


def test_words_of_any_script_and_no_numbers_or_stop_words():
    texts = ["The Élan of 2024 x vicuña's", "e\u0301lan верблюд 42 7b _private_", "and the of"]
    assert keywords([texts]) == [("élan", "7b", "private", "vicuña's", "верблюд")]
    assert keywords([]) == []
    assert keywords([["the 12"], [""]]) == [(), ()]
    assert keywords([["b1 a1 c1"]], count=2) == [("a1", "b1")]
