"""What a finding says of a person's own chunks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import WordModel
from workbench.models.check import with_figures
from workbench.models.check.answers import failed, not_asked, passed
from workbench.models.check.figures import kinds_of, long_kind
from workbench.models.check.texts import SCRIPTS
from workbench.records import ModelCheck

ADVICE = "Choose another model."


def said(probe, texts, model=None):
    check = ModelCheck("test:words", "0" * 64, (probe,), 0.2, "2026-11-21T07:00:00+00:00")
    return with_figures(check, texts, model).probes[0].seen


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a plain sentence.", set()),
        ("Lima", {"capitals"}),
        ("vicuña", {"accents"}),
        ("nin\u0303o", {"accents"}),
        ("p<0.05", {"marks"}),
        ("лама", {"Cyrillic"}),
        ("λύκος", {"Greek", "accents"}),
        ("水は青い", {"Chinese or Japanese"}),
        ("جمل", {"Arabic"}),
        ("ऊन", {"Devanagari"}),
        ("fine 🦙 wool", {"emoji"}),
        ("16 µm, 3 €", set()),
        ("half a \ud800 character", set()),
        ("", set()),
    ],
)
def test_the_kinds_of_a_text(text, kinds):
    assert kinds_of(text) == kinds


def test_every_script_that_is_asked_is_known_again():
    for script, words in SCRIPTS.items():
        assert [kinds_of(word) for word in words] == [{script}, {script}]


@given(st.text(), st.text())
def test_the_kinds_of_two_texts_are_those_of_both(one, other):
    assert kinds_of(f"{one} {other}") == kinds_of(one) | kinds_of(other)


@pytest.mark.parametrize(
    ("texts", "seen"),
    [
        ([], "It is wrong (a detail)."),
        (["Perú", "Lima", "Cuzco"], "It is wrong: 1 of your 3 chunks holds one (a detail)."),
        (["ñ", "é", "a"], "It is wrong: 2 of your 3 chunks hold one (a detail)."),
        (["a", "b"], "It is wrong: none of your chunks holds one (a detail)."),
        (["é"], "It is wrong: your one chunk holds one (a detail)."),
    ],
)
def test_figures_stand_between_finding_and_detail(texts, seen):
    assert said(failed("accents", "It is wrong", ADVICE, "a detail", ["accents"]), texts) == seen


def test_a_text_of_two_wanted_kinds_counts_once():
    probe = failed("tokens", "It is wrong", ADVICE, concerns=["accents", "marks"])
    assert said(probe, ["p<ñ", "<", "a"]) == "It is wrong: 2 of your 3 chunks hold such text."


def test_what_is_wrong_with_every_text_says_so():
    probe = failed("order", "It mixes up the order", ADVICE)
    assert said(probe, ["a"] * 1200) == "It mixes up the order: that is so for all 1,200 of your chunks."


def test_long_texts_are_counted_with_the_models_tokens_and_prefix():
    probe = failed("length", "It cuts", ADVICE, concerns=[long_kind(4)])
    texts = ["one two three four", "one two three four five", "a", "x" * 100]
    assert said(probe, texts, WordModel()) == "It cuts: 1 of your 4 chunks is longer."
    assert said(probe, texts, WordModel(document_prefix="search: ")) == "It cuts: 2 of your 4 chunks are longer."
    assert said(probe, texts) == "It cuts."


def test_what_passed_or_was_not_asked_has_no_figures_but_for_what_it_names():
    assert said(passed("order", "In order"), ["a"]) == "In order."
    assert said(not_asked("tokens", "Nobody says"), ["a"]) == "Nobody says."
    probe = passed("scripts", "Unknown to this model: emoji", concerns=["emoji"])
    assert said(probe, ["🦙", "llama"]) == "Unknown to this model: emoji: 1 of your 2 chunks holds such text."


def test_figures_are_worked_out_anew():
    probe = failed("accents", "It is wrong", ADVICE, concerns=["accents"])
    check = ModelCheck("test:words", "0" * 64, (probe,), 0.2, "2026-11-21T07:00:00+00:00")
    twice = with_figures(with_figures(check, ["é"] * 3), ["é", "a"])
    assert twice.probes[0].seen == "It is wrong: 1 of your 2 chunks holds one."
    assert with_figures(twice, []).probes[0].seen == "It is wrong."
