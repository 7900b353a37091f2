"""Exactly what a model sees of a text."""

from __future__ import annotations

import numpy as np

from workbench.index.validation import check_vectors
from workbench.models import prepare
from workbench.protocols import EmbeddingModel, Role
from workbench.records import Explanation

__all__ = ["explain"]


def explain(model: EmbeddingModel, text: str, role: Role = "document") -> Explanation:
    """Show the exact string that is sent, its tokens, where it is cut, and the vector that comes back.

    Parameters
    ----------
    model
        Asked for one vector.
    text
        Without the prefix.
    role
        `document` or `query`: decides the prefix.

    Raises
    ------
    ModelError
        The text is too long for a model that does not cut, or the reply cannot be used.
    """
    sent = prepare(model, [text], role)[0]
    spans = model.tokenizer.offsets([sent])[0]
    vector = check_vectors(model.embed([sent], role), [sent], model)[0]
    return Explanation(
        text=text,
        role=role,
        model=model.id,
        prefix=sent[: len(sent) - len(text)],
        sent=sent,
        spans=spans,
        tokens=len(spans) + model.special_tokens,
        limit=model.max_tokens,
        exact=model.tokenizer.exact,
        seen=_seen(sent, spans, model),
        vector=vector,
        norm=float(np.linalg.norm(vector)),
    )


def _seen(sent: str, spans: np.ndarray, model: EmbeddingModel) -> int:
    """Give how many characters of a string the model reads: all, or up to the end of the last token that fits."""
    room = max(1, model.max_tokens - model.special_tokens)
    return len(sent) if len(spans) <= room else int(spans[room - 1][1])
