"""Documents of other libraries and of ours: ids, metadata, and paths that stay on this machine."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from langchain_core.documents import Document as LangChainDocument
from llama_index.core import Document as LlamaDocument
from llama_index.core import SimpleDirectoryReader
from llama_index.core.schema import NodeWithScore, TextNode

from workbench import corpus
from workbench.records import Document


def only(source):
    (document,) = corpus.load([source]).documents
    return document


def test_ids_and_metadata_of_llama_index_are_kept():
    document = only(
        LlamaDocument(text="It hums.", doc_id="l1", metadata={"title": "Llama", "height": 1.7, "tame": True})
    )
    assert document.id == "l1"
    assert document.title == "Llama"
    assert document.text == "It hums."
    assert document.metadata == {"source": "l1", "format": "text", "title": "Llama", "height": 1.7, "tame": True}


def test_a_node_with_a_score_is_its_node():
    node = NodeWithScore(node=TextNode(text="It hums.", id_="n1", metadata={"page": 3}), score=0.5)
    assert (only(node).id, only(node).text, only(node).metadata["page"]) == ("n1", "It hums.", 3)


def test_ids_and_metadata_of_langchain_are_kept():
    document = only(LangChainDocument(page_content="It hums.", id="c1", metadata={"source": "farm/llama.md", "row": 7}))
    assert (document.id, document.title) == ("c1", "llama.md")
    assert document.metadata == {"source": "farm/llama.md", "format": "markdown", "folder": "farm", "row": 7}


def test_a_document_without_an_id_gets_its_position():
    read = corpus.load([LangChainDocument(page_content="One."), LangChainDocument(page_content="Two.")])
    assert [document.id for document in read.documents] == ["0", "1"]


def test_the_embedded_text_holds_no_metadata():
    document = only(LlamaDocument(text="It hums.", metadata={"secret": "x"}))
    assert document.text == "It hums."


def test_values_that_are_missing_are_dropped_and_others_made_flat():
    values = {
        "none": None,
        "nan": math.nan,
        "infinite": math.inf,
        "nat": pd.NaT,
        "na": pd.NA,
        "np_nan": np.float32("nan"),
        "integer": np.int64(3),
        "half": np.float32(0.5),
        "yes": np.bool_(True),
        "zero_d": np.array(2),
        "words": ["a", "b"],
        "set": {"b", "a"},
        "nested": {"b": 1, "a": [2]},
        "table": [{"a": 1}],
        "day": pd.Timestamp("2024-05-01"),
        "huge": 2**70,
        5: "number as a name",
        "cut\0": "nul\0 and \ud800",
    }
    metadata = only(Document("d", "text", "", values)).metadata
    assert metadata == {
        "source": "d",
        "format": "text",
        "integer": 3,
        "half": 0.5,
        "yes": True,
        "zero_d": 2,
        "words": "a, b",
        "set": "a, b",
        "nested": '{"b": 1, "a": [2]}',
        "table": '[{"a": 1}]',
        "day": "2024-05-01 00:00:00",
        "huge": str(2**70),
        "5": "number as a name",
        "cut\ufffd": "nul\ufffd and \ufffd",
    }
    assert {type(value) for value in metadata.values()} <= {str, int, float, bool}
    json.dumps(metadata, allow_nan=False)


def test_ids_that_repeat_are_numbered_and_told():
    read = corpus.load(
        [Document("a", "One."), Document("a", "Two."), Document("a~2", "Three."), Document("a", "Four.")]
    )
    assert [document.id for document in read.documents] == ["a", "a~2", "a~2~2", "a~3"]
    assert [document.text for document in read.documents] == ["One.", "Two.", "Three.", "Four."]
    assert [file.reason for file in read.report.files][:2] == ["", "the id 'a' was there before"]


def test_many_equal_ids_take_linear_time():
    read = corpus.load([Document("same", f"Text {number}.") for number in range(20_000)])
    assert read.documents[-1].id == "same~20000"


def test_texts_that_are_blank_are_skipped_and_told():
    read = corpus.load(["One.", " \n\t", "", "Four."])
    assert [document.id for document in read.documents] == ["0", "3"]
    assert [(file.path, file.status, file.reason) for file in read.report.files] == [
        ("0", "loaded", ""),
        ("1", "skipped", "empty"),
        ("2", "skipped", "empty"),
        ("3", "loaded", ""),
    ]


def test_characters_that_cannot_be_stored_are_replaced_one_for_one():
    document = only("a\0b\ud83dc")
    assert document.text == "a\ufffdb\ufffdc"
    document.text.encode()


@pytest.fixture
def farm(tmp_path) -> Path:
    folder = tmp_path / "ana" / "farm"
    (folder / "high").mkdir(parents=True)
    (folder / "llama.txt").write_text("It hums.")
    (folder / "high" / "vicuna.txt").write_text("It is wild.")
    return folder


@pytest.mark.parametrize("with_ids", [False, True])
def test_absolute_paths_of_the_directory_reader_stay_here(farm, with_ids):
    loaded = SimpleDirectoryReader(str(farm), recursive=True, filename_as_id=with_ids).load_data()
    assert any(str(farm) in str(document.metadata) for document in loaded)
    read = corpus.load(loaded)
    assert "ana" not in repr([(one.id, one.text, one.title, one.metadata) for one in read.documents])
    assert "ana" not in repr(read.report.files)
    found = {document.metadata["file_name"]: document for document in read.documents}
    assert found["vicuna.txt"].metadata["source"] == "high/vicuna.txt"
    assert found["vicuna.txt"].metadata["folder"] == "high"
    assert found["vicuna.txt"].metadata["file_path"] == "high/vicuna.txt"
    assert found["llama.txt"].metadata["source"] == "llama.txt"
    assert found["llama.txt"].title == "llama.txt"
    if with_ids:
        assert {document.id for document in read.documents} == {"llama.txt", "high/vicuna.txt"}


def test_a_single_document_keeps_the_files_name(farm):
    (loaded,) = SimpleDirectoryReader(input_files=[str(farm / "llama.txt")]).load_data()
    assert only(loaded).metadata["source"] == "llama.txt"
    assert str(farm) not in str(only(loaded).metadata)


@pytest.mark.parametrize(
    ("metadata", "source"),
    [
        ({"source": "/home/ana/farm/llama.txt"}, "llama.txt"),
        ({"source": r"C:\Users\ana\farm\llama.txt"}, "llama.txt"),
        ({"file_path": "/home/ana/llama.txt", "source": "herd"}, "herd"),
        ({"source": Path("/home/ana/llama.txt")}, "llama.txt"),
        ({"source": "file:///home/ana/llama.txt"}, "llama.txt"),
        ({"source": "https://farm.example/llama"}, "https://farm.example/llama"),
        ({"file_directory": "/home/ana", "filename": "llama.txt"}, "llama.txt"),
        ({"filename": "llama.txt", "root": "/home/ana"}, "llama.txt"),
    ],
)
def test_no_absolute_path_is_kept(metadata, source):
    document = only(LangChainDocument(page_content="It hums.", metadata=metadata))
    assert document.metadata["source"] == source
    assert "ana" not in repr(document)


def test_our_own_documents_keep_no_absolute_path_either():
    assert "ana" not in repr(only(Document("a", "b", metadata={"source": "/home/ana/a.md"})))


def test_files_without_a_common_folder_keep_their_names_alone():
    paths = ["/home/ana/a.txt", "/srv/else/b.txt", r"D:\ana\c.txt"]
    read = corpus.load([Document(path, "text", metadata={"file_path": path}) for path in paths])
    assert [document.id for document in read.documents] == ["a.txt", "b.txt", "c.txt"]
    assert "ana" not in repr(read.documents)


def test_other_values_with_a_slash_are_left_alone():
    document = only(LangChainDocument(page_content="x", metadata={"page": "/wiki/Llama", "ratio": "1/2"}))
    assert (document.metadata["page"], document.metadata["ratio"]) == ("/wiki/Llama", "1/2")


def test_texts_are_named_by_position():
    read = corpus.load(["Llamas hum.", "  ", "Camels\r\ngroan."])
    assert [(one.id, one.text, one.metadata["source"]) for one in read.documents] == [
        ("0", "Llamas hum.", "0"),
        ("2", "Camels\r\ngroan.", "2"),
    ]
    assert [(file.path, file.status, file.reason) for file in read.report.files][1] == ("1", "skipped", "empty")
    assert read.name == "memory"
