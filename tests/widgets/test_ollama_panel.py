import ast
import json
import shlex

import pytest

from tests.widgets.fake import FakeWorkbench, chunked
from workbench.errors import ServerError
from workbench.models import embedding_model
from workbench.records import Document, Progress, ServerModel, ServerStatus
from workbench.widgets.ollama_panel import Copying, OllamaPanel, view

HOST = "http://127.0.0.1:11434"
MODELS = (
    ServerModel("gpt-oss:120b-cloud", "language", cloud=True),
    ServerModel(
        "nomic-embed-text:latest",
        "embedding",
        274_000_000,
        loaded=True,
        memory=577_000_000,
        expires="2026-11-21T03:15:51Z",
    ),
    ServerModel("all-minilm:latest", "embedding", 45_949_702),
)
SERVER = ServerStatus(HOST, reachable=True, version="0.24.0", models=MODELS)
DOWN = ServerStatus(HOST, problem=f"No Ollama server answers at {HOST}.", hint="Start it with: ollama serve")
CHUNKS = chunked(Document("a.md", "It's one llama. And another.", ""))


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", HOST)


def show(copying=None, **outputs):
    return view(FakeWorkbench(**{"server": SERVER, **outputs}), copying or Copying())


def test_the_server_says_its_host_and_version():
    assert show()["server"] == {
        "up": True,
        "said": "Ollama 0.24.0 at 127.0.0.1:11434",
        "why": "",
        "start": "",
        "warning": "",
    }


def test_a_server_across_the_network_carries_its_warning():
    far = ServerStatus("http://gpu.example:80", reachable=True, version="0.32.15", hint="Text crosses the network.")
    assert show(server=far)["server"]["warning"] == "Text crosses the network."
    assert show(server=far)["server"]["said"] == "Ollama 0.32.15 at gpu.example:80"


def test_a_server_that_does_not_run_names_the_command_that_starts_it():
    said = show(server=DOWN)
    assert (said["server"]["up"], said["server"]["said"]) == (False, "Ollama is not ready.")
    assert said["server"]["why"] == f"No Ollama server answers at {HOST}."
    assert said["server"]["start"] == "ollama serve"
    assert (said["rows"], said["loaded"]) == ([], "")


def test_another_program_on_the_port_is_not_started():
    odd = ServerStatus(HOST, problem="It answers, but not as Ollama does.", hint="Check OLLAMA_HOST.")
    said = show(server=odd)["server"]
    assert (said["why"], said["start"]) == ("It answers, but not as Ollama does. Check OLLAMA_HOST.", "")


def test_before_anybody_has_looked():
    said = show(server=None)
    assert (said["server"]["up"], said["server"]["said"]) == (None, "Nobody has looked for an Ollama server yet.")


def test_a_row_says_kind_size_memory_and_until_when():
    cloud, nomic, minilm = show()["rows"]
    assert nomic == {
        "id": "ollama:nomic-embed-text:latest",
        "name": "nomic-embed-text",
        "kind": "embedding",
        "size": "274 MB",
        "loaded": True,
        "memory": "577 MB",
        "expires": "2026-11-21T03:15:51Z",
        "cloud": False,
    }
    assert (minilm["loaded"], minilm["memory"], minilm["expires"], minilm["size"]) == (False, "", "", "46 MB")
    assert (cloud["name"], cloud["cloud"], cloud["size"]) == ("gpt-oss:120b-cloud", True, "")


def test_what_is_in_memory_is_summed():
    assert show()["loaded"] == "1 model in memory, 577 MB in all."
    both = ServerStatus(
        HOST, reachable=True, models=(MODELS[1], ServerModel("b", "language", loaded=True, memory=10**9))
    )
    assert show(server=both)["loaded"] == "2 models in memory, 1.6 GB in all."
    none = ServerStatus(HOST, reachable=True, models=MODELS[2:])
    assert show(server=none)["loaded"] == "Nothing is in memory; the first text loads its model."


def test_a_pull_shows_how_far_it_is_and_how_it_stopped():
    wb = FakeWorkbench(server=SERVER)
    wb.tell(Progress("pull", "Pulling all-minilm", 23_000_000, 46_000_000, "bytes", 2e6, 11.5))
    said = view(wb, Copying())
    assert said["pulling"] == {
        "label": "Pulling all-minilm",
        "text": "23 MB of 46 MB · 2.0 MB a second · 12 s left",
        "share": 0.5,
    }
    assert said["stopped"] == ""
    wb.tell(Progress("pull", "Pulling all-minilm", 23_000_000, 46_000_000, "bytes", state="cancelled"))
    said = view(wb, Copying())
    assert said["pulling"] is None
    assert said["stopped"] == "Pulling all-minilm: stopped · 23 MB of 46 MB. Pulling it again goes on there."
    wb.tell(Progress("pull", "Pulling all-minilm", state="failed"))
    assert view(wb, Copying())["stopped"] == "Pulling all-minilm: failed. Pulling it again goes on there."
    wb.tell(Progress("pull", "Pulling all-minilm", 46, 46, "bytes", state="done"))
    assert view(wb, Copying())["stopped"] == ""


@pytest.mark.parametrize("lane", ["pull", "server"])
def test_what_went_wrong_with_the_server_is_said_here(lane):
    wb = FakeWorkbench(server=SERVER, error=ServerError("The server cannot reach the model library."))
    assert view(wb, Copying())["failed"] == ""
    wb.tell(Progress(lane, "Working", state="failed"))
    assert view(wb, Copying())["failed"] == "The server cannot reach the model library."
    wb.publish(error=None)
    assert view(wb, Copying())["failed"] == ""


def sent(code):
    """Give what a curl command sends."""
    words = shlex.split(code)
    assert words[3] == f"{HOST}/api/embed"
    return json.loads(words[-1])


def test_the_question_goes_as_a_query_with_its_prefix():
    said = show(query="Which animal gives wool?", chunks=CHUNKS)["copy"]
    assert said["models"] == [["ollama:nomic-embed-text", "nomic-embed-text"], ["ollama:all-minilm", "all-minilm"]]
    assert said["sources"] == [["the question", "the question"], ["the first chunk", "the first chunk"]]
    assert (said["model"], said["source"], said["language"], said["why"]) == (
        "ollama:nomic-embed-text",
        "the question",
        "curl",
        "",
    )
    assert sent(said["code"]) == {
        "model": "nomic-embed-text",
        "input": ["search_query: Which animal gives wool?"],
        "truncate": False,
    }


def test_the_first_chunk_goes_as_a_document():
    said = show(chunks=CHUNKS)["copy"]
    assert sent(said["code"])["input"] == [f"search_document: {CHUNKS[0].text}"]
    said = show(Copying(model="ollama:all-minilm", source="the first chunk"), query="What?", chunks=CHUNKS)["copy"]
    assert sent(said["code"]) == {"model": "all-minilm", "input": [CHUNKS[0].text], "truncate": False}


def test_each_language_and_package_can_be_chosen():
    def code(language, package):
        return show(Copying(language=language, package=package), query="It's </script>?")["copy"]["code"]

    assert ast.parse(code("python", package=False))
    assert "urlopen" in code("python", package=False)
    assert "ollama.Client(" in code("python", package=True)
    assert code("javascript", package=False).startswith("const reply = await fetch(")
    assert 'from "ollama"' in code("javascript", package=True)
    assert "</script>" not in code("javascript", package=True)


def test_the_chosen_model_comes_first_with_its_own_options():
    model = embedding_model("ollama:all-minilm", keep_alive="30m", dimensions=64)
    said = show(model=model, query="What?")["copy"]
    assert said["models"][0] == ["ollama:all-minilm", "all-minilm"]
    assert sent(said["code"]) == {
        "model": "all-minilm",
        "input": ["What?"],
        "truncate": False,
        "keep_alive": "30m",
        "dimensions": 64,
    }
    assert show(model="ollama:all-minilm", query="What?")["copy"]["models"][0] == ["ollama:all-minilm", "all-minilm"]


def test_a_cloud_model_can_be_shown_since_nothing_is_sent():
    said = show(model="ollama:big-embed:cloud", query="What?")["copy"]
    assert sent(said["code"])["model"] == "big-embed:cloud"


def test_without_a_server_the_request_can_be_read_all_the_same():
    said = show(server=DOWN, query="What?")["copy"]
    assert sent(said["code"])["model"] == "mxbai-embed-large"


def test_without_a_text_or_an_address_it_says_what_is_missing(monkeypatch):
    said = show()["copy"]
    assert (said["code"], said["why"]) == ("", "Load a corpus or ask a question: then there is a text to send.")
    monkeypatch.setenv("OLLAMA_HOST", "ftp://gpu.example")
    said = show(query="What?")["copy"]
    assert said["code"] == ""
    assert said["why"].startswith("OLLAMA_HOST is 'ftp://gpu.example'")


def test_the_buttons_submit():
    wb = FakeWorkbench(server=SERVER, query="What?")
    panel = OllamaPanel(wb)
    panel.act("unload", model="ollama:nomic-embed-text:latest")
    panel.act("pull", model=" ollama pull qwen3:0.6b ")
    panel.act("pull", model="ollama:all-minilm")
    panel.act("probe")
    panel.act("cancel")
    panel.act("request", language="python", package=True)
    panel.act("request", model="ollama:all-minilm")
    assert wb.calls == [
        ("unload", "ollama:nomic-embed-text:latest"),
        ("pull", "ollama:qwen3:0.6b"),
        ("pull", "ollama:all-minilm"),
        ("probe",),
    ]
    assert wb.cancelled == ["pull"]
    assert panel.copying == Copying("ollama:all-minilm", "", "python", package=True)
    assert "model='all-minilm'" in panel.widget.state["copy"]["code"]
    panel.close()


def test_no_name_is_said_where_it_was_typed():
    wb = FakeWorkbench(server=SERVER)
    panel = OllamaPanel(wb)
    panel.act("pull", model="  ")
    assert panel.widget.state["problem"].startswith("Type the name of a model to pull, as on ollama.com/library")
    assert wb.calls == []
    panel.close()


def test_it_follows_the_server_and_the_question():
    wb = FakeWorkbench()
    panel = OllamaPanel(wb)
    assert panel.widget.state["rows"] == []
    wb.publish(server=SERVER)
    wb.query = "Which animal gives wool?"
    assert [row["name"] for row in panel.widget.state["rows"]] == [
        "gpt-oss:120b-cloud",
        "nomic-embed-text",
        "all-minilm",
    ]
    assert "Which animal gives wool?" in panel.widget.state["copy"]["code"]
    panel.close()
    wb.publish(server=DOWN)
    assert panel.widget.state["server"]["up"] is True
