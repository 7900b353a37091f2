from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.citations import find_citations
from workbench.generation.support import support_sentences
from workbench.records import Chunk, Passage
from workbench.sentences import sentence_spans


def passage(rank, text):
    return Passage(rank, 0.5, Chunk(f"d{rank}:0", f"d{rank}", 0, 0, len(text), text))


PASSAGES = (passage(1, "Llamas are camelids."), passage(2, "The guanaco is the wild ancestor of the llama."))


def test_numbers_are_checked_against_the_prompt():
    text = "Llamas are camelids [1], bred from guanacos [2, 7]."
    found = find_citations(text, PASSAGES)
    assert [(c.number, c.chunk, c.valid) for c in found] == [(1, "d1:0", True), (2, "d2:0", True), (7, None, False)]
    assert [text[c.start : c.end] for c in found] == ["[1]", "2", "7"]


def test_no_citation_in_brackets_of_other_kinds():
    assert find_citations("an array [a] and [] and [1234]", PASSAGES) == ()


def test_sentences_with_abbreviations_and_citations():
    text = "Llamas, e.g. Dr. Smith's, are 1.8 m tall. [1] They spit! Do they?\n\n- one item\n- another item"
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "Llamas, e.g. Dr. Smith's, are 1.8 m tall. [1]",
        "They spit!",
        "Do they?",
        "- one item",
        "- another item",
    ]


def test_support_is_the_share_of_content_words():
    first, second = support_sentences("Llamas are camelids [1]. They sing opera at night.", PASSAGES)
    assert (first.support, first.passages) == (1.0, (1,))
    assert (second.support, second.passages) == (0.0, ())
    half = support_sentences("The guanaco sings.", PASSAGES)[0]
    assert (half.support, half.passages) == (0.5, (2,))


def test_a_sentence_without_content_needs_no_support():
    assert support_sentences("It is.", PASSAGES)[0].support == 1.0


def test_a_range_names_every_passage_in_it():
    text = "All say so [1-3]; [1][2] too; [2 – 9, 1]."
    found = find_citations(text, PASSAGES)
    assert [c.number for c in found] == [1, 2, 3, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 1]
    assert [text[c.start : c.end] for c in found[:5]] == ["1", "", "3", "[1]", "[2]"]
    assert [c.number for c in found if c.valid] == [1, 2, 1, 2, 2, 1]


def test_a_range_of_hundreds_names_its_ends_alone():
    assert [c.number for c in find_citations("[1-300]", PASSAGES)] == [1, 300]


@given(st.text(alphabet="[]0123456789-–,; a.\n", max_size=60))
def test_citations_stand_where_they_say_in_the_order_of_the_text(text):
    found = find_citations(text, PASSAGES)
    assert [c.start for c in found] == sorted(c.start for c in found)
    for citation in found:
        written = text[citation.start : citation.end]
        assert written in {"", str(citation.number)} or str(citation.number) in written
        assert citation.valid == (citation.number in (1, 2))
