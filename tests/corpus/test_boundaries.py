from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.corpus.boundaries import find_boundaries
from workbench.corpus.sections import find_headings


def pieces(text):
    places = [0, *find_boundaries(text, find_headings(text)).sentences, len(text)]
    found = [text[a:b].strip() for a, b in pairwise(places)]
    return [piece for piece in found if piece]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Llamas hum. Alpacas too! Do camels? No…", ["Llamas hum.", "Alpacas too!", "Do camels?", "No…"]),
        ("It is 3.5 kg. Dr. Ann B. Smith, e.g., says so.", ["It is 3.5 kg.", "Dr. Ann B. Smith, e.g., says so."]),
        ("See Fig. 3 and no. 5. He said no. Then he left.", ["See Fig. 3 and no. 5.", "He said no.", "Then he left."]),
        ("approx. five animals etc. and more.", ["approx. five animals etc. and more."]),
        ("“Kush!” says he. (It sits.) It waits.", ["“Kush!” says he.", "(It sits.)", "It waits."]),
        ("骆驼。羊驼！", ["骆驼。", "羊驼！"]),
        ("1. One thing\n2. Another\n- third", ["1. One thing", "2. Another", "- third"]),
        ("One\n\nTwo\fThree", ["One", "Two", "Three"]),
        ("# Head\n\nText here. More.", ["# Head\n\nText here.", "More."]),
    ],
)  # fmt: skip
def test_sentences(text, expected):
    assert pieces(text) == expected


@given(st.text(st.sampled_from("aA.!? \n\f#-1。"), max_size=200))
def test_levels_hold_each_other_in_order(text):
    found = find_boundaries(text, find_headings(text))
    for places in (found.headings, found.paragraphs, found.sentences):
        assert list(places) == sorted(set(places))
    assert set(found.headings) <= set(found.paragraphs) <= set(found.sentences)


@pytest.mark.parametrize("run", [".", "\n", " ", "\t\n", "#", "# ", "`", "=\n", "---\n", "1. ", "a.", ". ", "\f"])
def test_time_is_linear_in_runs_of_one_thing(run):
    text = run * 100_000
    began = time.perf_counter()
    find_boundaries(text, find_headings(text))
    assert time.perf_counter() - began < 5


def test_headings():
    text = (
        "---\ntitle: Not this\n---\n# Llamas #\n\n```sh\n# not this\n```\n\nWool\n====\n\n## C#\n\nnot\n--\n#nor this\n"
    )
    assert [heading.title for heading in find_headings(text)] == ["Llamas", "Wool", "C#"]
    assert [text[heading.start : heading.end] for heading in find_headings(text)] == [
        "# Llamas #",
        "Wool\n====",
        "## C#",
    ]
