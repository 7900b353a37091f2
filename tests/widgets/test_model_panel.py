import pytest

from tests.widgets.fake import MINILM, FakeWorkbench
from workbench.records import ModelInfo, Progress, ServerModel, ServerStatus
from workbench.widgets.model_panel import ModelPanel, parameters_text, view

SERVER = ServerStatus(
    "http://127.0.0.1:11434",
    reachable=True,
    version="0.24.0",
    models=(ServerModel("nomic-embed-text:latest", "embedding", 274_000_000, "0a109f422b47", 137.0),),
)
DOWN = ServerStatus("http://127.0.0.1:11434", problem="No Ollama answers.", hint="Start it with: ollama serve")


def ids(rows):
    return [row["id"] for row in rows]


def test_without_a_server_only_the_bundled_model_is_ready():
    said = view(FakeWorkbench(server=DOWN))
    assert ids(said["ready"]) == ["bundled:all-MiniLM-L6-v2"]
    assert ids(said["download"])[:3] == ["ollama:mxbai-embed-large", "ollama:nomic-embed-text", "ollama:all-minilm"]
    assert said["server"] == "No Ollama answers. Start it with: ollama serve"
    assert not said["can_pull"]


def test_what_the_server_has_is_ready():
    said = view(FakeWorkbench(server=SERVER))
    assert ids(said["ready"]) == ["bundled:all-MiniLM-L6-v2", "ollama:nomic-embed-text"]
    assert said["ready"][1]["prefixes"] == "query “search_query: ”, document “search_document: ”"
    assert (said["server"], said["can_pull"]) == ("", True)


def test_a_row_says_what_is_known():
    row = view(FakeWorkbench())["download"][0]
    assert (row["name"], row["dimensions"], row["tokens"], row["parameters"], row["size"], row["pull"]) == (
        "mxbai-embed-large",
        "1,024",
        "512",
        "334 M",
        "670 MB",
        True,
    )


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


def test_before_it_is_loaded():
    assert view(FakeWorkbench())["chosen"] == [["id", "bundled:all-MiniLM-L6-v2"], ["state", "not loaded yet"]]


def test_choosing_pulling_and_looking_again():
    wb = FakeWorkbench(server=SERVER)
    panel = ModelPanel(wb)
    panel.act("choose", model=" ollama:nomic-embed-text ")
    panel.act("pull", model="ollama:all-minilm")
    panel.act("probe")
    panel.act("cancel")
    assert wb.model == "ollama:nomic-embed-text"
    assert wb.calls == [("pull", "ollama:all-minilm"), ("probe",)]
    assert wb.cancelled == ["pull"]
    panel.close()


@pytest.mark.parametrize("typed", ["", "nomic", "ollama:", ":x"])
def test_what_is_no_id_is_said_where_it_was_typed(typed):
    wb = FakeWorkbench()
    panel = ModelPanel(wb)
    panel.act("choose", model=typed)
    assert panel.widget.state["problem"].startswith(f"{typed!r} is no model id; write provider:name")
    assert wb.model == "bundled:all-MiniLM-L6-v2"
    panel.close()


def test_a_pull_shows_how_far_it_is():
    wb = FakeWorkbench(server=SERVER)
    wb.tell(Progress("pull", "Pulling all-minilm", 23_000_000, 46_000_000, "bytes", 2e6, 11.5))
    assert view(wb)["pulling"] == {
        "label": "Pulling all-minilm",
        "text": "23 MB of 46 MB · 2.0 MB a second · 12 s left",
        "share": 0.5,
    }


def test_parameters():
    assert [parameters_text(22.7), parameters_text(1500), parameters_text(None)] == ["22.7 M", "1.5 B", ""]
