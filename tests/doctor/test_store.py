"""Each damage of a store is made to happen and found; a healthy one is said to be so."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.doctor.helpers import contents, made, unwell, written
from tests.doubles import WordModel
from tests.index.helpers import Process, chunks, collection_of, embed, filled
from tests.session.test_compact import HOLDER
from workbench.doctor import store_process
from workbench.doctor.store_process import examine_store, findings
from workbench.index.store import open_store
from workbench.paths import uploads_folder
from workbench.records import Finding


@pytest.fixture
def store(tmp_path):
    return made(tmp_path / "store")


def vector_file(store: Path) -> Path:
    return min(store.glob("vectors/*.f32"), key=lambda path: path.stat().st_size)


def test_a_healthy_store(store):
    before = contents(store)
    assert unwell(store) == []
    assert contents(store) == before
    found = findings(store, os.getpid())
    assert {one.state for one in found if one.name != "chroma"} == {"ok"}
    (about,) = [one.found for one in found if one.name == "contents"]
    assert about.startswith("2 collections, 20 chunks, 20 vectors, ")


def test_there_is_none(tmp_path):
    (found,) = findings(tmp_path / "none", 1)
    assert (found.state, "There is no store" in found.found) == ("note", True)


@pytest.mark.parametrize(
    ("make", "state", "said"),
    [
        (lambda path: path.write_text("x"), "problem", "is a file"),
        (lambda path: path.mkdir(), "note", "is empty"),
        (lambda path: (path.mkdir(), (path / "thesis.txt").write_text("x")), "problem", "is no store"),
        (lambda path: (path.mkdir(), (path / "record.sqlite3").touch()), "problem", "is empty"),
        (lambda path: (path.mkdir(), (path / "record.sqlite3").write_bytes(b"x" * 9000)), "problem", "no record"),
    ],
)
def test_something_else_than_a_store(tmp_path, make, state, said):
    make(tmp_path / "place")
    before = contents(tmp_path)
    (found,) = findings(tmp_path / "place", 1)
    assert (found.state, said in found.found) == (state, True), found
    assert contents(tmp_path) == before


def test_vectors_without_a_record(store):
    (store / "record.sqlite3").unlink()
    assert "has vectors and no record.sqlite3" in unwell(store)[0].found


def test_another_programs_tables(tmp_path):
    (tmp_path / "s").mkdir()
    written(tmp_path / "s", "CREATE TABLE recipes (name)")
    assert "no such table: meta" in unwell(tmp_path / "s")[0].found


@pytest.mark.parametrize(
    ("version", "said"), [("999", "newer workbench (format 999"), ("0", "has format 0"), ("x", "")]
)
def test_another_format(store, version, said):
    written(store, f"UPDATE meta SET value = '{version}' WHERE name = 'version'")
    (found,) = unwell(store)
    assert (found.state, said in found.found) == ("problem", True)


def test_a_torn_page(store):
    file = store / "record.sqlite3"
    data = bytearray(file.read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(data)
    assert [(one.name, one.state) for one in unwell(store)] == [("record", "problem")]


def test_rows_that_belong_to_nothing(store):
    written(store, "PRAGMA foreign_keys = OFF; DELETE FROM collections WHERE name LIKE '%other%'")
    (found,) = [one for one in unwell(store) if one.name == "tables"]
    assert found.found == "10 rows of chunks belong to nothing that is there."


@pytest.mark.parametrize("row", [0, 5, 9])
def test_a_torn_vector_wherever_it_is(store, row):
    data = bytearray(vector_file(store).read_bytes())
    data[row * 32 + 3] ^= 1
    vector_file(store).write_bytes(data)
    (found,) = unwell(store)
    assert found.found.startswith("1 of 10 vectors in")
    assert "`wb.compact()`" in found.remedy


def test_a_vector_file_that_is_cut_off(store):
    os.truncate(vector_file(store), 7 * 32 + 5)
    (found,) = unwell(store)
    assert "has lost 3 of its 10 vectors" in found.found


def test_a_vector_file_that_is_gone(store):
    vector_file(store).unlink()
    assert "has lost 10 of its 10 vectors" in unwell(store)[0].found


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_vector_that_points_nowhere(store, value):
    file = vector_file(store)
    rows = np.fromfile(file, dtype="<f4").reshape(10, 8)
    rows[4] = value
    file.write_bytes(rows.tobytes())
    written(store, f"UPDATE vectors SET crc = {zlib.crc32(rows[4])} WHERE position = 4 AND fingerprint IN "
                   "(SELECT fingerprint FROM models WHERE dimensions = 8)")  # fmt: skip
    assert "1 of 10 vectors" in unwell(store)[0].found
    assert "zero or not finite" in unwell(store)[0].found


def test_rows_that_the_record_does_not_place(store):
    written(store, "DELETE FROM vectors WHERE position = 3")
    said = [one.found for one in unwell(store)]
    assert sum("the record places 9 of them" in one for one in said) == 2
    assert "2 chunks have no vector: it was lost or torn." in said


def test_a_vector_that_is_stored_twice(store):
    written(store, "UPDATE vectors SET key = (SELECT key FROM vectors v WHERE v.fingerprint = vectors.fingerprint "
                   "AND v.position = 0) WHERE position = 1")  # fmt: skip
    assert ("chunks", "note", "2 vectors are stored twice.") in [
        (one.name, one.state, one.found) for one in unwell(store)
    ]


def test_places_that_are_taken_twice(store):
    written(store, "UPDATE chunks SET position = 0 WHERE ordinal = 1")
    assert [one.found for one in unwell(store)] == ["2 places of chunks are taken twice."]


def test_pictures_and_kept_entries_that_are_damaged(store):
    written(store, "INSERT INTO pictures VALUES ('c', '{}', '{\"digest\": \"\"}', x'00', x'00');"
                   "INSERT INTO kept VALUES ('spans x', x'00', x'0000')")  # fmt: skip
    assert [(one.name, one.state) for one in unwell(store)] == [("pictures", "note"), ("kept", "note")]


def test_what_is_left_over(store):
    (store / "vectors.damaged-20260101-000000").mkdir()
    (store / "vectors.damaged-20260101-000000" / "a").write_bytes(bytes(2000))
    stray = store / "vectors" / "abcdefabcdef-7.f32"
    stray.write_bytes(bytes(3000))
    stray.chmod(0o600)
    upload = uploads_folder() / "aaaaaaaaaaaa" / "files"
    upload.mkdir(parents=True)
    (upload / "a.txt").write_bytes(bytes(4000))
    then = time.time() - 9 * 24 * 3600
    for path in (upload / "a.txt", upload, upload.parent):
        os.utime(path, (then, then))
    assert [one.found for one in unwell(store)] == [
        "1 parts were set aside as damaged (2.0 kB).",
        "1 files were left behind by processes that were killed (3.0 kB).",
        "1 uploads of the corpus panel are older than a week (4.0 kB).",
    ]


def test_vectors_of_no_chunk(store):
    opened = open_store(store)
    embed(opened, WordModel(8), chunks(4))
    opened.close()
    (found,) = unwell(store)
    assert (found.name, found.state) == ("unused", "note")
    assert found.found.startswith("6 vectors are of texts that are gone")


@pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
def test_a_folder_that_others_may_look_into(store):
    store.chmod(0o755)
    (found,) = unwell(store)
    assert (found.state, found.remedy) == ("problem", f"Close it: `chmod 700 '{store}'`.")


def test_a_disk_that_is_almost_full(store, monkeypatch):
    monkeypatch.setattr("workbench.doctor.machine._TOO_LITTLE", 1e18)
    assert [(one.name, one.state) for one in unwell(store)] == [("room", "problem")]


def test_a_store_that_another_process_writes_to(store):
    with Process(HOLDER, store) as holder:
        assert holder.hear() == "open"
        before = contents(store)
        found = [one for one in findings(store, os.getpid()) if one.state != "ok"]
        assert contents(store) == before
        assert [(one.name, one.state) for one in found] == [("writer", "note"), ("chroma", "note")]
        assert f"Process {holder.process.pid} on " in found[0].found


def test_what_looks_lost_while_it_is_moved_is_looked_at_again(store, monkeypatch):
    look, looks = store_process._look, []

    def moved(path, asker):
        looks.append(path)
        if len(looks) > 1:
            return look(path, asker)
        written(store, "UPDATE models SET adopted = 'x'")
        return [Finding("store", "vectors", "problem", "lost", "`wb.embed()`")]

    monkeypatch.setattr(store_process, "_look", moved)
    assert [one.name for one in unwell(store)] == []
    assert len(looks) >= 2


def test_a_writer_that_was_killed_is_no_writer(store):
    with Process(HOLDER, store) as holder:
        holder.hear()
        os.kill(holder.process.pid, signal.SIGKILL)
    before = contents(store)
    assert (store / "writer.json").exists()
    assert unwell(store) == []
    assert contents(store) == before


def test_a_log_that_lost_its_index(store):
    opened = open_store(store)
    embed(opened, WordModel(8), chunks(11))
    copy = store.with_name("copy")
    copy.mkdir(mode=0o700)
    for path in (store / "record.sqlite3", store / "record.sqlite3-wal"):
        (copy / path.name).write_bytes(path.read_bytes())
    subprocess.run(["cp", "-r", str(store / "vectors"), str(copy)], check=True)
    opened.close()
    before = contents(copy)
    found = findings(copy, 1)
    assert "21 chunks" in next(one.found for one in found if one.name == "contents")
    assert contents(copy) == before


def test_the_process_that_looks_may_die(store, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(store / "nowhere"))
    (store / "record.sqlite3").unlink()
    os.mkfifo(store / "record.sqlite3")
    monkeypatch.setattr("workbench.doctor.store_process._SECONDS", 3.0)
    (found,) = examine_store(store)
    assert (found.name, found.state) == ("store", "problem")


def test_the_index(store):
    assert [(one.name, one.state) for one in findings(store, os.getpid()) if one.state != "ok"] == [("chroma", "note")]
    opened = open_store(store)
    filled(opened, WordModel(8))
    filled(opened, WordModel(16, "other"))
    opened.close()
    before = contents(store)

    def index():
        return [(one.state, one.found) for one in findings(store, os.getpid()) if one.name == "chroma"]

    assert index() == [("ok", "The Chroma index has the 20 chunks of the record, with the same vectors.")]
    assert contents(store) == before
    right = vector_file(store).read_bytes()
    vector_file(store).write_bytes(np.roll(np.frombuffer(right, "<f4").reshape(10, 8), 1, axis=1).tobytes())
    name = collection_of(WordModel(8)).name
    assert index() == [("problem", f"The Chroma collection {name} has other vectors than the record.")]
    vector_file(store).write_bytes(right[: 7 * 32])  # which is no fault of the index
    assert [state for state, _ in index()] == ["ok"]
    vector_file(store).write_bytes(right)
    opened = open_store(store)
    embed(opened, WordModel(8), chunks(12)[1:])
    opened.close()
    ((state, said),) = index()
    assert (state, "2 chunks are missing, 1 are gone by now" in said) == ("note", True)
    (store / "chroma" / "chroma.sqlite3").write_bytes(b"")
    assert index() == [("problem", "The tables of the Chroma index are damaged or gone.")]


def test_in_a_process_of_its_own(store):
    assert {one.state for one in examine_store(store) if one.name != "chroma"} == {"ok"}
