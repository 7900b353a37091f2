"""A workbench that was used with keys shows and keeps none of them: traits, panels, code, stores, notebooks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.generation.chat_double import ChatDouble
from tests.models.remote.double import RemoteDouble
from tests.project.files import ROOT
from tests.security.canaries import ENVIRONMENT, files_of, found_in, given
from workbench import Workbench, embedding_model
from workbench.errors import ServerError
from workbench.generation.openai import OpenAIChat

TEXTS = ["The llama carries loads in the Andes.", "The alpaca gives fine wool."]


@pytest.fixture(autouse=True)
def canaries(monkeypatch):
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, given(name))


def readable(wb: Workbench) -> dict[str, str]:
    """Give all that a person, a notebook or a browser can read of a workbench, by place."""
    places = {name: repr(getattr(wb, name)) for name in wb.trait_names()}
    places |= {"repr": f"{wb!r} {wb}", "code": wb.show_code()}
    for name in ("documents", "chunks", "history"):
        places[f"{name}.csv"] = getattr(wb, name).to_csv()
    for name in dir(wb.panels):
        panel = getattr(wb.panels, name, None)
        if not name.startswith("_") and hasattr(panel, "get_state"):
            places[f"panel {name}"] = repr(panel.get_state())
    return places


def test_a_workbench_that_was_used_with_keys_shows_none(tmp_path):
    with RemoteDouble() as remote, ChatDouble() as chat:
        model = embedding_model("openai:words", base_url=f"{remote.url}/v1", api_key=given("argument"), max_retries=0)
        llm = OpenAIChat("words", base_url=chat.url, api_key=given("argument"))
        wb = Workbench(TEXTS, store=tmp_path / "store", model=model, llm=llm)
        answer = wb.ask("Who gives wool?")
        places = {**readable(wb), "answer": repr(answer), "prompt": repr(answer.prompt)}
        remote.key = "another"
        with pytest.raises(ServerError, match="does not accept the key"):
            wb.search("A question that was not asked before")
        places |= {f"{name}, after a refusal": text for name, text in readable(wb).items()}
        arguments = [path.read_bytes().decode("latin-1") for path in Path("/proc").glob("[0-9]*/cmdline") if mine(path)]
        places["arguments of processes"] = " ".join(arguments)
        wb.close()
        model.close()
    assert len(places) > 100
    assert {place for place, text in places.items() if found_in(text)} == set()
    kept = dict(files_of(tmp_path, Path(os.environ["WORKBENCH_CACHE"]) / "checks"))
    assert "record.sqlite3" in kept
    assert {name for name, content in kept.items() if found_in(content)} == set()


def mine(path: Path) -> bool:
    """Tell processes of this one's group, which are all that it started."""
    try:
        return path.stat().st_uid == os.getuid() and str(ROOT).encode() in path.read_bytes()
    except OSError:
        return False


CELLS = [
    "%xmode Verbose",
    "from workbench import Workbench, embedding_model\nfrom workbench.generation.openai import OpenAIChat\nimport os",
    "model = embedding_model('openai:words', base_url=os.environ['DOUBLE'] + '/v1', max_retries=0)",
    f"wb = Workbench({TEXTS!r}, model=model, llm='extractive')\nwb",
    "wb.embed()",
    "wb.search('Who gives wool?')",
    "wb.error",
    "model, wb.model_info, wb.show_code()",
    "embedding_model('openai:words', base_url='ftp://nowhere')",
    "wb.close(); model.close()",
]


@pytest.mark.slow
def test_a_saved_notebook_with_failures_holds_no_key(tmp_path):
    with RemoteDouble() as remote:
        remote.key = "another"  # so that the service refuses, and repeats the key that it was sent
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
        client = NotebookClient(
            notebook, timeout=240, kernel_name="python3", allow_errors=True, store_widget_state=True,
            resources={"metadata": {"path": str(tmp_path)}},
        )  # fmt: skip
        # A service on this machine is sent a key only if that is given, which a cell would show.
        start = f"{ROOT}{os.pathsep}{tmp_path}"
        (tmp_path / "sitecustomize.py").write_text(
            "import workbench.models.remote.access as a\nfrom workbench.models.remote import keys\n"
            "a.OpenAIAccess.key = lambda self: self._given or keys.found('openai')\n"
        )
        client.execute(env={**os.environ, "PYTHONPATH": start, "DOUBLE": remote.url})
        assert found_in(json.dumps([one.headers for one in remote.asked])) == {"OPENAI_API_KEY"}
    saved = nbformat.writes(notebook)
    assert "does not accept the key" in saved
    assert "Traceback" in saved
    assert found_in(saved) == set()
