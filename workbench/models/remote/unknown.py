"""What is assumed of a model that OpenAI does not make, behind a server with its interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.protocols import Tokenizer

__all__ = ["limit_of", "tokenizer_of"]

_LIMIT = 512
"""Tokens that a model of unknown limit is sure to read."""


def limit_of(name: str) -> int:
    """Give the most tokens that a model reads, from the catalogue of what Ollama runs, else 512."""
    from workbench.models.catalogue import known

    entry = known(f"ollama:{name}")
    return (entry.max_tokens if entry else None) or _LIMIT


def tokenizer_of(name: str) -> Tokenizer:
    """Give the model's own tokenizer where its vocabulary is that of the bundled model, else an estimate."""
    from workbench.models.bundled_files import tokenizer_file
    from workbench.models.catalogue import SHARED_VOCABULARY
    from workbench.models.tokens import EstimatedTokenizer, FileTokenizer

    shared = name.partition(":")[0] in SHARED_VOCABULARY
    return FileTokenizer(tokenizer_file()) if shared else EstimatedTokenizer()
