"""An index whose making was ended is never taken for one that is done."""

from __future__ import annotations

import pytest

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import ProcessEnded, WorkbenchError


class Index:
    """In place of the child process that fills: counts what it is asked for, and ends when it is told to."""

    started = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.ends = False

    def run(self, function, store, collection, server, *, cancel):
        self.asked.append(function.__name__)
        if self.ends:
            raise ProcessEnded("The index process ended before it was done.")
        return 3

    def close(self) -> None:
        pass


@pytest.fixture
def wb(tmp_path):
    made = Workbench(["llama", "camel", "alpaca"], store=tmp_path / "store", model=WordModel(), llm="extractive")
    made.children["index"] = Index()
    (tmp_path / "store" / "chroma").mkdir(parents=True)
    yield made
    made.close()


def test_an_index_that_was_filled_is_not_filled_again(wb):
    wb.embed()
    assert wb.submit("fill_index").wait() == 3
    assert wb.submit("fill_index").wait() == 3
    assert wb.children["index"].asked == ["fill"]


def test_an_index_whose_rebuilding_was_ended_is_filled(wb):
    wb.embed()
    wb.submit("fill_index").wait()
    wb.children["index"].ends = True
    with pytest.raises(WorkbenchError, match="index process ended"):
        wb.rebuild_index()
    wb.children["index"].ends = False
    assert wb.submit("fill_index").wait() == 3
    assert wb.children["index"].asked == ["fill", "rebuild", "fill"]


def test_an_index_that_was_half_filled_with_other_chunks_is_filled_when_they_are_gone_again(wb):
    wb.embed()
    wb.submit("fill_index").wait()
    wb.children["index"].ends = True
    wb.load(["llama", "camel", "alpaca", "vicuña"])
    wb.embed()
    with pytest.raises(WorkbenchError, match="index process ended"):
        wb.submit("fill_index").wait()
    wb.children["index"] = Index()
    wb.load(["llama", "camel", "alpaca"])
    wb.submit("fill_index").wait()
    assert wb.children["index"].asked == ["fill"]
