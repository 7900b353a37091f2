from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.retrieval.fusion import fused, ranks

SCORES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5]), min_size=1, max_size=30).map(
    lambda values: np.array(values, dtype=np.float32)
)


def test_ranks_by_hand():
    scores = np.array([0.2, 0.9, 0.2, 0.5], dtype=np.float32)
    assert ranks(scores).tolist() == [3, 1, 4, 2]
    assert ranks(scores, np.array([True, False, True, True])).tolist() == [2, 0, 3, 1]


def test_fusion_by_hand():
    # First and second: 1/61 + 1/62; second alone: 1/62; third and first: 1/63 + 1/61; in no list: 0.
    places = [np.array([1, 2, 3, 0]), np.array([2, 0, 1, 0])]
    assert fused(places, (1, 1)) == pytest.approx([1 / 61 + 1 / 62, 1 / 62, 1 / 63 + 1 / 61, 0])


def test_weights_change_the_order():
    by_vector, by_word = np.array([1, 2]), np.array([2, 1])
    assert np.argmax(fused([by_vector, by_word], (2, 1))) == 0
    assert np.argmax(fused([by_vector, by_word], (1, 2))) == 1
    assert fused([by_vector, by_word], (0, 3)) == pytest.approx([3 / 62, 3 / 61])


@given(SCORES)
def test_fusing_a_ranking_with_itself_keeps_its_order(scores):
    places = ranks(scores)
    total = fused([places, places], (1, 1))
    assert ranks(total).tolist() == places.tolist()
    assert total.max() == pytest.approx(2 / 61)


@given(SCORES, st.integers(1, 5))
def test_only_ranks_count(scores, factor):
    assert fused([ranks(scores)], (1,)).tolist() == fused([ranks(scores * factor)], (1,)).tolist()


@given(SCORES)
def test_ranks_are_a_permutation(scores):
    assert sorted(ranks(scores).tolist()) == list(range(1, len(scores) + 1))
