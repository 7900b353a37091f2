"""Which files of a repository are needed to run its model here, and which hold weights. Names only, nothing is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

__all__ = ["companions", "is_pickle", "is_weights", "needed", "small"]

_WEIGHTS = re.compile(r"(adapter_model|model(-\d+-of-\d+)?)\.safetensors")
_PICKLE = re.compile(r".*\.(bin|pt|pth|ckpt|pkl)|.*\.h5|.*\.msgpack|.*\.ot")
_MODULE = re.compile(r"(\d+_\w+/)?[^/]+", re.ASCII)
"""The top folder, and folders of modules such as `1_Pooling`."""

_TEXT = (".json", ".txt", ".model", ".vocab", ".jinja")
_NOT_FOR_RUNNING = re.compile(r"(.*/)?(README.*|.*results?.*\.json|training_args.*|trainer_state.*)", re.IGNORECASE)


def is_weights(path: str) -> bool:
    """Whether a file holds weights in the format that cannot run code."""
    return _WEIGHTS.fullmatch(path.rpartition("/")[2]) is not None


def is_pickle(path: str) -> bool:
    """Whether a file holds weights in a format that can run code, or that this library does not read."""
    return _PICKLE.fullmatch(path.rpartition("/")[2]) is not None


def small(paths: Iterable[str], code: bool = False) -> list[str]:
    """Pick configuration, vocabulary and tokenizer, and Python files where `code` is True."""
    return [
        path
        for path in paths
        if (_MODULE.fullmatch(path) and path.endswith(_TEXT) and not _NOT_FOR_RUNNING.fullmatch(path))
        or (code and path.endswith(".py"))
    ]


def companions(checkpoint: str, paths: Collection[str]) -> list[str]:
    """Pick the files that belong to an ONNX or OpenVINO checkpoint: itself and the weights beside it."""
    stem = checkpoint.rpartition(".")[0]
    wanted = {checkpoint, f"{stem}.bin", f"{checkpoint}_data", f"{checkpoint}.data"}
    return [path for path in paths if path in wanted]


def needed(paths: Sequence[str], checkpoint: str | None = None, code: bool = False) -> list[str]:
    """Pick what a run needs: small files, and the safetensors weights or one checkpoint; no second copy of them.

    Parameters
    ----------
    paths
        All files of the repository.
    checkpoint
        An ONNX or OpenVINO file among them, which takes the place of the transformer's weights.
    code
        Whether the model's own Python files are wanted.
    """
    weights = [path for path in paths if _MODULE.fullmatch(path) and is_weights(path)]
    if checkpoint is not None:
        weights = [path for path in weights if re.match(r"[1-9]\d*_", path)] + companions(checkpoint, paths)
    return small(paths, code) + weights
