"""Run a converted sentence encoder with OpenVINO and tokenizers alone: no torch, no transformers."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.models.openvino.blocks import block_ends, characters_for
from workbench.models.openvino.description import Description
from workbench.models.openvino.quiet import refuse_telemetry
from workbench.models.openvino.turns import turn

if TYPE_CHECKING:
    import openvino
    import tokenizers

__all__ = ["OpenVinoEncoder"]

_SLICE_TOKENS = 512
"""Tokens in one inference. More gain nothing on a CPU, and fewer waste the start of each: measured, 256 to 8192."""
_SLICE_TEXTS = 64
_first = threading.Lock()


class OpenVinoEncoder:
    """Texts to float32 vectors on the CPU; exactly what the model's own modules give.

    Parameters
    ----------
    folder
        As `workbench.models.openvino.convert` wrote it.
    max_tokens
        Longer texts are cut to this many tokens, special tokens included; at most, and by default, the model's own.
    graph
        Another .xml than the folder's model.xml.

    Attributes
    ----------
    dimensions, max_tokens, special_tokens
        As in `Description`.
    """

    def __init__(self, folder: Path, max_tokens: int | None = None, graph: Path | None = None) -> None:
        about = Description.read(folder)
        self.dimensions = about.dimensions
        self.max_tokens = min(about.max_tokens, max_tokens or about.max_tokens)
        self.special_tokens = about.special_tokens
        self._about = about
        self._tokenizer = _cutting_tokenizer(folder / "tokenizer.json", self.max_tokens)
        self._streams = _streams()
        self._requests = threading.local()
        # OpenVINO's bindings set themselves up at the first inference, and two threads that do so at once wait for each
        # other for ever: one holds the interpreter's lock, the other the set-up (seen with 2026.4.1).
        graph = graph or folder / "model.xml"
        self._characters = characters_for(graph)
        with _first:
            self._compiled = _compile(graph, self._streams)
            self.encode(["warm"])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Give float32 (len(texts), dimensions), in the order of `texts`. May be called from several threads.

        Texts of like length in a block are computed together, and one inference begins as soon as another ends.
        """
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        free = list(self._infer_requests())
        running: deque[tuple[openvino.InferRequest, np.ndarray]] = deque()
        try:
            for rows, inputs in self._slices(texts):
                if not free:
                    free.append(_finished(running, vectors))
                request = free.pop()
                request.start_async(inputs, share_inputs=False)
                running.append((request, rows))
        finally:  # an interrupt or an unreadable text too: the thread's next call needs its requests idle
            while running:
                _finished(running, vectors)
        return vectors

    def block_ends(self, texts: Sequence[str]) -> Iterator[int]:
        """Give the row after each block of texts that are computed together."""
        return block_ends(texts, self._characters)

    def _slices(self, texts: Sequence[str]) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
        start = 0
        for end in self.block_ends(texts):  # one is tokenised while the slices before it compute
            encodings = self._tokenizer.encode_batch(list(texts[start:end]))
            lengths = np.array([len(encoding) for encoding in encodings])
            order = np.argsort(-lengths, kind="stable")
            at = 0
            while at < len(order):
                longest = max(1, int(lengths[order[at]]))
                rows = order[at : at + max(1, min(_SLICE_TEXTS, _SLICE_TOKENS // longest))]
                yield start + rows, self._padded([encodings[row] for row in rows], longest)
                at += len(rows)
            start = end

    def _padded(self, encodings: Sequence[tokenizers.Encoding], longest: int) -> dict[str, np.ndarray]:
        ids = np.full((len(encodings), longest), self._about.pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return {name: every[name] for name in self._about.inputs}

    def _infer_requests(self) -> list[openvino.InferRequest]:
        mine: list[openvino.InferRequest] | None = getattr(self._requests, "mine", None)
        if mine is None:
            # One more than there are streams: it waits, filled, for the first that is free.
            mine = self._requests.mine = [self._compiled.create_infer_request() for _ in range(self._streams + 1)]
        return mine


def _finished(running: deque[tuple[openvino.InferRequest, np.ndarray]], vectors: np.ndarray) -> openvino.InferRequest:
    request, rows = running.popleft()
    request.wait()
    vectors[rows] = request.get_output_tensor(0).data
    return request


def _streams() -> int:
    """Give a stream for each core, eight at most; each computes one slice."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(8, cores))


def _cutting_tokenizer(path: Path, max_tokens: int) -> tokenizers.Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _compile(model: Path, streams: int) -> openvino.CompiledModel:
    refuse_telemetry()
    import openvino

    core = openvino.Core()
    # Read first, the compiled copy is named by its content; given as a path, by the path's spelling, and each spelling
    # (a link, the converter's partial file) would leave a copy as large as the model.
    graph, compiled = core.read_model(model), model.parent / "compiled"
    options = {
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": streams,
        # Processors with AMX would otherwise compute in bfloat16, and the vectors would differ.
        "INFERENCE_PRECISION_HINT": "f32",
        "CACHE_DIR": str(compiled),
    }
    # OpenVINO takes the copy that another process is writing for a broken one, deletes it, and both fail.
    with turn(compiled.with_suffix(".lock")):
        return core.compile_model(graph, "CPU", options)
