"""Batches: how many texts go at a time, in which order vectors come back, and how it stops."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles import WordModel
from workbench.errors import ModelError
from workbench.index.batches import embedded_batches


class AnyBatch(WordModel):
    """Takes any number of texts, and notes how many calls were under way at once."""

    any_batch = True

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.under_way = self.most = 0
        self.lock = threading.Lock()

    def embed(self, texts, role):
        with self.lock:
            self.sizes.append(len(texts))
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        time.sleep(0.005)
        try:
            return super().embed(texts, role)
        finally:
            with self.lock:
                self.under_way -= 1


def asis(vectors, texts):
    return vectors


def texts_of(number):
    return [f"word{at} llama" for at in range(number)]


@given(number=st.integers(0, 60), kind=st.sampled_from([WordModel, AnyBatch]))
def test_every_text_has_its_own_vector_in_order(number, kind):
    model = kind()
    texts = texts_of(number)
    found = list(embedded_batches(model, texts, threading.Event(), asis))
    assert [start for start, _ in found] == np.cumsum([0, *(len(vectors) for _, vectors in found)]).tolist()[:-1]
    if texts:
        np.testing.assert_array_equal(np.concatenate([v for _, v in found]), WordModel().embed(texts, "document"))
    else:
        assert found == []


def test_a_server_is_sent_its_batch_size_and_one_request_at_a_time():
    model = AnyBatch()
    model.any_batch = False
    list(embedded_batches(model, texts_of(20), threading.Event(), asis))
    assert (model.sizes, model.most) == ([8, 8, 4], 1)


def test_a_local_model_is_given_more_as_it_proves_quick_and_never_waits_for_the_writing():
    model = AnyBatch()
    list(embedded_batches(model, texts_of(500), threading.Event(), asis))
    assert sum(model.sizes) == 500
    assert model.sizes[0] == 8
    assert max(model.sizes) > 32
    assert model.most == 2


@pytest.mark.parametrize("kind", [WordModel, AnyBatch])
def test_cancelling_gives_what_was_under_way_and_no_more(kind):
    cancel = threading.Event()
    model = kind()
    model.batch_size = 1
    got = []
    for start, _ in embedded_batches(model, texts_of(100), cancel, asis):
        got.append(start)
        cancel.set()
    assert 1 <= len(got) <= 2
    assert len(model.sent) <= 3


@pytest.mark.parametrize("kind", [WordModel, AnyBatch])
def test_a_bad_reply_comes_after_what_was_good_before_it(kind):
    def check(vectors, texts):
        if "word9 llama" in texts:
            raise ModelError("a zero vector")
        return vectors

    good = []
    batches = embedded_batches(kind(), texts_of(100), threading.Event(), check)
    with pytest.raises(ModelError, match="zero vector"):
        good.extend(len(vectors) for _, vectors in batches)
    assert good == [8]
