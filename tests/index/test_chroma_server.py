"""The Chroma index on a server."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fresh import run_fresh
from tests.index.helpers import (
    chunk,
    chunks,
    collection_of,
    embed,
)
from workbench.errors import InputError, StoreError
from workbench.index.chroma import fill


def test_a_server_that_does_not_answer_is_one_sentence(store, model):
    embed(store, model, chunks(3))
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9.*record.*wb\.rebuild_index"):
        fill(str(store.path), collection_of(model).name, "http://127.0.0.1:9")


@pytest.fixture
def server(tmp_path):
    """Give the address of a Chroma server of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(tmp_path / "served")]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


SERVED = """
import json, sys
import chromadb
from chromadb.config import Settings
from tests.doubles import WordModel
address, name, question = sys.argv[1:]
client = chromadb.HttpClient(
    host="127.0.0.1", port=int(address.rpartition(":")[2]),
    settings=Settings(_env_file=None, anonymized_telemetry=False),
)
index = client.get_collection(name, embedding_function=None)
found = index.query(query_embeddings=WordModel().embed([question], "query"), n_results=1)
print(json.dumps([index.count(), found["documents"][0], found["metadatas"][0][0]["page"], index.configuration_json]))
"""


def said(code, *arguments):
    # In a child, as the session does it: chromadb leaves sockets behind when its clients are closed.
    return json.loads(run_fresh(code, *arguments))


@pytest.mark.slow
def test_a_server_holds_the_same(store, model, server):
    name = collection_of(model).name
    run = "import sys; from workbench.index import chroma; print(getattr(chroma, sys.argv[1])(*sys.argv[2:]))"
    embed(store, model, chunks(30))
    assert said(run, "fill", store.path, name, server) == 30
    assert not (store.path / "chroma").exists()
    embed(store, model, (*chunks(20), chunk(20, "dromedary", page=2)))
    assert said(run, "fill", store.path, name, server) == 21
    count, documents, page, configuration = said(SERVED, server, name, "dromedary")
    assert (count, documents, page) == (21, ["dromedary"], 2)
    assert configuration["hnsw"]["space"] == "cosine"
    assert said(run, "rebuild", store.path, name, server) == 21


def test_an_address_that_is_none_is_one_sentence(store, model):
    embed(store, model, chunks(3))
    with pytest.raises(InputError, match=r"'localhost:8000' is not of the form http://host:port"):
        fill(str(store.path), collection_of(model).name, "localhost:8000")
