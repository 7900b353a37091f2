"""The vectors of one checkpoint, worked out without the workbench: the engine itself, mean pooling, unit length."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np


def onnx_vectors(folder: Path, file: str, texts: Sequence[str]) -> np.ndarray:
    """Run an ONNX file in ONNX Runtime; float32 (n, d)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / file), providers=["CPUExecutionProvider"])
    wanted = {port.name for port in session.get_inputs()}
    inputs = _inputs(folder, texts)
    (states, *_) = session.run(None, {name: inputs[name] for name in wanted})
    return _pooled(states, inputs["attention_mask"])


def openvino_vectors(folder: Path, file: str, texts: Sequence[str]) -> np.ndarray:
    """Run an OpenVINO file in OpenVINO in float32 arithmetic; float32 (n, d)."""
    import openvino

    compiled = openvino.Core().compile_model(folder / file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    inputs = _inputs(folder, texts)
    wanted = {port.any_name for port in compiled.inputs}
    states = compiled({name: inputs[name] for name in wanted})["last_hidden_state"]
    return _pooled(states, inputs["attention_mask"])


def torch_vectors(folder: Path, texts: Sequence[str]) -> np.ndarray:
    """Run the weights in torch, by sentence-transformers; float32 (n, d)."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu").encode(list(texts))


def _inputs(folder: Path, texts: Sequence[str]) -> dict[str, np.ndarray]:
    from transformers import AutoTokenizer

    return dict(AutoTokenizer.from_pretrained(folder)(list(texts), padding=True, return_tensors="np"))


def _pooled(states: np.ndarray, mask: np.ndarray) -> np.ndarray:
    weight = mask[:, :, None].astype(np.float32)
    means = (states * weight).sum(axis=1) / weight.sum(axis=1)
    return means / np.linalg.norm(means, axis=1, keepdims=True)
