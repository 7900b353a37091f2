"""`bundled:all-MiniLM-L6-v2`: the embedding model that is always there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event

from workbench.models.bundled_files import HASHES, checked_files, tokenizer_file
from workbench.models.openvino.model import OpenVinoModel
from workbench.models.tokens import FileTokenizer

__all__ = ["BundledModel"]


class BundledModel(OpenVinoModel):
    """sentence-transformers/all-MiniLM-L6-v2 on OpenVINO, in float32 or as an int8 copy.

    Nothing is loaded until the first text is embedded. The first use on a machine converts the weights once
    (about ten seconds, in a process of its own) and keeps the result in the cache folder. The vectors equal those
    of sentence-transformers within 1e-4.

    Parameters
    ----------
    dtype
        `float32`, or `int8`: about twice as fast, with slightly other vectors (`wb.quantize` measures how much).
    calibration
        With int8: texts to calibrate on, or the 12 hex digits of an earlier calibration.
    """

    id = "bundled:all-MiniLM-L6-v2"
    dimensions = 384
    max_tokens = 256
    special_tokens = 2
    query_prefix = ""
    document_prefix = ""

    def __init__(self, *, dtype: str = "float32", calibration: Sequence[str] | str | None = None) -> None:
        super().__init__(dtype, calibration)
        self.tokenizer = FileTokenizer(tokenizer_file())

    def source(self) -> tuple[Path, str, str]:
        """Give folder, name and digest of the weights."""
        return checked_files(), "all-MiniLM-L6-v2", HASHES["model.safetensors"]

    def quantized(self, calibration: Sequence[str] | str, cancel: Event | None = None) -> BundledModel:
        """Give the int8 copy; texts to calibrate on take half a minute, the first time."""
        twin = BundledModel(dtype="int8", calibration=calibration)
        twin.calibrate(cancel)
        return twin

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that changes a vector."""
        return {
            "provider": "bundled",
            "model": "all-MiniLM-L6-v2",
            "revision": HASHES["model.safetensors"],
            "max_tokens": self.max_tokens,
            "truncation": "end",
            "dimensions": self.dimensions,
            "normalised": True,
            "query_prefix": self.query_prefix,
            "document_prefix": self.document_prefix,
            **self.runtime(),
        }
