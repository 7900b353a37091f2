"""Vectors out of a reply of `/v1/embeddings`, or what is wrong with it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np

from workbench.errors import ModelError, ServerError

__all__ = ["vectors_of"]


def vectors_of(reply: Any, texts: int, model: str, host: str) -> np.ndarray:
    """Give float32 (texts, d), in the order of the texts.

    Parameters
    ----------
    reply
        What the `openai` package made of the reply: an object with `data`, or a text where it was no JSON.
    texts
        How many were sent.
    model, host
        For the message.

    Raises
    ------
    ServerError
        The reply is not of the form of this route.
    ModelError
        Not one vector a text, vectors of different lengths, or no numbers. Whether they are finite, above zero, and
        of the length of those before is for `index.validation`.
    """
    data = getattr(reply, "data", None)
    if not isinstance(data, list):
        raise ServerError(
            f"{host} answers, but not as /v1/embeddings does: its reply holds no list of vectors. Nothing was stored. "
            "Check the address: for most servers it ends in /v1."
        )
    if len(data) != texts:
        raise _bad(model, host, f"{len(data)} vectors for {texts} texts")
    rows: list[Any] = [None] * texts
    for place, item in enumerate(data):
        index = getattr(item, "index", None)
        index = place if index is None else index
        if type(index) is not int or not 0 <= index < texts or rows[index] is not None:
            raise _bad(model, host, f"vectors with indices that are not 0 to {texts - 1}, each once")
        try:
            rows[index] = _numbers(getattr(item, "embedding", None))
        except (TypeError, ValueError, OverflowError):
            raise _bad(model, host, f"a vector for text {index + 1} that is not made of numbers") from None
    if len({len(row) for row in rows}) > 1:
        raise _bad(model, host, "vectors of different lengths")
    return np.array(rows, dtype=np.float32)


def _numbers(embedding: Any) -> np.ndarray:
    """Read base64 of little-endian float32, or a list: not every server knows base64."""
    if isinstance(embedding, str):
        try:
            return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
        except binascii.Error as error:
            raise ValueError(str(error)) from None
    if not isinstance(embedding, list):
        raise TypeError(type(embedding).__name__)
    with np.errstate(over="ignore"):
        return np.array(embedding, dtype=np.float32).reshape(len(embedding))


def _bad(model: str, host: str, what: str) -> ModelError:
    return ModelError(
        f"{model} at {host} gave {what}. The batch was not stored, what came before is kept. Embed again to go on."
    )
