from __future__ import annotations

import threading
import time

import pandas as pd
import pytest
from traitlets import TraitError

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import Cancelled, CorpusNotFound, InputError, ModelError, StoreLocked, WorkbenchError
from workbench.records import Answer, Document


def test_the_constructor_only_checks(folder, tmp_path, model):
    wb = Workbench(folder, store=tmp_path / "other", model=model)
    assert wb.chunk_list == ()
    assert not (tmp_path / "other").exists()
    wb.close()
    with pytest.raises(CorpusNotFound, match="There is no file or folder"):
        Workbench(folder / "nothing")
    with pytest.raises(InputError, match="cannot be made of a int"):
        Workbench(42)


def test_embed_says_what_it_did(wb, folder, model):
    first = wb.embed()
    assert (first.new, first.changed, first.gone, first.reused) == (3, 0, 0, 0)
    again = wb.embed()
    assert (again.new, again.changed, again.gone, again.reused) == (0, 0, 0, 3)
    (folder / "herds/llama.md").write_text("The llama spits.", encoding="utf-8")
    (folder / "deserts/camel.txt").unlink()
    (folder / "herds/vicuna.md").write_text("The vicuña is wild.", encoding="utf-8")
    wb.refresh()
    assert (wb.plan.new, wb.plan.changed, wb.plan.gone, wb.plan.reused) == (1, 1, 1, 1)
    third = wb.embed()
    assert (third.new, third.changed, third.gone, third.reused) == (1, 1, 1, 1)
    assert wb.embedded == 3


def test_switching_models_and_back_embeds_nothing_twice(wb, model):
    wb.embed()
    other = WordModel(dimensions=32, name="other")
    assert wb.embed(model=other).new == 3
    sent = len(model.sent)
    assert wb.embed(model=model).reused == 3
    assert len(model.sent) == sent


def test_another_chunking_and_back(wb):
    whole = wb.embed()
    small = wb.embed(chunk_size=4, chunk_overlap=0)
    assert small.total > whole.total
    assert all(wb.chunks["tokens"] <= 4)
    assert wb.embed(chunk_size=240, chunk_overlap=24).reused == whole.total


def test_search_embeds_first_what_is_missing(wb):
    found = wb.search("fine wool of the alpaca", top_k=1)
    assert [passage.chunk.id for passage in found] == ["herds/alpaca.md:0"]
    assert (found.embedded, found.total) == (3, 3)
    assert (wb.query, wb.retrieval) == ("fine wool of the alpaca", found)
    assert wb.top_k == 5


def test_a_given_option_holds_for_one_call(wb):
    assert len(wb.search("camel", top_k=1)) == 1
    assert len(wb.search("camel")) == 3
    wb.top_k = 2
    assert len(wb.search("camel")) == 2
    only = wb.search("camel", where={"folder": "herds"})
    assert {passage.chunk.document for passage in only} == {"herds/llama.md", "herds/alpaca.md"}


def test_the_same_question_is_not_embedded_twice(wb, model):
    wb.search("camel")
    sent = model.sent.count("camel")
    wb.search("camel")
    assert model.sent.count("camel") == sent == 1


def test_ask_quotes_and_cites(wb):
    answer = wb.ask("What does the alpaca give?")
    assert isinstance(answer, Answer)
    assert "The alpaca gives fine wool." in answer.text
    assert answer.complete
    assert answer.citations[0].chunk == "herds/alpaca.md:0"
    assert answer.retrieval is wb.retrieval
    assert wb.answer is answer


def test_ask_streams_pieces_that_make_up_the_answer(wb):
    pieces = list(wb.ask("What does the alpaca give?", stream=True))
    assert len(pieces) > 1
    assert "".join(pieces) == wb.answer.text


def test_history_is_newest_first_and_can_be_recalled(wb):
    first = wb.ask("What does the alpaca give?")
    wb.search("desert")
    assert wb.history["question"].tolist() == ["desert", "What does the alpaca give?"]
    wb.recall(1)
    assert (wb.query, wb.answer, wb.retrieval) == ("What does the alpaca give?", first, first.retrieval)
    wb.recall(0)
    assert wb.answer is None
    with pytest.raises(InputError, match="There is no entry 7"):
        wb.recall(7)


def test_selection_is_data(wb):
    wb.embed()
    wb.selection = ["herds/llama.md:0"]
    assert wb.selection == ("herds/llama.md:0",)
    assert wb.selected["document"].tolist() == ["herds/llama.md"]
    wb.selection = wb.chunks[wb.chunks["document"].str.startswith("herds")]
    assert len(wb.selection) == 2
    wb.only_selection = True
    assert {passage.chunk.document for passage in wb.search("camel desert")} == {"herds/llama.md", "herds/alpaca.md"}
    with pytest.raises(InputError, match="1 of the 1 ids to select are not in the corpus, such as 'nope'"):
        wb.selection = ["nope"]


def test_frames_have_the_promised_columns(wb):
    wb.embed()
    assert wb.chunks.columns.tolist() == ["id", "document", "ordinal", "start", "end", "tokens", "truncated", "text"]
    assert wb.documents["id"].tolist() == ["deserts/camel.txt", "herds/alpaca.md", "herds/llama.md"]
    assert wb.load_report.to_frame().columns.tolist() == ["path", "status", "reason", "characters", "encoding"]
    assert wb.models().columns.tolist()[:7] == [
        "id",
        "provider",
        "ready",
        "dimensions",
        "max_tokens",
        "parameters",
        "size_mb",
    ]
    frame = wb.chunks
    frame["mine"] = 1
    assert "mine" not in wb.chunks.columns


def test_outputs_are_read_only(wb):
    with pytest.raises(TraitError):
        wb.answer = "mine"
    with pytest.raises(TraitError):
        wb.chunks = pd.DataFrame()


def test_a_result_always_notifies(wb):
    seen = []
    wb.observe(lambda change: seen.append(change["new"]), names=["retrieval"])
    wb.search("camel")
    wb.search("camel")
    assert len([one for one in seen if one is not None]) == 2


def test_map_marks_the_question(wb):
    figure = wb.map(color="folder", query="camel desert", method="pca")
    assert wb.projection.method == "pca"
    assert wb.projection.ids == tuple(wb.chunks["id"])
    assert {"deserts", "herds"} <= {trace.name for trace in figure.data}


def test_why_not_asks_when_it_must(wb):
    wb.top_k = 1
    last = wb.why_not("camel desert", "herds/llama.md:0")
    assert last.stage == "top_k"
    assert wb.retrieval.query == "camel desert"


@pytest.mark.parametrize("question", ["", "   \n", None])
def test_a_question_of_blanks_is_said(wb, question):
    with pytest.raises(InputError, match="Type a question first"):
        wb.ask(question)
    assert "Type a question first" in str(wb.error)


def test_a_very_long_question_is_said_not_cut(wb):
    with pytest.raises(InputError, match=r"The question has 10,000 characters; at most 8,000"):
        wb.search("a" * 10_000)


def test_an_error_is_shown_until_the_next_success(wb):
    with pytest.raises(InputError):
        wb.search("camel", where={"colour": "red"})
    assert "No chunk has a field 'colour'" in str(wb.error)
    wb.search("camel")
    assert wb.error is None


def test_an_unforeseen_error_is_wrapped_and_shown(wb, model):
    model.embed = lambda texts, role: 1 / 0
    with pytest.raises(WorkbenchError, match="Something unforeseen happened"):
        wb.embed()
    assert "ZeroDivisionError" in str(wb.error)
    assert wb.progress["embed"].state == "failed"


def test_a_bad_reply_is_not_stored_and_what_was_done_is_kept(wb, model):
    done = wb.embed(chunk_size=4, chunk_overlap=0).total
    good = model.embed
    model.embed = lambda texts, role: good(texts, role)[:-1]
    with pytest.raises(ModelError):
        wb.embed(chunk_size=3)
    assert wb.embedded == 0
    model.embed = good
    assert wb.embed(chunk_size=4).reused == done
    assert wb.embed(chunk_size=3).total == wb.embedded


def test_cancel_keeps_finished_batches_and_resumes(folder, tmp_path):
    started = threading.Event()

    class Slow(WordModel):
        batch_size = 1

        def embed(self, texts, role):
            started.set()
            time.sleep(0.05)
            return super().embed(texts, role)

    model = Slow()
    with Workbench([f"text number {i}" for i in range(40)], store=tmp_path / "s", model=model) as wb:
        job = wb.submit("embed")
        assert started.wait(5)
        time.sleep(0.2)
        wb.cancel("embed")
        with pytest.raises(Cancelled, match="are stored"):
            job.wait()
        assert wb.progress["embed"].state == "cancelled"
        stored = wb.embedded
        assert 0 < stored < 40
        report = wb.embed()
        assert (report.new, report.reused) == (40 - stored, stored)
        assert len(model.sent) == 40


def test_a_search_during_embedding_uses_what_is_committed(tmp_path):
    half, go = threading.Event(), threading.Event()

    class Waiting(WordModel):
        batch_size = 4

        def embed(self, texts, role):
            if role == "document" and len(self.sent) >= 8:
                half.set()
                assert go.wait(10)
            return super().embed(texts, role)

    with Workbench([f"text number {i}" for i in range(16)], store=tmp_path / "s", model=Waiting(4096)) as wb:
        job = wb.submit("embed")
        assert half.wait(10)
        found = wb.search("text number 3", top_k=1)
        assert (found.embedded, found.total) == (8, 16)
        assert found[0].chunk.text == "text number 3"
        go.set()
        assert job.wait().total == 16


def test_two_workbenches_share_a_store(wb, folder, model, tmp_path):
    wb.embed()
    with Workbench(folder, store=tmp_path / "x" / ".." / "store", model=model) as other:
        assert other.embed().reused == 3
        assert other.store is wb.store
    assert wb.search("camel")[0].chunk.document == "deserts/camel.txt"


def test_nothing_to_do_with_an_empty_corpus(tmp_path, model):
    empty = tmp_path / "empty"
    empty.mkdir()
    with Workbench(empty, store=tmp_path / "s", model=model, llm="extractive") as wb:
        assert wb.embed().total == 0
        answer = wb.ask("Is anybody here?")
        assert answer.problem == "Nothing was found to answer from, so no language model was asked."
        assert len(wb.search("anything")) == 0
        assert len(wb.map().data) >= 1


@pytest.mark.parametrize("texts", [["one"], ["one", "two"], ["one", "two", "three"], ["same"] * 5])
def test_tiny_and_identical_corpora(texts, tmp_path, model):
    with Workbench(texts, store=tmp_path / "s", model=model, llm="extractive") as wb:
        assert wb.embed().total == len(texts)
        assert wb.search(texts[0])[0].score == pytest.approx(1, abs=1e-5)
        assert len(wb.projection or wb.submit("map", "pca").wait()) == len(texts)
        assert wb.ask(texts[0]) is wb.answer


def test_frames_and_documents_of_others(tmp_path, model):
    frame = pd.DataFrame({"text": ["red fox", "blue whale"], "kind": ["land", "sea"]}, index=["fox", "whale"])
    with Workbench(frame, store=tmp_path / "a", model=model) as wb:
        assert wb.search("whale", top_k=1)[0].chunk.metadata["kind"] == "sea"
    with Workbench([Document("d1", "grey wolf", "Wolf", {"kind": "land"})], store=tmp_path / "b", model=model) as wb:
        assert wb.search("wolf")[0].chunk.id == "d1:0"


def test_load_replaces_the_corpus(wb, tmp_path):
    wb.embed()
    wb.selection = ["herds/llama.md:0"]
    report = wb.load(["a text about whales"])
    assert report.count("loaded") == 1
    assert (wb.corpus_name, wb.selection, wb.retrieval) == ("memory", (), None)
    assert wb.search("whales")[0].chunk.text == "a text about whales"


def test_close_leaves_nothing(wb):
    wb.embed()
    wb.close()
    wb.close()
    assert wb.store is None
    assert (
        not [thread for thread in threading.enumerate() if thread.name.startswith("workbench-")]
        or time.sleep(0.5) is None
    )


def test_another_process_has_the_store(wb, folder, tmp_path, model):
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from workbench.index.store import open_store\n"
        "s = open_store(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    wb.embed()
    wb.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "store")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "open\n"
        with Workbench(folder, store=tmp_path / "store", model=model, llm="extractive") as reader:
            assert reader.search("camel desert")[0].chunk.document == "deserts/camel.txt"
            assert reader.read_only
            assert "fine wool" in reader.ask("What does the alpaca give?").text
            with pytest.raises(StoreLocked, match=f"process {holder.pid}"):
                reader.embed()
            holder.communicate()
            reader.refresh()
            assert not reader.read_only
            assert reader.embed().reused == 3
    finally:
        holder.kill()
        holder.wait()


def test_a_static_map_does_not_keep_umap_from_the_live_one(wb, monkeypatch):
    asked = []
    wb.embed()
    submit = wb.submit
    monkeypatch.setattr(wb, "submit", lambda verb, *args, **rest: asked.append((verb, *args)) or submit(verb, *args))
    wb.map()
    assert asked == [("map", None)]
    monkeypatch.setattr(wb, "live", True)
    monkeypatch.setattr(wb, "submit", lambda verb, *args: asked.append((verb, *args)) or submit("map", "pca"))
    wb.map()
    assert asked[1:] == [("map", None), ("map", "umap")]
