from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from langchain_core.documents import Document as LangChainDocument
from llama_index.core import SimpleDirectoryReader
from llama_index.core.schema import Document as LlamaDocument
from llama_index.core.schema import NodeWithScore, TextNode

from workbench.corpus import load
from workbench.records import Document


def test_texts_are_named_by_position():
    corpus = load(["Llamas hum.", "  ", "Camels\r\ngroan."])
    assert [(one.id, one.text, one.metadata["source"]) for one in corpus.documents] == [
        ("0", "Llamas hum.", "0"),
        ("2", "Camels\r\ngroan.", "2"),
    ]
    assert [(file.path, file.status, file.reason) for file in corpus.report.files][1] == ("1", "skipped", "empty")
    assert corpus.name == "memory"


def test_identity_follows_content():
    assert load(["a", "b"]).identity == load(("a", "b")).identity
    assert load(["a", "b"]).identity != load(["a", "c"]).identity
    assert load(["ab", ""]).identity != load(["a", "b"]).identity
    assert load(["a"]).identity.startswith("memory-")
    assert len(load(["a"]).identity) == len("memory-") + 12


def test_a_frame_with_id_and_text():
    frame = pd.DataFrame(
        {
            "id": [10, 11, 12, 13],
            "text": ["Llamas hum.", None, " ", 5],
            "kg": [130.5, 1, 2, 3],
            "legs": np.array([4, 4, 4, 4]),
            "wild": [False, True, True, True],
            "seen": pd.to_datetime(["2024-05-01", None, None, None]),
            "note": [None, "x", "y", "z"],
        }
    )
    corpus = load(frame)
    (document,) = corpus.documents
    assert (document.id, document.text) == ("10", "Llamas hum.")
    assert document.metadata == {
        "source": "10",
        "format": "table",
        "kg": 130.5,
        "legs": 4,
        "wild": False,
        "seen": "2024-05-01 00:00:00",
    }
    assert [type(document.metadata[name]) for name in ("kg", "legs", "wild")] == [float, int, bool]
    assert [(file.path, file.status, file.reason) for file in corpus.report.files] == [
        ("10", "loaded", ""),
        ("11", "skipped", "no value in the column 'text'"),
        ("12", "skipped", "empty"),
        ("13", "skipped", "the column 'text' holds a int, not a text"),
    ]


def test_a_frame_with_one_column_of_strings():
    frame = pd.DataFrame({"body": ["One", "Two"], "n": [1, 2]}, index=["x", "y"])
    assert [(one.id, one.text, one.metadata["n"]) for one in load(frame).documents] == [
        ("x", "One", 1),
        ("y", "Two", 2),
    ]


def test_our_documents_keep_what_they_have():
    given = Document("a.md", "# A", "Title", {"source": "a.md", "format": "markdown", "year": 2024})
    (document,) = load([given]).documents
    assert document == given


def test_ids_that_repeat_are_told_apart():
    corpus = load([Document("a", "One"), Document("a", "Two"), Document("a~2", "Three")])
    assert [one.id for one in corpus.documents] == ["a", "a~2", "a~2~2"]
    assert corpus.report.files[1].reason == "the id 'a' was there before"


def test_llama_index_documents():
    given = LlamaDocument(text="Llamas hum.", doc_id="d1", metadata={"title": "Llamas", "year": 2024, "none": None})
    node = TextNode(text="Camels groan.", id_="n1", metadata={"tags": ["a", "b"]})
    corpus = load([given, node, NodeWithScore(node=TextNode(text="Scored", id_="n2"), score=0.5)])
    assert [(one.id, one.text, one.title) for one in corpus.documents] == [
        ("d1", "Llamas hum.", "Llamas"),
        ("n1", "Camels groan.", "n1"),
        ("n2", "Scored", "n2"),
    ]
    assert corpus.documents[0].metadata == {"source": "d1", "format": "text", "title": "Llamas", "year": 2024}
    assert corpus.documents[1].metadata["tags"] == "a, b"


@pytest.mark.parametrize("named", [True, False])
def test_what_simple_directory_reader_gives(tmp_path, named):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.md").write_text("# Llamas\n\nThey hum.")
    (tmp_path / "sub" / "b.txt").write_text("Camels groan.")
    given = SimpleDirectoryReader(str(tmp_path), recursive=True, filename_as_id=named).load_data()
    corpus = load(given)
    assert {one.metadata["source"] for one in corpus.documents} == {"a.md", "sub/b.txt"}
    assert {one.metadata["format"] for one in corpus.documents} == {"markdown", "text"}
    assert str(tmp_path) not in repr((corpus.documents, corpus.report.files))
    if named:
        assert {one.id for one in corpus.documents} == {"a.md", "sub/b.txt"}
    else:
        assert {one.id for one in corpus.documents} == {one.doc_id for one in given}


def test_langchain_documents():
    given = [
        LangChainDocument(
            page_content="Llamas hum.", id="x", metadata={"source": "/home/someone/notes/a.md", "page": 3}
        ),
        LangChainDocument(page_content="Camels groan.", metadata={"source": "https://camels.example/a"}),
    ]
    corpus = load(given)
    assert [(one.id, one.text, one.title) for one in corpus.documents] == [
        ("x", "Llamas hum.", "a.md"),
        ("1", "Camels groan.", "a"),
    ]
    assert corpus.documents[0].metadata == {"source": "a.md", "format": "markdown", "page": 3}
    assert corpus.documents[1].metadata["source"] == "https://camels.example/a"
