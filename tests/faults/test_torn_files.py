"""Torn index files are known by their form, before Chroma opens them; whole ones are never taken for torn."""

from __future__ import annotations

import random
import shutil

import numpy as np
import pytest

from tests.faults.effort import effort
from tests.index.helpers import chroma_settings
from workbench.index.chroma_files import torn_files

FILES = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")
COUNT = 300


def client_on(folder):
    import chromadb

    return chromadb.PersistentClient(str(folder), chroma_settings())


def collection_in(client, name="herd", sync=2):
    configuration = {"hnsw": {"space": "cosine", "sync_threshold": sync}}
    return client.get_or_create_collection(name, configuration=configuration, embedding_function=None)


def upsert(index, numbers, generation=0):
    vectors = np.random.default_rng([generation, *numbers]).normal(size=(len(numbers), 8))
    index.upsert(ids=[f"id{number}" for number in numbers], embeddings=vectors.astype(np.float32))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "chroma"
    client = client_on(folder)
    for start in range(0, COUNT, 100):
        upsert(collection_in(client), range(start, start + 100))
    client.close()
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "chroma")


def only(folder, name):
    (file,) = folder.glob(f"*/{name}")
    return file


def test_a_whole_index_is_whole(whole):
    assert torn_files(whole) == ""


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_is_named(folder, name):
    only(folder, name).unlink()
    assert torn_files(folder) == f"{name} is missing"


@pytest.mark.parametrize("name", FILES[:4])
def test_a_file_that_is_cut_anywhere_is_named(folder, name):
    file = only(folder, name)
    content = file.read_bytes()
    lengths = {0, 1, len(content) - 1, *random.Random(name).sample(range(len(content)), min(99, len(content)))}
    for length in lengths:
        file.write_bytes(content[:length])
        assert torn_files(folder).startswith(f"{name} "), length


def test_files_of_two_moments_are_torn(folder, tmp_path):
    before = shutil.copytree(folder, tmp_path / "before")
    client = client_on(folder)
    upsert(collection_in(client), range(COUNT, COUNT + 40))
    client.close()
    assert torn_files(folder) == ""
    for name in ("data_level0.bin", "length.bin", "link_lists.bin"):  # the header is written first, these after it
        later = only(folder, name).read_bytes()
        shutil.copy(only(before, name), only(folder, name))
        assert torn_files(folder).startswith(name)
        only(folder, name).write_bytes(later)
    shutil.copy(only(before, "header.bin"), only(folder, "header.bin"))
    assert torn_files(folder) == "data_level0.bin links to points that are not there"


def test_a_point_that_was_not_written_is_missed(folder):
    file = only(folder, "data_level0.bin")
    content = bytearray(file.read_bytes())
    size = len(content) // COUNT
    for hole in (10, 200):  # a hole reads as zeros
        content[hole * size : (hole + 1) * size] = bytes(size)
    file.write_bytes(content)
    assert torn_files(folder) == "data_level0.bin names a point twice"


def test_a_form_that_is_not_known_is_left_to_chroma(folder):
    file = only(folder, "header.bin")
    file.write_bytes(b"\2" + file.read_bytes()[1:] + b"more")
    assert torn_files(folder) == ""


def test_links_that_are_no_number_of_links_are_torn(folder):
    file = only(folder, "link_lists.bin")
    file.write_bytes(b"\7" + file.read_bytes()[1:])
    assert torn_files(folder) == "link_lists.bin is not whole"


@pytest.mark.parametrize("seed", range(effort(4, 40)))
def test_whatever_was_done_to_a_collection_its_files_are_whole(tmp_path, seed):
    chosen = random.Random(seed)
    folder, sync = tmp_path / "chroma", chosen.choice((2, 5, 50))
    folder.mkdir()
    for step in range(6):
        client = client_on(folder)
        index = collection_in(client, f"herd{chosen.randint(0, 1)}", sync)
        for _ in range(chosen.randint(0, 3)):
            numbers = chosen.sample(range(60), chosen.randint(1, 60))
            there = set(index.get()["ids"])
            gone = [one for one in (f"id{number}" for number in numbers) if one in there]
            if chosen.random() < 0.4 and gone:
                index.delete(ids=gone)
            else:
                upsert(index, numbers, step)
        if chosen.random() < 0.2:
            client.delete_collection(index.name)
        client.close()
        assert torn_files(folder) == ""
