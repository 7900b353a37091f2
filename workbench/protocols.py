"""What a provider must offer; nothing here is imported by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np

    from workbench.records import Piece, PromptRequest

__all__ = ["EmbeddingModel", "LanguageModel", "Reranker", "Role", "Tokenizer"]

Role = Literal["document", "query"]


@runtime_checkable
class Tokenizer(Protocol):
    """Where a model's tokens begin and end in a text."""

    exact: bool
    """False where the true tokenizer is not at hand and tokens are estimated."""

    def offsets(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Give, for each text, an int32 array (tokens, 2) of character spans, special tokens left out."""
        ...

    def count(self, texts: Sequence[str]) -> np.ndarray:
        """Give the number of tokens of each text as int32 (n,), special tokens left out."""
        ...


@runtime_checkable
class EmbeddingModel(Protocol):
    """Turns texts into vectors."""

    id: str
    """`provider:name`."""
    batch_size: int
    """Texts sent at a time: small enough that a question gets in between and cancelling is quick."""
    query_prefix: str
    document_prefix: str

    # Read-only, so that a model may find them out when they are first asked for.
    @property
    def dimensions(self) -> int | None:
        """Length of a vector; None until the first reply of a model that does not say."""
        ...

    @property
    def max_tokens(self) -> int:
        """Longest input the model reads, its special tokens and the prefix included."""
        ...

    @property
    def special_tokens(self) -> int:
        """Tokens that the model adds to every text (2 for BERT: [CLS] and [SEP])."""
        ...

    @property
    def tokenizer(self) -> Tokenizer:
        """Where the model's tokens begin and end."""
        ...

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that changes a vector, as JSON values."""
        ...

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:
        """Give float32 (len(texts), dimensions), one finite vector of norm above 0 a text, in order.

        The texts are sent as they are: the caller has put the prefix in front (`models.prepare`).
        """
        ...

    def close(self) -> None:
        """Give back memory and connections; may be called twice."""
        ...


@runtime_checkable
class LanguageModel(Protocol):
    """Writes an answer from a prompt, piece by piece.

    A model may have two more members: `exact_tokens`, true where `count_tokens` is its own tokenizer's count and not
    an estimate; and `count_messages(messages) -> int`, the tokens of a whole prompt in its own chat template.
    """

    id: str

    @property
    def context_tokens(self) -> int:
        """Tokens that prompt and answer share; 0 where there is no such limit."""
        ...

    def count_tokens(self, text: str) -> int:
        """Give the number of tokens of a text, or an estimate that is not below it."""
        ...

    def stream(self, request: PromptRequest, cancel: Event) -> Iterator[Piece]:
        """Yield pieces; only a last piece with `done=True` makes the answer whole.

        A stream that breaks off raises `ServerError`; one that is cancelled stops without `done`.
        """
        ...

    def close(self) -> None:
        """Give back memory and connections; may be called twice."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """Reads a question and a passage together, and says how well one answers the other."""

    id: str

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Give float32 (len(texts),), finite, higher for a better passage; only their order need mean anything."""
        ...
