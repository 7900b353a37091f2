"""Large and awkward corpora in seconds, with time that grows as the text does."""

from __future__ import annotations

import shutil
import time

import pytest

from tests.doubles import WordTokenizer
from workbench import corpus
from workbench.corpus import chunk_documents
from workbench.models.bundled import tokenizer_file
from workbench.models.tokens import FileTokenizer
from workbench.records import Document

WORDS = WordTokenizer()
PIECES = FileTokenizer(tokenizer_file())
both = pytest.mark.parametrize("tokenizer", [WORDS, PIECES], ids=["words", "pieces"])


def timed(documents, tokenizer, size=240, overlap=24):
    began = time.perf_counter()
    chunks = chunk_documents(documents, tokenizer, size, overlap)
    return chunks, time.perf_counter() - began


def one(text, kind="text"):
    return [Document("d", text, metadata={"source": "d", "format": kind})]


@both
def test_a_word_of_five_million_letters(tokenizer):
    chunks, seconds = timed(one("x" * 5_000_000), tokenizer)
    assert all(len(chunk.text) <= 20 * 240 for chunk in chunks)
    assert chunks[-1].end == 5_000_000
    assert seconds < 10


@both
def test_twenty_thousand_short_documents(tokenizer):
    documents = [Document(str(number), f"Llama {number} hums. It spits.") for number in range(20_000)]
    chunks, seconds = timed(documents, tokenizer)
    assert [chunk.id for chunk in chunks] == [f"{number}:0" for number in range(20_000)]
    assert seconds < 20


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        ("## Head\n\nSome words are here. And more of them come.\n\n", "markdown"),
        ("One page of text.\f", "pdf"),
        ("```\ncode\n```\n", "markdown"),
        ("一句话在这里。", "text"),
        ("a,", "text"),
        ("- item\n", "markdown"),
        ("\u0301", "text"),
    ],
)
def test_time_grows_as_the_text_does(piece, kind):
    few, many = 200_000, 800_000
    _, first = timed(one(piece * (few // len(piece)), kind), WORDS)
    chunks, then = timed(one(piece * (many // len(piece)), kind), WORDS)
    # Four times the text; a quadratic step would take sixteen times as long.
    assert then < 9 * first + 1
    assert chunks[-1].end >= many - 2 * len(piece)


def test_ten_thousand_rows_and_a_long_page_are_read_quickly(tmp_path):
    (tmp_path / "a.csv").write_text("animal,kg\n" + "llama,130\n" * 10_000)
    (tmp_path / "b.html").write_text("<ul>" + "<li><p>It <b>hums</b>.</p></li>" * 10_000)
    (tmp_path / "c.jsonl").write_text('{"text": "It hums."}\n' * 10_000)
    began = time.perf_counter()
    read = corpus.load(tmp_path)
    assert len(read.documents) == 20_001
    assert time.perf_counter() - began < 20


def test_a_hundred_thousand_files_are_read(tmp_path):
    for folder in range(100):
        first = tmp_path / f"{folder:02}" / "000.txt"
        first.parent.mkdir()
        first.write_bytes(b"It hums.")
        for number in range(1, 1000):
            first.with_name(f"{number:03}.txt").hardlink_to(first)  # a tenth of the time of writing each
    read = corpus.load(tmp_path)
    assert len(read.documents) == len(read.report.files) == 100_000
    assert (read.documents[0].id, read.documents[-1].id) == ("00/000.txt", "99/999.txt")
    shutil.rmtree(tmp_path)


def test_line_ends_of_windows_leave_no_trace_in_chunks(tmp_path):
    (tmp_path / "a.md").write_bytes(b"# Llama\r\n\r\nIt hums.\r\nIt spits.\r\n\r\n# Camel\r\n\r\nIt groans.\r\n")
    read = corpus.load(tmp_path)
    chunks = chunk_documents(read.documents, WORDS, 5, 0)
    assert [(chunk.text, chunk.metadata["section"]) for chunk in chunks] == [
        ("# Llama\n\nIt hums.\nIt spits.", "Llama"),
        ("# Camel\n\nIt groans.", "Camel"),
    ]


def test_line_ends_of_windows_in_a_list_of_texts_are_cut_at_paragraphs():
    chunks = chunk_documents(one("One two three.\r\n\r\nFour five six seven."), WORDS, 6, 0)
    assert [chunk.text for chunk in chunks] == ["One two three.", "Four five six seven."]


def test_a_chunk_that_spans_two_pages_is_on_the_first():
    chunks = chunk_documents(one("One two.\fThree four five.\fSix.", "pdf"), WORDS, 4, 0)
    assert [(chunk.text, chunk.metadata["page"]) for chunk in chunks] == [
        ("One two.", 1),
        ("Three four five.\fSix.", 2),
    ]


def test_chunking_twice_gives_the_same():
    documents = corpus.load(corpus.samples()["camelids"]).documents
    first, _ = timed(documents, PIECES, 60, 12)
    again, _ = timed(documents, PIECES, 60, 12)
    assert first == again
    assert len({chunk.id for chunk in first}) == len(first) > 300
