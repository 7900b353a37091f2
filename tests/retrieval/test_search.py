from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench.errors import InputError
from workbench.records import Chunk
from workbench.retrieval import Options, search, why_not

TEXTS = [
    ("herd.md", "llamas live in herds", {"source": "herd.md", "year": 1990}),
    ("wool.md", "alpaca wool is warm", {"source": "wool.md", "year": 2001}),
    ("camel.md", "camels cross the desert", {"source": "camel.md", "year": 2001}),
    ("both.md", "llamas and camels", {"source": "both.md", "year": 1990}),
]
CHUNKS = [Chunk(f"{doc}:0", doc, 0, 0, len(text), text, metadata) for doc, text, metadata in TEXTS]
MODEL = WordModel(dimensions=100_003)
VECTORS = MODEL.embed([chunk.text for chunk in CHUNKS], "document")


def find(question, **options):
    return search(question, MODEL.embed([question], "query")[0], VECTORS, CHUNKS, Options(**options))


def test_scores_and_order_by_hand():
    # "llamas": one of 4 words -> 1/2; one of 3 words -> 1/sqrt(3); none -> 0.
    found = find("llamas", top_k=2)
    assert [passage.chunk.id for passage in found] == ["both.md:0", "herd.md:0"]
    assert [passage.rank for passage in found] == [1, 2]
    assert [passage.score for passage in found] == pytest.approx([3**-0.5, 0.5], abs=1e-6)
    assert found.score_name == "cosine"
    np.testing.assert_allclose(found.scores, [0.5, 0, 0, 3**-0.5], atol=1e-6)


def test_filter_and_selection_say_what_they_dropped():
    found = find("llamas camels", where={"year": 2001}, within=("wool.md:0", "camel.md:0", "herd.md:0"))
    assert [passage.chunk.id for passage in found] == ["camel.md:0", "wool.md:0"]
    assert found.drops == {"herd.md:0": "filter", "both.md:0": "filter"}


def test_filter_takes_a_list():
    found = find("llamas", where={"document": ["wool.md", "camel.md"]})
    assert {passage.chunk.document for passage in found} == {"wool.md", "camel.md"}


def test_threshold_is_in_the_unit_of_the_score():
    assert [passage.chunk.id for passage in find("llamas", threshold=0.55)] == ["both.md:0"]
    nearest = find("llamas", metric="euclidean", threshold=-0.95)
    # |u - v|^2 = 2 - 2 cos: sqrt(2 - 2/sqrt(3)) = 0.919 and 1.0
    assert [passage.score for passage in nearest] == pytest.approx([-0.9194016], abs=1e-5)


def test_why_not_for_each_stage():
    found = find("llamas", top_k=1, threshold=0.1, where={"year": [1990, 2001]})
    assert why_not(found, "both.md:0").sentence.endswith("it was found.")
    assert (why_not(found, "herd.md:0").rank, why_not(found, "herd.md:0").stage) == (2, "top_k")
    assert why_not(found, "wool.md:0").stage == "threshold"
    assert "below the threshold 0.1" in why_not(found, "wool.md:0").sentence
    narrow = find("llamas", where={"year": 2001})
    assert why_not(narrow, "both.md:0").stage == "filter"
    with pytest.raises(InputError, match="No embedded chunk has the id 'nothing'"):
        why_not(found, "nothing")


def test_trace_lists_every_chunk_best_first():
    trace = find("llamas", top_k=1).trace
    assert trace["id"].tolist() == ["both.md:0", "herd.md:0", "wool.md:0", "camel.md:0"]
    assert trace["rank"].tolist() == [1, 2, 3, 4]
    assert trace["stage"].tolist() == ["", "top_k", "top_k", "top_k"]
    assert trace["passage"].tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top_k": 0}, "top_k is 0; give a whole number"),
        ({"mode": "magic"}, "The mode is 'magic'; it can be dense"),
        ({"metric": "l1"}, "The metric is 'l1'"),
        ({"mmr": -1}, "mmr is -1"),
        ({"threshold": float("nan")}, "threshold is nan"),
        (
            {"where": {"colour": "red"}},
            "No chunk has a field 'colour' to filter by; there are: document, id, source, year",
        ),
        ({"within": ["nope:0"]}, "1 of the 1 chunk ids in `within` are not in the corpus, such as 'nope:0'"),
    ],
)
def test_bad_options_are_said(options, message):
    with pytest.raises(InputError, match=message):
        find("llamas", **options)


def test_nothing_to_search():
    found = search("x", np.ones(4, dtype=np.float32), np.empty((0, 4), dtype=np.float32), [], Options())
    assert len(found) == 0
    assert found.to_frame().columns.tolist() == ["rank", "score", "id", "document", "start", "end", "why", "text"]


def test_a_question_asked_twice_is_a_new_result():
    assert find("llamas") != find("llamas")
