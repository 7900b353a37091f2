from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.quotes import find_quotes
from workbench.records import Chunk, Passage

TEXTS = (
    "Llamas carry loads.\nThe herders’ path leads over the high passes of the Andes in spring.",
    "An alpaca gives fine wool; its fleece has more than twenty natural colours.",
)
PASSAGES = tuple(
    Passage(rank, 0.5, Chunk(f"d{rank}:0", f"d{rank}", 0, 0, len(text), text)) for rank, text in enumerate(TEXTS, 1)
)


def only(text):
    (quote,) = find_quotes(text, PASSAGES)
    return quote


def test_a_quotation_is_found_letter_for_letter():
    quote = only('They say "an alpaca gives fine wool" [2].')
    assert (quote.match, quote.rank) == ("fuzzy", 2)  # the passage writes An
    quote = only("They say “alpaca gives fine wool.” [2]")
    assert (quote.match, quote.likeness, quote.rank, quote.chunk) == ("exact", 1.0, 2, "d2:0")
    assert TEXTS[1][slice(*quote.span)] == "alpaca gives fine wool"


def test_white_space_and_the_form_of_marks_do_not_matter():
    quote = only('"carry loads. The  herders\' path leads"')
    assert quote.match == "exact"
    assert TEXTS[0][slice(*quote.span)] == "carry loads.\nThe herders’ path leads"


def test_a_word_changed_is_nearly():
    text = "«its fleece has more than thirty natural colours»"
    quote = only(text)
    assert (quote.match, quote.rank, quote.likeness) == ("fuzzy", 2, 0.875)
    assert TEXTS[1][slice(*quote.span)] == "its fleece has more than twenty natural colours"
    assert text[quote.start : quote.end] == text


def test_what_no_passage_says_is_none():
    quote = only('"Camels store water in their humps"')
    assert (quote.match, quote.rank, quote.chunk, quote.span) == ("none", 0, None, None)


def test_terms_inches_and_open_marks_are_no_quotations():
    assert find_quotes('The "guard llama" is 5" tall, and 7" long. “It goes on', PASSAGES) == ()


def test_the_cited_passage_is_looked_at_first():
    twice = (*PASSAGES, Passage(3, 0.4, Chunk("d3:0", "d3", 0, 0, len(TEXTS[1]), TEXTS[1])))
    assert find_quotes("“alpaca gives fine wool” [3].", twice)[0].rank == 3


@given(st.integers(0, 60), st.integers(12, 40))
def test_any_run_of_a_passage_is_exact(start, size):
    piece = TEXTS[1][start : start + size]
    for quote in find_quotes(f"“{piece}”", PASSAGES[1:]):
        assert quote.match == "exact"
