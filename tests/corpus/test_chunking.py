from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.doubles import WordTokenizer
from workbench.corpus import chunk_documents
from workbench.corpus.chunking import _tokens
from workbench.errors import Cancelled, InputError
from workbench.models.bundled import tokenizer_file
from workbench.models.tokens import EstimatedTokenizer, FileTokenizer
from workbench.records import Document

WORDS = WordTokenizer()
PIECES = FileTokenizer(tokenizer_file())


def cut(text, size, overlap=0, kind="text", tokenizer=WORDS):
    document = Document("d", text, metadata={"source": "d", "format": kind})
    return chunk_documents([document], tokenizer, size, overlap)


def texts(*args, **kwargs):
    return [chunk.text for chunk in cut(*args, **kwargs)]


ALPHABET = st.text(st.sampled_from("aB é漢한\u0301😀.!?,:/#-*`1\n\n\t \f\u00a0\u200b"), max_size=300)
PROSE = st.lists(st.sampled_from(["Llamas hum.", "e.g.", "# Head\n", "\n\n", "word", "3.5", "x" * 50, " "])).map(
    " ".join
)
SIZES = st.integers(1, 12).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


@pytest.mark.parametrize("tokenizer", [WORDS, PIECES, EstimatedTokenizer()], ids=["words", "pieces", "estimate"])
@example(text="😀\x0c1한 1", sizes=(1, 0), kind="text")
@example(text="1: 한 1", sizes=(5, 1), kind="text")
@example(text="1 1 한", sizes=(2, 1), kind="text")
@given(text=ALPHABET | PROSE, sizes=SIZES, kind=st.sampled_from(["text", "markdown", "pdf"]))
def test_chunks_cover_all_text_within_their_size(tokenizer, text, sizes, kind):
    size, overlap = sizes
    chunks = cut(text, size, overlap, kind, tokenizer)
    counts = tokenizer.count([chunk.text for chunk in chunks])
    covered = bytearray(len(text))
    for ordinal, chunk in enumerate(chunks):
        assert (chunk.id, chunk.document, chunk.ordinal) == (f"d:{ordinal}", "d", ordinal)
        assert chunk.text == text[chunk.start : chunk.end] == chunk.text.strip() != ""
        # A Hangul syllable is three of BERT's tokens, and cannot be divided.
        assert counts[ordinal] <= max(size, tokenizer.count(list(chunk.text)).max())
        covered[chunk.start : chunk.end] = b"\1" * len(chunk.text)
    assert all(covered[place] or letter.isspace() for place, letter in enumerate(text))
    for before, after in pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end
        assert tokenizer.count([text[after.start : before.end]])[0] <= overlap


@given(text=ALPHABET)
def test_a_document_is_one_chunk_when_asked(text):
    assert texts(text, "document") == ([text.strip()] if text.strip() else [])


def test_a_text_that_fits_is_one_chunk():
    assert texts("# A\n\nOne two.\n\n# B\n\nThree.", 10, kind="markdown") == ["# A\n\nOne two.\n\n# B\n\nThree."]


def test_a_chunk_ends_before_a_heading_if_it_can():
    text = "# Llamas\n\nThey hum. They spit.\n\n## Wool\n\nIt is soft. It is warm. It sells well."
    chunks = cut(text, 8, kind="markdown")
    assert [chunk.text for chunk in chunks] == [
        "# Llamas\n\nThey hum. They spit.",
        "## Wool\n\nIt is soft. It is warm.",
        "It sells well.",
    ]
    assert [chunk.metadata["section"] for chunk in chunks] == ["Llamas", "Wool", "Wool"]


def test_no_overlap_goes_across_a_heading():
    text = "# Llamas\n\nThey hum. They spit.\n\n# Wool\n\nIt is soft and it is warm and dear."
    assert texts(text, 10, 4, kind="markdown")[1].startswith("# Wool")


def test_a_heading_is_not_left_behind_at_the_end():
    text = "One two three four five six.\n\n# Head\n\nSeven eight nine ten."
    assert texts(text, 8, kind="markdown") == ["One two three four five six.", "# Head\n\nSeven eight nine ten."]


def test_paragraphs_go_before_sentences_and_these_before_words():
    assert texts("One two three.\n\nFour five. Six seven eight.", 6) == [
        "One two three.",
        "Four five. Six seven eight.",
    ]
    assert texts("One two three. Four five six seven.", 5) == ["One two three.", "Four five six seven."]
    assert texts("one two three four five", 2) == ["one two", "three four", "five"]


def test_overlap_begins_with_a_sentence_if_one_fits():
    assert texts("A1 b1 c1. A2 b2. A3 b3 c3.", 5, 3) == ["A1 b1 c1. A2 b2.", "A2 b2. A3 b3 c3."]
    assert texts("a b c d e f", 4, 2) == ["a b c d", "c d e f"]


def test_a_word_longer_than_a_chunk_is_cut():
    chunks = cut("so " + "y" * 100 + " it is", 10, tokenizer=PIECES)
    assert "".join(chunk.text for chunk in chunks).replace(" ", "") == "so" + "y" * 100 + "itis"
    assert all(PIECES.count([chunk.text])[0] <= 10 for chunk in chunks)


def test_a_word_read_as_one_token_does_not_make_an_endless_chunk():
    # BERT's tokenizer reads a word of more than 100 letters as one unknown token.
    assert PIECES.count(["x" * 10_000])[0] == 1
    chunks = cut("x" * 10_000, 8, tokenizer=PIECES)
    assert [len(chunk.text) for chunk in chunks] == [1000] * 10


def test_links_are_cut_behind_a_mark():
    assert texts("aa.bb.cc.dd.ee.ff", 4, tokenizer=PIECES)[0].endswith(".")


def test_pages_are_counted_from_one():
    chunks = cut("One two.\fThree four.\f\fFive six.", 2, kind="pdf")
    assert [(chunk.text, chunk.metadata["page"]) for chunk in chunks] == [
        ("One two.", 1),
        ("Three four.", 2),
        ("Five six.", 4),
    ]


def test_marks_without_tokens_are_kept():
    assert texts("!!! ???", 3) == ["!!! ???"]


def test_accents_without_end_are_cut_quickly():
    chunks = cut("a" + "\u0301" * 10_000, 8, tokenizer=PIECES)
    assert [len(chunk.text) for chunk in chunks] == [1000] * 10 + [1]


def test_no_more_is_repeated_than_leaves_room_for_something_new():
    # A Hangul syllable is three of BERT's tokens.
    assert texts("1 1 한", 3, 1, tokenizer=PIECES) == ["1 1", "한"]


def test_documents_without_text_give_no_chunk():
    documents = [Document("a", " \n"), Document("b", "Llamas"), Document("c", "")]
    assert [chunk.id for chunk in chunk_documents(documents, WORDS, 5)] == ["b:0"]
    assert chunk_documents([], WORDS, 5) == ()


def test_long_texts_are_tokenised_in_pieces_to_the_same_effect():
    text = "Llamas hum and vicuñas whistle. " * 8000
    (pieced,) = _tokens([Document("d", text)], WORDS)
    assert len(text) > 200_000
    assert (pieced == WORDS.offsets([text])[0]).all()


@pytest.mark.parametrize(
    ("size", "overlap", "message"),
    [
        (0, 0, "chunk size is 0"),
        (2.5, 0, "chunk size is 2.5"),
        (True, 0, "chunk size is True"),
        ("all", 0, "'document'"),
        (5, -1, "overlap is -1"),
        (5, 5, "overlap is 5 and the chunk size 5"),
    ],
)
def test_sizes_out_of_range(size, overlap, message):
    with pytest.raises(InputError, match=message):
        chunk_documents([], WORDS, size, overlap)


def test_cancelling_stops_between_batches():
    cancel = threading.Event()
    documents = [Document(str(number), "Llamas hum. " * 20_000) for number in range(3)]
    seen = []

    def progress(done, total):
        seen.append((done, total))
        cancel.set()

    with pytest.raises(Cancelled, match="after 2 of 3 documents"):
        chunk_documents(documents, WORDS, 50, 0, cancel, progress)
    assert seen == [(2, 3)]
