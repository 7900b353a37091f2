"""An index that was filled in part, or before the record was written, is never taken for one that is done."""

from __future__ import annotations

from threading import Event

import chromadb
import pytest

from tests.doubles import WordModel
from tests.index.helpers import chroma_settings
from workbench import Workbench
from workbench.errors import ProcessEnded, WorkbenchError

HERD = ["The llama carries loads.", "The camel crosses the desert.", "The alpaca gives wool."]


class Index:
    """In place of the child process that fills: does the same here, and ends in the middle when it is told to."""

    started = True

    def __init__(self) -> None:
        self.ends = False
        self.filled, self.free = Event(), Event()
        self.free.set()

    def run(self, function, store, collection, server, stop, *, cancel, spare):
        if self.ends:
            self.lose_a_row(store, collection)
            raise ProcessEnded("The index process ended before it was done.")
        rows = function(store, collection, server)
        self.filled.set()
        assert self.free.wait(60)
        return rows

    @staticmethod
    def lose_a_row(store, collection):
        client = chromadb.PersistentClient(f"{store}/chroma", chroma_settings())
        client.get_collection(collection, embedding_function=None).delete(ids=["0:0"])
        client.close()

    def close(self) -> None:
        pass


@pytest.fixture
def wb(tmp_path):
    made = Workbench(list(HERD), store=tmp_path / "store", model=WordModel(), llm="extractive")
    made.children["index"] = Index()
    yield made
    made.close()


def texts(wb):
    client = chromadb.PersistentClient(f"{wb.store_path}/chroma", chroma_settings())
    try:
        (found,) = client.list_collections()
        return sorted(client.get_collection(found.name, embedding_function=None).get()["documents"])
    finally:
        client.close()


def fill(wb):
    wb.embed()
    wb.submit("fill_index").wait()
    return texts(wb)


def test_an_index_whose_rebuilding_was_ended_is_filled(wb):
    assert fill(wb) == sorted(HERD)
    wb.children["index"].ends = True
    with pytest.raises(WorkbenchError, match="index process ended"):
        wb.rebuild_index()
    assert len(texts(wb)) == 2
    wb.children["index"].ends = False
    assert fill(wb) == sorted(HERD)


def test_an_index_that_was_half_filled_with_other_chunks_is_filled_when_they_are_gone_again(wb):
    fill(wb)
    wb.children["index"].ends = True
    wb.load([*HERD, "The vicuña is shy."])
    with pytest.raises(WorkbenchError, match="index process ended"):
        fill(wb)
    wb.children["index"].ends = False
    wb.load(list(HERD))
    assert fill(wb) == sorted(HERD)


def test_an_index_that_was_filled_before_chunks_were_taken_out_of_the_record_is_filled_again(wb):
    fill(wb)
    wb.load(HERD[:2])  # all are embedded: the index is filled at once, though the record still has three
    wb.submit("fill_index").wait()
    assert fill(wb) == sorted(HERD[:2])


def test_what_is_embedded_while_an_index_is_filled_is_in_it_too(wb):
    index = wb.children["index"]
    index.free.clear()
    wb.embed()
    assert index.filled.wait(60)
    wb.load([*HERD, "The vicuña is shy."])
    wb.embed()
    job = wb.submit("fill_index")
    index.free.set()
    assert job.wait() == 4
    assert texts(wb) == sorted([*HERD, "The vicuña is shy."])
