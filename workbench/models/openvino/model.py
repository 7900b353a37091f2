"""What every model on the OpenVINO runtime shares: loading when it is first used, and its int8 copy."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.models.base import Model

if TYPE_CHECKING:
    import numpy as np

    from workbench.models.openvino.encoder import OpenVinoEncoder
    from workbench.protocols import Role

__all__ = ["DTYPES", "OpenVinoModel"]

DTYPES = ("float32", "int8")


class OpenVinoModel(Model):
    """A model whose weights lie in a folder of this machine, run by OpenVINO on the CPU.

    A subclass gives `source()` and `max_tokens`.

    Parameters
    ----------
    dtype
        `float32` or `int8`.
    calibration
        With int8: texts to calibrate on, or the 12 hex digits of an earlier calibration.

    Attributes
    ----------
    calibration_texts
        Texts of the calibration; 0 where it is an earlier one.
    calibration_seconds
        What the calibration took; 0 where it was made before.

    Raises
    ------
    InputError
        A dtype that there is none of, or int8 without a calibration.
    """

    batch_size = 16
    any_batch = True
    max_tokens: int

    def __init__(self, dtype: str, calibration: Sequence[str] | str | None) -> None:
        if dtype not in DTYPES:
            raise InputError(f"dtype is {dtype!r}; on OpenVINO it is one of {', '.join(DTYPES)}.")
        if (dtype == "int8") != bool(calibration):
            raise InputError(
                "int8 needs a calibration, and nothing else does: calibration= texts, or the 12 hex digits that "
                "wb.quantize() gave."
            )
        self.dtype = dtype
        self.variant = "int8" if dtype == "int8" else ""
        self.calibration_texts = 0
        self.calibration_seconds = 0.0
        self._given = calibration
        self._folder: Path | None = None
        self._encoder: OpenVinoEncoder | None = None
        self._loading = threading.Lock()

    def source(self) -> tuple[Path, str, str]:
        """Give the folder of the weights, the model's name, and hex digits that change with the weights."""
        raise NotImplementedError

    @property
    def calibration(self) -> str:
        """12 hex digits that name the calibration; empty in float32."""
        if self.dtype != "int8":
            return ""
        return self._given if isinstance(self._given, str) else self.calibrate().name[-12:]

    def calibrate(self, cancel: Event | None = None) -> Path:
        """Make the int8 copy ready, if it is not; give its folder."""
        from workbench.models.openvino.conversion import converted
        from workbench.models.openvino.int8 import calibrated

        assert self._given is not None
        if self._folder is None:
            plain = converted(*self.source(), cancel)
            began = time.perf_counter()
            self._folder = calibrated(plain, self._given, self.max_tokens, cancel)
            if not isinstance(self._given, str):
                self.calibration_texts = len(self._given)
                self.calibration_seconds = time.perf_counter() - began
        return self._folder

    def runtime(self) -> Mapping[str, object]:
        """Give the part of the fingerprint that is about the runtime."""
        about: dict[str, object] = {
            "engine": f"openvino {version('openvino')}",
            "backend": "openvino",
            "dtype": self.dtype,
        }
        return about | ({"calibration": self.calibration} if self.dtype == "int8" else {})

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:  # noqa: ARG002 - the prefix is in the text
        """Give float32 (len(texts), dimensions); longer texts than the model reads are cut at the end."""
        return self._ready().encode(texts)

    def block_ends(self, texts: Sequence[str]) -> Sequence[int]:
        """Give the row after each block of texts that are computed together."""
        return list(self._ready().block_ends(texts))

    def close(self) -> None:
        """Give back the compiled model's memory."""
        self._encoder = None

    def _ready(self) -> OpenVinoEncoder:
        with self._loading:
            if self._encoder is None:
                from workbench.models.openvino.conversion import converted
                from workbench.models.openvino.encoder import OpenVinoEncoder

                folder = self.calibrate() if self.dtype == "int8" else converted(*self.source())
                self._encoder = OpenVinoEncoder(folder, self.max_tokens)
            return self._encoder
