from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.records import Chunk
from workbench.retrieval import Searchable
from workbench.retrieval.duplicates import SAME, distinct


def space(vectors, texts=None):
    texts = texts or [f"text {row}" for row in range(len(vectors))]
    chunks = [Chunk(f"d:{row}", "d", row, 0, len(text), text) for row, text in enumerate(texts)]
    return Searchable(chunks, np.asarray(vectors, dtype=np.float32))


def angles(*degrees):
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1) * 2


def test_vectors_that_all_but_agree_are_copies():
    # cos(5 degrees) is 0.9962, cos(6) 0.9945: 0 and 5 say the same, 6 is different from 0, and 90 from all.
    kept, copies = distinct(space(angles(0, 5, 6, 90)), np.array([0, 1, 2, 3]), 3)
    assert kept == [0, 2, 3]
    assert copies == {1: 0}


def test_texts_that_differ_in_case_and_blanks_are_copies():
    kept, copies = distinct(space(np.eye(3), ["One text", "one\n TEXT ", "another"]), np.array([2, 1, 0]), 2)
    assert (kept, copies) == ([2, 1], {0: 1})


def test_the_best_of_each_group_is_kept_and_copies_beyond_the_last_are_named():
    kept, copies = distinct(space(angles(0, 90, 1, 2, 45)), np.array([3, 1, 4, 0, 2]), 2)
    assert kept == [3, 1]
    assert copies == {0: 3, 2: 3}


def test_enough_are_found_behind_many_copies():
    vectors = np.concatenate([np.repeat(angles(0), 900, axis=0), angles(90, 180)])
    kept, copies = distinct(space(vectors), np.arange(902), 3)
    assert kept == [0, 900, 901]
    assert len(copies) == 899


@given(st.lists(st.integers(0, 359), min_size=1, max_size=40), st.integers(1, 12))
def test_what_is_kept_differs_and_what_is_not_repeats_it(degrees, count):
    made = space(angles(*degrees))
    kept, copies = distinct(made, np.arange(len(degrees)), count)
    units = made.units(np.array(kept))
    assert (np.triu(units @ units.T, 1) < SAME).all()
    assert len(kept) <= count
    assert all(made.units(np.array([copy]))[0] @ made.units(np.array([row]))[0] >= SAME - 1e-6
               for copy, row in copies.items())  # fmt: skip
    assert set(kept).isdisjoint(copies)
