"""Run a converted sentence encoder with OpenVINO and tokenizers alone: no torch, no transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import openvino
    import tokenizers

__all__ = ["OpenVinoEncoder"]

_STREAMS = 2
_SLICE = 8
"""Texts in one inference: short ones are not padded to the length of long ones."""


class OpenVinoEncoder:
    """Texts to unit-length float32 vectors on the CPU.

    Parameters
    ----------
    model
        The .xml that `workbench.models.openvino.convert` wrote; its .bin lies beside it.
    tokenizer
        A tokenizer.json with the post-processor that adds the special tokens.
    max_tokens
        Longer texts are cut to this many tokens, special tokens included.
    dimensions
        Length of a vector.
    """

    def __init__(self, model: Path, tokenizer: Path, max_tokens: int, dimensions: int) -> None:
        self.dimensions = dimensions
        self._tokenizer = _cutting_tokenizer(tokenizer, max_tokens)
        self._compiled = _compile(model)
        self._requests = threading.local()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Give float32 (len(texts), dimensions), in the order of `texts`. May be called from several threads."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        encodings = self._tokenizer.encode_batch(list(texts))
        order = np.argsort([-len(encoding) for encoding in encodings], kind="stable")
        slices = [order[start : start + _SLICE] for start in range(0, len(order), _SLICE)]
        for start in range(0, len(slices), _STREAMS):
            running = []
            for request, rows in zip(self._infer_requests(), slices[start : start + _STREAMS], strict=False):
                request.start_async(_padded([encodings[row] for row in rows]))
                running.append((request, rows))
            for request, rows in running:
                request.wait()
                vectors[rows] = request.get_output_tensor(0).data
        return vectors

    def _infer_requests(self) -> list[openvino.InferRequest]:
        mine: list[openvino.InferRequest] | None = getattr(self._requests, "mine", None)
        if mine is None:
            mine = self._requests.mine = [self._compiled.create_infer_request() for _ in range(_STREAMS)]
        return mine


def _padded(encodings: Sequence[tokenizers.Encoding]) -> dict[str, np.ndarray]:
    longest = max(len(encoding) for encoding in encodings)
    ids = np.zeros((len(encodings), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding)] = encoding.ids
        mask[row, : len(encoding)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def _cutting_tokenizer(path: Path, max_tokens: int) -> tokenizers.Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _compile(model: Path) -> openvino.CompiledModel:
    import openvino

    return openvino.Core().compile_model(
        model,
        "CPU",
        {
            "PERFORMANCE_HINT": "THROUGHPUT",
            "NUM_STREAMS": _STREAMS,
            # Processors with AMX would otherwise compute in bfloat16, and the vectors would differ.
            "INFERENCE_PRECISION_HINT": "f32",
            "CACHE_DIR": str(model.parent / "compiled"),
        },
    )
