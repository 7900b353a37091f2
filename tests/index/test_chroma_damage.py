"""A Chroma index that is torn, altered by others, or open elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.helpers import (
    Process,
    chunks,
    embed,
    filled,
    stored,
)
from workbench.errors import StoreLocked
from workbench.index.aside import set_aside
from workbench.index.chroma_stop import Stop, stop_for


def damage(folder, name, change):
    (file,) = folder.rglob(name)
    file.write_bytes(change(file.read_bytes()))


def check_made_anew(store, model, plain, name):
    (aside,) = (folder for folder in store.path.iterdir() if "damaged" in folder.name)
    assert aside.name.startswith("chroma")
    assert list(aside.rglob(name))
    ids, vectors = stored(store, model)
    page = plain(store, model).get(ids=ids, include=["documents", "embeddings"])
    texts = dict(zip(page["ids"], page["documents"], strict=True))
    there = dict(zip(page["ids"], page["embeddings"], strict=True))
    assert texts == {one.id: one.text for one in chunks(len(ids))}
    assert np.allclose([there[one] for one in ids], vectors, atol=1e-6)


@pytest.mark.parametrize("change", [lambda content: b"garbage" * 999, lambda content: content[: len(content) // 2]])
def test_an_index_whose_tables_are_damaged_is_set_aside_and_made_anew(store, model, plain, change):
    embed(store, model, chunks(30))
    filled(store, model)
    damage(store.path / "chroma", "chroma.sqlite3", change)
    assert filled(store, model) == 30
    check_made_anew(store, model, plain, "chroma.sqlite3")


def test_half_a_header_which_ends_whatever_process_opens_it_is_noticed_before(store, model, plain):
    embed(store, model, chunks(1200))  # Chroma writes its index file after 1000 rows
    filled(store, model)
    damage(store.path / "chroma", "header.bin", lambda content: content[: len(content) // 2])
    assert filled(store, model) == 1200
    check_made_anew(store, model, plain, "header.bin")


def test_rows_that_somebody_took_out_come_back(store, model, plain):
    embed(store, model, chunks(6))
    filled(store, model)
    index = plain(store, model)
    index.delete(ids=["doc:2", "doc:4"])
    index.upsert(ids=["stranger"], embeddings=[[1.0] * 64], documents=["not ours"])
    plain.close()
    assert filled(store, model) == 6
    assert sorted(plain(store, model).get()["ids"]) == [one.id for one in chunks(6)]


def test_vectors_that_somebody_changed_are_made_anew(store, model, plain):
    embed(store, model, chunks(6))
    filled(store, model)
    plain(store, model).update(ids=["doc:2"], embeddings=[[1.0] * 64])
    plain.close()
    assert filled(store, model) == 6
    assert len(list(store.path.glob("chroma.damaged-*"))) == 1
    found = plain(store, model).get(ids=["doc:2"], include=["embeddings"])["embeddings"]
    np.testing.assert_allclose(found, WordModel().embed([chunks(6)[2].text], "document"), atol=1e-6)


def test_only_one_process_fills_at_a_time(store, model, monkeypatch):
    embed(store, model, chunks(3))
    monkeypatch.setattr("workbench.index.chroma_client._PATIENCE", 0.1)
    script = (
        "import sys; from filelock import FileLock\n"
        "with FileLock(sys.argv[1]):\n    print('held', flush=True); sys.stdin.readline()"
    )
    with Process(script, store.path / "chroma.lock") as other:
        assert other.hear() == "held"
        with pytest.raises(StoreLocked, match=r"being filled by another process.*rebuild_index"):
            filled(store, model)
    assert filled(store, model) == 3


def test_a_damaged_index_is_set_aside_in_turn_too(store, model, monkeypatch):
    embed(store, model, chunks(3))
    filled(store, model)
    damage(store.path / "chroma", "chroma.sqlite3", lambda content: b"garbage" * 999)
    free = []

    def look(*paths):
        free.append(stop.ask())
        return set_aside(*paths)

    monkeypatch.setattr("workbench.index.chroma_client.set_aside", look)
    with stop_for(store.path) as stop:
        assert filled(store, model) == 3
    assert free == [False]


def test_a_request_to_stop_that_cannot_be_made_kills_nobody_at_once(tmp_path):
    assert not Stop(str(tmp_path), str(tmp_path / "gone" / "stop")).ask()


def test_an_end_while_opening_is_forgiven_once(store, model):
    embed(store, model, chunks(3))
    filled(store, model)
    mark = store.path / "chroma.opening"
    mark.write_bytes(b"|")  # as a process leaves it that is killed while it opens the index
    assert filled(store, model) == 3
    assert not mark.exists()
    assert not list(store.path.glob("*damaged*"))
    mark.write_bytes(b"||")
    assert filled(store, model) == 3
    assert len(list(store.path.glob("chroma.damaged-*"))) == 1


def test_two_ends_in_the_making_of_the_very_first_index_are_recovered_from_at_once(store, model):
    embed(store, model, chunks(3))
    (store.path / "chroma").mkdir()
    (store.path / "chroma" / "chroma.sqlite3").touch()  # begun, and nothing in it yet
    (store.path / "chroma.opening").write_bytes(b"||")
    assert filled(store, model) == 3
    assert len(list(store.path.glob("chroma.damaged-*"))) == 1
