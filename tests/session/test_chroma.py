"""What other tools find in the store."""

from __future__ import annotations

from pathlib import Path

import chromadb
import numpy as np
import pytest

from workbench import Workbench
from workbench.errors import StoreError


@pytest.mark.slow
def test_plain_chroma_finds_what_the_workbench_embedded(chroma, wb, folder, model):
    wb.embed()
    chunks, vectors = wb.chunk_list, np.array(wb.vectors(wb.prepared, wb.known(wb.prepared))[1])
    store = Path(wb.store_path)
    wb.close(finish=True)
    client = chromadb.PersistentClient(store / "chroma")
    (found,) = client.list_collections()
    collection = client.get_collection(found.name, embedding_function=None)
    rows = collection.get(include=["embeddings", "documents", "metadatas"])
    order = [rows["ids"].index(chunk.id) for chunk in chunks]
    assert [rows["documents"][at] for at in order] == [chunk.text for chunk in chunks]
    assert [rows["metadatas"][at]["source"] for at in order] == [chunk.document for chunk in chunks]
    np.testing.assert_allclose(np.array(rows["embeddings"])[order], vectors, atol=1e-6)
    answer = collection.query(query_embeddings=model.embed(["fine wool"], "query"), n_results=1)
    assert answer["documents"][0][0].startswith("# Alpaca")
    client.close()

    # Nothing has changed, whoever has read it: the index is not opened again, let alone filled.
    with Workbench(folder, store=store, model=model) as again:
        assert again.embed().reused == 3
        assert again.lanes["index"].wait_idle(20)
        assert not again.children["index"].started
        assert again.notes == ()
        assert list(store.glob("chroma.damaged-*")) == []


def test_a_chroma_server_that_is_not_there_costs_no_vector(chroma, folder, model):
    with Workbench(folder, store="http://127.0.0.1:9", model=model, llm="extractive") as wb:
        assert wb.embed().new == 3
        assert wb.search("camel")[0].chunk.document == "deserts/camel.txt"
        with pytest.raises(StoreError, match=r"http://127\.0\.0\.1:9"):
            wb.rebuild_index()
        assert Path(wb.store_path).name.startswith("corpus-")
