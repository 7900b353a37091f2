from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.doubles import WordModel
from tests.widgets.fake import MINILM, FakeWorkbench, chunked, words
from workbench.models import PROVIDERS
from workbench.records import Document, EmbedPlan, ModelInfo, Progress, ServerModel, ServerStatus
from workbench.records.truth import ModelCheck, Probe, Quantization
from workbench.session import choices
from workbench.widgets.model_panel import ModelPanel, parameters_text, view

SERVER = ServerStatus(
    "http://127.0.0.1:11434",
    reachable=True,
    version="0.24.0",
    models=(ServerModel("nomic-embed-text:latest", "embedding", 274_000_000, "0a109f422b47", 137.0),),
)
DOWN = ServerStatus("http://127.0.0.1:11434", problem="No Ollama answers.", hint="Start it with: ollama serve")
CHUNKS = chunked(Document("a.md", words(981)), size=2)  # 980
PAID = ModelInfo(
    "openai:text-embedding-3-small",
    "openai",
    ready=True,
    dimensions=1536,
    max_tokens=8192,
    destination="api.openai.com",
    price=0.02,
)
MEASURED = Quantization("bundled:all-MiniLM-L6-v2", "0123456789ab", 150, 980, 0.9972, 0.9911, 0.943, 24.0, 2.13)
DRIFT = (
    "2.1 times as fast · cosine to float32 0.997 on average, 0.991 at least · 94 of 100 nearest chunks the same · "
    "measured on 980 chunks"
)


class Session(FakeWorkbench):
    """Notes what is allowed and accepted, and has made the models that it is given."""

    def __init__(self, **outputs):
        super().__init__(**outputs)
        self.consent = set()

    def allow(self, model):
        self.consent.add(model)

    def accept(self, quantization):
        self.calls.append(("accept", quantization))


class Runs(WordModel):
    """A model that runs here, and has an int8 copy."""

    id = MINILM.id
    variant = ""

    def __init__(self, variant=""):
        super().__init__()
        self.id, self.variant = MINILM.id, variant

    def quantized(self, calibration, cancel=None):
        return Runs("int8")


@pytest.fixture(autouse=True)
def no_cache(monkeypatch):
    monkeypatch.setattr(choices, "_cached", lambda _: ())


@pytest.fixture(autouse=True)
def hub(monkeypatch):
    """A Hugging Face that makes a plain object, so that what it is given can be read."""
    made = "tests.widgets.test_model_panel:made"
    for provider in ("huggingface", "openai"):
        monkeypatch.setitem(PROVIDERS, provider, made)


def made(name, **options):
    model = WordModel(name=name)
    model.options = options
    return model


def ids(rows):
    return [row["id"] for row in rows]


def line(wb, name, kept=None):
    return next((line for line in view(wb, kept)["lines"] if line["id"] == name), None)


def buttons(line):
    return [(one["word"], one["message"], one["off"]) for one in line["buttons"]]


def test_without_a_server_only_the_bundled_model_is_ready():
    said = view(FakeWorkbench(server=DOWN))
    assert ids(said["ready"]) == ["bundled:all-MiniLM-L6-v2"]
    assert ids(said["download"])[:4] == [
        "ollama:mxbai-embed-large",
        "ollama:nomic-embed-text",
        "ollama:all-minilm",
        "huggingface:BAAI/bge-small-en-v1.5",
    ]
    assert said["server"] == "No Ollama answers. Start it with: ollama serve"
    offered = {row["id"]: (row["action"]["off"], row["action"]["title"]) for row in said["download"]}
    assert offered["ollama:all-minilm"] == (True, "Start Ollama first")
    assert offered["huggingface:BAAI/bge-base-en"] == (False, "Download with Hugging Face")


def test_what_the_server_has_is_ready():
    said = view(FakeWorkbench(server=SERVER))
    assert ids(said["ready"]) == ["bundled:all-MiniLM-L6-v2", "ollama:nomic-embed-text"]
    assert said["ready"][1]["prefixes"] == "query “search_query: ”, document “search_document: ”"
    assert said["server"] == ""
    assert not any(row["action"]["off"] for row in said["download"])


def test_a_row_says_what_is_known():
    row = view(FakeWorkbench(server=SERVER))["download"][0]
    assert (row["name"], row["dimensions"], row["tokens"], row["parameters"]) == (
        "mxbai-embed-large",
        "1,024",
        "512",
        "334 M",
    )
    assert row["action"] == {
        "word": "Download 670 MB",
        "title": "Download with Ollama",
        "primary": False,
        "off": False,
        "message": {"do": "pull", "model": "ollama:mxbai-embed-large"},
    }


def test_models_on_somebody_elses_machine_are_a_group_with_their_price():
    rows = view(FakeWorkbench())["remote"]
    assert [(row["name"], row["note"], row["action"]["word"]) for row in rows] == [
        ("text-embedding-ada-002", "api.openai.com · $0.10 a million tokens", "Choose"),
        ("text-embedding-3-small", "api.openai.com · $0.02 a million tokens", "Choose"),
        ("text-embedding-3-large", "api.openai.com · $0.13 a million tokens", "Choose"),
    ]


def test_only_https_becomes_a_link():
    class Odd(FakeWorkbench):
        def model_choices(self, probe=False):
            return (
                ModelInfo("ollama:a", "ollama", ready=True, link="javascript:alert(1)"),
                ModelInfo("ollama:b", "ollama", ready=True, link="https://ollama.com/library/b"),
            )

    assert [row["link"] for row in view(Odd())["ready"]] == ["", "https://ollama.com/library/b"]


def test_the_facts_of_the_chosen_model():
    said = view(FakeWorkbench(model_info=MINILM))
    assert said["chosen"] == [
        ["id", "bundled:all-MiniLM-L6-v2"],
        ["provider", "bundled"],
        ["dimensions", "384"],
        ["reads", "256 tokens"],
        ["query prefix", "none"],
        ["document prefix", "none"],
    ]
    assert said["ready"][0]["chosen"]
    assert (said["ready"][0]["action"]["word"], said["ready"][0]["action"]["off"]) == ("Chosen", True)


def test_before_it_is_loaded():
    wb = FakeWorkbench(model_info=MINILM)
    wb.model = "ollama:all-minilm"  # what was known is that of another
    said = view(wb)
    assert said["chosen"] == [["id", "ollama:all-minilm"], ["state", "not loaded yet"]]
    assert [(one["id"], one["text"], buttons(one)) for one in said["lines"]] == [
        (
            "download",
            "This model is not on this machine yet.",
            [("Download 46 MB", {"do": "pull", "model": "ollama:all-minilm"}, True)],
        )
    ]


def test_choosing_downloading_and_looking_again():
    wb = FakeWorkbench(server=SERVER)
    panel = ModelPanel(wb)
    panel.act("choose", model=" ollama:nomic-embed-text ")
    panel.act("pull", model="huggingface:BAAI/bge-base-en")
    panel.act("probe")
    panel.act("cancel")
    assert wb.model == "ollama:nomic-embed-text"
    assert wb.calls == [("pull", "huggingface:BAAI/bge-base-en"), ("probe",)]
    assert wb.cancelled == ["pull"]
    panel.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("BAAI/bge-m3", "huggingface:BAAI/bge-m3"),
        ("/models/mine", "huggingface:/models/mine"),
        ("./mine", "huggingface:mine"),
        ("~/mine", f"huggingface:{Path.home() / 'mine'}"),
        ("ollama:hf.co/owner/name:Q8_0", "ollama:hf.co/owner/name:Q8_0"),
    ],
)
def test_a_folder_or_a_repository_is_one_of_hugging_face(typed, meant):
    wb = FakeWorkbench()
    panel = ModelPanel(wb)
    panel.act("choose", model=typed, options={})
    assert (wb.model, panel.problem) == (meant, "")
    panel.close()


@pytest.mark.parametrize("typed", ["", "nomic", "ollama:", ":x"])
def test_what_is_no_id_is_said_where_it_was_typed(typed):
    wb = FakeWorkbench()
    panel = ModelPanel(wb)
    panel.act("choose", model=typed)
    assert panel.widget.state["problem"].startswith(f"{typed!r} is no model id; write provider:name")
    assert wb.model == "bundled:all-MiniLM-L6-v2"
    panel.close()


def test_a_provider_that_there_is_not_is_said():
    panel = ModelPanel(FakeWorkbench())
    panel.act("choose", model="cohere:embed-v4")
    assert panel.problem.startswith("There is no provider 'cohere' ('cohere:embed-v4'); there are: ")
    panel.close()


def test_options_make_a_model_of_their_own():
    wb = FakeWorkbench()
    panel = ModelPanel(wb)
    typed = {"backend": "openvino", "batch_size": "42", "device": "", "normalize": True}
    panel.act("choose", model="BAAI/bge-small-en-v1.5", options=typed)
    assert (wb.model.id, wb.model.options) == (
        "test:BAAI/bge-small-en-v1.5",
        {"backend": "openvino", "batch_size": 42},
    )
    panel.act("choose", model="BAAI/bge-small-en-v1.5", options={"batch_size": "some"})
    assert panel.problem == "batch_size is 'some'; give a whole number of 1 or more, or leave it empty."
    assert wb.model.options["batch_size"] == 42
    panel.close()


def test_a_form_has_the_fields_of_its_provider():
    forms = view(FakeWorkbench())["forms"]
    assert forms["bundled"] == []
    assert forms["huggingface"][3] == {
        "name": "backend",
        "kind": "choice",
        "help": "what runs it; the fastest at hand if not chosen",
        "default": None,
        "choices": ("torch", "onnx", "openvino"),
    }
    assert {"base_url", "dimensions"} <= {field["name"] for field in forms["openai"]}


def test_an_object_can_be_set_back_to_the_plain_model():
    wb = FakeWorkbench()
    wb.model = Runs()
    row = view(wb)["ready"][0]
    assert row["chosen"]
    assert (row["action"]["word"], row["action"]["message"], row["action"]["off"]) == (
        "Reset",
        {"do": "choose", "model": MINILM.id},
        False,
    )


def test_a_download_shows_how_far_it_is():
    wb = FakeWorkbench(server=SERVER)
    wb.tell(Progress("pull", "Pulling all-minilm", 23_000_000, 46_000_000, "bytes", 2e6, 11.5))
    said = view(wb)
    assert said["pulling"] == {
        "label": "Pulling all-minilm",
        "text": "23 MB of 46 MB · 2.0 MB a second · 12 s left",
        "share": 0.5,
    }
    assert all(row["action"]["off"] for row in said["download"])


# Consent ------------------------------------------------------------------------------------------------------------


def paying(**outputs):
    wb = Session(chunks=CHUNKS, **outputs)
    wb.model = PAID.id
    return wb


def test_before_anything_is_sent_it_says_where_how_much_and_for_what():
    wb = paying(model_info=PAID, plan=EmbedPlan(980, 0, 0, 0, 980, missing_tokens=1_200_000))
    assert line(wb, "sending")["text"] == (
        "Chunks and questions would go to api.openai.com. 980 texts, about 1,200,000 tokens: about $0.02 at $0.02 a "
        "million tokens."
    )
    assert buttons(line(wb, "sending")) == [("Allow and use", {"do": "allow", "model": PAID.id}, False)]
    assert line(wb, "check") is None  # it would send texts
    wb.allow(PAID.id)
    assert line(wb, "check")["text"] == "This engine has not been checked."


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (EmbedPlan(3, 0, 0, 0, 3, missing_tokens=120), "3 texts, about 120 tokens: less than $0.01 at $0.02 a"),
        (EmbedPlan(3, 0, 0, 0, 3), "3 texts, at $0.02 a million tokens."),
        (EmbedPlan(0, 0, 0, 980, 0), "All chunks have a vector: only questions would be sent."),
        (None, "There are 980 chunks."),
    ],
)
def test_what_is_not_known_is_not_said(plan, said):
    assert said in line(paying(model_info=PAID, plan=plan), "sending")["text"]


def test_a_plan_of_another_model_is_not_that_of_this_one():
    wb = paying(model_info=MINILM, plan=EmbedPlan(0, 0, 0, 980, 0))
    assert line(wb, "sending")["text"] == "Chunks and questions would go to api.openai.com. There are 980 chunks."


def test_a_name_that_runs_in_the_cloud_asks_before_it_is_made():
    wb = Session(server=SERVER)
    wb.model = "ollama:embed-large:671b-cloud"
    assert line(wb, "sending")["text"] == (
        "Chunks and questions would go to ollama.com. How many is known once a corpus is read."
    )
    assert line(wb, "download") is None


def test_a_typed_model_that_the_server_lacks_can_be_downloaded():
    wb = Session(server=SERVER)
    wb.model = "ollama:bge-m3"
    assert buttons(line(wb, "download")) == [("Download", {"do": "pull", "model": "ollama:bge-m3"}, False)]
    wb.model = "ollama:nomic-embed-text:latest"
    assert line(wb, "download") is None


def test_allowing_uses_the_model_and_is_said_from_then_on():
    wb = paying(model_info=PAID)
    wb.model = MINILM.id
    panel = ModelPanel(wb)
    panel.act("allow", model=PAID.id)
    assert (wb.consent, wb.model) == ({PAID.id}, PAID.id)
    sending = next(one for one in panel.widget.state["lines"] if one["id"] == "sending")
    assert (sending["text"], sending["buttons"]) == (
        "Chunks and questions go to api.openai.com: you have allowed it.",
        [],
    )
    panel.close()


# Cutting again ------------------------------------------------------------------------------------------------------


def test_chunks_that_are_too_long_are_counted_and_can_be_cut_again():
    wb = Session(chunks=CHUNKS, model_info=MINILM, plan=EmbedPlan(980, 0, 0, 0, 980, truncated=14))
    assert line(wb, "cut")["text"] == (
        "14 of 980 chunks are longer than the 256 tokens that this model reads: the rest of them is not seen."
    )
    assert buttons(line(wb, "cut")) == [("Cut again for this model", {"do": "rechunk"}, False)]
    panel = ModelPanel(wb)
    panel.act("rechunk")
    assert wb.calls == [("rechunk",)]
    panel.close()


def test_nothing_is_cut_twice_at_once():
    wb = Session(chunks=CHUNKS, model_info=MINILM, plan=EmbedPlan(980, 0, 0, 0, 980, truncated=14))
    wb.tell(Progress("embed", "Cutting again"))
    assert line(wb, "cut")["buttons"][0]["off"]
    wb.publish(plan=EmbedPlan(980, 0, 0, 0, 980))
    assert line(wb, "cut") is None


# The engine check ---------------------------------------------------------------------------------------------------


def checked(*probes, model=MINILM.id):
    return ModelCheck(model, "f" * 64, probes, 0.4, "2026-11-21T08:00:00Z")


def test_the_engine_check_in_one_line():
    wb = Session(model_info=MINILM)
    assert line(wb, "check")["text"] == "This engine has not been checked."
    wb.publish(model_check=checked(Probe("case", True, "s"), model="ollama:all-minilm"))
    assert buttons(line(wb, "check")) == [("Check", {"do": "check"}, False)]
    wb.publish(model_check=checked(Probe("case", True, "s"), Probe("order", True, "s"), Probe("weights", None, "s")))
    assert (line(wb, "check")["text"], line(wb, "check")["kind"]) == (
        "Engine checked: 2 probes passed; 1 could not be asked.",
        "ok",
    )


def test_a_failed_probe_is_said_with_what_to_do():
    wb = Session(model_info=MINILM)
    probes = (
        Probe("case", True, "s"),
        Probe("accents", False, "This server reads every accented word as unknown.", "Use the bundled model."),
        Probe("tokens", False, "It counts wrongly."),
    )
    wb.publish(model_check=checked(*probes))
    assert line(wb, "check")["text"] == (
        "This server reads every accented word as unknown. Use the bundled model. 1 more probe failed."
    )
    assert line(wb, "check")["kind"] == "warn"
    panel = ModelPanel(wb)
    panel.act("check")
    assert wb.calls == [("check_model",)]
    panel.close()


def test_while_it_is_checked():
    wb = Session(model_info=MINILM)
    wb.tell(Progress("check", "Checking the model"))
    assert (line(wb, "check")["text"], line(wb, "check")["buttons"]) == (
        "Checking whether this engine embeds rightly…",
        [],
    )


# int8 ---------------------------------------------------------------------------------------------------------------


def running_here(variant="", **outputs):
    wb = Session(model_info=MINILM, **outputs)
    wb.prepared = SimpleNamespace(model=Runs(variant))
    return wb


def test_int8_is_offered_where_the_model_has_such_a_copy():
    offer = line(running_here(), "int8")
    assert offer["text"] == "int8: about twice as fast, slightly different vectors."
    assert buttons(offer) == [("Try int8", {"do": "quantize"}, False)]
    wb = Session(model_info=MINILM)
    wb.prepared = SimpleNamespace(model=WordModel())
    assert line(wb, "int8") is None


def test_int8_shows_how_far_it_is():
    wb = running_here()
    wb.tell(Progress("int8", "Making an int8 copy"))
    assert line(wb, "int8")["text"] == "Making an int8 copy… · about half a minute, once"
    wb.tell(Progress("int8", "Making an int8 copy", 40, 150, "texts", 12.0, 9.0))
    said = line(wb, "int8")
    assert said["text"] == "Making an int8 copy… · 40 of 150 · 12 texts a second · 9.0 s left"
    assert (said["progress"]["share"], buttons(said)) == (0.2667, [("Cancel", {"do": "cancel_int8"}, False)])
    panel = ModelPanel(wb)
    panel.act("cancel_int8")
    assert wb.cancelled == ["int8"]
    panel.close()


def test_int8_is_measured_before_it_is_accepted():
    wb = running_here(quantization=MEASURED)
    assert line(wb, "int8")["text"] == f"int8: {DRIFT}"
    panel = ModelPanel(wb)
    panel.act("keep")
    kept = panel.widget.state["lines"][-1]
    assert (kept["text"], [one["word"] for one in kept["buttons"]]) == (f"float32 kept · int8: {DRIFT}", ["Use int8"])
    panel.act("quantize")
    panel.act("accept")
    assert wb.calls == [("quantize",), ("accept", MEASURED)]
    panel.close()


def test_a_measurement_of_another_model_is_not_shown():
    other = Quantization("huggingface:x/y", "0" * 12, 1, 1, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert line(running_here(quantization=other), "int8")["text"].startswith("int8: about twice as fast")


def test_the_way_back_from_int8():
    wb = running_here("int8", quantization=MEASURED)
    wb.model = wb.prepared.model
    assert line(wb, "int8")["text"] == f"int8 in use · {DRIFT}"
    assert buttons(line(wb, "int8")) == [("Back to float32", {"do": "choose", "model": MINILM.id}, False)]
    panel = ModelPanel(wb)
    panel.act("choose", model=MINILM.id)
    assert wb.model == MINILM.id
    panel.close()


def test_parameters():
    assert [parameters_text(22.7), parameters_text(1500), parameters_text(None)] == ["22.7 M", "1.5 B", ""]
