from types import SimpleNamespace

from tests.widgets.fake import MINILM, FakeWorkbench
from workbench.errors import ServerError
from workbench.records import Progress, ServerStatus
from workbench.widgets.status_panel import StatusPanel, view

UP = ServerStatus("http://127.0.0.1:11434", reachable=True, version="0.24.0")
DOWN = ServerStatus(
    "http://127.0.0.1:11434", problem="No Ollama answers at 127.0.0.1:11434.", hint="Start it with: ollama serve"
)


def store(size=4_100_000, holder=None):
    return SimpleNamespace(size_bytes=lambda: size, holder=holder)


def test_an_untouched_workbench():
    said = view(FakeWorkbench())
    assert said["corpus"] == "No corpus yet"
    assert said["server"]["text"] == "Looking for Ollama"
    assert said["error"] == said["store"] == said["model"] == said["locked"] == ""


def test_all_is_well():
    wb = FakeWorkbench(corpus_name="camelids", server=UP, store_path="/home/a/camelids-3fa91c0b7d22", model_info=MINILM)
    wb.store = store()
    said = view(wb)
    assert said["corpus"] == "camelids"
    assert said["server"] == {"up": True, "text": "Ollama 0.24.0 at 127.0.0.1:11434", "command": "", "hint": ""}
    assert said["store"] == "store camelids-3fa91c0b7d22, 4.1 MB"
    assert said["model"] == "all-MiniLM-L6-v2 loaded"


def test_no_ollama_gives_the_command_that_starts_it():
    said = view(FakeWorkbench(server=DOWN))["server"]
    assert (said["up"], said["text"], said["command"]) == (
        False,
        "No Ollama at 127.0.0.1:11434 · start it with",
        "ollama serve",
    )


def test_another_writer_is_named():
    wb = FakeWorkbench(read_only=True)
    wb.store = store(holder={"pid": 4711, "host": "atlas", "since": "2026-11-21"})
    assert view(wb)["locked"] == ("Read-only: another notebook (process 4711, on atlas) is writing to this store.")
    wb.store = store(holder=None)
    assert view(wb)["locked"] == "Read-only: another notebook is writing to this store."


def test_an_error_is_shown_as_it_is_and_can_be_dismissed():
    wb = FakeWorkbench()
    panel = StatusPanel(wb)
    wb.failed(ServerError("The server broke off; ask again."))
    assert panel.widget.state["error"] == "The server broke off; ask again."
    panel.act("dismiss")
    assert wb.error is None
    assert panel.widget.state["error"] == ""
    panel.close()


def test_buttons():
    wb = FakeWorkbench()
    panel = StatusPanel(wb)
    panel.act("presentation")
    panel.act("probe")
    panel.act("refresh")
    assert wb.presentation
    assert panel.widget.state["presentation"]
    assert wb.calls == [("probe",), ("refresh",)]
    panel.close()


def test_what_is_going_on_is_said_only_while_it_goes_on():
    wb = FakeWorkbench(status="Reading the corpus")
    assert view(wb)["doing"] == ""
    wb.tell(Progress("embed", "Reading files", 1, 9, "files"))
    assert view(wb)["doing"] == "Reading the corpus…"
    wb.publish(status="Embedding with bundled:all-MiniLM-L6-v2")
    assert view(wb)["doing"] == "Embedding with all-MiniLM-L6-v2…"


def test_a_store_that_changes_while_it_is_measured_is_named_without_its_size():
    def size():
        raise FileNotFoundError("chroma")

    wb = FakeWorkbench(store_path="/home/a/camelids-3fa91c0b7d22")
    wb.store = SimpleNamespace(size_bytes=size, holder=None)
    assert view(wb)["store"] == "store camelids-3fa91c0b7d22"
