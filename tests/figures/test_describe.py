"""What a map says of itself: no more than is known."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.figures import describe_map
from workbench.projection import pca
from workbench.records import Projection, Retrieval

ASKED = Retrieval("q", ())


def umap(n: int, trust: float | None, **more) -> Projection:
    ids = tuple(str(i) for i in range(n))
    return Projection(ids=ids, coordinates=np.zeros((n, 2), dtype=np.float32), method="umap", trust=trust, **more)


def test_a_faithful_umap_map():
    assert describe_map(umap(318, 0.714), ASKED) == (
        "318 passages; 71 of 100 true neighbours are neighbours here too. "
        "Groups can be trusted; their sizes and the distances between them cannot. "
        "The star is approximate: it lies among the passages most like the question."
    )


def test_a_poor_umap_map_and_a_tiny_one():
    poor = "Groups are a hint; single neighbours and distances cannot be trusted."
    assert describe_map(umap(318, 0.2)).endswith(poor)
    assert describe_map(umap(9, None)) == "9 passages. With so few, UMAP's picture says little: go by the scores."


def test_pca_maps():
    vectors = np.eye(4, dtype=np.float32)
    exact = pca(vectors, list("abcd"))
    assert describe_map(exact, Retrieval("q", (), vector=vectors[0])) == (
        "4 passages. What lies apart here is apart, what lies together need not be. "
        "The star is placed exactly, by the formula that placed the passages."
    )
    assert "The star is approximate" in describe_map(exact, Retrieval("q", (), vector=np.ones(9)))
    assert describe_map(pca(vectors[:3], list("abc"))) == "3 passages. With so few, every distance here is a true one."
    assert describe_map(pca(vectors[:1], ["a"])) == "1 passage."
    assert describe_map(pca(vectors[:0], [])) == "No passages to show yet."


def test_three_points_of_a_pca_map_lie_at_their_true_distances():
    vectors = np.random.default_rng(0).normal(size=(3, 20)).astype(np.float32)
    places = pca(vectors, list("abc")).coordinates
    true = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    assert np.linalg.norm(places[:, None] - places[None], axis=2) == pytest.approx(true, abs=1e-4)


@pytest.mark.parametrize(
    ("placed", "said"),
    [
        (37, "37 passages came later and were put beside their neighbours; lay the map out again to include them."),
        (1, "1 passage came later and was put beside its neighbours; lay the map out again to include it."),
    ],
)
def test_what_came_later_is_said(placed, said):
    later = np.arange(318) < placed
    assert said in describe_map(umap(318, 0.7, placed=later))
    assert "came later" not in describe_map(umap(318, 0.7, placed=np.zeros(318, dtype=bool)))


def test_a_sample_is_called_one():
    assert "neighbours here too, measured on a sample." in describe_map(umap(2001, 0.7))
    assert "sample" not in describe_map(umap(2000, 0.7))
    assert "sample" not in describe_map(umap(2001, 0.7, kept=np.ones(2001, dtype=np.float32)))
    assert "20,000 of 20,001 points are drawn." in describe_map(umap(20_001, 0.7), drawn=20_000)
    assert "drawn" not in describe_map(umap(30, 0.7), drawn=30)
