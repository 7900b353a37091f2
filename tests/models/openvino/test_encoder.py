"""The encoder: order, company, length and threads change nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fresh import run_fresh
from tests.models.small_models import WORDS
from workbench.models.openvino.encoder import OpenVinoEncoder


@pytest.fixture(scope="module")
def encoder(made):
    return OpenVinoEncoder(made("bert, mean, unit length")[1])


texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=90).map(" ".join), max_size=24)


@settings(max_examples=25, deadline=None)
@given(texts=texts, seed=st.integers(0, 99))
def test_a_text_has_one_vector_in_whatever_company(encoder, texts, seed):
    together = encoder.encode(texts)
    assert together.shape == (len(texts), 32)
    order = np.random.default_rng(seed).permutation(len(texts))
    np.testing.assert_allclose(encoder.encode([texts[row] for row in order]), together[order], atol=2e-6)


def test_many_texts_of_all_lengths_come_in_order(encoder):
    many = [" ".join(WORDS[at % 50 : at % 50 + 1 + at % 40]) for at in range(700)]
    vectors = encoder.encode(many)
    for row in (0, 255, 256, 511, 512, 699):
        np.testing.assert_allclose(encoder.encode([many[row]])[0], vectors[row], atol=2e-6)


def test_a_shorter_limit_cuts_earlier(made):
    _, folder = made("bert, mean, unit length")
    long = "the llama carries loads and wool " * 8
    short = OpenVinoEncoder(folder, max_tokens=10)
    assert short.max_tokens == 10
    # 8 tokens of text between [CLS] and [SEP]
    np.testing.assert_allclose(short.encode([long]), short.encode([" ".join(long.split()[:8])]), atol=2e-6)
    assert OpenVinoEncoder(folder, max_tokens=999).max_tokens == 64


def test_threads_do_not_mix_their_texts(encoder):
    parts = [[f"{WORDS[at]} {WORDS[at + other]}" for at in range(40)] for other in range(1, 5)]
    right = [encoder.encode(part) for part in parts]
    with ThreadPoolExecutor(4) as pool:
        for found, expected in zip(pool.map(encoder.encode, parts * 5), right * 5, strict=True):
            np.testing.assert_allclose(found, expected, atol=2e-6)


def test_a_call_that_breaks_off_leaves_the_thread_able_to_go_on(encoder):
    right = encoder.encode(["the llama"])
    long = " ".join(WORDS) + " the llama lives in the andes" * 9
    for _ in range(5):
        with pytest.raises(TypeError):
            encoder.encode([long] * 256 + [None])
        np.testing.assert_allclose(encoder.encode(["the llama"]), right, atol=2e-6)


def test_the_first_texts_of_a_process_may_come_from_many_threads():
    code = (
        "import threading\n"
        "from workbench import embedding_model\n"
        "model = embedding_model('bundled:all-MiniLM-L6-v2')\n"
        "found = []\n"
        "def run(): found.append(model.embed([f'llama {at}' for at in range(40)], 'document').shape)\n"
        "threads = [threading.Thread(target=run) for _ in range(6)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "print(set(found), len(found))"
    )
    assert run_fresh(code).strip() == "{(40, 384)} 6"
