"""The query panel: what it offers, and what it submits."""

from __future__ import annotations

import numpy as np
import pytest

from tests.widgets.scene import QUESTION, answered, asked, retrieval, scene
from workbench.records import Chunk, Expansion, Progress, ServerStatus
from workbench.widgets._settings import VALUES, chips, fields_of, models, settings
from workbench.widgets.query_panel import QueryPanel, view


@pytest.fixture
def panel():
    panel = QueryPanel(scene())
    yield panel
    panel.close()


def test_asking_and_searching_submit_and_nothing_else(panel):
    panel.act("ask", question=f"  {QUESTION} \n")
    panel.act("search", question=QUESTION)
    assert panel.wb.calls == [("ask", QUESTION), ("search", QUESTION)]


def test_a_blank_question_is_refused_in_place(panel):
    panel.act("ask", question=" \n ")
    assert panel.wb.calls == []
    assert panel.widget.state["problem"] == "Type a question first."
    panel.act("ask", question="Who?")
    assert panel.widget.state["problem"] == ""


def test_a_very_long_question_is_passed_on_whole(panel):
    panel.act("ask", question="x" * 10_000)
    assert panel.wb.calls == [("ask", "x" * 10_000)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top_k", 9),
        ("metric", "dot"),
        ("mode", "hybrid"),
        ("engine", "hnsw"),
        ("rerank", "cross-encoder/ms-marco-MiniLM-L6-v2"),
        ("group", False),
        ("mmr", 0.4),
        ("mmr", None),
        ("threshold", -0.5),
        ("only_selection", True),
        ("llm", "extractive"),
        ("llm", None),
        ("temperature", 0.7),
        ("seed", 3),
    ],
)
def test_a_setting_sets_its_trait(panel, name, value):
    panel.act("set", name=name, value=value)
    assert getattr(panel.wb, name) == value
    assert panel.widget.state["problem"] == ""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("top_k", None, "top_k is empty; give a whole number of passages, 1 or more."),
        ("mode", "magic", "mode is magic; give dense, lexical or hybrid."),
        ("top_k", 0, "top_k is 0; give a whole number of passages, 1 or more."),
        ("mmr", 1.5, "mmr is 1.5; give a number from 0 to 1."),
        ("temperature", -1, "temperature is -1; give a number, 0 or more."),
    ],
)
def test_a_value_that_cannot_be_used_is_explained(panel, name, value, said):
    before = getattr(panel.wb, name)
    panel.act("set", name=name, value=value)
    assert panel.widget.state["problem"] == said
    assert getattr(panel.wb, name) == before


def test_only_settings_of_a_question_can_be_set(panel):
    panel.act("set", name="opened", value="x")
    assert panel.wb.opened == ""
    assert panel.widget.state["problem"].startswith("'opened' is not a setting of a question")


def test_filters_are_one_value_or_several(panel):
    panel.act("where", field="source", values=["llamas.md"])
    assert panel.wb.where == {"source": "llamas.md"}
    panel.act("where", field="page", values=[3, 4])
    assert panel.wb.where == {"source": "llamas.md", "page": [3, 4]}
    panel.act("where", field="source", values=[])
    panel.act("where", field="page", values=[])
    assert panel.wb.where is None


def test_the_fields_to_filter_by_come_from_the_chunks():
    fields = fields_of(scene().chunk_list)
    assert list(fields) == ["page", "section", "source"]
    assert fields["page"] == {"values": [[3, 1]], "total": 1}
    assert fields["source"]["values"][2] == ["llamas.md", 2]


def test_a_field_of_very_many_values_lists_the_most_common():
    chunks = [Chunk(f"d:{n}", "d", n, 0, 1, "x", {"year": n % 300}) for n in range(600)]
    field = fields_of(chunks)["year"]
    assert (len(field["values"]), field["total"]) == (VALUES, 300)


def test_the_chips_say_the_settings_that_are_on():
    wb = scene()
    assert chips(wb) == ["top 5", "dense", "cosine", "llama3.2"]
    wb.choose(
        mmr=0.5, threshold=-0.2, where={"source": ["a", "b"], "page": 3}, llm="extractive", selection=("llamas.md:1",)
    )
    wb.only_selection = True
    assert chips(wb)[3:] == [
        "no language model",
        "MMR 0.5",
        "at least −0.2",
        "source: 2 values",
        "page: 3",
        "inside 1 selected",
    ]


def test_language_models_are_grouped_and_extractive_is_offered_last():
    offered = models(scene())
    assert [row["name"] for row in offered["ready"]] == ["llama3.2", "gpt-oss:120b-cloud"]
    assert offered["ready"][0]["facts"] == "3.2 billion weights · 2.0 GB"
    assert offered["ready"][1]["note"].startswith("Runs on ollama.com")
    assert [(row["name"], row["facts"]) for row in offered["pull"]] == [("qwen3:0.6b", "752 million weights · 523 MB")]
    assert (offered["current"], offered["automatic"]) == ("", "now llama3.2")


def test_without_a_server_its_hint_is_shown_and_nothing_can_be_pulled():
    down = ServerStatus("http://127.0.0.1:9", problem="Ollama does not answer.", hint="Start it with `ollama serve`.")
    offered = models(scene(server=down))
    assert (offered["reachable"], offered["ready"]) == (False, [])
    assert offered["server"] == "Ollama does not answer. Start it with `ollama serve`."
    assert offered["automatic"] == "no language model is at hand"
    assert settings(scene(server=down), {})["writes"] is False


def test_a_model_set_in_code_is_named():
    assert models(scene(llm="ollama:mine"))["given"] == "ollama:mine"
    assert models(scene(llm="ollama:llama3.2:latest"))["current"] == "ollama:llama3.2"


def test_pulling_shows_progress_and_can_be_cancelled(panel):
    panel.act("pull", model="ollama:qwen3:0.6b")
    panel.wb.publish(progress={"pull": Progress("pull", "Pulling qwen3:0.6b", 250_000_000, 500_000_000, "bytes")})
    pulling = panel.widget.state["models"]["pulling"]
    assert (pulling["label"], pulling["share"]) == ("Pulling qwen3:0.6b", 0.5)
    assert pulling["said"].startswith("250 MB of 500 MB")
    panel.act("cancel_pull")
    assert panel.wb.calls == [("pull", "ollama:qwen3:0.6b")]
    assert panel.wb.cancelled == ["pull"]


def test_ask_becomes_stop_while_the_lane_runs(panel):
    assert panel.widget.state["busy"] is False
    panel.wb.publish(progress={"ask": Progress("ask", "Searching")})
    assert panel.widget.state["busy"] is True
    panel.act("stop")
    assert panel.wb.cancelled == ["ask"]
    panel.wb.publish(progress={"ask": Progress("ask", "", state="done")})
    assert panel.widget.state["busy"] is False


def test_questions_of_the_corpus_and_earlier_ones(panel):
    found = retrieval()
    panel.wb.publish(past=(found, answered(found), answered(found, complete=False)))
    assert panel.widget.state["questions"] == [
        "How fine is vicuña wool?",
        "Why do camels have humps?",
        "Who herds llamas?",
    ]
    assert [(entry["n"], entry["kind"]) for entry in panel.widget.state["earlier"]] == [
        (0, "search, 5 passages"),
        (1, "answered by llama3.2"),
        (2, "answered by llama3.2, incomplete"),
    ]
    assert panel.widget.state["suggested"] == ["How fine is vicuña wool?", "Why do camels have humps?"]
    panel.wb.publish(past=(retrieval(query="How fine is vicuña wool?"),))
    assert panel.widget.state["suggested"] == ["Why do camels have humps?", "Who herds llamas?"]
    panel.act("recall", n=1)
    assert panel.wb.recalled == [1]


def test_passages_found_with_other_settings_are_called_so():
    wb = asked()
    assert view(wb)["changed"] is False
    wb.top_k = 9
    assert view(wb)["changed"] is True


def test_a_closed_panel_is_silent():
    wb = scene()
    panel = QueryPanel(wb)
    panel.close()
    before = panel.widget.state
    wb.top_k = 11
    assert panel.widget.state is before


def test_weights_and_expansions(panel):
    panel.act("weigh", words=0.75)
    assert panel.wb.weights == (0.5, 1.5)
    assert panel.widget.state["settings"]["words_share"] == 0.75
    panel.act("expand", kind="hyde", on=True)
    assert panel.wb.expand == ("hyde",)
    panel.act("expand", kind="queries", on=True)
    assert panel.widget.state["settings"]["expand"] == ["queries", "hyde"]
    panel.act("expand", kind="hyde", on=False)
    panel.act("expand", kind="queries", on=False)
    assert panel.wb.expand is None
    panel.act("set", name="rerank", value="")
    assert panel.wb.rerank is None


def test_the_histogram_counts_scores_and_survivors():
    wb = asked(threshold=0.6)
    shown = settings(wb, {})["histogram"]
    assert (len(shown["bins"]), sum(shown["bins"])) == (40, 7)
    assert (shown["bins"][0], shown["bins"][-1]) == (1, 1)
    assert (shown["survive"], shown["total"]) == (3, 7)
    assert (shown["low"], shown["high"]) == pytest.approx((-0.05, 0.742))
    wb.mode = "hybrid"
    assert settings(wb, {})["histogram"] is None, "cosines say nothing of what RRF scores will be"
    assert settings(wb, {})["threshold_unit"] == ""


def test_what_a_search_has_to_say():
    found = retrieval(best=0.21, chance_level=0.274, notes=("No language model is at hand.",), recall=0.8)
    said = view(scene(retrieval=found))["remarks"]
    assert said["far"] == "Nothing here is close: best cosine 0.21; chance level of this corpus 0.27."
    assert said["notes"] == ["No language model is at hand."]
    assert said["recall"] == "Chroma's HNSW gave 80% of the 5 best by exact search."
    quiet = view(scene(retrieval=retrieval(best=0.5, chance_level=0.27)))["remarks"]
    assert (quiet["far"], quiet["recall"], quiet["expansions"]) == ("", "", [])
    more = Expansion("Relatives of llamas", "question", np.ones(2, np.float32))
    assert view(scene(retrieval=retrieval(expansions=(more,))))["remarks"]["expansions"] == [
        {"kind": "question", "text": "Relatives of llamas"}
    ]
