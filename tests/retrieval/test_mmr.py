from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.retrieval.mmr import mmr_order

# Unit vectors at 0, 10, 90 and 100 degrees.
ANGLES = np.radians([0, 10, 90, 100])
VECTORS = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32)
SCORES = np.array([0.9, 0.8, 0.5, 0.4], dtype=np.float32)


def test_by_hand():
    # First 0 (0.9). Then 0.5*score - 0.5*cos:
    # row 1: 0.4 - 0.492 = -0.09, row 2: 0.25 - 0 = 0.25, row 3: 0.2 + 0.087 = 0.287.
    # Then, against both 0 and 3: row 1: 0.4 - 0.492 = -0.09, row 2: 0.25 - 0.5*cos(10) = -0.24.
    assert mmr_order(SCORES, VECTORS, 0.5, 4).tolist() == [0, 3, 1, 2]


def test_looks_at_all_picks_not_the_last_alone():
    # After 0 and 3 the last pick alone would give row 1: 0.4 - 0.5*cos(90) = 0.4 and keep it ahead at weight 0.5,
    # and row 2 behind; a near copy of the first pick shows the difference.
    vectors = np.array([[1, 0], [0, 1], [1, 0.01]], dtype=np.float32)
    scores = np.array([0.9, 0.8, 0.85], dtype=np.float32)
    order = mmr_order(scores, vectors, 0.5, 3)
    assert order.tolist() == [0, 1, 2]


def test_weight_one_is_the_plain_ranking():
    assert mmr_order(SCORES, VECTORS, 1, 3).tolist() == [0, 1, 2]


def test_refuses_a_weight_outside():
    with pytest.raises(InputError, match=r"mmr is 1\.5; give a number from 0"):
        mmr_order(SCORES, VECTORS, 1.5, 2)


@given(st.floats(0, 1), st.integers(0, 6))
def test_picks_each_row_once(weight, count):
    order = mmr_order(SCORES, VECTORS, weight, count)
    assert len(order) == min(count, 4)
    assert len(set(order.tolist())) == len(order)
