from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import WordTokenizer
from tests.widgets.fake import FakeWorkbench, chunked, counts, words
from workbench.errors import InputError
from workbench.records import Document, FileReport, LoadReport, ModelInfo
from workbench.widgets import corpus_panel
from workbench.widgets._lens import histogram, lens, unseen
from workbench.widgets._sources import keep_files, variable, variables
from workbench.widgets.corpus_panel import CorpusPanel, lens_of, view

DOCUMENT = Document("a.md", "# Title\n\n" + words(12), "Title")
REPORT = LoadReport(
    (
        FileReport("a.md", "loaded", "", 1300, "utf-8"),
        FileReport("b.bin", "skipped", "It is not text."),
    )
)


@pytest.fixture
def wb():
    chunks = chunked(DOCUMENT)
    made = FakeWorkbench(
        documents=(DOCUMENT,),
        chunks=chunks,
        load_report=REPORT,
        token_counts=counts(chunks),
        corpus_name="one",
        model_info=ModelInfo("test:words", "test", ready=True, dimensions=64, max_tokens=4),
    )
    made.prepared = SimpleNamespace(model=SimpleNamespace(tokenizer=WordTokenizer()))
    return made


def test_the_report_names_every_file_and_can_be_narrowed(wb):
    report = view(wb)["report"]
    assert report["all"] == [["a.md", "loaded", "", "1,300", "utf-8"], ["b.bin", "skipped", "It is not text.", "", ""]]
    assert report["missing"] == [["b.bin", "skipped", "It is not text.", "", ""]]
    assert (report["total"], report["total_missing"]) == (2, 1)


def test_a_corpus_without_text_says_so():
    assert view(FakeWorkbench(load_report=REPORT))["summary"].startswith("No text was found.")


def test_the_lens_numbers_boundaries_shades_overlap_and_greys_what_is_not_read(wb):
    # 14 words, 5 a chunk, 1 shared: chunks 1 to 4; of each the model reads 4 words.
    pieces = lens_of(wb, "a.md")["pieces"]
    assert "".join(piece["t"] for piece in pieces) == DOCUMENT.text
    assert [piece["begins"] for piece in pieces if "begins" in piece] == [[1], [2], [3], [4]]
    assert [piece["t"] for piece in pieces if piece.get("over")] == ["w2", "w6", "w10"]
    assert lens_of(wb, "a.md")["chunks"] == "4 chunks"


def test_words_that_only_one_chunk_has_and_does_not_read_are_grey(wb):
    chunks = chunked(DOCUMENT, size=6, overlap=1)
    wb.publish(chunks=chunks, token_counts=counts(chunks))
    pieces = lens_of(wb, "a.md")["pieces"]
    assert [piece["t"].strip() for piece in pieces if piece.get("cut")] == ["", "w7"]
    assert lens_of(wb, "a.md")["unseen"] == len(" w3") + len(" w7 w8")


@given(st.integers(2, 9), st.integers(0, 8), st.integers(0, 60), st.integers(1, 9))
def test_the_pieces_are_the_text_whatever_the_chunks(size, overlap, length, limit):
    document = Document("d", words(max(length, 1)))
    chunks = chunked(document, size=size, overlap=min(overlap, size - 1))
    seen = unseen(chunks, counts(chunks).tolist(), limit, WordTokenizer())
    drawn = lens(document, chunks, seen)
    assert "".join(piece["t"] for piece in drawn["pieces"]) == document.text
    assert [number for piece in drawn["pieces"] for number in piece.get("begins", [])] == [
        chunk.ordinal + 1 for chunk in chunks
    ]
    for chunk, end in zip(chunks, seen, strict=True):
        assert len(document.text[chunk.start : end].split()) == min(limit, len(chunk.text.split()))


def test_a_long_document_is_shown_in_parts():
    document = Document("long", words(10_000))
    chunks = chunked(document, size=100, overlap=10)
    ends = [chunk.end for chunk in chunks]
    first = lens(document, chunks, ends)
    after = lens(document, chunks, ends, first["to"])
    assert (first["from"], first["to"], after["from"]) == (0, 12_000, 12_000)
    assert "".join(piece["t"] for piece in after["pieces"]) == document.text[12_000:24_000]


def test_histogram():
    drawn = histogram(np.array([1, 5, 5, 30], dtype=np.int32), 24)
    assert sum(bin_["n"] for bin_ in drawn["bins"]) == 4
    assert [(bin_["from"], bin_["to"], bin_["n"], bin_["over"]) for bin_ in drawn["bins"] if bin_["n"]] == [
        (0, 2, 1, False),
        (4, 6, 2, False),
        (30, 32, 1, True),
    ]
    assert drawn["sentence"] == (
        "1 to 30 tokens a chunk, half of the chunks up to 5; 1 is longer than the 24 that the model reads"
    )
    assert drawn["at"] == 0.75


def test_histogram_where_all_fit():
    one, three = np.array([3], dtype=np.int32), np.array([3, 3, 3], dtype=np.int32)
    assert histogram(one, 24)["sentence"] == "3 tokens in the one chunk; all fit into the 24 that the model reads"
    assert histogram(three, None)["sentence"] == "3 tokens in every chunk"
    assert histogram(np.zeros(0, dtype=np.int32), 24) is None
    assert histogram(None, 24) is None


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=50), st.none() | st.integers(1, 5000))
def test_every_chunk_is_in_one_bin(tokens, limit):
    drawn = histogram(np.array(tokens, dtype=np.int32), limit)
    assert sum(bin_["n"] for bin_ in drawn["bins"]) == len(tokens)
    assert len(drawn["bins"]) <= 24
    for bin_ in drawn["bins"]:
        assert bin_["n"] == sum(bin_["from"] <= number < bin_["to"] for number in tokens)


def test_variables_of_the_notebook():
    names = {
        "frame": pd.DataFrame({"text": ["a", "b"]}),
        "texts": ["a", "b", "c"],
        "documents": [Document("a", "b")],
        "number": 3,
        "empty": [],
        "_7": ["hidden"],
        "In": ["x = 1"],
    }
    assert variables(names) == [
        {"name": "documents", "kind": "list of 1 documents"},
        {"name": "frame", "kind": "DataFrame, 2 rows"},
        {"name": "texts", "kind": "list of 3 texts"},
    ]
    assert variable(names, "texts") == ["a", "b", "c"]
    with pytest.raises(InputError, match="The notebook has no variable 'nothing'"):
        variable(names, "nothing")
    with pytest.raises(InputError, match="The variable 'number' is a int"):
        variable(names, "number")


def test_files_are_kept_by_content_and_cannot_leave_their_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    folder = keep_files({"a.md": b"llama", "../../b.md": b"camel", "c\\d.txt": b"goat"})
    assert sorted(path.name for path in folder.iterdir()) == ["a.md", "b.md", "d.txt"]
    assert folder.is_relative_to(tmp_path)
    assert (folder / "b.md").read_bytes() == b"camel"
    assert keep_files({"c\\d.txt": b"goat", "../../b.md": b"camel", "a.md": b"llama"}) == folder
    assert keep_files({"a.md": b"lama"}) != folder


def test_files_from_the_browser_become_a_corpus(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    wb = FakeWorkbench()
    panel = CorpusPanel(wb)
    panel._receive(None, {"do": "file", "name": "a.md", "first": True, "last": False}, [memoryview(b"llama")])
    assert wb.calls == []
    panel._receive(None, {"do": "file", "name": "b.md", "first": False, "last": True}, [memoryview(b"camel")])
    [(verb, path)] = wb.calls
    assert verb == "load"
    assert (tmp_path.joinpath(path) / "b.md").read_bytes() == b"camel"
    panel.close()


def test_sources_are_submitted(monkeypatch):
    monkeypatch.setattr(corpus_panel, "namespace", lambda: {"texts": ["a", "b"]})
    wb = FakeWorkbench()
    panel = CorpusPanel(wb)
    panel.act("load", path=" data/x ")
    panel.act("variables")
    panel.act("variable", name="texts")
    panel.act("refresh")
    assert wb.calls == [("load", "data/x"), ("load", ["a", "b"]), ("refresh",)]
    assert panel.widget.state["variables"] == [{"name": "texts", "kind": "list of 2 texts"}]
    panel.act("load", path="  ")
    assert panel.widget.state["problem"] == "Type the path of a folder or file first."
    panel.close()


def test_sizes(wb):
    panel = CorpusPanel(wb)
    panel.act("size", size=100, overlap=10)
    assert (wb.chunk_size, wb.chunk_overlap) == (100, 10)
    panel.act("size", size="document", overlap=10)
    assert wb.chunk_size == "document"
    panel.act("size", size=10, overlap=10)
    assert panel.widget.state["problem"] == (
        "The overlap is 10 and the chunk 10 tokens; the overlap must be the smaller."
    )
    panel.act("size", size=0, overlap=-1)
    assert panel.widget.state["problem"].startswith("chunk_size is 0;")
    panel.close()


def test_another_document_under_the_lens(wb):
    other = Document("b.md", words(3, first=100), "Other")
    chunks = chunked(DOCUMENT, other)
    wb.publish(documents=(DOCUMENT, other), chunks=chunks, token_counts=counts(chunks))
    panel = CorpusPanel(wb)
    assert panel.widget.state["lens"]["document"] == "a.md"
    panel.act("look", document="b.md")
    assert [piece["t"] for piece in panel.widget.state["lens"]["pieces"]] == ["w100 w101 w102"]
    panel.close()
