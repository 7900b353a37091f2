import pytest

from tests.widgets.fake import MINILM, FakeWorkbench, chunked, words
from workbench.records import Document, EmbedPlan, EmbedReport, Progress
from workbench.widgets.embed_panel import EmbedPanel, view

CHUNKS = chunked(Document("a.md", words(1001)), size=2)  # a chunk begins at each word but the last: 1000


@pytest.fixture
def wb():
    return FakeWorkbench(
        chunks=CHUNKS, model_info=MINILM, plan=EmbedPlan(new=12, changed=3, gone=2, reused=985, missing=15)
    )


def test_what_will_happen_is_said_first(wb):
    wb.publish(embedded=985)
    said = view(wb)
    assert said["plan"] == "12 new, 3 changed, 2 gone, 985 reused · with all-MiniLM-L6-v2"
    assert (said["button"], said["can"], said["result"]) == ("Embed", True, "")


def test_nothing_to_do(wb):
    wb.publish(plan=EmbedPlan(new=0, changed=0, gone=0, reused=1000, missing=0), embedded=1000)
    assert view(wb)["plan"] == "Nothing to do: all 1,000 chunks have a vector."
    assert not view(wb)["can"]


def test_without_a_corpus():
    said = view(FakeWorkbench())
    assert said["plan"] == "Choose a corpus first; then this says what embedding will do."
    assert not said["can"]


def test_while_it_runs(wb):
    wb.tell(Progress("embed", "Embedding", 640, 1000, "chunks", 52.0, 7.0))
    assert view(wb)["progress"] == {
        "label": "Embedding",
        "text": "640 of 1,000 · 52 chunks a second · 7.0 s left",
        "share": 0.64,
    }


def test_stop_and_resume(wb):
    wb.publish(embedded=640)
    wb.tell(Progress("embed", "Embedding", 640, 1000, "chunks", state="cancelled"))
    said = view(wb)
    assert said["resume"] == "640 of 1,000 are stored; embedding goes on from there."
    assert said["plan"] == "360 still to embed · with all-MiniLM-L6-v2"
    assert (said["button"], said["can"], said["progress"]) == ("Resume", True, None)


def test_a_corpus_that_could_not_be_read_is_no_stopped_embedding(wb):
    wb.tell(Progress("embed", "", state="failed"))
    assert view(wb)["button"] == "Embed"


def test_the_result(wb):
    report = EmbedReport(new=12, changed=3, gone=2, reused=985, seconds=0.62, chunks_per_second=24.2)
    wb.publish(embedded=1000, embed_report=report)
    assert view(wb)["result"] == "12 new, 3 changed, 2 gone, 985 reused in 0.6 s · 24 chunks a second"


def test_too_long_chunks_are_counted_and_can_be_cut_again(wb):
    assert view(wb)["cut"] is None
    wb.publish(plan=EmbedPlan(1000, 0, 0, 0, 1000, truncated=1))
    assert view(wb)["cut"]["text"] == (
        "1 of 1,000 chunks is longer than the 256 tokens that this model reads: the rest of it is not seen."
    )
    assert view(wb)["cut"]["buttons"][0]["message"] == {"do": "rechunk"}


def test_read_only_says_why_nothing_can_be_embedded(wb):
    wb.publish(read_only=True)
    assert not view(wb)["can"]
    assert view(wb)["warning"].startswith("This store is read-only here: another notebook is writing to it.")


def test_buttons_only_submit(wb):
    panel = EmbedPanel(wb)
    for do in ("embed", "rebuild", "rechunk", "cancel"):
        panel.act(do)
    assert wb.calls == [("embed",), ("rebuild_index",), ("rechunk",)]
    assert wb.cancelled == ["embed"]
    panel.close()


def test_the_index_says_what_it_does(wb):
    wb.tell(Progress("index", "index"))
    assert view(wb)["index"] == {"running": True, "text": "Filling the Chroma index…"}
    wb.tell(Progress("index", "Filling the Chroma index", state="done"))
    assert view(wb)["index"] == {"running": False, "text": "The Chroma index is up to date."}
