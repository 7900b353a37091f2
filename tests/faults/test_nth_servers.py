"""The Nth reply that fails, in our client and on the wire: Ollama embeds, answers, fetches; the hub gives a model."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.faults.effort import effort
from tests.faults.nth import Fault, faults, run_armed, sentence
from tests.faults.nth_session import Inline, check_idle, check_tables, check_threads, contents, same
from tests.models.huggingface.hub_double import HubDouble
from tests.ollama import faults as wire
from tests.ollama.double import OllamaDouble
from workbench.models.huggingface import hub

TEXTS = ["Llamas carry loads in the Andes.", "Alpacas give fine wool.", "Camels store fat in the hump."]
QUESTION = "Which animal gives wool?"


class NthOllama(OllamaDouble):
    """Fails its Nth reply: closes the connection, cuts the body, or answers 500."""

    at, how, seen = 0, "", 0

    def next_fault(self, path: str) -> wire.Fault | None:
        with self.lock:
            self.seen += 1
            if self.seen != self.at:
                return None
        if self.how == "reset":
            raise ConnectionResetError
        if self.how == "cut":
            return wire.Fault("die" if path in ("/api/chat", "/api/pull") else "not-json", after=1)
        return wire.Fault("status", status=500, text="out of memory")


class NthHub(HubDouble):
    """Fails its Nth reply in the same ways."""

    at, how, seen = 0, "", 0

    def answer(self, request) -> None:
        self.seen += 1
        if self.seen == self.at and self.how == "reset":
            request.close_connection = True
            return
        self.status = 500 if self.seen == self.at and self.how == "500" else 200
        self.break_after = 40 if self.seen == self.at and self.how == "cut" else None
        super().answer(request)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
    with NthOllama(embed=_words) as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        double.script("Alpacas give ", "wool ", "[1].")
        yield double


def _words(texts):
    from tests.doubles import WordModel

    return np.pad(WordModel().embed(texts, "document"), ((0, 0), (0, 320)))


def embed(wb: Inline) -> Any:
    return wb.embed().new + wb.embed_report.reused


def ask(wb: Inline) -> Any:
    answer = wb.ask(QUESTION)
    return (answer.model, answer.text, answer.complete, bool(answer.problem))


def pull(wb: Inline) -> Any:
    wb.pull("ollama:nomic-embed-text")
    return wb.progress["pull"].state


RIGHT = {"embed": 3, "ask": ("ollama:tiny-random:latest", "Alpacas give wool [1].", True, False), "pull": "done"}
VERBS = {"embed": embed, "ask": ask, "pull": pull}


def opened(store: Path) -> Inline:
    wb = Inline(TEXTS, store=store, model="ollama:all-minilm")
    wb.choose(chunk_size=240, chunk_overlap=24)
    return wb


def judged(wb: Inline, verb: str, found: Any, error: BaseException | None, fault: object) -> None:
    """See that a run ended as it should, or says what was in its way; nothing between."""
    if error is not None:
        sentence(error, fault)
        assert wb.error is error, fault
    elif found != RIGHT[verb]:
        model, text, complete, problem = found
        if model == "extractive":  # as wherever there is no server; the status line says so
            assert wb.server.problem, fault
        else:  # an answer that broke off is shown as far as it came
            assert (complete, problem) == (False, True), fault
            assert RIGHT["ask"][1].startswith(text.strip()), fault
    check_idle(wb, fault)


@pytest.mark.parametrize("verb", VERBS)
def test_a_reply_that_fails_in_our_client_is_a_sentence(server, verb, tmp_path, record_testsuite_property):
    right = contents_of(tmp_path / "right", verb)

    def run(fault: Fault) -> None:
        store = tmp_path / "store"
        shutil.rmtree(store, ignore_errors=True)
        server.fetched.clear()
        with opened(store) as wb:
            found, error = run_armed(fault, lambda: VERBS[verb](wb))
            judged(wb, verb, found, error, fault)
            wb.dismiss()
            assert VERBS[verb](wb) == RIGHT[verb]
            assert wb.error is None
        check_tables(store, fault)
        assert same(contents(store), right), fault

    record_testsuite_property(f"survived: replies, {verb}", str(dict(faults(run).survived)))


def contents_of(store: Path, verb: str) -> dict[str, Any]:
    with opened(store) as wb:
        assert VERBS[verb](wb) == RIGHT[verb]
    return contents(store)


@pytest.mark.parametrize("how", ["reset", "cut", "500"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_reply_that_the_server_fails_is_a_sentence(server, verb, how, tmp_path):
    right = contents_of(tmp_path / "right", verb)
    server.how, met, at = how, True, 0
    step = effort(3, 1)
    while met:
        at += step
        fault = f"{verb}: reply {at} fails with {how}"
        store = tmp_path / f"store{at}"
        server.fetched.clear()
        with opened(store) as wb:
            server.seen, server.at = 0, at
            found, error = run_armed(Fault(0, 0), lambda: VERBS[verb](wb))
            met, server.at = server.seen >= at, 0
            judged(wb, verb, found, error, fault)
            assert met or error is None, fault
            wb.dismiss()
            assert VERBS[verb](wb) == RIGHT[verb], fault
            assert wb.error is None, fault
        check_tables(store, fault)
        assert same(contents(store), right), fault
    assert at > 3


@pytest.fixture
def model_hub(tmp_path, monkeypatch):
    served = tmp_path / "served"
    served.mkdir()
    for name, content in {"config.json": b"{}" * 40, "model.safetensors": bytes(range(256)) * 300}.items():
        (served / name).write_bytes(content)
    with NthHub(served) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
        for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "SENTENCE_TRANSFORMERS_HOME", "HF_TOKEN"):
            monkeypatch.delenv(variable, raising=False)
        yield running


FILES = ["config.json", "model.safetensors"]


def fetched(cache: Path) -> dict[str, bytes]:
    """Give what a model library would find in the cache."""
    return {path.name: path.read_bytes() for path in sorted(cache.glob("models--org--small/snapshots/*/*"))}


def test_a_download_that_fails_anywhere_goes_on_where_it_stopped(model_hub, tmp_path, record_testsuite_property):
    cache = tmp_path / "hub"
    right = {path.name: path.read_bytes() for path in model_hub.folder.iterdir()}

    def run(fault: Fault) -> None:
        shutil.rmtree(cache, ignore_errors=True)
        _, error = run_armed(fault, lambda: hub.download("org/small", files=FILES, token=False))
        if error is not None:
            sentence(error, fault)
            if fault.met[0] == "file":
                assert "bytes" in str(error)
                assert str(cache) in str(error)
        else:
            # A link that could not be made is a copy instead, as on Windows.
            assert fault.met is None or "snapshots" in fault.met[1], fault
        assert fetched(cache).items() <= right.items(), fault
        hub.download("org/small", files=FILES, token=False)
        assert fetched(cache) == right, fault
        assert list(cache.rglob("*.incomplete")) == [], fault
        assert list(cache.rglob("*.part")) == [], fault
        check_threads(fault)

    record_testsuite_property("survived: download", str(dict(faults(run, most=8).survived)))


@pytest.mark.parametrize("how", ["reset", "cut", "500"])
def test_a_hub_that_fails_its_nth_reply_loses_nothing_that_came(model_hub, how, tmp_path):
    cache = tmp_path / "hub"
    right = {path.name: path.read_bytes() for path in model_hub.folder.iterdir()}
    for at in (1, 2, 3):
        shutil.rmtree(cache, ignore_errors=True)
        model_hub.seen, model_hub.at, model_hub.how = 0, at, how
        _, error = run_armed(Fault(0, 0), lambda: hub.download("org/small", files=FILES, token=False))
        if how != "cut" or at == 3:  # only the large file is long enough to be cut
            sentence(error, Fault(at, 0))
        model_hub.at = 0
        before = sum(path.stat().st_size for path in cache.glob("models--org--small/blobs/*"))
        model_hub.asked.clear()
        hub.download("org/small", files=FILES, token=False)
        assert fetched(cache) == right
        assert len([one for one in model_hub.asked if "/resolve/" in one[1]]) <= 2 - (before > 80)
