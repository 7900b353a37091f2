"""Our formulas against other people's: scikit-learn, SciPy and LangChain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances, linear_kernel

from workbench.retrieval.fusion import CONSTANT, fused, ranks
from workbench.retrieval.mmr import mmr_order
from workbench.retrieval.similarity import similarities, squared_norms

numbers = st.floats(-5, 5, width=32).filter(lambda value: abs(value) > 1e-2)
matrices = arrays(np.float32, (9, 4), elements=numbers)
points = arrays(np.float32, 4, elements=numbers)


@given(matrices, points)
def test_similarities_are_scikit_learns(vectors, query):
    squares, dots = squared_norms(vectors), vectors @ query
    for metric, theirs in (
        ("cosine", cosine_similarity(vectors, query[None])[:, 0]),
        ("dot", linear_kernel(vectors, query[None])[:, 0]),
        ("euclidean", -euclidean_distances(vectors, query[None])[:, 0]),
    ):
        np.testing.assert_allclose(
            similarities(vectors, query, metric), theirs, atol=2e-2 if metric[0] == "e" else 1e-4
        )
        np.testing.assert_array_equal(
            similarities(vectors, query, metric), similarities(vectors, query, metric, squares, dots)
        )


@given(st.lists(arrays(np.float32, 12, elements=st.floats(0, 1, width=32)), min_size=1, max_size=4))
def test_fusion_is_the_sum_over_scipys_ranks(rankings):
    expected = sum(1 / (CONSTANT + rankdata(-scores, method="ordinal")) for scores in rankings)
    places = [ranks(scores) for scores in rankings]
    np.testing.assert_allclose(fused(places, [1.0] * len(places)), expected, rtol=1e-6)


@given(st.integers(0, 10_000), st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), st.integers(1, 8))
def test_mmr_is_langchains(seed, weight, count):
    utilities = pytest.importorskip("langchain_core.vectorstores.utils")
    generator = np.random.default_rng(seed)
    vectors = generator.standard_normal((8, 5)).astype(np.float32)
    query = generator.standard_normal(5).astype(np.float32)
    theirs = utilities.maximal_marginal_relevance(query, list(vectors), lambda_mult=weight, k=count)
    assert mmr_order(similarities(vectors, query), vectors, weight, count).tolist() == theirs
