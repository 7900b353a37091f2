"""The doctor changes nothing: not a byte, not a time, not a file, whoever holds the store and whatever is in it."""

from __future__ import annotations

import json
import os

import pandas as pd
import pytest

from tests.doctor.helpers import contents, made
from tests.doubles import WordModel
from tests.faults.effort import effort
from tests.index.helpers import Process, chunks, embed
from workbench import Workbench
from workbench.__main__ import main
from workbench.doctor import examine, installation, libraries
from workbench.doctor.checking import Check, run
from workbench.doctor.store_process import findings
from workbench.index.store import open_store
from workbench.records import Diagnosis, Finding

WRITER = """
import sys
from pathlib import Path
from tests.doubles import WordModel
from tests.index.helpers import chunks, embed
from workbench.index.compact import Keep, compact
from workbench.index.store import open_store
store = open_store(Path(sys.argv[1]))
print("open", flush=True)
for number in range(10, 10**6):
    embed(store, WordModel(8), chunks(number)[number - 10 :])
    if number % 5 == 0:
        compact(store.record, Keep())
    print(number, flush=True)
"""
ROUNDS = effort(40, 400)


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(libraries, "_TRIED", {"nothing": "pass"})
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))


def test_not_a_byte_beside_the_store_either(tmp_path, monkeypatch):
    for name in ("WORKBENCH_CACHE", "WORKBENCH_STORES", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    before = contents(tmp_path)
    assert examine(tmp_path / "store").ok
    assert contents(tmp_path) == before


def test_a_store_is_looked_at_while_another_process_writes_and_compacts(tmp_path):
    store = made(tmp_path / "store")
    with Process(WRITER, store) as writer:
        assert writer.hear() == "open"
        looked = [findings(store, os.getpid()) for _ in range(ROUNDS) if int(writer.hear()) >= 10]
    problems = [one.found for found in looked for one in found if one.state == "problem"]
    assert problems == []
    assert len(looked) == ROUNDS
    assert {one[0].name for one in looked} == {"writer"}


def test_this_process_may_be_the_writer(tmp_path):
    with Workbench(["Llamas hum.", "Camels walk."], store=tmp_path / "s", model=WordModel(8), llm="extractive") as wb:
        wb.embed()
        before = contents(tmp_path)
        found = wb.doctor()
        assert contents(tmp_path) == before
        assert found.ok, str(found)
        assert found.store == wb.store_path
        (writer,) = [one for one in found.findings if one.name == "writer"]
        assert writer.found.startswith("This process writes to the store")
        # the record's own locks are still there
        assert len(wb.search("Llamas")) == 2


def test_a_corpus_that_was_not_read_yet(tmp_path):
    (tmp_path / "corpus").mkdir()
    with Workbench(tmp_path / "corpus") as wb:
        found = wb.doctor()
        assert "There is no store at" in found.findings[-1].found
        assert wb.store is None
    with Workbench(["text"]) as wb:
        assert {one.about for one in wb.doctor().findings} == {"installation"}


def diagnosis() -> Diagnosis:
    canary = "<img src=x onerror=alert(1)>\x1b[31m"
    said = [
        Finding("installation", "a", "ok", "fine"),
        Finding("store", canary, "problem", canary, f"`wb.embed()` {canary}"),
    ]
    return Diagnosis(tuple(said), "/s", 1.0)


def test_what_it_gives_reads_well_and_is_escaped():
    found = diagnosis()
    assert repr(found) == "Diagnosis(1 problems, 0 notes, 2 findings)"
    lines = str(found).split("\n")
    assert (lines[0].split(), lines[1].split()[0], lines[-1]) == (["ok", "a", "fine"], "PROBLEM", repr(found))
    assert "<img" not in found._repr_html_()
    assert "mathjax_ignore" in found._repr_html_()
    assert "&lt;img" in found._repr_html_()
    assert list(found.frame.columns) == ["about", "name", "state", "found", "remedy"]
    assert isinstance(found.frame, pd.DataFrame)
    assert json.loads(json.dumps(found.to_dict()))["ok"] is False
    assert "␛[31m" in str(found)
    assert "\x1b" not in str(found)


def test_on_the_command_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(installation, "CHECKS", ())
    store = made(tmp_path / "store")
    assert main(["doctor", str(store)]) == 0
    assert "2 collections, 20 chunks, 20 vectors" in capsys.readouterr().out
    (store / "record.sqlite3").write_bytes(b"x" * 5000)
    assert main(["doctor", str(store), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["findings"][0]["state"]) == (False, "problem")
    assert main(["doctor"]) == 0
    assert main(["doctor", "--store", str(tmp_path / "none")]) == 0
    assert "There is no store" in capsys.readouterr().out
    assert main(["doctor", str(tmp_path / "none")]) == 1
    assert "workbench: There is no file or folder" in capsys.readouterr().err


def test_a_corpus_stands_for_its_default_store(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(installation, "CHECKS", ())
    (tmp_path / "llamas").mkdir()
    (tmp_path / "llamas" / "a.txt").write_text("Llamas hum.")
    with Workbench(tmp_path / "llamas", model=WordModel(8)) as wb:
        wb.embed()
    assert main(["doctor", str(tmp_path / "llamas")]) == 0
    assert "1 collections, 1 chunks, 1 vectors" in capsys.readouterr().out


def test_a_bug_in_a_check_is_a_finding_and_the_others_go_on():
    checks = [Check("first", lambda: 1 / 0), Check("second", lambda: iter(()))]
    (found,) = run("store", checks)
    assert (found.name, found.state, "ZeroDivisionError" in found.found) == ("first", "problem", True)


def test_embedding_goes_on_after_it(tmp_path):
    opened = open_store(tmp_path / "s")
    embed(opened, WordModel(8), chunks(5))
    findings(opened.path, os.getpid())
    embed(opened, WordModel(8), chunks(9))
    assert opened.record.query("SELECT count(*) FROM chunks") == [(9,)]
    opened.close()
