"""The options of a Hugging Face model, checked when they are given and named in its fingerprint."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import InputError
from workbench.models.settings import is_secret

__all__ = ["BACKENDS", "DTYPES", "RUN_ITS_CODE", "Options"]

BACKENDS = (None, "torch", "onnx", "openvino")
DTYPES = (None, "float32", "float16", "bfloat16", "int8")
RUN_ITS_CODE = "run its code"
"""What must be written to let a repository's own Python run: True alone is too easily copied."""


@dataclass(frozen=True)
class Options:
    """What a person asked for.

    Attributes
    ----------
    backend
        `torch`, `onnx`, `openvino`, or None for the fastest that gives torch's vectors.
    device
        `cpu`, `cuda`, `cuda:1`, `mps`; None for a GPU if there is one.
    dtype
        `float32`, `float16` and `bfloat16` (on a GPU), `int8` (OpenVINO, with `calibration`).
    calibration
        With int8: texts, or the 12 hex digits of an earlier calibration.
    revision
        Branch, tag, commit, or `refs/pr/16`.
    cache_folder
        Where downloads are kept; None is the hub's own cache.
    max_length
        Most tokens to read, the model's limit at most.
    normalize
        Bring vectors to unit length.
    truncate_dim
        Cut vectors to this length, for models trained for it.
    trust_remote_code
        False, or the words `run its code`.
    model_kwargs
        Passed to `SentenceTransformer`; `file_name` in it chooses a checkpoint.
    more
        Every other keyword, passed to `SentenceTransformer` as it is.
    """

    backend: str | None = None
    device: str | None = None
    dtype: str | None = None
    calibration: Sequence[str] | str | None = None
    revision: str | None = None
    cache_folder: str | None = None
    max_length: int | None = None
    normalize: bool = True
    truncate_dim: int | None = None
    trust_remote_code: bool | str = False
    # What goes down to other libraries may hold a token.
    model_kwargs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    more: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        _among("backend", self.backend, BACKENDS)
        _among("dtype", self.dtype, DTYPES)
        for name in ("max_length", "truncate_dim"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise InputError(f"{name} is {value!r}; give a whole number, 1 or more.")
        for name, given in {"model_kwargs": self.model_kwargs, **self.more}.items():
            if isinstance(given, Mapping) and "trust_remote_code" in given:
                raise InputError(
                    f"{name} holds trust_remote_code, which is asked for in words. If you have read that code and "
                    f"want it to run, give trust_remote_code={RUN_ITS_CODE!r} beside {name} instead."
                )
        if self.trust_remote_code not in (False, RUN_ITS_CODE):
            raise InputError(
                f"trust_remote_code is {self.trust_remote_code!r}. It lets Python from the model's repository run on "
                "this machine with all that you may do here. If you have read that code and want it, write "
                f"trust_remote_code={RUN_ITS_CODE!r}."
            )
        if self.file_name is not None and self.backend not in ("onnx", "openvino"):
            raise InputError(
                f"file_name is {self.file_name!r}, and backend {self.backend!r}; a checkpoint is for backend='onnx' or "
                "backend='openvino'."
            )
        if self.dtype in ("float16", "bfloat16") and (self.device or "").startswith("cpu"):
            raise InputError(
                f"dtype is {self.dtype!r} on a CPU, where it is slower than float32. Use device='cuda', or no dtype."
            )
        if (self.dtype == "int8") != (self.calibration is not None):
            raise InputError(
                "dtype='int8' needs calibration= (texts, or the digits that wb.quantize() gave), and only it does."
            )
        if self.dtype == "int8" and (self.backend not in (None, "openvino") or self.file_name is not None):
            raise InputError(
                "dtype='int8' is made for OpenVINO from the plain weights: leave backend and file_name out."
            )

    @property
    def file_name(self) -> str | None:
        """The checkpoint that was asked for."""
        return self.model_kwargs.get("file_name")

    @property
    def plain(self) -> bool:
        """Whether nothing was asked for that only sentence-transformers itself can do."""
        return not self.more and not self.model_kwargs and not self.trust_remote_code

    def named(self) -> Mapping[str, object]:
        """Give what goes down to `SentenceTransformer` as JSON values, without keys of the hub."""
        rest = {name: value for name, value in self.model_kwargs.items() if name != "file_name"}
        given = {**self.more, **({"model_kwargs": rest} if self.model_kwargs else {})}
        return json.loads(json.dumps(_without_secrets(given), default=str, sort_keys=True))


def _without_secrets(given: object) -> object:
    if not isinstance(given, Mapping):
        return given
    return {name: _without_secrets(value) for name, value in given.items() if not is_secret(str(name))}


def _among(name: str, value: object, choices: Sequence[object]) -> None:
    if value not in choices:
        listed = ", ".join(repr(choice) for choice in choices if choice is not None)
        raise InputError(f"{name} is {value!r}; give one of {listed}, or leave it out.")
