"""The environment is the one that the lock names, and its checkpoints are what their names say."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from tests.optimum.by_hand import onnx_vectors, openvino_vectors, torch_vectors
from tests.optimum.made import ONNX, ONNX_INT8, OPENVINO, OPENVINO_INT8, SENTENCES
from tools.install import pins
from tools.optimum_lock import ENGINES, LIBRARIES, OPTIMUM_LOCK


def test_the_engines_are_those_of_the_lock():
    locked = pins(OPTIMUM_LOCK.read_text("utf-8"))
    names = [wanted.partition("==")[0] for wanted in ENGINES + LIBRARIES]
    assert {name: f"{name}=={version(name).partition('+')[0]}" for name in names} == {
        name: locked[name] for name in names
    }


def test_the_exported_checkpoints_give_torchs_vectors_and_the_quantised_ones_their_own(small):
    plain = torch_vectors(small, SENTENCES)
    assert np.abs(onnx_vectors(small, ONNX, SENTENCES) - plain).max() < 1e-5
    assert np.abs(openvino_vectors(small, OPENVINO, SENTENCES) - plain).max() < 1e-4
    for quantised in (onnx_vectors(small, ONNX_INT8, SENTENCES), openvino_vectors(small, OPENVINO_INT8, SENTENCES)):
        assert np.abs(quantised - plain).max() > 1e-3
        assert (quantised * plain).sum(axis=1).min() > 0.95
