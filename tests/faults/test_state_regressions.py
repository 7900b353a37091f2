"""What the state machine has found, and what was found beside it, as plain sequences."""

from __future__ import annotations

import pytest

from tests.faults.machine_model import Bench, Model, index_of
from workbench.errors import Cancelled


@pytest.fixture
def wb(tmp_path):
    (tmp_path / "corpus").mkdir()
    made = Bench(tmp_path / "corpus", store=tmp_path / "store", model=Model(16), llm="extractive", index=False)
    made.choose(chunk_size=4, chunk_overlap=0)
    yield made
    made.close()


def write(wb, text):
    (wb.source / "a.txt").write_text(text, encoding="utf-8")
    wb.refresh()


def texts_of(wb):
    return sorted((chunk.id, chunk.text) for chunk in wb.chunk_list)


def test_an_empty_corpus_that_is_cut_again_has_a_plan_and_a_collection_of_its_own(wb):
    wb.submit("prepare").wait()
    before = wb.prepared.collection.name
    wb.chunk_size = 8
    wb.submit("prepare").wait()
    assert (wb.plan.missing, wb.plan.new, wb.embedded) == (0, 0, 0)
    assert wb.prepared.collection.name != before


def test_the_index_follows_a_document_that_is_changed_and_changed_back(wb):
    write(wb, "Llamas hum. Camels spit.")
    wb.embed()
    assert index_of(wb) == [("a.txt:0", "Llamas hum. Camels spit.")]
    write(wb, "Alpacas give fine wool.")
    wb.embed()
    assert index_of(wb) == [("a.txt:0", "Alpacas give fine wool.")]
    write(wb, "Llamas hum. Camels spit.")  # nothing is embedded: all vectors are known
    assert index_of(wb) == [("a.txt:0", "Llamas hum. Camels spit.")]
    assert wb.notes == ()


def test_an_index_that_was_made_anew_in_the_middle_of_embedding_is_filled_in_the_end(wb):
    write(wb, "".join(f"The llama number {number}. " for number in range(20)))
    wb.model.after(2, lambda: wb.cancel("embed"))
    with pytest.raises(Cancelled):
        wb.embed()
    wb.children["index"].runs = True
    assert 0 < wb.rebuild_index() < 20
    wb.children["index"].runs = False
    wb.embed()
    assert index_of(wb) == texts_of(wb)
    assert len(wb.chunk_list) == 20
