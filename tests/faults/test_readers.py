"""Every spelling of a folder is one store, and who is not its writer searches and maps from the record alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.faults.others import Failed, Other
from tests.index.helpers import chunks, embed
from workbench import Workbench
from workbench.errors import StoreLocked
from workbench.index.store import open_store

TEXTS = [f"text number {number} is about llamas" for number in range(40)]
QUICK = 10.0
"""Seconds in which a reader is there: two, on a machine that has nothing else to do."""

WORKBENCH = """
from tests.doubles import WordModel
from tests.faults.test_readers import TEXTS
from workbench import Workbench
import workbench.session.work
"""
NO_CHROMA = "workbench.session.work.fill_index = lambda wb, job, rebuild: len(wb.chunk_list)"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "home" / "real" / "store"


@pytest.fixture
def spellings(folder, tmp_path, monkeypatch):
    """Give ways to write the folder: how they are given, and from which working folder."""
    folder.parent.mkdir(parents=True)
    home = tmp_path / "home"
    (home / "link").symlink_to(folder)
    (home / "linked parent").symlink_to(folder.parent)
    (tmp_path / "chain").symlink_to(home / "linked parent")
    (home / "relative link").symlink_to("real/store")
    monkeypatch.setenv("HOME", str(home))
    return {
        "itself": str(folder),
        "relative": "real/store",
        "dot": "./real/./store",
        "up": "real/../real/store/../store",
        "trailing slash": f"{folder}/",
        "double slashes": str(folder).replace("/", "//", 3).replace("//", "/", 1),
        "a link": str(home / "link"),
        "a relative link": "relative link",
        "a linked parent": str(home / "linked parent" / "store"),
        "a chain of links": str(tmp_path / "chain" / "store"),
        "up through a link": str(home / "linked parent" / ".." / "real" / "store"),
        "home": "~/real/store",
        "this process's folder": f"/proc/{os.getpid()}/cwd/real/store",
    }


def test_every_spelling_is_one_store_in_this_process_and_in_others(folder, spellings, monkeypatch):
    home = folder.parents[1]
    monkeypatch.chdir(home)
    store = open_store(folder)
    embed(store, WordModel(4096), chunks(3))
    with Other(folder=home, PYTHONPATH=str(Path(__file__).resolve().parents[2])) as other:
        for name, spelling in spellings.items():
            if spelling.startswith("/proc") and not Path(spelling).parent.exists():
                continue  # a system without /proc
            same = open_store(Path(spelling))
            assert same is store, name
            same.close()
            other.do(f"store = open_store(Path({spelling!r}))")
            assert other.ask("[store.writable, str(store.path)]") == [False, str(folder)], name
            assert other.ask("store.holder['pid']") == os.getpid(), name
            other.do("store.close()")
    store.close()
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "record.sqlite3", "vectors"]
    assert sorted(path.name for path in home.iterdir()) == ["link", "linked parent", "real", "relative link"]


@pytest.mark.parametrize("spelling", ["itself", "a linked parent", "home", "relative"])
def test_two_workbenches_by_two_spellings_embed_each_text_once(spelling, folder, spellings, monkeypatch, no_chroma):
    monkeypatch.chdir(folder.parents[1])
    one, two = WordModel(4096), WordModel(4096)
    with (
        Workbench(TEXTS, store=folder, model=one, llm="extractive") as first,
        Workbench(TEXTS, store=spellings[spelling], model=two, llm="extractive") as second,
    ):
        jobs = [first.submit("embed"), second.submit("embed")]
        assert sorted(job.wait().new for job in jobs) == [0, 40]
        assert sorted(one.sent + two.sent) == sorted(TEXTS)
        assert first.store is second.store
        assert [wb.search("text number 7", top_k=1)[0].chunk.text for wb in (first, second)] == [TEXTS[7]] * 2


@pytest.fixture
def no_chroma(monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))


@pytest.fixture
def writer(tmp_path):
    """Have another process embed the first thirty texts with a workbench that it keeps open."""
    with Other(WORKBENCH) as other:
        other.do(
            f"wb = Workbench(TEXTS[:30], store={str(tmp_path / 'store')!r}, model=WordModel(4096), llm='extractive')"
        )
        yield other


def handles():
    """Give the files that this process has open."""
    return {target for one in Path("/proc/self/fd").iterdir() if (target := led_to(one))}


def led_to(link):
    try:
        return str(link.readlink())
    except OSError:  # the one that lists them
        return ""


def state(folder):
    """Give all that would show that somebody has written: names, sizes and times to the nanosecond."""
    return {
        path.relative_to(folder).as_posix(): (found.st_size, found.st_mtime_ns, found.st_ino)
        for path in sorted(folder.rglob("*"))
        if (found := path.stat())
    }


def test_a_reader_searches_asks_and_maps_and_embeds_nothing(writer, tmp_path, no_chroma):
    writer.do(NO_CHROMA)
    writer.do("wb.embed()")
    model = WordModel(4096)
    with Workbench(TEXTS, store=tmp_path / "store", model=model, llm="extractive") as wb:
        began = time.monotonic()
        found = wb.search("text number 7", top_k=1)
        assert time.monotonic() - began < QUICK
        assert (found[0].chunk.text, found.embedded, found.total) == (TEXTS[7], 30, 40)
        assert wb.read_only
        assert model.sent == ["text number 7"]
        with pytest.raises(StoreLocked, match=rf"process {writer.pid} on \S+\. .*search and ask, .*wb\.refresh\(\)"):
            wb.embed()
        assert str(writer.pid) in str(wb.error)
        assert TEXTS[9] in wb.ask("What does text number 9 say?").text
        wb.map(method="pca")
        assert len(wb.projection) == 30
        # New commits of the other one come with a refresh, without a second process having to do anything else.
        writer.do("wb.load(TEXTS); wb.embed()")
        wb.refresh()
        assert (wb.read_only, wb.embedded) == (True, 40)
        assert wb.search("text number 39", top_k=1)[0].chunk.text == TEXTS[39]
        # And its death makes this one the writer, with all that it had committed.
        writer.kill()
        wb.refresh()
        assert not wb.read_only
        report = wb.embed(chunk_size=3, chunk_overlap=0)
        assert report.new == len(wb.chunk_list) == wb.embedded
        sent = len(model.sent)
        assert wb.embed(chunk_size=240, chunk_overlap=24).reused == 40
        assert len(model.sent) == sent


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads the open files of a process from /proc")
def test_a_reader_never_opens_chroma(writer, tmp_path):
    """The index of the writer, which is closed to it, is not touched by whatever a reader does."""
    writer.do("wb.embed(); wb.rebuild_index()")
    store = tmp_path / "store"
    index = state(store / "chroma")
    assert any(name.endswith("chroma.sqlite3") for name in index)
    begin = f"{WORKBENCH}\nimport sys; from tests.faults.test_readers import handles"
    with Other(begin) as reader:
        reader.do(f"wb = Workbench(TEXTS, store={str(store)!r}, model=WordModel(4096), llm='extractive')")
        acts = (
            "wb.refresh()",
            "wb.search('text number 7')",
            "wb.ask('text number 9?')",
            "wb.map(method='pca')",
            "wb.code()",
        )
        for act in acts:
            reader.do(act)
        for verb in ("wb.embed()", "wb.rebuild_index()", "wb.submit('fill_index').wait()"):
            with pytest.raises(Failed, match=f"process {writer.pid} on") as told:
                reader.do(verb)
            assert told.value.kind == "StoreLocked"
        with pytest.raises(Failed, match=rf"only the writer opens: process {writer.pid} on \S+\. Take engine='exact'"):
            reader.do("wb.search('text number 7', engine='hnsw')")
        opened = reader.ask("sorted(handles())")
        assert not [path for path in opened if "chroma" in path]
        assert [path for path in opened if path.endswith("record.sqlite3")]
        assert reader.ask("'chromadb' in sys.modules") is False
        assert reader.ask("wb.children['index'].started") is False
        assert reader.ask("wb.read_only") is True
        reader.do("wb.close()")
    assert state(store / "chroma") == index


def test_the_writer_who_lost_its_lock_still_searches(tmp_path, no_chroma):
    with Workbench(TEXTS, store=tmp_path / "store", model=WordModel(4096), llm="extractive") as wb:
        wb.embed()
        (tmp_path / "store" / "lock").unlink()
        with Other() as other:
            other.do(f"store = open_store(Path({str(tmp_path / 'store')!r}))")
            assert other.ask("store.writable")
            assert wb.search("text number 7", top_k=1)[0].chunk.text == TEXTS[7]
            wb.load([*TEXTS, "one more"])  # cut anew; what is known of it cannot be kept
            found = wb.search("text number 8", top_k=1)
            assert (found[0].chunk.text, found.embedded, found.total) == (TEXTS[8], 40, 41)
            with pytest.raises(StoreLocked, match=f"process {other.pid}"):
                wb.embed()
        wb.refresh()
        assert wb.embed().new == 1
        vectors = np.array(wb.vectors(wb.prepared, wb.known(wb.prepared))[1])
        np.testing.assert_array_equal(vectors, WordModel(4096).embed([*TEXTS, "one more"], "document"))
