from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.index.helpers import chunk, chunks, collection_of, embed, stored
from workbench.errors import StoreDamaged, StoreError
from workbench.index.fingerprint import fingerprint_id, text_key
from workbench.index.record import Record


@pytest.fixture
def model():
    return WordModel()


IDENTITY = fingerprint_id({"model": "m"})


def keys(*texts, role="document"):
    return [text_key(IDENTITY, role, text) for text in texts]


def rows(*first):
    return np.array([[value, 1.0] for value in first], dtype=np.float32)


def mapped(array):
    while array is not None and not isinstance(array, np.memmap):
        array = getattr(array, "base", None)
    return array is not None


def test_vectors_come_back_by_key_in_any_order(store):
    record = store.record
    record.commit_batch({"model": "m"}, keys("a", "b"), rows(1, 2))
    record.commit_batch({"model": "m"}, keys("c"), rows(3))
    assert record.known(IDENTITY, keys("a", "x", "c")).tolist() == [True, False, True]
    assert record.vectors(IDENTITY, keys("c", "a", "c"))[:, 0].tolist() == [3, 1, 3]
    assert record.known("0" * 64, keys("a")).tolist() == [False]
    with pytest.raises(StoreDamaged, match="lacks a vector that was asked for; embed first"):
        record.vectors(IDENTITY, keys("a", "x"))


def test_vectors_in_a_row_are_mapped_not_read(store):
    store.record.commit_batch({"model": "m"}, keys("a", "b", "c"), rows(1, 2, 3))
    together = store.record.vectors(IDENTITY, keys("b", "c"))
    assert (together.dtype, together.flags.writeable, together[:, 0].tolist()) == (np.float32, False, [2, 3])
    assert mapped(together)
    apart = store.record.vectors(IDENTITY, keys("c", "b"))
    assert (mapped(apart), apart[:, 0].tolist()) == (False, [3, 2])
    assert store.record.vectors(IDENTITY, []).shape == (0, 2)


def test_the_first_vector_of_a_key_stays(store):
    store.record.commit_batch({"model": "m"}, keys("a", "a"), rows(1, 2))
    store.record.commit_batch({"model": "m"}, keys("a", "b"), rows(3, 4))
    assert store.record.vectors(IDENTITY, keys("a", "b"))[:, 0].tolist() == [1, 4]


def test_a_question_is_kept_apart_from_a_document_of_the_same_text(store):
    store.record.commit_batch({"model": "m"}, keys("llama", role="query"), rows(1))
    assert not store.record.known(IDENTITY, keys("llama")).any()
    assert store.record.known(IDENTITY, keys("llama", role="query")).all()


def test_vectors_of_another_length_are_refused(store):
    store.record.commit_batch({"model": "m"}, keys("a"), rows(1))
    with pytest.raises(StoreError, match=r"Vectors of 3 numbers .* beside 2 of the same model. Nothing was stored"):
        store.record.commit_batch({"model": "m"}, keys("b"), np.ones((1, 3), dtype=np.float32))
    assert store.record.known(IDENTITY, keys("a", "b")).tolist() == [True, False]


def test_chunks_come_back_whole_and_collections_with_their_real_names(store, model):
    made = (chunk(0, "vicuña ✓\n", page=1, score=0.5, kept=True, title="Ñandú"), chunk(1, "llama"))
    embed(store, model, made, corpus="my camels / 2")
    collection = collection_of(model, corpus="my camels / 2")
    assert store.record.chunks(collection.name) == made
    assert store.record.collections() == [collection]
    (found,) = store.record.collections()
    assert (found.corpus, found.model) == ("my camels / 2", "test:words")
    assert store.record.chunks("none") == ()


def test_everything_is_there_after_closing(tmp_path, model):
    from workbench.index.store import open_store

    store = open_store(tmp_path / "s")
    embed(store, model, chunks(20))
    before = stored(store, model)
    store.close()
    store = open_store(tmp_path / "s")
    after = stored(store, model)
    store.close()
    assert after[0] == before[0]
    assert np.array_equal(after[1], before[1])
    assert np.array_equal(after[1], WordModel().embed([one.text for one in chunks(20)], "document"))


def test_a_torn_tail_is_overwritten(store):
    store.record.commit_batch({"model": "m"}, keys("a"), rows(1))
    file = store.path / "vectors" / f"{IDENTITY[:12]}.f32"
    file.write_bytes(file.read_bytes() + b"\xff" * 21)
    store.record.commit_batch({"model": "m"}, keys("b", "c"), rows(2, 3))
    assert store.record.vectors(IDENTITY, keys("a", "b", "c"))[:, 0].tolist() == [1, 2, 3]
    assert file.stat().st_size == 29  # three rows of 8 bytes, and what is left of the tail


def test_a_read_only_record_sees_commits_and_writes_nothing(store, model):
    reader = Record(store.path, writable=False)
    name = collection_of(model).name
    assert reader.chunks(name) == ()
    embed(store, model, chunks(3))
    assert [one.ordinal for one in reader.chunks(name)] == [0, 1, 2]
    embed(store, model, chunks(30))
    assert len(reader.chunks(name)) == 30
    with pytest.raises(StoreError, match=r"can only be read by this process. Close the other notebook"):
        reader.commit_batch({"model": "m"}, keys("a"), rows(1))
    reader.close()
    with pytest.raises(StoreError, match=r"was closed while it was in use. Open it again"):
        reader.chunks(name)


def test_many_threads_read_while_one_writes(store):
    record = store.record

    def read(_):
        known = record.known(IDENTITY, wanted)
        found = [key for key, has in zip(wanted, known, strict=True) if has]
        return record.vectors(IDENTITY, found)[:, 0].tolist() if found else []

    wanted = keys(*map(str, range(200)))
    with ThreadPoolExecutor(4) as pool:
        reads = pool.map(read, range(100))
        for start in range(0, 200, 10):
            record.commit_batch({"model": "m"}, wanted[start : start + 10], rows(*range(start, start + 10)))
        results = list(reads)
    assert all(result == list(range(len(result))) and len(result) % 10 == 0 for result in results)
    assert len(read(0)) == 200
