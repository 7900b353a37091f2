"""Drift: worked by hand."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench.errors import Cancelled, InputError
from workbench.models.openvino.drift import least_and_mean_cosine, measure, overlap


class Twin(WordModel):
    """Forgets the last number of each vector, as fewer bits might."""

    calibration = "0123456789ab"
    calibration_texts = 150
    calibration_seconds = 25.0
    variant = "int8"

    def embed(self, texts, role):
        vectors = super().embed(texts, role).copy()
        vectors[:, -1] = 0
        return vectors


def test_cosines_do_not_depend_on_length():
    one = np.array([[1.0, 0.0], [0.0, 2.0]])
    other = np.array([[3.0, 0.0], [1.0, 1.0]])
    least, mean = least_and_mean_cosine(one, other)
    assert least == pytest.approx(np.sqrt(0.5))
    assert mean == pytest.approx((1 + np.sqrt(0.5)) / 2)


def test_overlap_leaves_a_row_itself_out():
    angles = np.deg2rad([0, 10, 25, 90])
    one = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert overlap(one, one, k=1) == 1
    # Nearest of 0, 10, 25, 90 degrees: 10, 0, 10, 25; with 25 moved to 80: 10, 0, 90, 80. One in two is the same.
    angles = np.deg2rad([0, 10, 80, 90])
    other = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert overlap(one, other, k=1) == pytest.approx(3 / 4)
    assert overlap(one, other, k=10) == 1  # three others each, all of them


def test_measure_compares_different_chunks_in_turns():
    model, twin = WordModel(), Twin()
    texts = [f"animal {at} of the herd {at % 7}" for at in range(300)] * 2
    found = measure(model, twin, texts)
    assert (found.model, found.calibration, found.texts, found.seconds) == ("test:words", "0123456789ab", 150, 25.0)
    assert found.compared == 300
    plain, small = (one.embed(texts[:300], "document") for one in (model, twin))
    assert (found.least_cosine, found.mean_cosine) == pytest.approx(least_and_mean_cosine(plain, small))
    assert found.overlap == pytest.approx(overlap(plain, small))
    assert found.speed > 0


def test_the_sample_is_spread_over_a_large_corpus():
    model = WordModel()
    assert measure(model, Twin(), [f"animal {at}" for at in range(5000)]).compared == 500
    assert model.sent[-1] == "animal 4999"


def test_one_chunk_has_no_neighbours():
    with pytest.raises(InputError, match="1 different chunks are too few"):
        measure(WordModel(), Twin(), ["llama", "llama"])


def test_comparing_can_be_stopped():
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled, match="the copy is kept"):
        measure(WordModel(), Twin(), ["llama", "alpaca"], cancel)
