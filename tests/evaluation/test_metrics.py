from __future__ import annotations

import math

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, ndcg_score

from workbench.evaluation import average_precision, ndcg, recall, reciprocal_rank

GRADES = {"a": 2, "b": 1, "c": 0, "d": 1}
FOUND = ["c", "a", "x", "b"]

IDS = [f"d{number}" for number in range(12)]
rankings = st.lists(st.sampled_from(IDS), min_size=1, unique=True)
judgements = st.dictionaries(st.sampled_from(IDS), st.integers(0, 3), min_size=1)


def test_by_hand():
    best = 2 + 1 / math.log2(3) + 1 / 2
    assert ndcg(FOUND, GRADES) == pytest.approx((2 / math.log2(3) + 1 / math.log2(5)) / best)
    assert ndcg(FOUND, GRADES, 2) == pytest.approx(2 / math.log2(3) / (2 + 1 / math.log2(3)))
    assert recall(FOUND, GRADES) == pytest.approx(2 / 3)
    assert recall(FOUND, GRADES, 1) == 0
    assert reciprocal_rank(FOUND, GRADES) == 1 / 2
    assert average_precision(FOUND, GRADES) == pytest.approx((1 / 2 + 2 / 4) / 3)


def test_nothing_relevant_and_nothing_found():
    for measure in (ndcg, recall, reciprocal_rank, average_precision):
        assert measure(FOUND, {"c": 0}) == 0
        assert measure([], GRADES) == 0
        assert measure(["a", "b", "d"], {"a": 1, "b": 1, "d": 1}) == 1


@given(rankings, judgements)
def test_equals_trec_eval(found, grades):
    wanted = {"ndcg", "ndcg_cut.5", "recall.5", "recip_rank", "map"}
    scores = {one: float(len(found) - place) for place, one in enumerate(found)}
    theirs = pytrec_eval.RelevanceEvaluator({"q": grades}, wanted).evaluate({"q": scores})["q"]
    assert ndcg(found, grades) == pytest.approx(theirs["ndcg"], abs=1e-9)
    assert ndcg(found, grades, 5) == pytest.approx(theirs["ndcg_cut_5"], abs=1e-9)
    assert recall(found, grades, 5) == pytest.approx(theirs["recall_5"], abs=1e-9)
    assert reciprocal_rank(found, grades) == pytest.approx(theirs["recip_rank"], abs=1e-9)
    assert average_precision(found, grades) == pytest.approx(theirs["map"], abs=1e-9)


@given(st.permutations(IDS), st.lists(st.integers(0, 3), min_size=12, max_size=12).filter(any))
def test_equals_scikit_learn_where_all_is_found(found, values):
    grades = dict(zip(IDS, values, strict=True))
    truth = np.array([grades[one] for one in found])
    order = np.arange(len(found), 0, -1)
    assert ndcg(found, grades) == pytest.approx(ndcg_score([truth], [order]))
    assert average_precision(found, grades) == pytest.approx(average_precision_score(truth > 0, order))


@given(rankings, judgements, st.integers(1, 12))
def test_between_nothing_and_one_and_recall_grows(found, grades, k):
    for measure in (ndcg, recall, reciprocal_rank, average_precision):
        assert 0 <= measure(found, grades, k) <= 1 + 1e-9
    assert recall(found, grades, k) <= recall(found, grades)
