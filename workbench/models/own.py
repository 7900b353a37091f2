"""Models that are objects: a class of a person's own, and what it shares with LlamaIndex's and LangChain's."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.errors import InputError, ModelError, WorkbenchError
from workbench.index.validation import check_vectors
from workbench.models.base import Model
from workbench.models.code_digest import CodeDigest
from workbench.models.settings import engine_of, models_of, secrets_of, settings_of
from workbench.models.tokens import EstimatedTokenizer
from workbench.protocols import Tokenizer

if TYPE_CHECKING:
    import numpy as np

    from workbench.protocols import Role

__all__ = ["UNKNOWN_LIMIT", "ObjectModel", "OwnModel"]

UNKNOWN_LIMIT = 8192
"""Tokens assumed where an object does not say what it reads; `max_tokens=` tells the truth."""

_LIMITS = ("max_tokens", "max_length", "max_seq_length")
_ABSENT = object()


class ObjectModel(Model):
    """An object that embeds, as an embedding model of the workbench.

    Whatever the object puts in front of a text stays inside it: both prefixes are empty here. It is called by one
    thread at a time.

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

    Attributes
    ----------
    note
        What a person should know before using it: that its limit is unknown, empty where it is known.

    Raises
    ------
    InputError
        An option of the wrong type, or a number below 1.
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
        self.name = _text("name", name) or _name_of(inner)
        self.id = f"{self.provider}:{self.name}"
        self.batch_size = _positive("batch_size", batch_size, self.own_batch_size() or 16)
        known = max_tokens is not None or _limit_of(inner) is not None
        self.max_tokens = _positive("max_tokens", max_tokens, _limit_of(inner) or UNKNOWN_LIMIT)
        self.note = "" if known else f"It does not say how much it reads; {UNKNOWN_LIMIT} tokens are assumed."
        self.tokenizer: Tokenizer = _tokenizer(tokenizer) or EstimatedTokenizer()
        self.special_tokens = 2 if tokenizer is not None else 0
        self.version = _text("version", version)
        self._dimensions: int | None = None
        self._code = CodeDigest(type(inner))
        self._engine = engine_of(type(inner))
        self._first = settings_of(inner)
        self._moved: set[str] = set()
        self._before_call: dict[str, object] | None = None
        self._calling = threading.RLock()

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

    def settings(self) -> dict[str, object]:
        """Give the object's settings; what embedding itself changes (a count of calls) is as it was at first."""
        now = settings_of(self.inner)
        now = now if self._before_call is None else self._before_call  # asked after: a call may have begun meanwhile
        still = {name: value for name, value in now.items() if name not in self._moved}
        return still | {name: value for name, value in self._first.items() if name in self._moved}

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that is known to change a vector.

        That is class, code, settings (private ones too where the class is the person's own), the workbench's models
        that it uses, `version`, and the version of the package that the class comes from or is built on. The code
        is the class's and that of the functions, classes and constants beside it that it names, as they were when
        this model was made. So the vectors of a changed class are computed anew. Keys and passwords are left out.
        What an object does not show (weights in memory, a server's state, another module) cannot be in it: change
        `version` then.
        """
        kind = type(self.inner)
        models = {**self._code.models, **models_of(self.inner)}
        return {
            "provider": self.provider,
            "model": self.name,
            "engine": self._engine,
            "class": f"{kind.__module__}.{kind.__qualname__}",
            "code": self._code.digest,
            "settings": self.settings(),
            "models": {name: dict(model.fingerprint()) for name, model in sorted(models.items())},
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
            The object raised an error, or its reply is not one finite vector a text, as long as those before.
        """
        import numpy as np

        size = self.batch_size if role == "document" else 1
        rows = [np.zeros((0, self._dimensions or 0), dtype=np.float32)]
        for start in range(0, len(texts), size):
            part = list(texts[start : start + size])
            rows.append(check_vectors(self._asked(part, role), part, self, self._dimensions))
            self._dimensions = rows[-1].shape[1]
        return np.concatenate(rows[1:] or rows)

    def _asked(self, texts: list[str], role: Role) -> Any:
        with self._calling:
            self._before_call = before = settings_of(self.inner)
            try:
                reply = self.documents(texts) if role == "document" else [self.query(texts[0])]
                return _rows(reply)
            except WorkbenchError:
                raise
            except Exception as error:
                # Where the object keeps a key, its library's own error and the variables on its way may show it.
                failed = self._failed(error, len(texts), role)
                if secrets_of(self.inner):
                    raise failed from None
                raise failed from error
            finally:
                after = settings_of(self.inner)
                self._moved |= {
                    name
                    for name in before.keys() | after.keys()
                    if name not in self._moved and before.get(name, _ABSENT) != after.get(name, _ABSENT)
                }
                self._before_call = None

    def _failed(self, error: Exception, count: int, role: Role) -> ModelError:
        from workbench.models.remote.secret import HIDDEN, scrubbed

        said = scrubbed(str(error))
        for secret in secrets_of(self.inner):
            said = said.replace(secret, HIDDEN)
        return ModelError(
            f"{self.id} could not embed {count} {'document' if role == 'document' else 'query'} "
            f"text{'s' if count > 1 else ''} ({type(error).__name__}: {said}). Nothing of this batch is stored; embed "
            "again to go on."
        )

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_calling"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _calling=threading.RLock())

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


def _rows(reply: Any) -> Any:
    """Give a reply in a form that numpy reads: tensors, which may lie elsewhere, as lists."""
    if isinstance(reply, Iterator):
        reply = list(reply)
    return [_row(row) for row in reply] if isinstance(reply, (list, tuple)) else _row(reply)


def _row(value: Any) -> Any:
    foreign = type(value).__module__.partition(".")[0] != "numpy"
    return value.tolist() if foreign and hasattr(value, "tolist") else value


def _name_of(inner: Any) -> str:
    for attribute in ("model_name", "model"):
        value = getattr(inner, attribute, None)
        if isinstance(value, str) and value and value != "unknown":
            return Path(value).name if Path(value).is_absolute() else value
    return type(inner).__qualname__.rpartition("<locals>.")[2]


def _limit_of(inner: Any) -> int | None:
    found = (getattr(inner, name, None) for name in _LIMITS)
    return next((value for value in found if type(value) is int and value > 0), None)


def _positive(name: str, given: object, default: int) -> int:
    value = default if given is None else given
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(f"{name} is {value!r}; give a whole number, 1 or more.")
    return value


def _text(name: str, given: object) -> str:
    if not isinstance(given, str):
        raise InputError(f"{name} is {given!r}; give a text, such as '1'.")
    return given


def _tokenizer(given: object) -> Tokenizer | None:
    if given is None or isinstance(given, Tokenizer):
        return given
    raise InputError(
        f"tokenizer is a {type(given).__name__}. Give an object with exact, offsets(texts) and count(texts), such as "
        "workbench.models.tokens.FileTokenizer(path of a tokenizer.json)."
    )
