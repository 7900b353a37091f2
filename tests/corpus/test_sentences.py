"""Sentences that a passage card marks and an answer quotes, and the words that they share."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.sentences import content_words, sentence_ends, sentence_spans


def sentences(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\f", []),
        ("no mark", ["no mark"]),
        ("Llamas hum. Alpacas too! Do camels? No…", ["Llamas hum.", "Alpacas too!", "Do camels?", "No…"]),
        ("It is 1.8 m tall. It weighs 130 kg.", ["It is 1.8 m tall.", "It weighs 130 kg."]),
        ("Camelids, e.g. llamas, hum. So it is.", ["Camelids, e.g. llamas, hum.", "So it is."]),
        ("Camelids, i.e. Llamas, hum.", ["Camelids, i.e. Llamas, hum."]),
        ("Dr. Smith met J. R. Wheeler. They spoke.", ["Dr. Smith met J. R. Wheeler.", "They spoke."]),
        ("Smith et al. (2020) saw it. Then left.", ["Smith et al. (2020) saw it.", "Then left."]),
        ("He said no. Then he left.", ["He said no.", "Then he left."]),
        ("See no. 5 and Fig. 3. Then go.", ["See no. 5 and Fig. 3.", "Then go."]),
        ("Wool, meat etc. are sold. Hides too.", ["Wool, meat etc. are sold.", "Hides too."]),
        ("They give wool etc. The rest is eaten.", ["They give wool etc.", "The rest is eaten."]),
        ("It came in 1532. Then it left.", ["It came in 1532.", "Then it left."]),
        ("“It hums.” He nods. (It sits.) It waits.", ["“It hums.”", "He nods.", "(It sits.)", "It waits."]),
        ("What?! Really... Yes.", ["What?!", "Really...", "Yes."]),
        ("Wait ... what is that? A llama.", ["Wait ... what is that?", "A llama."]),
        (
            "It hums. [1] It spits [2]. It waits.[3, 4] End.",
            ["It hums. [1]", "It spits [2].", "It waits.[3, 4]", "End."],
        ),
        ("# Llama\n\nIt hums", ["# Llama", "It hums"]),
        ("1. Feed it.\n2. Brush it.", ["1. Feed it.", "2. Brush it."]),
        ("Needs:\n- hay\n- water\nDaily.", ["Needs:", "- hay", "- water\nDaily."]),
        ("Broken\nover lines. Next.", ["Broken\nover lines.", "Next."]),
        ("See llama.txt and www.example.org for more.", ["See llama.txt and www.example.org for more."]),
        ("骆驼生活在沙漠。羊驼！是吗？[1]对", ["骆驼生活在沙漠。", "羊驼！", "是吗？[1]", "对"]),
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        ("First.\n\nsecond in lower case.", ["First.", "second in lower case."]),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


MIXED = st.text(st.sampled_from('aA1.!?…"”)[] \n\t-*#。！é\u0301'), max_size=200) | st.text(max_size=200)


@given(MIXED)
def test_spans_are_ordered_apart_and_cover_all_text(text):
    spans = sentence_spans(text)
    covered = bytearray(len(text))
    behind = 0
    for start, end in spans:
        assert behind <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip() != ""
        covered[start:end] = b"\1" * (end - start)
        behind = end
    assert all(covered[place] or letter.isspace() for place, letter in enumerate(text))


@given(MIXED)
def test_ends_ascend(text):
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) for end in ends)


@pytest.mark.parametrize("run", [".", ". ", "\n", " \n", "[1] ", ". [1", "1. ", '."', "a.", "\t", "。", ".\n", ")"])
def test_time_is_linear_in_runs_of_one_thing(run):
    text = run * 100_000 + "x"
    began = time.perf_counter()
    sentence_ends(text)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("What is the llama?", {"llama"}),
        ("Llamas and a LLAMA", {"llama"}),
        ("the llama's wool, the llamas’ wool", {"llama", "wool"}),
        ("It isn't, they don’t, we can't", set()),
        ("grass bus axis gas", {"grass", "bus", "axis", "gas"}),
        ("in 1532, page 12, [3]", {"1532", "page"}),
        ("high-altitude vicuñas", {"high-altitude", "vicuña"}),
        ("vicun\u0303as", {"vicuña"}),
        ("ラクダ verblüfft", {"ラクダ", "verblüfft"}),
    ],
)
def test_words_that_carry_meaning(text, expected):
    assert content_words(text) == expected


@given(st.text(max_size=100))
def test_words_do_not_depend_on_case(text):
    if text.lower().upper().lower() == text.lower():
        assert content_words(text) == content_words(text.lower())


@given(st.lists(st.sampled_from(["llamas", "the", "hum", "in", "Andes"]), max_size=8))
def test_words_of_two_texts_are_those_of_both(words):
    half = len(words) // 2
    both = content_words(" ".join(words[:half])) | content_words(" ".join(words[half:]))
    assert content_words(" ".join(words)) == both
