"""What earlier versions have stored opens in this one: ids, texts, vectors, passages, map; nothing is made again."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from tests.faults.kept_corpus import DOCUMENTS, MORE, QUESTIONS, STRANGE, KeptModel
from tests.faults.kept_store import KEPT, dump, restore
from workbench import Workbench
from workbench.index.fingerprint import fingerprint_id, text_key
from workbench.index.kept import KeptInRecord
from workbench.index.layouts import load_layout, save_layout
from workbench.index.record import Record
from workbench.index.store import open_store

DIGESTS = {
    "format-1": "8f7d44347c8477da86e59e848d6d6fcbaad9bf9966c9a40fd898e70bc28e2af4",
    "format-1-layouts": "330f363c5217295bebbb095eb174ecc2cd74d14d682ce27f72bcbabf08a0c64e",
    "format-1-first": "b743ae77a2c1c01ddf3795713308d5f77149dffbf30f7811012f92e1303209db",
}
WITH_PICTURES = ("format-1",)
WITHOUT_KEPT = ("format-1-first",)
IDENTITY = fingerprint_id(KeptModel().fingerprint())


@pytest.fixture(params=DIGESTS)
def name(request):
    return request.param


@pytest.fixture
def folder(name, tmp_path):
    restore(name, tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def told(name):
    return json.loads((KEPT / name / "told.json").read_text("ascii"))


@pytest.fixture
def model():
    return KeptModel()


@pytest.fixture
def wb(folder, model, monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
    made = Workbench(list(DOCUMENTS), store=folder, model=model, llm="extractive")
    made.chunk_size = "document"
    yield made
    made.close()


def test_nobody_has_changed_it(name):
    total = hashlib.sha256()
    for file in sorted((KEPT / name).rglob("*.*")):
        total.update(file.relative_to(KEPT / name).as_posix().encode() + b"\0" + file.read_text("utf-8").encode())
    assert total.hexdigest() == DIGESTS[name]


def test_it_becomes_the_files_that_it_was_made_of(name, folder):
    assert dump(folder) == (KEPT / name / "record.sql").read_text("utf-8")
    rows = [line for file in (KEPT / name / "vectors").iterdir() for line in file.read_text("ascii").splitlines()]
    assert b"".join(file.read_bytes() for file in (folder / "vectors").iterdir()).hex() == "".join(rows)


def test_chunks_and_vectors_are_all_there(folder):
    store = open_store(folder)
    assert (store.writable, store.notes) == (True, [])
    cut, strange, whole = sorted(store.record.collections(), key=lambda one: str(one.chunking["size"]))
    assert (cut.corpus, cut.model, cut.chunking["size"], whole.chunking["size"]) == (
        "memory",
        "test:kept",
        8,
        "document",
    )
    for collection, count in ((cut, 31), (whole, 11)):
        rows = store.record.rows(collection.name)
        assert len(rows) == count
        texts = {one.id: one.text for one in DOCUMENTS}
        for row in rows:
            chunk = row.chunk
            assert chunk.text == texts[chunk.document][chunk.start : chunk.end]
            assert row.key == text_key(IDENTITY, "document", chunk.text)
        vectors = store.record.vectors(IDENTITY, [row.key for row in rows])
        assert vectors.dtype == np.float32
        np.testing.assert_array_equal(vectors, KeptModel().embed([row.chunk.text for row in rows], "document"))
    assert (strange.corpus, store.record.chunks(strange.name)) == ("caf\udce9", (STRANGE,))
    assert store.record.query("PRAGMA integrity_check") == [("ok",)]
    store.close()


def test_embedding_again_embeds_nothing(wb, model, told):
    report = wb.embed()
    assert (report.new, report.changed, report.gone, report.reused) == (0, 0, 0, 11)
    assert model.sent == []
    assert wb.notes == ()
    assert json.loads(json.dumps(wb.chunks.to_dict("records"))) == told["chunks"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_passages_are_found_with_the_same_scores(question, wb, model, told):
    found = wb.search(question)
    ids, scores = zip(*told["found"][question], strict=True)
    assert [passage.chunk.id for passage in found] == list(ids)
    np.testing.assert_allclose([passage.score for passage in found], scores, atol=1e-6)
    assert model.sent == []  # the question's own vector is stored too


@pytest.mark.parametrize("name", WITH_PICTURES, indirect=True)
def test_the_map_is_the_one_that_was_drawn(wb, told, monkeypatch):
    monkeypatch.setattr("workbench.session.draw._fit_umap", None)
    monkeypatch.setattr("workbench.session.draw._fit_flat", None)
    monkeypatch.setattr("workbench.session.pictured.find_apart", None)
    wb.map(method="umap")
    assert wb.projection.ids == tuple(one["id"] for one in told["chunks"])
    assert (wb.projection.method, wb.projection.trust) == ("umap", told["trust"])
    np.testing.assert_array_equal(wb.projection.coordinates, np.array(told["map"], dtype=np.float32))


def test_new_pictures_take_the_place_of_the_old_table(wb, folder):
    wb.map(method="pca")
    made = wb.projection
    save_layout(wb.store.record, "any", {}, made, wb.prepared.keys)
    wb.close()
    assert "TABLE layouts" not in dump(folder)
    store = open_store(folder)
    np.testing.assert_array_equal(load_layout(store.record, "any", {}).layout.coordinates, made.coordinates)
    store.close()


def test_boundaries_and_counts_are_still_known(name, folder):
    store = open_store(folder)
    rules = [str(rule) for (rule,) in store.record.query("SELECT DISTINCT rule FROM kept ORDER BY rule")]
    if name in WITHOUT_KEPT:
        assert rules == []
    else:
        assert [rule.split()[0] for rule in rules] == ["counts", "counts", "spans"]
        spans = KeptInRecord(store.record, "spans", rules[2].removeprefix("spans "))
        counts = [KeptInRecord(store.record, "counts", rule.removeprefix("counts ")) for rule in rules[:2]]
        (cut,) = [one for one in store.record.collections() if one.chunking["size"] == 8]
        cuts: dict[str, list[list[int]]] = {}
        for chunk in store.record.chunks(cut.name):
            cuts.setdefault(chunk.document, []).append([chunk.start, chunk.end])
        assert sorted(found.tolist() for found in spans.values()) == sorted(cuts.values())
        assert sorted(sum(len(found) for found in one.values()) for one in counts) == [11, 31]
    store.close()


def test_one_more_document_costs_one_text(wb, model, folder):
    wb.embed()
    wb.load([*DOCUMENTS, MORE])
    report = wb.embed()
    assert (report.new, report.reused) == (1, 11)
    assert model.sent == [MORE.text]
    assert wb.search("half camel half llama", top_k=1)[0].chunk.document == "hybrid.md"
    wb.close()
    with Workbench([*DOCUMENTS, MORE], store=folder, model=KeptModel()) as again:
        again.chunk_size = "document"
        assert again.embed().reused == 12
        assert again.notes == ()


def test_a_reader_can_use_it_before_any_writer_has(folder, told):
    reader = Record(folder, writable=False)
    (whole,) = [one for one in reader.collections() if one.chunking["size"] == "document"]
    assert [chunk.id for chunk in reader.chunks(whole.name)] == [one["id"] for one in told["chunks"]]
    assert load_layout(reader, whole.name, {"method": "other"}) is None
    assert len(KeptInRecord(reader, "spans", "none")) == 0
    reader.close()
