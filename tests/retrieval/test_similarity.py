from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.errors import InputError
from workbench.retrieval.similarity import ranking, score_name, similarities

VECTORS = np.array([[3, 4], [4, -3], [-6, -8], [0, 2]], dtype=np.float32)
QUERY = np.array([0.6, 0.8], dtype=np.float32)

numbers = st.floats(-10, 10, width=32).filter(lambda x: abs(x) > 1e-3)


def test_cosine_by_hand():
    # (3,4)/5 . (.6,.8) = 1; (4,-3) is perpendicular; (-6,-8) opposite; (0,1) . (.6,.8) = .8
    np.testing.assert_allclose(similarities(VECTORS, QUERY), [1, 0, -1, 0.8], atol=1e-6)


def test_dot_by_hand():
    np.testing.assert_allclose(similarities(VECTORS, QUERY, "dot"), [5, 0, -10, 1.6], atol=1e-6)


def test_euclidean_is_minus_the_distance():
    # distances: (2.4, 3.2) -> 4; (3.4, -3.8) -> 5.099; (6.6, 8.8) -> 11; (0.6, -1.2) -> 1.3416
    np.testing.assert_allclose(similarities(VECTORS, QUERY, "euclidean"), [-4, -5.0990195, -11, -1.3416408], atol=1e-5)


def test_scores_have_names():
    assert [score_name(metric) for metric in ("cosine", "dot", "euclidean")] == ["cosine", "dot", "-euclidean"]
    with pytest.raises(InputError, match="'manhattan'; it can be cosine, dot, euclidean"):
        score_name("manhattan")


def test_no_vectors():
    assert similarities(np.empty((0, 2), dtype=np.float32), QUERY).shape == (0,)


@given(arrays(np.float32, (7, 3), elements=numbers), arrays(np.float32, 3, elements=numbers))
def test_cosine_is_bounded_and_ignores_length(vectors, query):
    scores = similarities(vectors, query)
    assert np.all(np.abs(scores) <= 1)
    np.testing.assert_allclose(similarities(vectors * 3, query * 0.5), scores, atol=1e-5)


@given(arrays(np.float32, 3, elements=numbers))
def test_a_vector_is_closest_to_itself(query):
    assert similarities(query[None], query, "euclidean")[0] == pytest.approx(0, abs=0.05)
    assert similarities(query[None], query)[0] == pytest.approx(1, abs=1e-5)


@given(st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4]), max_size=40), st.integers(1, 45))
def test_ranking_equals_a_stable_sort(scores, count):
    array = np.array(scores, dtype=np.float32)
    expected = sorted(range(len(scores)), key=lambda row: -array[row])[:count]
    assert ranking(array, count).tolist() == expected


def test_ranking_of_none():
    assert ranking(np.array([1.0, 2.0], dtype=np.float32), 0).tolist() == []
    assert ranking(np.array([1.0, 2.0], dtype=np.float32)).tolist() == [1, 0]
