"""Models that are objects: a class of a person's own, and what it shares with LlamaIndex's and LangChain's."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import InputError, ModelError, WorkbenchError
from workbench.index.validation import check_vectors
from workbench.models.base import Model
from workbench.models.tokens import EstimatedTokenizer

if TYPE_CHECKING:
    import numpy as np

    from workbench.protocols import Role, Tokenizer

__all__ = ["UNKNOWN_LIMIT", "ObjectModel", "OwnModel", "settings_of"]

UNKNOWN_LIMIT = 8192
"""Tokens assumed where an object does not say what it reads; `max_tokens=` tells the truth."""

_LIMITS = ("max_tokens", "max_length", "max_seq_length")
_SECRET = re.compile(r"key|secret|password|credential|auth|bearer|token$", re.IGNORECASE)


class ObjectModel(Model):
    """An object that embeds, as an embedding model of the workbench.

    Whatever the object puts in front of a text stays inside it: both prefixes are empty here.

    Parameters
    ----------
    inner
        The object.
    name
        What it is called; by default its own `model_name` or `model`, else its class.
    batch_size
        Texts given to it at a time; by default its own, else 16.
    max_tokens
        Longest text that it reads; by default its own, else `UNKNOWN_LIMIT`.
    tokenizer
        Its tokenizer (`workbench.protocols.Tokenizer`); by default an estimate.
    version
        Change it when the vectors change and nothing else would show it.
    """

    provider: ClassVar[str]
    query_prefix = ""
    document_prefix = ""

    def __init__(
        self,
        inner: Any,
        *,
        name: str = "",
        batch_size: int | None = None,
        max_tokens: int | None = None,
        tokenizer: Tokenizer | None = None,
        version: str = "",
    ) -> None:
        self.inner = inner
        self.name = name or _name_of(inner)
        self.id = f"{self.provider}:{self.name}"
        self.batch_size = _positive("batch_size", batch_size or self.own_batch_size() or 16)
        self.max_tokens = _positive("max_tokens", max_tokens or _limit_of(inner))
        self.special_tokens = 2 if tokenizer is not None else 0
        self.tokenizer: Tokenizer = tokenizer or EstimatedTokenizer()
        self.version = version
        self._dimensions: int | None = None

    @property
    def dimensions(self) -> int | None:
        """Length of a vector; None before the first."""
        return self._dimensions

    def own_batch_size(self) -> int | None:
        """Give the object's own batch size, None where it has none."""
        return None

    def documents(self, texts: list[str]) -> Any:
        """Have the object embed documents."""
        raise NotImplementedError

    def query(self, text: str) -> Any:
        """Have the object embed a query."""
        raise NotImplementedError

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that is known to change a vector: class, source code, settings and version.

        Keys and passwords are left out. What an object does not show (weights in memory, a server's state) cannot be
        in it: change `version` then.
        """
        kind = type(self.inner)
        return {
            "provider": self.provider,
            "model": self.name,
            "class": f"{kind.__module__}.{kind.__qualname__}",
            "source": _source_digest(kind),
            "settings": dict(settings_of(self.inner)),
            "version": self.version,
            "max_tokens": self.max_tokens,
            "query_prefix": "",
            "document_prefix": "",
        }

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:
        """Give float32 (len(texts), dimensions), in order; documents go in batches, queries one by one.

        Raises
        ------
        ModelError
            The object raised an error, or its reply is not one finite vector a text.
        """
        import numpy as np

        texts = list(texts)
        if not texts:
            return np.zeros((0, self._dimensions or 0), dtype=np.float32)
        size = self.batch_size if role == "document" else 1
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        rows = [check_vectors(self._asked(part, role), part, self, self._dimensions) for part in parts]
        self._dimensions = rows[0].shape[1]
        return np.concatenate(rows)

    def _asked(self, texts: list[str], role: Role) -> Any:
        try:
            reply = self.documents(texts) if role == "document" else [self.query(texts[0])]
        except WorkbenchError:
            raise
        except Exception as error:
            raise ModelError(
                f"{self.id} could not embed {len(texts)} {'document' if role == 'document' else 'query'} texts "
                f"({type(error).__name__}: {error}). Nothing of this batch is stored; embed again to go on."
            ) from error
        return [list(row) if not hasattr(row, "tolist") else row.tolist() for row in reply] if _listed(reply) else reply

    def close(self) -> None:
        """Leave the object as it is: it is the person's own."""


class OwnModel(ObjectModel):
    """An object with `embed_documents(texts)` and `embed_query(text)`; lists or numpy arrays come back."""

    provider = "own"

    def documents(self, texts: list[str]) -> Any:
        """Call `embed_documents`."""
        return self.inner.embed_documents(texts)

    def query(self, text: str) -> Any:
        """Call `embed_query`."""
        return self.inner.embed_query(text)


def settings_of(inner: Any) -> Mapping[str, object]:
    """Give the public attributes that are plain values, without anything that may be a secret."""
    named = dict(getattr(inner, "__dict__", {}))
    return {
        name: value
        for name, value in sorted(named.items())
        if not name.startswith("_") and not _SECRET.search(name) and _plain(value)
    }


def _plain(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def _listed(reply: object) -> bool:
    return isinstance(reply, (list, tuple)) and all(hasattr(row, "__len__") for row in reply)


def _name_of(inner: Any) -> str:
    for attribute in ("model_name", "model"):
        value = getattr(inner, attribute, None)
        if isinstance(value, str) and value and value != "unknown":
            return Path(value).name if Path(value).is_absolute() else value
    return type(inner).__qualname__


def _limit_of(inner: Any) -> int:
    found = (getattr(inner, name, None) for name in _LIMITS)
    return next((value for value in found if isinstance(value, int) and value > 0), UNKNOWN_LIMIT)


def _positive(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(f"{name} is {value!r}; give a whole number, 1 or more.")
    return value


def _source_digest(kind: type) -> str:
    """Give 12 hex digits of the class's source code, so that a changed class is another model; empty where unknown."""
    try:
        return hashlib.sha256(inspect.getsource(kind).encode()).hexdigest()[:12]
    except (OSError, TypeError):
        return ""
