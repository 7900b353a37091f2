"""Answers: a language model, the prompt it is given, and what its answer stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.generation.answers import Asking, stream_answer
from workbench.generation.support import Supporter
from workbench.generation.template import TEMPLATE, checked
from workbench.models.remote.secret import hidden
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

PROVIDERS = ("ollama", "huggingface", "openai", EXTRACTIVE)


def language_model(
    spec: object, *, embed: Callable[[Sequence[str], Role], np.ndarray], **options: object
) -> LanguageModel:
    """Make a language model.

    Parameters
    ----------
    spec
        `ollama:llama3.2`, `huggingface:owner/name` or a folder, `openai:gpt-4o-mini`, `extractive`, an `LLM` of
        LlamaIndex, or an object that is a `LanguageModel` already.
    embed
        The embedding function that `extractive` chooses sentences with.
    **options
        Passed to the provider; see `OllamaChat`, `HuggingFaceChat` and `OpenAIChat`.

    Raises
    ------
    InputError
        The id names no known provider, or the object has no `stream`.
    """
    options = hidden(options)
    if not isinstance(spec, str):
        return _of_object(spec)
    provider, _, name = spec.strip().partition(":")
    if provider == EXTRACTIVE and not name:
        from workbench.generation.extractive import Extractive

        return Extractive(embed)
    if name and provider in _NAMED:
        return _NAMED[provider](name, options)
    raise InputError(
        f"The language model {spec!r} is not known. Give 'ollama:' and the name of a model, such as "
        "'ollama:llama3.2', 'huggingface:HuggingFaceTB/SmolLM2-360M-Instruct', 'openai:gpt-4o-mini', or 'extractive' "
        "for quoted sentences without a language model."
    )


def _of_object(given: object) -> LanguageModel:
    if any(kind.__name__ == "LLM" and kind.__module__.startswith("llama_index.") for kind in type(given).__mro__):
        from workbench.generation.llama_index import LlamaIndexChat

        return LlamaIndexChat(given)
    if isinstance(given, LanguageModel) and not isinstance(given, type):
        return given
    raise InputError(
        f"The language model is a {type(given).__name__}. Give an id such as 'ollama:llama3.2' or 'extractive', an "
        "LLM of LlamaIndex, or an object with the attributes and methods of workbench.protocols.LanguageModel."
    )


def _ollama(name: str, options: Mapping[str, Any]) -> LanguageModel:
    from workbench.generation.ollama import OllamaChat

    return OllamaChat(name, **options)


def _huggingface(name: str, options: Mapping[str, Any]) -> LanguageModel:
    from workbench.generation.huggingface import HuggingFaceChat

    return HuggingFaceChat(name, **{key: value for key, value in options.items() if key != "consent"})


def _openai(name: str, options: Mapping[str, Any]) -> LanguageModel:
    from workbench.generation.openai import OpenAIChat

    return OpenAIChat(name, **options)


_NAMED = {"ollama": _ollama, "huggingface": _huggingface, "openai": _openai}
