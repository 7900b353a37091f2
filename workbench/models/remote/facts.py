"""What OpenAI's embedding models are, and what they cost. Data.

Prices in US dollars for a million tokens, from https://platform.openai.com/docs/pricing, and limits, from
https://platform.openai.com/docs/guides/embeddings and the API reference, as published in November 2026. Azure asks
the same in most regions. A price may change: it is used for an estimate, and what is billed counts.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FACTS", "MOST_TEXTS", "MOST_TOKENS", "PRICED", "Facts"]

MOST_TEXTS = 2048
"""Texts that one request may hold."""
MOST_TOKENS = 300_000
"""Tokens that one request may hold, all its texts together."""
PRICED = "2026-11"
"""Year and month in which the prices were read."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One model.

    Attributes
    ----------
    dimensions
        Length of a vector.
    price
        US dollars for a million tokens.
    shortens
        Whether the service cuts vectors to a length that is asked for.
    max_tokens
        Longest text.
    """

    dimensions: int
    price: float
    shortens: bool = True
    max_tokens: int = 8191


FACTS = {
    "text-embedding-3-small": Facts(1536, 0.02),
    "text-embedding-3-large": Facts(3072, 0.13),
    "text-embedding-ada-002": Facts(1536, 0.10, shortens=False),
}
