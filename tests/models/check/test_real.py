"""The check on real vectors: ours, an Ollama double's, and those that a running Ollama 0.24.0 gave."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.models.check.engines import RECORDINGS, recorded
from tests.ollama import engine
from workbench.models import embedding_model
from workbench.models.check import check_model, weights
from workbench.models.check.texts import COUNTED, PLAIN
from workbench.models.ollama.model import OllamaEmbedding

CHUNKS = [
    "The vicuña lives in the Andes.",
    "Camels store fat.",
    "p < 0.05",
    "Perú",
    "camels",
]


@pytest.fixture(scope="module")
def bundled():
    model = embedding_model("bundled:all-MiniLM-L6-v2")
    yield model
    model.close()


def outcome(check):
    return {probe.name: probe.passed for probe in check.probes}


def test_the_bundled_model_passes_every_probe(bundled, capsys):
    bundled.embed(["warm"], "query")
    check = check_model(bundled, CHUNKS)
    assert outcome(check) == dict.fromkeys(outcome(check), True) | {"tokens": None, "weights": None}
    assert (check.model, len(check.fingerprint), check.when[-6:]) == (bundled.id, 64, "+00:00")
    with capsys.disabled():
        sys.stdout.write(f"\ncheck of {bundled.id}: {check.seconds:.2f} s\n")


class Recorded:
    """The bundled model, but what was recorded is answered from the recording, and accents as that server read them."""

    id = "ollama:all-minilm"
    batch_size = 8
    query_prefix = document_prefix = ""

    def __init__(self, bundled):
        self._bundled, self._recorded = bundled, recorded()
        self.tokenizer, self.dimensions = bundled.tokenizer, bundled.dimensions
        self.max_tokens, self.special_tokens = bundled.max_tokens, bundled.special_tokens

    def fingerprint(self):
        return {"provider": "ollama", "model": self.id, "engine": "ollama 0.24.0"}

    def embed(self, texts, role):
        vectors = self._bundled.embed([engine.without_accented_words(text) for text in texts], role)
        for row, text in enumerate(texts):
            vectors[row] = self._recorded.get(text, vectors[row])
        return vectors

    def served_tokens(self, texts):
        return [engine.count(engine.without_accented_words(text)) for text in texts]

    def close(self):
        pass


def test_the_recorded_server_fails_what_it_does_wrong_and_nothing_else(bundled):
    check = check_model(Recorded(bundled), [*CHUNKS * 196])
    assert outcome(check) == {
        "reply": True,
        "determinism": True,
        "batch": True,
        "order": True,
        "norm": True,
        "accents": False,
        "case": True,
        "punctuation": False,
        "scripts": True,
        "tokens": False,
        "length": True,
        "weights": True,
    }
    accents, punctuation, tokens = check.failures
    assert accents.seen == (
        "This server reads every accented word as unknown: 392 of your 980 chunks hold one (“vicuña”, “ñandú” and "
        "“ñoño” have one vector; “vicuña” and “vicuna” have cosine 0.13, and 1 is right)."
    )
    assert "bundled:all-MiniLM-L6-v2" in accents.advice
    assert punctuation.seen == (
        "This server does not split text at < > = + ^ | ~ $ as the model was trained to: 196 of your 980 chunks hold "
        "such text (“IL-6 rose (p<0.05, n=40) in mice +/+ but not -/-.” and “IL - 6 rose ( p < 0 . 05 , n = 40 ) in "
        "mice + / + but not - / - .” have cosine 0.93, and 1 is right)."
    )
    assert tokens.seen == (
        "This server counts other tokens than the model's own tokenizer: 392 of your 980 chunks hold one "
        "(9, not 10, in “The vicuña lives in the Andes.”; 1 of 5 texts differ)."
    )


def test_the_stand_in_counts_as_the_server_did():
    for exchange in json.loads(RECORDINGS.read_text(encoding="utf-8")):
        if exchange["name"].startswith("probe-"):
            body, reply = exchange["request"]["body"], json.loads("".join(exchange["response"]["chunks"]))
            seen = sum(engine.count(engine.without_accented_words(text)) for text in body["input"])
            assert seen == reply["prompt_eval_count"]


@pytest.fixture
def ollama(ollama_double, bundled):
    # The double's vectors come from the bundled model, which reads 256 tokens.
    ollama_double.add_model("all-minilm", "embedding", parameters="num_ctx                        256")
    made = OllamaEmbedding("all-minilm", tokenizer=bundled.tokenizer)
    yield made
    made.close()


def test_a_right_ollama_passes_every_probe(ollama, ollama_double):
    check = check_model(ollama)
    assert outcome(check) == dict.fromkeys(outcome(check), True)
    assert next(probe for probe in check.probes if probe.name == "weights").seen.startswith(
        "Its vectors are those of bundled:all-MiniLM-L6-v2 (least cosine 1.0000"
    )


def test_an_ollama_that_reads_less_than_it_says_is_found_out(bundled, ollama_double):
    model = OllamaEmbedding("all-minilm", tokenizer=bundled.tokenizer)
    check = check_model(model, ["a chunk", "word " * 255, "word " * 254])
    assert [probe.name for probe in check.failures] == ["length"]
    assert check.failures[0].seen == (
        "This server says that it reads 512 tokens, and cuts texts after 256 without a word: 1 of your 3 chunks is "
        "longer."
    )
    model.close()


def test_an_ollama_that_drops_accents_is_found_out(ollama, ollama_double):
    ollama_double.drops_accents = True
    assert [probe.name for probe in check_model(ollama).failures] == ["accents", "tokens"]


def test_a_server_says_how_many_tokens_it_reads(ollama, ollama_double):
    assert ollama.served_tokens(list(COUNTED.values())) == [engine.count(text) for text in COUNTED.values()]
    ollama_double.fail("/api/embed", "status", status=404, text="404 page not found")
    assert ollama.served_tokens(["llama"]) is None


def test_other_weights_under_the_same_name_are_found_out(bundled):
    class Other(Recorded):
        def embed(self, texts, role):
            # Turned in space: every cosine between its own vectors is right.
            return self._bundled.embed(texts, role)[:, ::-1]

        served_tokens = None

    check = check_model(Other(bundled), ["one chunk"])
    assert [probe.name for probe in check.failures] == ["weights"]
    assert check.failures[0].seen.startswith(
        "This server gives other vectors than the same weights do here: that is so for your one chunk (cosine "
    )


def test_the_vectors_that_are_kept_are_those_of_the_bundled_model(bundled):
    kept = json.loads((Path(weights.__file__).parent / "own_vectors.json").read_text(encoding="utf-8"))
    own = bundled.embed(PLAIN, "document")
    assert list(kept) == list(PLAIN)
    for vector, row in zip(kept.values(), own, strict=True):
        assert vector @ row / np.linalg.norm(vector) == pytest.approx(1, abs=2e-6)


def test_shorter_vectors_and_eight_bits_of_the_same_weights_are_no_others(bundled):
    class Short(Recorded):
        dimensions = 64

        def __init__(self, bundled):
            super().__init__(bundled)
            self.dimensions = 64

        def embed(self, texts, role):
            cut = self._bundled.embed(texts, role)[:, :64]
            return cut / np.linalg.norm(cut, axis=1, keepdims=True)

    assert check_model(Short(bundled)).probes[-1].passed
    assert Short(bundled).embed(PLAIN, "document").shape == (len(PLAIN), 64)
