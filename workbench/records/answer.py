"""What a language model was asked, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.shown import visible

if TYPE_CHECKING:
    from workbench.records.evidence import Quote
    from workbench.records.retrieval import Passage, Retrieval

__all__ = ["SUPPORTED", "Answer", "Citation", "Message", "Piece", "PromptRequest", "Sentence", "Timings"]


SUPPORTED = 0.5
"""Support from which a sentence is not marked."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a prompt; `role` is system or user."""

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, eq=False)
class PromptRequest:
    """What a language model is asked to do.

    Attributes
    ----------
    question
        As asked.
    passages
        Those in the prompt, in the order of their numbers: passage `[n]` has rank n.
    messages
        The exact text sent.
    left_out
        Ranks of retrieved passages that did not fit.
    tokens
        Prompt tokens by part: `instructions`, `question`, `passage n`, and `chat template` for the marks that the
        model's own template puts around them; counted before sending.
    exact
        Whether they were counted with the model's own tokenizer; else they are estimated from above.
    fence
        The mark in the lines before and after each passage.
    context_tokens
        Tokens that prompt and answer share; 0 where there is no limit.
    answer_tokens
        Room kept for the answer.
    temperature, seed
        As set; a seed with temperature 0 makes most models repeat themselves.
    """

    question: str
    passages: tuple[Passage, ...]
    messages: tuple[Message, ...]
    left_out: tuple[int, ...] = ()
    tokens: Mapping[str, int] = field(default_factory=dict)
    exact: bool = False
    fence: str = ""
    context_tokens: int = 0
    answer_tokens: int = 0
    temperature: float = 0.0
    seed: int = 0

    @property
    def prompt_tokens(self) -> int:
        """Tokens of the whole prompt, as counted before sending."""
        return sum(self.tokens.values())

    @property
    def text(self) -> str:
        """The prompt as one text, each message under its role."""
        return "\n\n".join(f"[{message.role}]\n{message.content}" for message in self.messages)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer as it streams.

    The last piece has `done=True`, the `reason` (`stop` or `length`), the model's own token counts, and the
    `seconds` it took to write the answer as the server reports them (None where it gives none).
    """

    text: str = ""
    done: bool = False
    reason: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A `[n]` in an answer: `number` as written, character span, and the chunk if passage n was in the prompt."""

    number: int
    start: int
    end: int
    chunk: str | None

    @property
    def valid(self) -> bool:
        """Whether the number is that of a passage in the prompt."""
        return self.chunk is not None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer.

    Attributes
    ----------
    text, start, end
        As written, and its characters in the answer.
    support
        0 to 1: how well its best passage supports it. How it is worked out is said in `Answer.support_method`.
    passages
        The ranks of the passages that reach that figure, best first.
    overlap
        0 to 1: the share of its content words that the best passage holds.
    similarity
        Cosine to the closest sentence of the best passage; None where none was worked out.
    missing
        Numbers in the sentence that the best passage does not hold.
    """

    text: str
    start: int
    end: int
    support: float
    passages: tuple[int, ...] = ()
    overlap: float | None = None
    similarity: float | None = None
    missing: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the figure reaches `SUPPORTED`."""
        return self.support >= SUPPORTED


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of each stage, None where it did not happen; `tokens_per_second` as the model reports it."""

    embed: float | None = None
    search: float | None = None
    first_token: float | None = None
    total: float | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """What a language model wrote, with all that it was written from.

    `complete` is True only when the model said that it was done; otherwise `problem` says what happened,
    and `text` is what had come by then. `support_method` says in words how the sentences' support was worked out.
    `unread` is not empty where the model's own count shows that it did not see the whole prompt.
    """

    text: str
    question: str = ""
    citations: tuple[Citation, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    quotes: tuple[Quote, ...] = ()
    support_method: str = ""
    prompt: PromptRequest | None = field(default=None, repr=False)
    model: str = ""
    complete: bool = False
    streaming: bool = False
    reason: str = ""
    problem: str = ""
    unread: str = ""
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    timings: Timings = field(default_factory=Timings)
    retrieval: Retrieval | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        state = "complete" if self.complete else "incomplete"
        return f"Answer({self.text[:60]!r}, {len(self.citations)} citations, {state}, {visible(self.model)})"

    def _repr_html_(self) -> str:
        from workbench.frames import answer_html

        return answer_html(self)
