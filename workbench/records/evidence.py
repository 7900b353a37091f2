"""What an answer stands on, looked at closely: its quotations, a judge's verdicts, and answers to other contexts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.shown import NO_MATH

if TYPE_CHECKING:
    import pandas as pd

    from workbench.records.answer import Answer
    from workbench.records.retrieval import Retrieval

__all__ = ["Attribution", "Contexts", "Judgement", "LeftOut", "Quote", "Verdict"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that an answer puts between quotation marks, and where they stand.

    Attributes
    ----------
    text
        Without the marks.
    start, end
        Characters of the answer, marks included.
    match
        `exact`: letter for letter but for white space and the form of marks; `fuzzy`: nearly; `none`: in no passage.
    likeness
        0 to 1: 1 where exact, else the best `difflib` ratio of words that was found.
    rank, chunk, span
        The passage that holds them and the characters of its text; 0, None and None where none does.
    """

    text: str
    start: int
    end: int
    match: Literal["exact", "fuzzy", "none"]
    likeness: float = 0.0
    rank: int = 0
    chunk: str | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's word on one sentence: `supported` is None where its reply was neither yes nor no (`reply`)."""

    sentence: str
    supported: bool | None
    reply: str = ""


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a language model says of each sentence of an answer.

    `verdicts` are in the order of the answer's sentences; `complete` is False where it was stopped before the last.
    """

    answer: Answer = field(repr=False)
    model: str
    verdicts: tuple[Verdict, ...] = ()
    complete: bool = False

    @property
    def failures(self) -> int:
        """Replies that were neither yes nor no: they count for neither."""
        return sum(verdict.supported is None for verdict in self.verdicts)

    @property
    def supported(self) -> int:
        """Sentences that the judge found supported."""
        return sum(verdict.supported is True for verdict in self.verdicts)

    def to_frame(self) -> pd.DataFrame:
        """Give a row a sentence: sentence, supported (None where the judge failed), reply."""
        from workbench.frames import frame_of

        return frame_of(self.verdicts, Verdict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The answer again without one passage.

    Attributes
    ----------
    rank, chunk
        The passage left out.
    text
        What was answered then.
    change
        0 to 1: how much of the first answer's content words are gone; 0 where nothing depends on the passage.
    sentences
        The same for each sentence of the first answer: 1 minus the share of its words that the best sentence of the
        new answer holds.
    complete
        Whether the model said that it was done.
    """

    rank: int
    chunk: str
    text: str
    change: float
    sentences: tuple[float, ...] = ()
    complete: bool = True


@dataclass(frozen=True, eq=False)
class Attribution:
    """Which passages an answer depends on: it is asked again without each, all else equal."""

    answer: Answer = field(repr=False)
    model: str
    passages: tuple[LeftOut, ...] = ()
    complete: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Give a row a passage that was left out: rank, chunk, text, change, sentences, complete."""
        from workbench.frames import frame_of

        return frame_of(self.passages, LeftOut)


@dataclass(frozen=True, eq=False)
class Contexts:
    """One question, answered with its passages, without any, and with the wrong ones; None where not yet begun.

    Model, seed and temperature are the same. The wrong passages are as many as the right ones, from the far end of
    the ranking.
    """

    question: str
    model: str
    right: Answer | None = None
    without: Answer | None = None
    wrong: Answer | None = None
    retrieval: Retrieval | None = field(default=None, repr=False)
    complete: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Give a row a context: context, passages, complete, supported (share of sentences), answer."""
        from workbench.frames import contexts_frame

        return contexts_frame(self)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(escape=True, index=False, classes=NO_MATH)
