"""Stores and Chroma clients that are closed when their test ends."""

from __future__ import annotations

import pytest

from tests.doubles import WordModel
from tests.index.helpers import chroma_settings, collection_of
from workbench.index.store import open_store


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture
def model():
    return WordModel()


@pytest.fixture
def plain():
    """Open collections with chromadb alone, as another tool would."""
    import chromadb

    clients = []

    def opened(store, model):
        close()  # another client with other settings is refused in one process
        client = chromadb.PersistentClient(path=str(store.path / "chroma"), settings=chroma_settings())
        clients.append(client)
        return client.get_collection(collection_of(model).name, embedding_function=None)

    def close():
        while clients:
            clients.pop().close()

    opened.close = close
    yield opened
    close()
