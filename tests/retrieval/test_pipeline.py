"""The stages of a search in their order, and what each leaves in the trace."""

from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench.errors import InputError, ModelError
from workbench.records import Answer as AnswerRecord
from workbench.records import Chunk, Citation, Expansion, PromptRequest
from workbench.retrieval import Helpers, Options, Searchable, search_in, trace_of, why_not
from workbench.retrieval.rerank import reranker

TEXTS = [
    "llamas live in herds",
    "alpaca wool is warm",
    "camels cross the desert",
    "llamas and camels",
    "Llamas  and CAMELS",
    "salt was carried over the pass",
]
CHUNKS = [Chunk(f"d{row}:0", f"d{row}", 0, 0, len(text), text, {"odd": row % 2}) for row, text in enumerate(TEXTS)]
MODEL = WordModel(dimensions=100_003)
SPACE = Searchable(CHUNKS, MODEL.embed(TEXTS, "document"))


def vector(text):
    return MODEL.embed([text], "query")[0]


def find(question, expansions=(), helpers=None, **options):
    return search_in(SPACE, question, vector(question), Options(**options), expansions, helpers)


def ids(found):
    return [passage.chunk.document for passage in found]


def test_lexical_search_finds_what_shares_a_word_and_nothing_else():
    found = find("llama", mode="lexical")
    assert ids(found) == ["d3", "d0"]
    assert found.score_name == "BM25"
    assert why_not(found, "d5:0").stage == "unmatched"
    assert why_not(found, "d4:0").sentence.endswith("says the same as d3:0.")


def test_hybrid_adds_up_both_rankings():
    found = find("llamas", mode="hybrid", group=False)
    trace = found.trace.set_index("id")
    row = trace.loc["d3:0"]
    assert (row["dense_rank"], row["lexical_rank"]) == (1, 1)
    assert row["fused"] == pytest.approx(2 / 61)
    # Three chunks say "llamas"; the others rank by their vectors alone.
    assert trace.loc["d5:0", "lexical_rank"] == 0
    assert trace.loc["d5:0", "fused"] == pytest.approx(1 / (60 + trace.loc["d5:0", "dense_rank"]))
    assert found.score_name == "RRF"


def test_weights_work():
    # By vectors "warm wool" is closest to d1; by words alone d1 too, so weigh a question whose rankings differ.
    dense = find("llamas camels desert", weights=(1, 0), mode="hybrid")
    words = find("llamas camels desert", weights=(0, 1), mode="hybrid")
    assert ids(dense)[0] == ids(find("llamas camels desert"))[0]
    assert ids(words)[0] == ids(find("llamas camels desert", mode="lexical"))[0]
    assert words[0].score == pytest.approx(1 / 61)


def test_copies_are_one_passage():
    found = find("llamas and camels", top_k=2)
    assert ids(found) == ["d3", "d0"] or ids(found)[0] == "d3"
    assert found[0].copies == ("d4:0",)
    assert len(found) == 2
    assert find("llamas and camels", top_k=2, group=False)[1].chunk.document == "d4"


def test_a_corpus_of_copies_has_one_passage():
    chunks = [Chunk(f"s:{row}", "s", row, 0, 4, "same", {}) for row in range(700)]
    space = Searchable(chunks, np.ones((700, 3), dtype=np.float32))
    found = search_in(space, "x", np.ones(3, dtype=np.float32), Options(top_k=3))
    assert len(found) == 1
    assert len(found[0].copies) == 699


def test_a_reranker_reads_the_best_again_and_its_unit_is_the_thresholds():
    seen = []

    def longest(question, texts):
        seen.append((question, list(texts)))
        return [len(text) for text in texts]

    helpers = Helpers(reranker=reranker(longest))
    found = find("llamas", helpers=helpers, rerank=longest, threshold=19, group=False)
    assert ids(found) == ["d5", "d2", "d0", "d1"]
    assert (found.score_name, found[0].score) == ("reranker", 30)
    assert seen[0][0] == "llamas"
    assert seen[0][1][0] == "llamas and camels"
    assert found.options["rerank"] == "longest"
    assert why_not(found, "d3:0").stage == "threshold"
    assert why_not(found, "d5:0").standings["reranked"] == (30, 1)
    assert found.trace.set_index("id")["reranked"]["d5:0"] == 30


def test_what_is_not_in_the_pool_is_said_to_be():
    chunks = [Chunk(f"n:{row}", "n", row, 0, 1, f"text {row}", {}) for row in range(80)]
    space = Searchable(chunks, np.eye(80, dtype=np.float32) + 0.1)
    helpers = Helpers(reranker=reranker(lambda question, texts: np.arange(len(texts))))
    found = search_in(space, "x", np.linspace(2, 1, 80, dtype=np.float32), Options(rerank="any"), (), helpers)
    assert sum(stage == "pool" for stage in found.trace["stage"]) == 30


def test_bad_scores_of_a_reranker_are_refused():
    with pytest.raises(ModelError, match=r"gave scores of shape \(1,\) for 6 passages"):
        find("llamas", helpers=Helpers(reranker=reranker(lambda question, texts: [1])), rerank="x")
    with pytest.raises(InputError, match="no reranker was given"):
        find("llamas", rerank="x")


def test_the_approximate_index_says_how_much_it_missed():
    asked = []

    def nearest(query, count):
        asked.append(count)
        return np.array([0, 1, 2])

    found = find("llamas and camels", helpers=Helpers(nearest=nearest), engine="hnsw", top_k=2, group=False)
    assert asked == [6]
    assert set(ids(found)) <= {"d0", "d1", "d2"}
    assert found.recall == 0.0
    assert why_not(found, "d3:0").stage == "hnsw"
    exact = find("camels cross the desert", helpers=Helpers(nearest=nearest), engine="hnsw", top_k=1)
    assert exact.recall == 1.0
    with pytest.raises(InputError, match="engine='hnsw' needs an approximate index"):
        find("llamas", engine="hnsw")


def test_expansions_are_rankings_of_their_own():
    more = Expansion("salt over the pass", "question", vector("salt over the pass"))
    plain, wider = find("llamas", group=False), find("llamas", [more], expand="queries", group=False)
    place = {name: ids(found).index("d5") if "d5" in ids(found) else 9 for name, found in
             (("plain", plain), ("wider", wider))}  # fmt: skip
    assert place["wider"] < place["plain"]
    (kept,) = wider.expansions
    assert (kept.text, kept.kind) == (more.text, more.kind)
    names, cosines = zip(*kept.nearest, strict=True)
    assert list(cosines) == sorted(cosines, reverse=True)
    assert names[0] == SPACE.ids[int(np.argmax(SPACE.vectors @ more.vector))]
    assert wider.score_name == "RRF"


def test_mmr_weighs_scores_of_any_unit_against_cosines():
    found = find("llamas and camels herds", mode="lexical", mmr=0.3, top_k=2)
    assert len(found) == 2
    assert found.trace["mmr_step"].max() == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "hnsw", "metric": "dot"}, "compares by cosine, and was asked for with the metric 'dot'"),
        ({"engine": "hnsw", "mode": "lexical"}, "was asked for with the mode 'lexical'"),
        ({"mode": "hybrid", "threshold": 0.2}, r"threshold is 0\.2, but fused scores are sums of 1 / \(60 \+ rank\)"),
        ({"expand": "hyde", "threshold": 0.2}, "Leave the threshold out, rerank"),
        ({"weights": (0, 0)}, r"weights is \(0, 0\); give two numbers"),
        ({"weights": 2}, "weights is 2; give two numbers"),
        ({"expand": "magic"}, "The expand is 'magic'; it can be queries, hyde"),
        ({"engine": "faiss"}, "The engine is 'faiss'; it can be exact, hnsw"),
    ],
)
def test_wishes_that_do_not_go_together_are_said(options, message):
    with pytest.raises(InputError, match=message):
        Options(**options)


def test_the_trace_knows_what_the_prompt_took_and_the_answer_cited():
    found = find("llamas", top_k=3)
    prompt = PromptRequest("llamas", found.passages[:2], (), left_out=(3,))
    answer = AnswerRecord("x [1]", citations=(Citation(1, 2, 5, "d3:0"),), prompt=prompt, retrieval=found)
    trace = trace_of(found, answer).set_index("passage")
    assert trace.loc[1, ["in_prompt", "cited"]].tolist() == [True, True]
    assert trace.loc[2, ["in_prompt", "cited"]].tolist() == [True, False]
    assert trace.loc[3, "stage"] == "budget"
    third = found[2].chunk.id
    assert why_not(found, third, answer).sentence.endswith("the prompt had no room for it.")


def test_many_chunks_leave_arrays_not_rows():
    count = 50_000
    chunks = [Chunk(f"n:{row}", "n", row, 0, 1, str(row), {}) for row in range(count)]
    space = Searchable(chunks, np.random.default_rng(0).standard_normal((count, 4), dtype=np.float32))
    first = search_in(space, "x", np.ones(4, np.float32), Options())
    second = search_in(space, "y", np.ones(4, np.float32), Options())
    assert first.ids is second.ids
    assert first.traced.dropped.dtype == np.uint8
    assert len(first.trace) == count
