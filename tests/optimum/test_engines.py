"""`backend="onnx"` and `backend="openvino"`: torch's vectors, and from a quantised checkpoint that checkpoint's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.optimum.by_hand import onnx_vectors, openvino_vectors
from tests.optimum.made import ONNX, ONNX_INT8, OPENVINO, OPENVINO_INT8, SENTENCES
from workbench.errors import ModelNotFound
from workbench.models import embedding_model

ENGINES = [("onnx", ONNX, ONNX_INT8, onnx_vectors), ("openvino", OPENVINO, OPENVINO_INT8, openvino_vectors)]
each_engine = pytest.mark.parametrize(("backend", "plain", "quantised", "by_hand"), ENGINES, ids=["onnx", "openvino"])


def model(folder: Path, backend: str, file: str):
    """Make the model that runs one checkpoint, chosen as a person would."""
    return embedding_model(f"huggingface:{folder}", backend=backend, model_kwargs={"file_name": file}, device="cpu")


def vectors(folder: Path, backend: str, file: str = "") -> np.ndarray:
    """Embed the sentences as documents."""
    one = model(folder, backend, file) if file else embedding_model(f"huggingface:{folder}", backend=backend)
    try:
        return one.embed(SENTENCES, "document")
    finally:
        one.close()


@each_engine
@pytest.mark.parametrize("weights", ["small", "bundled"])
def test_an_exported_checkpoint_gives_the_vectors_of_torch(weights, backend, plain, quantised, by_hand, request):
    folder = request.getfixturevalue(weights)
    got = vectors(folder, backend, plain)
    assert got.dtype == np.float32
    assert np.abs(got - vectors(folder, "torch")).max() < 1e-4
    assert np.abs(got - by_hand(folder, plain, SENTENCES)).max() < 1e-4


@each_engine
@pytest.mark.parametrize("with_folder", [True, False])
def test_the_quantised_checkpoint_that_is_named_is_the_one_that_runs(
    small, backend, plain, quantised, by_hand, with_folder
):
    got = vectors(small, backend, quantised if with_folder else quantised.rpartition("/")[2])
    assert np.abs(got - by_hand(small, quantised, SENTENCES)).max() < 1e-4
    assert np.abs(got - by_hand(small, plain, SENTENCES)).max() > 1e-3


@each_engine
def test_a_query_is_embedded_as_the_same_text_in_a_document_of_a_model_without_prefixes(
    small, backend, plain, quantised, by_hand
):
    one = model(small, backend, plain)
    assert np.array_equal(one.embed(SENTENCES[:1], "query"), one.embed(SENTENCES[:1], "document"))
    one.close()


@each_engine
def test_a_checkpoint_that_is_not_there_is_an_error_which_names_those_that_are(
    small, backend, plain, quantised, by_hand
):
    absent = "model_qint8_arm64.onnx" if backend == "onnx" else "openvino_model_int4.xml"
    with pytest.raises(ModelNotFound) as raised:
        model(small, backend, absent).embed(SENTENCES, "document")
    assert all(name in str(raised.value) for name in (absent, plain, quantised))
    assert not list(small.rglob(absent))


def test_the_other_engines_checkpoint_is_an_error_too(small):
    with pytest.raises(ModelNotFound, match=r"openvino/openvino_model\.xml"):
        model(small, "openvino", ONNX).embed(SENTENCES, "document")


def test_every_engine_and_checkpoint_has_a_fingerprint_of_its_own(small):
    made = [model(small, backend, file) for backend, *files, _ in ENGINES for file in files]
    made.append(embedding_model(f"huggingface:{small}", backend="torch"))
    prints = [repr(sorted(one.fingerprint().items())) for one in made]
    assert len(set(prints)) == 5
    backends = [one.fingerprint()["backend"] for one in made]
    assert backends == ["onnx", "onnx", "openvino", "openvino", "torch"]


@each_engine
def test_both_spellings_of_a_checkpoint_share_their_stored_vectors(small, backend, plain, quantised, by_hand):
    with_folder, without = (model(small, backend, name) for name in (quantised, quantised.rpartition("/")[2]))
    assert with_folder.fingerprint() == without.fingerprint()
