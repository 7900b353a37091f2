"""Searching through the workbench: modes, the real HNSW index, rerankers, expansions, likeness."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import InputError, ServerError
from workbench.index.chroma_client import opening_mark
from workbench.records import Piece


class Saying:
    """A language model that writes one line, or breaks off."""

    id = "test:saying"
    context_tokens = 0

    def __init__(self, said):
        self.said = said

    def count_tokens(self, text):
        return len(text.split())

    def stream(self, request, cancel):
        if not self.said:
            raise ServerError("The server broke off.")
        yield Piece(self.said)
        yield Piece(done=True, reason="stop")

    def close(self):
        pass


def ids(found):
    return [passage.chunk.document for passage in found]


def test_the_modes_and_their_settings(wb):
    assert ids(wb.search("deserts crossing", mode="lexical")) == ["deserts/camel.txt"]
    both = wb.search("the alpaca gives wool", mode="hybrid", weights=(1, 3))
    assert ids(both)[0] == "herds/alpaca.md"
    assert both.score_name == "RRF"
    assert both.options["weights"] == (1, 3)
    wb.mode = "lexical"
    assert wb.search("hump").score_name == "BM25"
    with pytest.raises(InputError, match="fused scores"):
        wb.search("hump", mode="hybrid", threshold=0.5)


def test_what_is_worked_out_once_is_kept(wb):
    first, second = wb.search("camel", mode="lexical"), wb.search("hump", mode="lexical")
    assert first.ids is second.ids
    space = wb.tools.space(*wb.vectors(wb.prepared, wb.known(wb.prepared)))
    assert space.lexical() is space.lexical()


def test_a_reranker_is_made_once_and_named(wb):
    def shortest(question, texts):
        return [-len(text) for text in texts]

    found = wb.search("camel", rerank=shortest)
    lengths = [len(passage.chunk.text) for passage in found]
    assert lengths == sorted(lengths)
    assert found.options["rerank"] == "shortest"
    assert wb.tools.reranker(shortest) is wb.tools.reranker(shortest)


def test_expansions_are_searched_with_and_shown(wb, model):
    found = wb.ask("What is soft?", llm=Saying("alpaca fleece fine wool"), expand="hyde", top_k=1).retrieval
    assert ids(found) == ["herds/alpaca.md"]
    assert [(one.kind, one.text) for one in found.expansions] == [("hyde", "alpaca fleece fine wool")]
    np.testing.assert_array_equal(found.expansions[0].vector, model.embed(["alpaca fleece fine wool"], "document")[0])
    wb.llm = Saying("")
    plain = wb.search("camel", expand="queries")
    assert ids(plain)[0] == "deserts/camel.txt"
    assert "The server broke off." in plain.notes[0]
    wb.llm = "extractive"
    assert wb.search("camel", expand="queries").notes[0].startswith("No language model is at hand")


def test_more_like_leaves_the_chunk_itself_out(wb):
    found = wb.more_like("herds/llama.md:0", top_k=1)
    assert len(found) == 1
    assert ids(found) != ["herds/llama.md"]
    assert found[0].rank == 1
    assert found.options["like"] == "herds/llama.md:0"
    assert (wb.retrieval, wb.query) == (found, "More like herds/llama.md:0")
    assert wb.why_not(found.query, "herds/llama.md:0").stage == "duplicate"
    with pytest.raises(InputError, match="No embedded chunk has the id 'nope'"):
        wb.more_like("nope")


def test_why_not_counts_the_prompt(wb):
    wb.ask("What does the alpaca give?")
    assert wb.why_not("What does the alpaca give?", "herds/alpaca.md:0").stage == ""


@pytest.mark.slow
def test_the_hnsw_index_is_chromas(chroma, tmp_path):
    texts = [f"animal {row} of herd {row % 7} in valley {row % 5}" for row in range(60)]
    with Workbench(texts, store=tmp_path / "store", model=WordModel(256), llm="extractive") as wb:
        exact = wb.search("animal 17 of herd 3", top_k=5)
        near = wb.search("animal 17 of herd 3", top_k=5, engine="hnsw")
        assert near.recall == 1.0
        assert exact.recall is None
        assert [passage.chunk.id for passage in near] == [passage.chunk.id for passage in exact]
        np.testing.assert_allclose([one.score for one in near], [one.score for one in exact])
        few = wb.search("animal 17 of herd 3", top_k=2, engine="hnsw", within=["3:0", "4:0"])
        assert {passage.chunk.id for passage in few} == {"3:0", "4:0"}
        with pytest.raises(InputError, match="compares by cosine"):
            wb.search("animal", engine="hnsw", metric="dot")


@pytest.mark.slow
def test_questions_that_are_stopped_while_the_index_opens_do_not_condemn_it(chroma, tmp_path):
    texts = [f"animal {row} of herd {row % 7} in valley {row % 5}" for row in range(2000)]
    with Workbench(texts, store=tmp_path / "store", model=WordModel(256), llm="extractive") as wb:
        wb.embed()
        wb.submit("fill_index").wait()
        mark = opening_mark(wb.store.path)
        for number in range(2):
            wb.children["index"].close()
            job = wb.submit("search", f"animal {number}", engine="hnsw")
            while not mark.exists() and not job.done.is_set():
                time.sleep(0.001)
            job.cancel.set()
            assert job.done.wait(30)
            assert not mark.exists()
        assert len(wb.search("animal 7", engine="hnsw")) == 5


def test_the_closest_sentence_is_found_by_its_vector(tmp_path):
    texts = [
        "# Wool and more\n\nThe llama carries salt. Alpaca wool is soft and warm. Short one.",
        "A single sentence about soft wool.",
    ]
    with Workbench(texts, store=tmp_path / "store", model=WordModel(4096), llm="extractive") as wb:
        found = wb.search("soft warm wool")
        marked = wb.submit("highlight", 1).wait()
        assert marked.retrieval is found
        assert {texts[int(name[0])][slice(*span)] for name, span in marked.spans.items()} == {
            "Alpaca wool is soft and warm."
        }
        assert wb.highlights is marked


def test_sentences_are_not_sent_to_a_model_elsewhere(wb, model):
    wb.search("camel")
    model.destination = "api.example.org"
    sent = len(model.sent)
    assert wb.submit("highlight", 1).wait() is None
    assert len(model.sent) == sent
    assert wb.highlights is None
