"""Answers: a language model, the prompt it is given, and what its answer stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.generation.answers import Asking, stream_answer
from workbench.generation.support import Supporter
from workbench.generation.template import TEMPLATE, checked
from workbench.protocols import LanguageModel

if TYPE_CHECKING:
    import numpy as np

    from workbench.protocols import Role

__all__ = [
    "EXTRACTIVE",
    "PROVIDERS",
    "TEMPLATE",
    "Asking",
    "Supporter",
    "checked",
    "language_model",
    "stream_answer",
]

EXTRACTIVE = "extractive"

PROVIDERS = ("ollama", EXTRACTIVE)


def language_model(
    spec: str | LanguageModel, *, embed: Callable[[Sequence[str], Role], np.ndarray], **options: object
) -> LanguageModel:
    """Make a language model.

    Parameters
    ----------
    spec
        `ollama:llama3.2`, `extractive`, or an object that is a `LanguageModel` already.
    embed
        The embedding function that `extractive` chooses sentences with.
    **options
        Passed to the provider. Ollama takes `host`, `num_ctx`, `keep_alive`, `consent`.

    Raises
    ------
    InputError
        The id names no known provider, or the object has no `stream`.
    """
    if not isinstance(spec, str):
        if isinstance(spec, LanguageModel):
            return spec
        raise InputError(
            f"The language model is a {type(spec).__name__}. Give an id such as 'ollama:llama3.2' or 'extractive', or "
            "an object with the attributes and methods of workbench.protocols.LanguageModel."
        )
    provider, _, name = spec.strip().partition(":")
    if provider == EXTRACTIVE and not name:
        from workbench.generation.extractive import Extractive

        return Extractive(embed)
    if provider == "ollama" and name:
        from workbench.generation.ollama import OllamaChat

        return OllamaChat(name, **options)  # type: ignore[arg-type]
    raise InputError(
        f"The language model {spec!r} is not known. Give 'ollama:' and the name of a model, such as "
        "'ollama:llama3.2', or 'extractive' for quoted sentences without a language model."
    )
