"""What a model really sees of a text, whether it embeds rightly, and what fewer bits cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.shown import NO_MATH, visible

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["Explanation", "ModelCheck", "Probe", "Quantization"]


@dataclass(frozen=True, eq=False)
class Explanation:
    """What an embedding model sees of one text.

    Attributes
    ----------
    text
        As it was given.
    role
        `document` or `query`: decides the prefix.
    model
        Its id.
    prefix
        What is put in front of the text.
    sent
        The exact string sent: prefix and text.
    spans
        int32 (tokens, 2): where each token of `sent` begins and ends, in characters; special tokens left out.
    tokens
        Tokens of `sent` with the model's special tokens.
    limit
        Most tokens that the model reads, its special tokens included.
    exact
        False where the tokens are an estimate, since the model's tokenizer is not at hand.
    seen
        Characters of `sent` that the model reads; what follows is cut off.
    vector
        float32 (dimensions,), as the model gave it.
    norm
        Euclidean length of `vector`.
    """

    text: str
    role: Literal["document", "query"]
    model: str
    prefix: str
    sent: str
    spans: np.ndarray = field(repr=False)
    tokens: int
    limit: int
    exact: bool
    seen: int
    vector: np.ndarray = field(repr=False)
    norm: float

    def __repr__(self) -> str:
        cut = f"{len(self.cut):,} characters cut off" if self.cut else "nothing cut off"
        tokens = f"{self.tokens} of {self.limit} tokens"
        return f"Explanation({visible(self.model)}, {self.role}, {tokens}, {cut}, norm {self.norm:.4f})"

    def _repr_html_(self) -> str:
        from workbench.frames import explanation_html

        return explanation_html(self)

    @property
    def cut(self) -> str:
        """The part of `sent` that the model does not see; empty where it sees all."""
        return self.sent[self.seen :]


@dataclass(frozen=True, eq=False)
class Probe:
    """One question that a model was asked without its knowing.

    Attributes
    ----------
    name
        What was looked at: accents, case, scripts, tokens, length, determinism, order ...
    passed
        None where it could not be asked, for the reason in `seen`.
    seen
        One plain sentence with the figures.
    advice
        What to do; empty where it passed.
    finding, detail
        What `seen` is made of: figures of a person's own texts come between the two.
    concerns
        The kinds of text that the finding is about (`models.check.figures` counts them); empty for all texts.
    """

    name: str
    passed: bool | None
    seen: str
    advice: str = ""
    finding: str = field(default="", repr=False)
    detail: str = field(default="", repr=False)
    concerns: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, eq=False)
class ModelCheck:
    """Whether a model embeds rightly: one row a probe.

    Attributes
    ----------
    model
        Its id.
    fingerprint
        64 hex digits: the check holds for this engine version, these weights and these settings.
    probes
        In the order in which they were asked.
    seconds
        How long it took.
    when
        ISO 8601, UTC.
    """

    model: str
    fingerprint: str
    probes: tuple[Probe, ...]
    seconds: float
    when: str

    def __repr__(self) -> str:
        said = "passed" if self.passed else f"{len(self.failures)} of {len(self.probes)} probes failed"
        return f"ModelCheck({visible(self.model)}, {said}, {self.seconds:.2f} s)"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(escape=True, index=False, classes=NO_MATH)

    @property
    def passed(self) -> bool:
        """Whether no probe failed."""
        return all(probe.passed is not False for probe in self.probes)

    @property
    def failures(self) -> tuple[Probe, ...]:
        """The probes that failed."""
        return tuple(probe for probe in self.probes if probe.passed is False)

    def to_frame(self) -> pd.DataFrame:
        """Give one row a probe: probe, passed, seen, advice."""
        from workbench.frames import check_frame

        return check_frame(self)[["probe", "passed", "seen", "advice"]]


@dataclass(frozen=True, eq=False)
class Quantization:
    """What an int8 copy of a model costs in truth and gives in speed, measured on a person's own chunks.

    Attributes
    ----------
    model
        Id of the model.
    calibration
        12 hex digits that name the calibration: `embedding_model(id, dtype="int8", calibration=...)`.
    texts
        Texts that the calibration read.
    compared
        Chunks whose vectors were compared.
    mean_cosine, least_cosine
        Between a chunk's int8 and float32 vector, -1 to 1.
    overlap
        Mean share, 0 to 1, of a chunk's ten nearest chunks that are the same with both.
    seconds
        Of the calibration, once.
    speed
        Texts a second with int8 divided by texts a second with float32, on the compared chunks.
    """

    model: str
    calibration: str
    texts: int
    compared: int
    mean_cosine: float
    least_cosine: float
    overlap: float
    seconds: float
    speed: float
