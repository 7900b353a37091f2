"""What goes wrong with the server in the middle of a corpus: the batch is not stored, the rest is, a retry goes on."""

from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench import Workbench, embedding_model
from workbench.errors import ModelError

TEXTS = [f"Llama number {number} carries {number} loads." for number in range(20)]


def vectors(texts):
    return WordModel(384).embed(texts, "document")


@pytest.fixture
def wb(ollama_double, tmp_path):
    ollama_double.embed = vectors
    ollama_double.models["all-minilm:latest"].digest = "0" * 64
    model = embedding_model("ollama:all-minilm", timeout=1.0)
    made = Workbench(TEXTS, store=tmp_path / "store", model=model)
    yield made
    made.close(finish=False)  # Chroma's index is not waited for
    model.close()


def fails_after_the_first_batch(double, fault):
    """Spoil every reply from the second batch on."""

    def embed(texts):
        double.fail("/api/embed", **fault)
        return vectors(texts)

    double.embed = embed


FAULTS = {
    "dimension": ({"kind": "dimension"}, r"vectors of shape \(8, 383\), expected \(8, 384\)"),
    "short": ({"kind": "short"}, "gave 7 vectors for 8 texts"),
    "nan": ({"kind": "null"}, "not finite"),
    "zero": ({"kind": "zero"}, "a vector of zeros"),
    "timeout": ({"kind": "hang"}, "it sent nothing for 1 s"),
    "401": ({"kind": "unauthorised"}, r"\(401: unauthorized\)"),
    "404": (
        {"kind": "status", "status": 404, "text": 'model "all-minilm" not found, try pulling it first'},
        "ollama pull",
    ),
    "429": ({"kind": "too-many"}, "Try again in 7 s"),
    "500": ({"kind": "status", "status": 500, "text": "out of memory"}, r"refused \(500\): out of memory"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_came_before_is_kept_and_a_retry_goes_on_from_there(wb, ollama_double, name):
    fault, text = FAULTS[name]
    fails_after_the_first_batch(ollama_double, fault)
    with pytest.raises(ModelError, match=text) as caught:
        wb.embed()
    assert "\n" not in str(caught.value)
    assert str(wb.error) == str(caught.value)
    assert wb.plan.missing == 12
    ollama_double.heal()
    ollama_double.embed = vectors
    before = len(ollama_double.sent("/api/embed"))
    report = wb.embed()
    assert report.total == 20
    sent = [one for body in ollama_double.sent("/api/embed")[before:] for one in body["input"]]
    assert len(sent) == 12
    scores = dict(zip(wb.search(TEXTS[19]).ids, wb.search(TEXTS[19]).scores, strict=True))
    wanted = vectors(TEXTS) @ vectors(TEXTS[19:])[0]
    np.testing.assert_allclose([scores[f"{number}:0"] for number in range(20)], wanted, atol=1e-5)
