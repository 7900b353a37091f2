from __future__ import annotations

import numpy as np
import pytest

from tests.needs import ROOT
from workbench import Workbench
from workbench.retrieval.chance import chance_level

OFF_TOPIC = {
    "bread": [
        "How do I reset the password of my router?", "What is the capital of Mongolia?",
        "Who won the football World Cup in 1998?", "How does a jet engine work?",
        "What are the side effects of ibuprofen?", "Which chess opening begins with e4 and c5?",
        "Who painted the Mona Lisa?", "How do I learn to play the violin?",
        "Why did the stock market crash in 1929?", "What is a blockchain?",
    ],
    "camelids": [
        "How do I reset the password of my router?", "Who won the football World Cup in 1998?",
        "How does a jet engine work?", "What are the side effects of ibuprofen?",
        "Which chess opening begins with e4 and c5?", "Who painted the Mona Lisa?",
        "How do I learn to play the violin?", "Why did the stock market crash in 1929?",
        "What is a blockchain?", "How do I file a tax return?",
    ],
    "solar-system": [
        "How do I reset the password of my router?", "Who won the football World Cup in 1998?",
        "How do I knit a scarf?", "What are the side effects of ibuprofen?",
        "Which chess opening begins with e4 and c5?", "Who painted the Mona Lisa?",
        "How do I learn to play the violin?", "Why did the stock market crash in 1929?",
        "What is a blockchain?", "How do I train a puppy?",
    ],
}  # fmt: skip


def test_by_hand():
    # Thirty documents of one chunk each, at angles of one degree: each has a neighbour at cos(1 degree), but the last
    # lies ten degrees off.
    angles = np.radians([*range(29), 38.0])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32) * 3
    near, far = np.cos(np.radians(1)), np.cos(np.radians(10))
    expected = np.quantile([near] * 29 + [far], 0.01)
    assert chance_level(vectors, np.arange(30)) == pytest.approx(expected, abs=1e-6)


def test_a_small_corpus_or_a_single_document_says_nothing():
    vectors = np.random.default_rng(0).standard_normal((30, 4), dtype=np.float32)
    assert chance_level(vectors[:19], np.arange(19)) is None
    assert chance_level(vectors, np.zeros(30, dtype=int)) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", OFF_TOPIC)
def test_questions_about_other_things_are_told_from_the_corpus_own(name, tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: 0)
    with Workbench(ROOT / "data" / name, store=tmp_path / "store", llm="extractive") as wb:
        wb.embed()
        other = [wb.search(question) for question in OFF_TOPIC[name]]
        assert [found.query for found in other if found.close is not False] == []
        own = [wb.search(question.question) for question in wb.questions]
        missed = [found.query for found in own if not found.close]
        assert len(missed) <= 1
        assert all(found.best == pytest.approx(found.scores.max()) for found in own)
