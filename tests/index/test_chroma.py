"""The Chroma index as everyone else's tools see it."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.fresh import run_fresh
from tests.index.helpers import (
    chroma_settings,
    chunk,
    chunks,
    collection_of,
    embed,
    filled,
    filled_in_a_child,
    stored,
)
from workbench.errors import StoreError
from workbench.index.chroma import fill, rebuild


def test_plain_chromadb_finds_the_text_by_a_vector(store, model, plain):
    embed(store, model, chunks(30))
    assert filled(store, model) == 30
    index = plain(store, model)
    found = index.query(query_embeddings=WordModel().embed([chunks(30)[7].text], "query"), n_results=3)
    assert found["ids"][0][0] == "doc:7"
    assert found["documents"][0][0] == chunks(30)[7].text
    assert found["distances"][0][0] == pytest.approx(0, abs=1e-5)


def test_it_holds_the_vectors_of_the_record_and_compares_by_cosine(store, model, plain):
    embed(store, model, chunks(30))
    filled(store, model)
    index = plain(store, model)
    ids, vectors = stored(store, model)
    page = index.get(ids=ids, include=["embeddings"])
    there = dict(zip(page["ids"], page["embeddings"], strict=True))
    assert np.allclose([there[name] for name in ids], vectors, atol=1e-6)
    assert index.configuration_json["hnsw"]["space"] == "cosine"


def test_metadata_has_the_real_names_and_nothing_that_chroma_refuses(store, model, plain):
    made = (
        chunk(0, "llama", source="a.md", page=3, score=0.5, kept=True, none=None, nan=float("nan")),
        chunk(1, "camel"),
    )
    embed(store, model, made, corpus="my camels / 2")
    name = collection_of(model, corpus="my camels / 2").name
    assert fill(str(store.path), name) == 2
    import chromadb

    client = chromadb.PersistentClient(path=str(store.path / "chroma"), settings=chroma_settings())
    index = client.get_collection(name, embedding_function=None)
    (found,) = index.get(ids=["doc:0"])["metadatas"]
    about = index.metadata
    client.close()
    expected = {"source": "a.md", "page": 3, "score": 0.5, "kept": True}
    expected |= {"document": "doc", "ordinal": 0, "start": 0, "end": 5}
    assert {field: found[field] for field in expected} == expected
    assert not {"none", "nan"} & set(found)
    assert (about["corpus"], about["model"]) == ("my camels / 2", "test:words")


def test_only_what_changed_is_written(store, model, plain, monkeypatch):
    from chromadb.api.models.Collection import Collection

    written, deleted = [], []
    upsert, delete = Collection.upsert, Collection.delete

    def spied(self, ids, **values):
        written.extend(ids)
        return upsert(self, ids=ids, **values)

    def spied_delete(self, ids=None, **values):
        deleted.extend(ids)
        return delete(self, ids=ids, **values)

    embed(store, model, (chunk(0, "llama"), chunk(1, "camel", page=1, old=1), chunk(2, "alpaca"), chunk(3, "wool")))
    filled(store, model)
    monkeypatch.setattr(Collection, "upsert", spied)
    monkeypatch.setattr(Collection, "delete", spied_delete)
    assert filled(store, model) == 4
    assert (written, deleted) == ([], [])
    # 1 has other metadata, 2 another text, 3 is gone, 4 is new.
    embed(store, model, (chunk(0, "llama"), chunk(1, "camel", page=2), chunk(2, "vicuna"), chunk(4, "desert")))
    assert filled(store, model) == 4
    assert sorted(written) == ["doc:1", "doc:2", "doc:4"]
    assert "doc:3" in deleted
    index = plain(store, model)
    page = index.get()
    assert dict(zip(page["ids"], page["documents"], strict=True)) == {
        "doc:0": "llama",
        "doc:1": "camel",
        "doc:2": "vicuna",
        "doc:4": "desert",
    }
    (found,) = index.get(ids=["doc:1"])["metadatas"]
    assert found["page"] == 2


def test_an_empty_collection_is_there(store, model, plain):
    embed(store, model, chunks(3))
    filled(store, model)
    embed(store, model, ())
    assert filled(store, model) == 0
    assert plain(store, model).count() == 0


def test_rebuilding_gives_the_same_and_leaves_other_collections(store, model, plain):
    other = WordModel(name="other", dimensions=32)
    for one in (model, other):
        embed(store, one, chunks(12))
        assert filled(store, one) == 12
    assert rebuild(str(store.path), collection_of(model).name) == 12
    assert plain(store, model).get()["documents"].count(chunks(12)[5].text) == 1
    assert plain(store, other).count() == 12


def test_a_collection_that_is_not_in_the_record_is_one_sentence(store):
    with pytest.raises(StoreError, match="no collection 'none'"):
        fill(str(store.path), "none")


def test_neither_the_environment_nor_a_dotenv_is_read(store, model, tmp_path):
    embed(store, model, chunks(3))
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=nowhere.Nothing\nANONYMIZED_TELEMETRY=True\n")
    printed, said = filled_in_a_child(
        store,
        model,
        tmp_path,
        CHROMA_SERVER_HOST="nowhere.invalid",
        MIGRATIONS="none",
        PERSIST_DIRECTORY=str(tmp_path / "elsewhere"),
    )
    assert printed == "3", said
    assert not (tmp_path / "elsewhere").exists()


def test_a_field_that_is_gone_and_one_that_is_called_like_ours(store, model, plain):
    embed(store, model, (chunk(0, "llama", colour="red", document="mine", end="of it"), chunk(1, "camel")))
    filled(store, model)
    (found,) = plain(store, model).get(ids=["doc:0"])["metadatas"]
    assert (found["document"], found["document_"], found["end"], found["end_"]) == ("doc", "mine", 5, "of it")
    plain.close()
    embed(store, model, (chunk(0, "llama"), chunk(1, "camel")))
    filled(store, model)
    (found,) = plain(store, model).get(ids=["doc:0"])["metadatas"]
    assert found.keys() == {"source", "document", "ordinal", "start", "end", "workbench_key"}


def test_half_characters_and_large_numbers_reach_chroma_too(store, model, plain):
    item = replace(chunk(0, "half \ud83d of it", count=2**70, name="caf\udce9"), id="caf\udce9:0", document="caf\udce9")
    embed(store, model, (item,))
    assert filled(store, model) == filled(store, model) == 1
    page = plain(store, model).get()
    assert (page["ids"], page["documents"]) == (["caf\\udce9:0"], ["half \\ud83d of it"])
    assert (page["metadatas"][0]["count"], page["metadatas"][0]["name"]) == (str(2**70), "caf\\udce9")


def test_nothing_is_sent_anywhere(store, model):
    embed(store, model, chunks(3))
    code = (
        "import socket, sys, threading\n"
        "def refuse(*address): raise AssertionError(f'a connection to {address}')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from workbench.index.chroma import fill\n"
        "print(fill(sys.argv[1], sys.argv[2]))\n"
        "print([one.name for one in threading.enumerate()], 'posthog' in sys.modules)"
    )
    printed = run_fresh(code, store.path, collection_of(model).name, ANONYMIZED_TELEMETRY="True")
    assert printed == "3\n['MainThread'] False\n"


def only_the_owner(folder):
    return {path for path in folder.iterdir() if path.stat().st_mode & 0o077} == set()


def test_the_folder_is_its_owners_alone(store, model):
    before = os.umask(0)
    try:
        embed(store, model, chunks(3))
        filled(store, model)
        assert (store.path / "chroma").stat().st_mode & 0o777 == 0o700
        assert only_the_owner(store.path)
    finally:
        os.umask(before)
