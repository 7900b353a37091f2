"""A store of a later version: told and left alone to the byte, or used where it only has more than this one knows."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from tests.faults.kept_corpus import DOCUMENTS, MORE, KeptModel
from tests.faults.kept_store import dump, restore
from tests.faults.others import Failed, Other
from workbench import Workbench
from workbench.errors import StoreDamaged, StoreError
from workbench.index.store import open_store

NEWER = "newer workbench .format 99; this one reads up to 1.*Update the workbench, or choose another folder with store="


@pytest.fixture
def folder(tmp_path):
    restore("format-1", tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture(autouse=True)
def no_chroma(monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))


def change(folder, *statements):
    with closing(sqlite3.connect(folder / "record.sqlite3")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def workbench(folder, model, documents=DOCUMENTS):
    made = Workbench(list(documents), store=folder, model=model, llm="extractive")
    made.chunk_size = "document"
    return made


@pytest.mark.parametrize(
    "also",
    [
        (),
        ("DROP TABLE meta", "CREATE TABLE meta (name TEXT, value TEXT)", "INSERT INTO meta VALUES ('version', '99')"),
        ("ALTER TABLE chunks RENAME TO passages", "DROP TABLE vectors", "DROP TABLE models"),
    ],
    ids=["one number", "another meta", "other tables"],
)
def test_a_newer_format_is_told_and_nothing_is_touched(also, folder):
    change(folder, "UPDATE meta SET value = '99' WHERE name = 'version'", *also)
    before = files(folder)
    model = KeptModel()
    with workbench(folder, model) as wb:
        for verb in (wb.embed, lambda: wb.search("wool"), wb.refresh, wb.map):
            with pytest.raises(StoreError, match=NEWER) as told:
                verb()
            assert not isinstance(told.value, StoreDamaged)
        assert "newer workbench" in str(wb.error)
    with pytest.raises(StoreError, match=NEWER):
        open_store(folder)
    assert model.sent == []
    after = files(folder)
    after.pop("lock")  # empty, and let go
    assert after == before
    with Other() as other, pytest.raises(Failed, match=NEWER):  # no lock is left that would make it a reader
        other.do(f"open_store(Path({str(folder)!r}))")


def test_a_reader_is_told_when_a_newer_version_takes_the_store_over(folder):
    with Other() as other:
        other.do(f"store = open_store(Path({str(folder)!r}))")
        reader = open_store(folder)
        assert not reader.writable
        other.do("store.record.execute(\"UPDATE meta SET value = '99' WHERE name = 'version'\", [()])")
        with pytest.raises(StoreError, match=NEWER):
            reader.refresh()
        other.kill()
        vectors = {name: data for name, data in files(folder).items() if name.startswith("vectors/")}
        with pytest.raises(StoreError, match=NEWER):  # nor does it take the place that is free now
            reader.refresh()
        assert not reader.writable
        reader.close()
        assert vectors.items() <= files(folder).items()
        assert not [name for name in files(folder) if "damaged" in name]


LATER = (
    "ALTER TABLE chunks ADD COLUMN language TEXT NOT NULL DEFAULT 'en'",
    "ALTER TABLE collections ADD COLUMN colour TEXT",
    "ALTER TABLE models ADD COLUMN cost REAL NOT NULL DEFAULT 0",
    "ALTER TABLE vectors ADD COLUMN norm REAL",
    "ALTER TABLE kept ADD COLUMN made TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE pictures ADD COLUMN note TEXT",
    "ALTER TABLE meta ADD COLUMN since TEXT",
    "CREATE TABLE notes (chunk TEXT PRIMARY KEY, note TEXT) WITHOUT ROWID",
    "INSERT INTO notes VALUES ('llama.md:0', 'kept by a later version')",
    "INSERT INTO meta (name, value) VALUES ('written by', 'a later version')",
    "CREATE INDEX chunks_by_document ON chunks (collection, document)",
)


def test_columns_and_tables_that_it_does_not_know_are_kept_and_it_works_on(folder):
    change(folder, *LATER, "UPDATE chunks SET language = 'xx'")
    model = KeptModel()
    with workbench(folder, model, [*DOCUMENTS, MORE]) as wb:
        report = wb.embed()
        assert (report.new, report.reused, wb.notes) == (1, 11, ())
        assert model.sent == [MORE.text]
        assert wb.search("half camel half llama", top_k=1)[0].chunk.document == "hybrid.md"
        wb.map(method="pca")
        wb.embed(chunk_size=7, chunk_overlap=1)  # another cut, collection, boundaries and counts
    tables = dump(folder)
    assert "('llama.md:0','kept by a later version')" in tables
    assert "'written by','a later version'" in tables
    assert "CREATE INDEX chunks_by_document" in tables
    with closing(sqlite3.connect(folder / "record.sqlite3")) as database:
        count = "SELECT count(*) FROM chunks WHERE language = ?"
        assert database.execute(count, ("xx",)).fetchone() == (43,)  # of 31, 11 and 1: none was written again
        assert database.execute("SELECT language FROM chunks WHERE id = 'hybrid.md:0'").fetchone() == ("en",)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_lost_end_is_mended_there_too(folder):
    change(folder, *LATER)
    (file,) = (folder / "vectors").iterdir()
    sound = file.read_bytes()
    file.write_bytes(sound[: 128 * 40])
    store = open_store(folder)
    (note,) = store.notes
    assert note.startswith("4 stored vectors were missing")
    store.close()
    with workbench(folder, KeptModel()) as wb:
        wb.embed()
        wb.embed(chunk_size=8, chunk_overlap=2)
        assert wb.embedded == 31
        vectors = np.array(wb.vectors(wb.prepared, wb.known(wb.prepared))[1])
        np.testing.assert_array_equal(vectors, KeptModel().embed([one.text for one in wb.chunk_list], "document"))
