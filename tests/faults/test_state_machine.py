"""Any sequence of what a person does leaves the workbench, its store and its index as a plain dict says."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.faults.effort import effort
from tests.faults.machine_model import QUERY, Bench, Model, chunks_of, index_of, missing_of
from workbench.errors import Cancelled, ModelError
from workbench.index.fingerprint import fingerprint_id
from workbench.index.layouts import save_layout

NAMES = ("a.txt", "b.txt", "herds/c.txt", "herds/ñ.txt", "d.md", "e.md")
TEXTS = st.lists(
    st.sampled_from(("Llama", "wool", "hums.", "The", "camel", "vicuña", "spits.\n\n", "Andes")), max_size=40
)
WITH_INDEX = bool(effort(0, 1))
"""Whether Chroma is filled and read as well, which takes a tenth of a second each time."""
SIZES = (4, 8, 16, "document")


class Store(RuleBasedStateMachine):
    """Beside the workbench: `files` on the disk, `shown` chunks, texts with a vector by model."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        (self.root / "corpus").mkdir()
        self.models = {dimensions: Model(dimensions) for dimensions in (16, 24)}
        self.chosen = self.models[16]
        self.size: object = 8
        self.files: dict[str, str] = {}
        self.held: dict[int, set[str]] = {16: set(), 24: set()}
        self.write("a.txt", "Llama wool hums. " * 7)
        self.wb = self.new()
        self.look()

    # What is done ---------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(NAMES), words=TEXTS)
    def add_or_change(self, name, words):
        self.write(name, " ".join(words))
        self.look()

    @rule(name=st.sampled_from(NAMES), number=st.integers(0, 9))
    def copy(self, name, number):
        names = sorted(self.files)
        self.write(name, self.files[names[number % len(names)]] if names else "")
        self.look()

    @precondition(lambda self: self.files)
    @rule(number=st.integers(0, 9), to=st.sampled_from(NAMES))
    def rename(self, number, to):
        name = sorted(self.files)[number % len(self.files)]
        self.files[to] = self.files.pop(name)
        (self.root / "corpus" / to).parent.mkdir(exist_ok=True)
        (self.root / "corpus" / name).replace(self.root / "corpus" / to)
        self.look()

    @precondition(lambda self: self.files)
    @rule(number=st.integers(0, 9))
    def remove(self, number):
        name = sorted(self.files)[number % len(self.files)]
        del self.files[name]
        (self.root / "corpus" / name).unlink()
        self.look()

    @rule(size=st.sampled_from(SIZES))
    def cut(self, size):
        self.size = self.wb.chunk_size = size
        self.settle()

    @rule(dimensions=st.sampled_from((16, 24)))
    def switch_model(self, dimensions):
        self.chosen = self.wb.model = self.models[dimensions]
        self.settle()

    @rule()
    def embed(self):
        missing, before = self.missing(), len(self.chosen.documents)
        report = self.wb.embed()
        assert self.chosen.documents[before:] == missing
        assert report.new + report.changed + report.reused == len(self.shown)
        self.holds(missing)
        self.whole()

    @rule(batches=st.integers(0, 3), fails=st.booleans())
    def embed_in_part(self, batches, fails):
        missing, before = self.missing(), len(self.chosen.documents)
        self.chosen.after(batches, self.fail if fails else lambda: self.wb.cancel("embed"))
        with suppress(Cancelled, ModelError):
            self.wb.embed()
            assert len(missing) <= 3 * batches + 3 * (not fails)
        self.chosen.after(-1, lambda: None)
        done = missing[: 3 * batches + 3 * (not fails)]
        assert self.chosen.documents[before:] == done
        self.holds(done)

    @rule()
    def search(self):
        missing, before = self.missing(), len(self.chosen.documents)
        found = self.wb.search(QUERY, top_k=3, group=False)
        self.holds(missing)
        assert self.chosen.documents[before:] == missing
        vectors = self.chosen.embed([chunk.text for chunk in self.shown] or [""], "look")
        scores = np.sort(vectors @ self.chosen.embed([QUERY], "look")[0])[::-1][: min(3, len(self.shown))]
        np.testing.assert_allclose([passage.score for passage in found], scores, atol=1e-6)

    @rule(keep=st.booleans(), refit=st.booleans())
    def draw(self, keep, refit):
        self.wb.map(method="pca", refit=refit)
        self.holds(self.missing())
        picture = self.wb.projection
        assert picture.ids == tuple(chunk.id for chunk in self.shown)
        assert np.isfinite(picture.coordinates).all()
        if keep and self.shown:
            now = self.wb.prepared
            save_layout(
                self.wb.store.record, now.collection.name, {"method": "pca", "dimensions": 2}, picture, now.keys
            )

    @rule(numbers=st.lists(st.integers(0, 99), max_size=4))
    def select(self, numbers):
        ids = [self.shown[number % len(self.shown)].id for number in numbers] if self.shown else []
        self.wb.selection = ids
        assert list(self.wb.selected["id"]) == [chunk.id for chunk in self.shown if chunk.id in ids]

    @rule()
    def refresh(self):
        self.look()

    @rule()
    def reopen(self):
        self.wb.close()
        self.wb = self.new()
        self.settle()

    @rule(dimensions=st.sampled_from((16, 24)))
    def embed_from_another_workbench(self, dimensions):
        model, chunks = self.models[dimensions], chunks_of(self.root / "corpus", 16, 0)
        before, missing = len(model.documents), missing_of(chunks, self.held[dimensions])
        with Bench(
            self.root / "corpus", store=self.root / "store", model=model, llm="extractive", index=False
        ) as other:
            other.embed(chunk_size=16, chunk_overlap=0)
            assert other.store is self.wb.store
        assert model.documents[before:] == missing
        self.held[dimensions].update(missing)
        self.look()

    @precondition(lambda self: WITH_INDEX and self.shown and not self.missing())
    @rule()
    def fill_the_index(self):
        assert index_of(self.wb) == sorted((chunk.id, chunk.text) for chunk in self.shown)

    @rule()
    def lose_the_index(self):
        shutil.rmtree(self.root / "store" / "chroma", ignore_errors=True)

    @rule(closed=st.booleans())
    def lose_the_store(self, closed):
        if closed:
            self.wb.close()
        shutil.rmtree(self.root / "store")
        self.held = {16: set(), 24: set()}
        if closed:
            self.wb = self.new()
            self.settle()
        else:
            self.look()

    # What holds -----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_went_wrong(self):
        assert self.wb.lanes["index"].wait_idle(20)
        assert self.wb.notes == ()
        assert self.wb.error is None or isinstance(self.wb.error, Cancelled | ModelError)

    @invariant()
    def chunks_agree(self):
        assert [(one.id, one.text) for one in self.wb.chunk_list] == [(one.id, one.text) for one in self.shown]
        frame = self.wb.chunks
        assert list(frame["text"]) == [one.text for one in self.shown]
        assert list(frame["tokens"]) == list(self.chosen.tokenizer.count([one.text for one in self.shown]))
        assert {document.id: document.text for document in self.wb.document_list}.keys() <= self.files.keys()
        assert set(self.wb.selection) <= {one.id for one in self.shown}

    @invariant()
    def vectors_agree(self):
        record, now = self.wb.store.record, self.wb.prepared
        held = self.held[self.chosen.dimensions]
        known = record.known(now.fingerprint_id, now.keys)
        assert list(known) == [one.text in held for one in self.shown]
        there = [one.text for one, has in zip(self.shown, known, strict=True) if has]
        found = record.vectors(now.fingerprint_id, [key for key, has in zip(now.keys, known, strict=True) if has])
        if there:
            np.testing.assert_array_equal(found, self.chosen.embed(there, "look"))
        assert self.wb.embedded == len(there)
        plan = self.wb.plan
        assert (plan.missing, plan.new + plan.changed + plan.reused) == (len(self.missing()), len(self.shown))

    @invariant()
    def fingerprints_agree(self):
        used = {fingerprint_id(one.fingerprint()) for one in self.models.values() if self.held[one.dimensions]}
        there = {fingerprint_id(one) for one in self.wb.store.record.models()}
        assert used <= there <= {fingerprint_id(one.fingerprint()) for one in self.models.values()}

    @invariant()
    def the_map_agrees(self):
        if self.wb.projection is not None:
            assert self.wb.projection.ids == tuple(one.id for one in self.shown)

    # How it is done -------------------------------------------------------------------------------------------

    def new(self):
        wb = Bench(self.root / "corpus", store=self.root / "store", model=self.chosen, llm="extractive", index=False)
        wb.choose(chunk_size=self.size, chunk_overlap=0)
        return wb

    def look(self):
        self.wb.refresh()
        self.settle()

    def settle(self):
        self.wb.submit("prepare").wait()
        self.shown = chunks_of(self.root / "corpus", self.size, 0)

    def missing(self):
        return missing_of(self.shown, self.held[self.chosen.dimensions])

    def holds(self, texts):
        self.held[self.chosen.dimensions].update(texts)

    def whole(self):
        rows = self.wb.store.record.rows(self.wb.prepared.collection.name)
        assert [(row.chunk, row.key) for row in rows] == list(
            zip(self.wb.chunk_list, self.wb.prepared.keys, strict=True)
        )

    def write(self, name, text):
        self.files[name] = text
        path = self.root / "corpus" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def fail(self):
        raise ModelError("The server broke off.")

    def teardown(self):
        self.wb.close()
        shutil.rmtree(self.root)


TestStore = Store.TestCase
TestStore.settings = settings(
    max_examples=effort(12, 300),
    stateful_step_count=effort(25, 50),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
if WITH_INDEX:
    TestStore.pytestmark = [pytest.mark.long]
