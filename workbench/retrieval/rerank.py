"""Rerankers: models that read a question and a passage together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InputError, ModelError, ModelNotFound
from workbench.protocols import Reranker

__all__ = ["reranker"]

_PREFIX = "huggingface:"


def reranker(spec: object) -> Reranker:
    """Make a reranker; a model is loaded when it first scores.

    Parameters
    ----------
    spec
        Id of a cross-encoder of Hugging Face that is in the cache (`cross-encoder/ms-marco-MiniLM-L6-v2`, with or
        without `huggingface:`) or its folder; a `sentence_transformers.CrossEncoder`; a function
        `f(question, texts)` that gives a number a text; or a `Reranker`.

    Raises
    ------
    InputError
        It is none of these.
    """
    if isinstance(spec, str) and spec.strip():
        return _CrossEncoder(spec.strip())
    if not isinstance(spec, type):
        if isinstance(spec, Reranker):
            return spec
        if callable(getattr(spec, "predict", None)):
            return _Predicting(spec)
        if callable(spec):
            return _Function(spec)
    raise InputError(
        f"The reranker is {spec!r}. Give the id of a cross-encoder such as 'cross-encoder/ms-marco-MiniLM-L6-v2', a "
        "sentence_transformers.CrossEncoder, a function of a question and texts, or None."
    )


class _Function:
    """A plain function."""

    def __init__(self, function: Callable[[str, Sequence[str]], Any]) -> None:
        self.id = getattr(function, "__name__", type(function).__name__)
        self._function = function

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._function(question, texts), dtype=np.float32)


class _Predicting:
    """A model with sentence-transformers' `predict`."""

    def __init__(self, model: Any, name: str = "") -> None:
        self.id = (
            name or str(getattr(getattr(model, "model_card_data", None), "base_model", "")) or type(model).__name__
        )
        self._model = model

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        pairs = [(question, text) for text in texts]
        found = np.asarray(self._model.predict(pairs, show_progress_bar=False), dtype=np.float32)
        if found.ndim != 1:
            raise ModelError(
                f"The cross-encoder {self.id} gives {found.shape[-1]} numbers a pair: it sorts into classes and does "
                "not rank. Choose one with a single output, such as 'cross-encoder/ms-marco-MiniLM-L6-v2'."
            )
        return found


class _CrossEncoder:
    """A cross-encoder of sentence-transformers, by name: from its folder or the cache alone, never its own code."""

    def __init__(self, spec: str) -> None:
        self.id = spec
        self._name = spec.removeprefix(_PREFIX)
        self._loaded: _Predicting | None = None

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        if self._loaded is None:
            self._loaded = _Predicting(self._load(), self.id)
        return self._loaded.score(question, texts)

    def _load(self) -> Any:
        from sentence_transformers import CrossEncoder

        try:
            # Other weights than safetensors are pickles, which can run code when they are read.
            return CrossEncoder(
                self._name, trust_remote_code=False, local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError) as error:
            if Path(self._name).is_dir():
                raise ModelError(f"The folder {self._name} holds no cross-encoder that can be used: {error}") from error
            raise ModelNotFound(
                f"The reranker {self._name!r} is not on this machine. Fetch it once with "
                f"wb.pull('{_PREFIX}{self._name}'), or give the folder of one."
            ) from error
