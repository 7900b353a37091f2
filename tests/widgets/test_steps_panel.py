from types import SimpleNamespace

import pytest
from ipywidgets import VBox

from tests.widgets.fake import MINILM, FakeWorkbench, chunked, counts, words
from workbench.records import Document, EmbedPlan, EmbedReport, FileReport, LoadReport, Progress, Question
from workbench.widgets.steps_panel import StepsPanel, suggested, view

DOCUMENTS = tuple(Document(f"{name}.md", words(13)) for name in "ab")
CHUNKS = chunked(*DOCUMENTS)  # 3 each: 5 words, 1 of overlap
REPORT = LoadReport(
    (
        FileReport("a.md", "loaded", "", 30, "utf-8"),
        FileReport("b.md", "loaded", "", 30, "utf-8"),
        FileReport("c.bin", "skipped", "It is not text."),
        FileReport("d.pdf", "failed", "It is encrypted."),
    )
)


@pytest.fixture
def wb():
    made = FakeWorkbench(
        documents=DOCUMENTS,
        chunks=CHUNKS,
        load_report=REPORT,
        token_counts=counts(CHUNKS),
        corpus_name="two",
        model_info=MINILM,
        plan=EmbedPlan(new=6, changed=0, gone=0, reused=0, missing=6, truncated=1),
    )
    made.source = "two"
    return made


def said(wb):
    return {step["id"]: " · ".join(piece["t"] for piece in step["pieces"]) for step in view(wb)}


def test_the_state_of_each_step_in_one_line(wb):
    assert said(wb) == {
        "corpus": "2 files, 6 chunks · 1 file skipped, 1 file failed, 1 chunk too long",
        "model": "all-MiniLM-L6-v2 · 384 dimensions · reads 256 tokens",
        "embed": "0 of 6 · 6 to embed",
    }


def test_what_needs_a_look_is_marked(wb):
    corpus, _, embed = view(wb)
    assert [piece["kind"] for piece in corpus["pieces"]] == ["", "warn"]
    assert [piece["kind"] for piece in embed["pieces"]] == ["", "warn"]


def test_before_anything_is_read():
    assert said(FakeWorkbench()) == {
        "corpus": "Choose a corpus",
        "model": "all-MiniLM-L6-v2",
        "embed": "Nothing to embed yet",
    }


def test_reading_shows_in_the_first_step_and_embedding_in_the_third(wb):
    wb.tell(Progress("embed", "Reading files", 3, 12, "files"))
    assert [step["share"] for step in view(wb)] == [0.25, None, None]
    wb.tell(Progress("embed", "Embedding", 3, 6, "chunks", 52.0, 0.1))
    assert [step["share"] for step in view(wb)] == [None, None, 0.5]
    assert said(wb)["embed"] == "3 of 6 · 52 chunks a second · 0.1 s left"


def test_after_embedding(wb):
    wb.publish(embedded=6, embed_report=EmbedReport(new=2, changed=0, gone=0, reused=4, seconds=0.63))
    assert said(wb)["embed"] == "6 of 6 · 2 new in 0.6 s, 4 reused"


def test_a_report_of_other_chunks_is_not_shown(wb):
    wb.publish(embedded=6, embed_report=EmbedReport(new=2, changed=0, gone=0, reused=1, seconds=0.63))
    assert said(wb)["embed"] == "6 of 6 · nothing to do"


def test_after_a_stop(wb):
    wb.publish(embedded=4)
    wb.tell(Progress("embed", "Embedding", 4, 6, "chunks", state="cancelled"))
    assert said(wb)["embed"] == "4 of 6 · stopped"


def panel_of(wb):
    made = []

    def make(name):
        made.append(name)
        return SimpleNamespace(widget=VBox(), close=lambda: made.append(f"-{name}"))

    steps = StepsPanel(wb, {name: lambda name=name: make(name) for name in ("corpus", "model", "embed")})
    return steps, made


def test_the_first_run_opens_what_is_needed_and_closes_it_when_done(wb):
    steps, made = panel_of(wb)
    assert (steps.open, made) == ("embed", ["embed"])
    wb.publish(embedded=2)
    assert steps.open == "embed"
    wb.publish(embedded=6)
    assert steps.open == ""
    steps.close()


def test_without_a_corpus_the_first_step_is_open():
    steps, made = panel_of(FakeWorkbench())
    assert (steps.open, made) == ("corpus", ["corpus"])
    steps.close()
    assert made == ["corpus", "-corpus"]


def test_once_a_person_has_chosen_nothing_opens_or_closes_by_itself(wb):
    steps, made = panel_of(wb)
    steps.row.act("fold", step="model", wanted=True)
    assert (steps.open, made) == ("model", ["embed", "model"])
    wb.publish(embedded=6)
    assert steps.open == "model"
    steps.row.act("fold", step="model", wanted=False)
    assert steps.open == ""
    assert steps.row.widget.state["open"] == ""
    steps.close()


def test_a_click_on_what_opened_meanwhile_leaves_it_open_and_so_does_a_second_click(wb):
    steps, _ = panel_of(wb)
    assert steps.open == "embed"  # by itself, while the page still showed it closed
    for _ in range(2):
        steps.row.act("fold", step="embed", wanted=True)
        assert steps.open == "embed"
    steps.row.act("fold", step="corpus", wanted=False)  # which is closed already
    assert steps.open == "embed"
    steps.close()


def test_only_the_open_panel_is_displayed(wb):
    steps, _ = panel_of(wb)
    steps.fold("corpus", wanted=True)
    embed, corpus = steps._fold.children
    assert (embed.layout.display, corpus.layout.display) == ("none", None)
    steps.close()


def test_a_corpus_without_text_asks_for_another():
    wb = FakeWorkbench(load_report=LoadReport(), plan=EmbedPlan(0, 0, 0, 0, 0))
    wb.source = "empty"
    assert suggested(wb, "") == "corpus"


def test_the_corpus_own_questions_are_no_warning(wb):
    files = (FileReport("a.md", "loaded"), FileReport("questions.jsonl", "skipped", "2 questions"))
    questions = (Question("1", "Who?"), Question("2", "What?"))
    wb.publish(load_report=LoadReport(files), questions=questions, plan=None)
    assert said(wb)["corpus"] == "1 file, 6 chunks, 2 questions"
