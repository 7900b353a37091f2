"""Whatever an answer, a passage, a question or a template holds: places that are true, and nothing lost or made up."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.effort import effort
from tests.faults.texts import any_text, passages, told_text
from workbench.errors import InputError
from workbench.generation import language_model
from workbench.generation.citations import find_citations
from workbench.generation.fence import escaped, fence_of, fenced
from workbench.generation.prompt import build_prompt
from workbench.generation.quotes import find_quotes
from workbench.generation.support import support_sentences
from workbench.generation.template import checked, filled
from workbench.records import Chunk, Retrieval
from workbench.retrieval.filters import matching
from workbench.retrieval.lexical import LexicalIndex
from workbench.sentences import sentence_spans

fuzz = settings(max_examples=effort(50, 2500), deadline=None)
NUMBER = re.compile(r"\d{1,3}")


@fuzz
@given(text=told_text, given=passages())
def test_citations_stand_where_they_say(text, given):
    ranks = {passage.rank: passage.chunk.id for passage in given}
    for one in find_citations(text, given):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.chunk == ranks.get(one.number)
        written = text[one.start : one.end]
        assert not written or int(NUMBER.search(written)[0]) == one.number


@st.composite
def quoting(draw):
    """Give passages, and an answer that quotes some of their words, or others, between marks of any form."""
    given = draw(passages())
    said = []
    for _ in range(draw(st.integers(1, 3))):
        source = draw(st.sampled_from([one.chunk.text for one in given] + ["It is so that llamas hum."]))
        words = (source + draw(told_text)).split(" ")
        first = draw(st.integers(0, len(words)))
        opening, closing = draw(st.sampled_from(["“”", "„“", "«»", '""']))
        said.append(f"{draw(told_text)} {opening}{' '.join(words[first:])} a b{closing} {draw(told_text)}")
    return " ".join(said), given


@fuzz
@given(quoted=quoting())
def test_quotations_stand_where_they_say(quoted):
    text, given = quoted
    chunks = {passage.rank: passage.chunk for passage in given}
    for one in find_quotes(text, given):
        assert one.text in text[one.start : one.end]
        assert 0 <= one.likeness <= 1
        assert (one.match == "none") == (one.span is None)
        if one.span is not None:
            start, end = one.span
            assert 0 <= start < end <= len(chunks[one.rank].text)
            assert one.chunk == chunks[one.rank].id
        assert (one.match == "exact") <= (one.likeness == 1)


@fuzz
@given(text=told_text)
def test_sentences_follow_each_other(text):
    spans = sentence_spans(text)
    flat = [at for span in spans for at in span]
    assert flat == sorted(flat)
    assert all(text[start:end].strip() for start, end in spans)
    assert all(not text[end:start].strip() for (_, end), (start, _) in zip([(0, 0), *spans], [*spans, (len(text), 0)],
                                                                            strict=True))  # fmt: skip


def letters(texts):
    """Give vectors that tell texts apart a little; also for the empty text."""
    return np.array([[len(text) + 1, text.count("a"), text.count(" ")] for text in texts], dtype=np.float32)


@fuzz
@given(text=told_text, given=passages(), embed=st.sampled_from([None, letters]))
def test_support_is_a_share(text, given, embed):
    found = support_sentences(text, given, embed)
    assert len(found) == len(sentence_spans(text))
    for one in found:
        assert 0 <= one.support <= 1
        assert set(one.passages) <= {passage.rank for passage in given}


@fuzz
@given(question=any_text, given=passages(), seed=st.integers(0, 2**64))
def test_no_text_can_forge_the_fence(question, given, seed):
    mark = fence_of(question, [passage.chunk.text for passage in given], seed)
    assert not any(mark in passage.chunk.text for passage in given)
    for passage in given:
        lines = fenced(passage, mark).split("\n")
        assert lines[-1] == f"</passage {mark}>"
        assert lines[0].startswith(f"<passage {mark} [{passage.rank}] ")
        inner = "\n".join(lines[1:-1])
        assert not re.search(r"<\s*/?\s*passage\b", inner, re.IGNORECASE)
        assert inner.replace("\\", "") == passage.chunk.text.replace("\\", "")
        assert not find_citations(inner, ())
        assert escaped(inner) == inner


@fuzz
@given(template=told_text | st.none() | st.integers() | st.just("{passages}{question}"), given=st.data())
def test_a_template_is_filled_in_one_pass(template, given):
    try:
        usable = checked(template)
    except InputError:
        return
    values = {"question": given.draw(told_text), "passages": given.draw(told_text), "fence": "f"}
    said = "".join(message.content for message in filled(usable, values))
    assert values["question"] in said
    assert values["passages"] in said
    lengths = {name: len(value) for name, value in values.items()}
    grown = sum(lengths[name] - len(f"{{{name}}}") for name in re.findall(r"\{(question|passages|fence)\}", usable))
    assert len(said) <= len(usable) + grown


@fuzz
@given(question=told_text, given=passages(), seed=st.integers(0, 9))
def test_a_prompt_holds_all_its_passages_or_names_them_as_left_out(question, given, seed):
    model = language_model("extractive", embed=lambda texts, role: letters(texts))
    request = build_prompt(Retrieval(question, given), model, seed=seed)
    ranks = {passage.rank for passage in request.passages}
    assert ranks | set(request.left_out) == {passage.rank for passage in given}
    assert not ranks & set(request.left_out)
    whole = "\n".join(message.content for message in request.messages)
    assert question in whole
    assert all(fenced(passage, request.fence) in whole for passage in request.passages)


INDEX = LexicalIndex(["Llamas hum in the Andes.", "", "漢字かな交じり", "\x00 \ud800", "AND OR NOT NEAR"])


@fuzz
@given(question=told_text)
def test_words_of_any_question_give_scores(question):
    scores = INDEX.scores(question)
    assert (scores.shape, scores.dtype) == ((5,), np.float32)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()


@fuzz
@given(texts=st.lists(told_text, max_size=5), language=st.sampled_from([None, "", "english", "german"]))
def test_any_texts_can_be_indexed_by_words_and_are_found_by_their_own(texts, language):
    index = LexicalIndex(texts, language=language)
    for row, text in enumerate(texts):
        scores = index.scores(text)
        assert np.isfinite(scores).all()
        assert not scores.any() or scores[row] > 0


values = st.none() | st.booleans() | st.integers() | st.floats() | any_text


@fuzz
@given(
    held=st.lists(values, min_size=1, max_size=6),
    wanted=values
    | st.lists(values, max_size=3)
    | st.dictionaries(any_text, values, max_size=2)
    | st.binary(max_size=3),
)
def test_a_filter_finds_what_has_the_value_and_nothing_else(held, wanted):
    chunks = [Chunk(f"d:{at}", "d", at, 0, 1, "x", {"field": value}) for at, value in enumerate(held)]
    try:
        found = matching(chunks, {"field": wanted}, None)["filter"]
    except InputError:
        assert all(value is None for value in held)
        return
    several = wanted if isinstance(wanted, list) else [wanted]
    right = [value is not None and any(value is one or value == one for one in several) for value in held]
    assert found.tolist() == right


def test_half_a_character_in_a_question():
    assert replace(Retrieval("x", ()), query="\ud800").query == "\ud800"
    assert INDEX.scores("\ud800 llamas").any()
