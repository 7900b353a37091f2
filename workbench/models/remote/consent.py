"""Asking before a text leaves this machine: where it would go, how much it is, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import ConsentNeeded

if TYPE_CHECKING:
    from workbench.protocols import EmbeddingModel

__all__ = ["Estimate", "estimate", "require"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What sending some texts comes to.

    Attributes
    ----------
    texts, tokens
        How many; a text longer than the model reads counts with what it reads.
    exact
        False where the model's tokenizer is not at hand.
    dollars
        US dollars; None where the price is not known.
    """

    texts: int
    tokens: int
    exact: bool
    dollars: float | None

    def __str__(self) -> str:
        about = "" if self.exact else "about "
        texts = "1 text" if self.texts == 1 else f"{self.texts:,} texts"
        cost = "at a price that is not known here" if self.dollars is None else f"for {_money(self.dollars)}"
        return f"{texts} ({about}{self.tokens:,} tokens), {cost}"


def _money(dollars: float) -> str:
    if dollars < 0.0001:
        return "less than $0.0001"
    return f"about ${dollars:.4f}" if dollars < 1 else f"about ${dollars:,.2f}"


def estimate(model: EmbeddingModel, texts: Sequence[str]) -> Estimate:
    """Count the tokens of texts, as they are sent, and what they cost at the model's `price`."""
    counts = model.tokenizer.count(texts) + model.special_tokens
    tokens = int(counts.clip(max=model.max_tokens).sum())
    price: float | None = getattr(model, "price", None)
    return Estimate(len(texts), tokens, model.tokenizer.exact, None if price is None else price * tokens / 1e6)


def require(model: EmbeddingModel, texts: Sequence[str]) -> None:
    """Go on if the texts stay here or a person allowed that they leave.

    Parameters
    ----------
    model
        Its `destination` says where texts go, empty for nowhere; its `consent` whether that is allowed.
    texts
        All that would be sent, prefix included.

    Raises
    ------
    ConsentNeeded
        Says the destination, the number of texts, their tokens and cost, and the line that allows it.
    """
    destination = getattr(model, "destination", "")
    if not destination or getattr(model, "consent", False):
        return
    raise ConsentNeeded(
        f"{model.id} runs at {destination}, and nobody has allowed yet that texts go there. It would be sent "
        f'{estimate(model, texts)}. Allow it with wb.allow("{model.id}"), or choose a model that runs here.'
    )
