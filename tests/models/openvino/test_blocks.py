"""Blocks: the same texts are computed together however fast the machine is."""

from __future__ import annotations

import itertools
import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench import embedding_model
from workbench.index import batches
from workbench.models.openvino.blocks import block_ends, characters_for


def sizes(texts, characters):
    return [end - start for start, end in itertools.pairwise([0, *block_ends(texts, characters)])]


def test_a_block_is_256_short_texts_or_some_long_ones_and_never_none():
    assert sizes(["llama"] * 600, 20_000) == [256, 256, 88]
    assert sizes(["x" * 9000] * 5, 20_000) == [2, 2, 1]
    assert sizes(["x", "y" * 30_000, "z"], 20_000) == [1, 1, 1]
    assert sizes([], 20_000) == []


@given(lengths=st.lists(st.integers(0, 40), max_size=700), characters=st.integers(1, 400))
def test_what_follows_a_block_is_blocked_as_without_it(lengths, characters):
    texts = ["x" * length for length in lengths]
    ends = list(block_ends(texts, characters))
    assert ends == sorted(set(ends))
    assert ends[-1:] == [len(texts)][: len(texts)]
    for end in ends:
        assert [end + one for one in block_ends(texts[end:], characters)] == [one for one in ends if one > end]
        assert list(block_ends(texts[:end], characters)) == [one for one in ends if one <= end]


def test_a_model_ten_times_as_large_has_a_tenth_of_the_characters(tmp_path):
    for name, size in (("small", 1000), ("large", 10**9)):
        with (tmp_path / f"{name}.bin").open("wb") as file:
            file.truncate(size)
    assert characters_for(tmp_path / "small.xml") == 20_000
    assert characters_for(tmp_path / "large.xml") == 2000


def test_vectors_are_the_same_to_the_last_bit_however_fast_the_machine_seems(monkeypatch):
    model = embedding_model("bundled:all-MiniLM-L6-v2")
    texts = [f"The llama carries {number} loads" + " of wool" * (number % 37) for number in range(900)]
    wanted, counts = model.embed(texts, "document"), []
    for seconds in (0.001, 10.0):
        monkeypatch.setattr(batches, "_SECONDS", seconds)
        got = [part for _, part in batches.embedded_batches(model, texts, threading.Event(), lambda part, _: part)]
        np.testing.assert_array_equal(np.concatenate(got), wanted)
        counts.append(len(got))
    assert counts[0] > counts[1]
