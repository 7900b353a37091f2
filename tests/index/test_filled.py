"""What is seen of a Chroma index without Chroma: every byte that counts, and none that does not."""

from __future__ import annotations

import os

import chromadb
import pytest

from tests.doubles import WordModel
from tests.index.helpers import chroma_settings, chunks, collection_of, embed, filled
from workbench.index.chroma_files import filled_bytes
from workbench.index.filled import Filled
from workbench.index.store import open_store


@pytest.fixture(params=[7, 1023], ids=["below the sync threshold", "above it"])
def kept(request, tmp_path):
    """Give what is seen of an index that is filled and closed, and the folder of its vectors."""
    store, model = open_store(tmp_path / "store"), WordModel()
    embed(store, model, chunks(request.param))
    filled(store, model)
    store.close()
    (header,) = (tmp_path / "store" / "chroma").glob("*/header.bin")
    return Filled(tmp_path / "store", collection_of(model).name), header.parent


def test_who_reads_it_changes_nothing_of_it(kept):
    seen, segment = kept
    before = seen.contents()
    for _ in range(2):
        client = chromadb.PersistentClient(segment.parent, chroma_settings())
        (collection,) = client.list_collections()
        collection.query(query_embeddings=[[0.1] * WordModel().dimensions], n_results=3)
        client.close()
        assert seen.contents() == before != ""


@pytest.mark.parametrize("name", ["header.bin", "data_level0.bin", "length.bin"])
def test_every_byte_that_holds_something_counts_and_no_other(kept, name):
    seen, segment = kept
    before, file = seen.contents(), segment / name
    content = file.read_bytes()
    used = filled_bytes(segment).get(name, len(content))
    for place in {0, used // 2, used - 1, used, len(content) - 1} & set(range(len(content))):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert (seen.contents() == before) == (place >= used), place
    file.write_bytes(content + b"x")
    assert seen.contents() != before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(30)
def test_a_pipe_among_its_files_is_not_waited_for(kept):
    seen, segment = kept
    (segment / "header.bin").unlink()
    os.mkfifo(segment / "header.bin")
    assert seen.contents() == ""


def test_a_note_of_another_version_says_nothing_of_the_files(kept):
    seen, _ = kept
    seen.write("state")
    assert seen.read() == ("state", seen.contents())
    (note,) = (seen._note.parent).glob("*.filled")
    note.write_text("state\n7 rows, header.bin 100 01234567")
    assert seen.read() == ("state", "")
