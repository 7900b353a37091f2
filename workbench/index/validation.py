"""Every reply of an embedding model is checked before it is stored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.errors import ModelError
from workbench.protocols import EmbeddingModel

__all__ = ["check_vectors"]


def check_vectors(
    reply: object, texts: Sequence[str], model: EmbeddingModel, dimensions: int | None = None
) -> np.ndarray:
    """Give the reply as contiguous float32 (len(texts), d), or say what is wrong with it.

    Parameters
    ----------
    reply
        What the model gave.
    texts
        What was sent.
    model
        For the message, and its own `dimensions`.
    dimensions
        Length of the vectors stored before, where there are any.

    Raises
    ------
    ModelError
        Not one vector a text, another length than before, a number that is not finite, or a zero vector. Nothing
        of such a batch is stored: a short reply would put vectors beside the wrong texts.
    """
    try:
        with np.errstate(over="ignore"):  # too large for float32 becomes infinity, which is refused below
            vectors = np.ascontiguousarray(reply, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise _bad(model, f"its reply is not an array of numbers ({error})") from None
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise _bad(model, f"{len(texts)} texts were sent and {vectors.shape} came back; one vector a text was expected")
    expected = dimensions or model.dimensions
    if expected and vectors.shape[1] != expected:
        raise _bad(model, f"its vectors have {vectors.shape[1]} numbers; {expected} were expected")
    with np.errstate(over="ignore"):
        norms = np.linalg.norm(vectors, axis=1)
    broken = ~np.isfinite(norms)
    if broken.any():
        raise _bad(model, f"the vector of {_text(broken)} holds NaN, infinity or numbers too large for float32")
    empty = norms == 0
    if empty.any():
        raise _bad(model, f"the vector of {_text(empty)} is zero: it points nowhere")
    return vectors


def _text(wrong: np.ndarray) -> str:
    return f"text {int(np.argmax(wrong)) + 1} of {len(wrong)}"


def _bad(model: EmbeddingModel, what: str) -> ModelError:
    return ModelError(
        f"The model {model.id} gave a reply that cannot be stored: {what}. The batch was not stored, what came before "
        "is kept. Embed again to go on; if it comes back, the model or its server is at fault: choose another."
    )
