"""`bundled:all-MiniLM-L6-v2`: the embedding model that is always there."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ModelError
from workbench.models.base import Model
from workbench.models.bundled_files import HASHES, checked_files, tokenizer_file
from workbench.models.tokens import FileTokenizer
from workbench.paths import models_folder

if TYPE_CHECKING:
    import numpy as np

    from workbench.models.openvino.encoder import OpenVinoEncoder
    from workbench.protocols import Role

__all__ = ["BundledModel"]

_CONVERSION = "1"
"""Raised when `convert` changes what it writes, so that older files are not used."""


class BundledModel(Model):
    """sentence-transformers/all-MiniLM-L6-v2, float32, on OpenVINO.

    Nothing is loaded until the first text is embedded. The first use on a machine converts the weights once
    (about ten seconds, in a process of its own) and keeps the result in the cache folder. The vectors equal those
    of sentence-transformers within 1e-4.
    """

    id = "bundled:all-MiniLM-L6-v2"
    dimensions = 384
    max_tokens = 256
    special_tokens = 2
    batch_size = 16
    query_prefix = ""
    document_prefix = ""

    def __init__(self) -> None:
        self.tokenizer = FileTokenizer(tokenizer_file())
        self._encoder: OpenVinoEncoder | None = None
        self._loading = threading.Lock()

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that changes a vector."""
        return {
            "provider": "bundled",
            "model": "all-MiniLM-L6-v2",
            "revision": HASHES["model.safetensors"],
            "engine": f"openvino {version('openvino')}",
            "backend": "openvino",
            "dtype": "float32",
            "max_tokens": self.max_tokens,
            "truncation": "end",
            "dimensions": self.dimensions,
            "normalised": True,
            "query_prefix": self.query_prefix,
            "document_prefix": self.document_prefix,
        }

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:  # noqa: ARG002 - queries and documents are alike
        """Give float32 (len(texts), 384), unit length; a text of more than 256 tokens is cut at the end."""
        return self._ready().encode(texts)

    def close(self) -> None:
        """Give back the compiled model's memory."""
        self._encoder = None

    def _ready(self) -> OpenVinoEncoder:
        with self._loading:
            if self._encoder is None:
                from workbench.models.openvino.encoder import OpenVinoEncoder

                self._encoder = OpenVinoEncoder(_converted(), tokenizer_file(), self.max_tokens, self.dimensions)
            return self._encoder


def _converted() -> Path:
    """Give the converted model, made now if it is not in the cache."""
    target = models_folder() / f"all-MiniLM-L6-v2-{HASHES['model.safetensors'][:12]}-{_CONVERSION}" / "model.xml"
    if target.exists() and target.with_suffix(".bin").exists():
        return target
    source = checked_files()
    command = [sys.executable, "-m", "workbench.models.openvino.convert", str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode or not target.exists():
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ModelError(
            f"The bundled model could not be converted for OpenVINO into {target.parent}: {last[:300]}. "
            "Check that the folder can be written and has 100 MB of room; set WORKBENCH_CACHE to use another."
        )
    return target
