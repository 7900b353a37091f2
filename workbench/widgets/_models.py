"""The rows of the model panel, and what a person may type in its box."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.models import PROVIDERS
from workbench.session.choices import OPTIONS
from workbench.widgets._lines import FETCHED, button, model_id, price_text, pull_button
from workbench.widgets._words import join, short_model

if TYPE_CHECKING:
    from workbench.records import ModelInfo
    from workbench.session import Workbench

__all__ = ["forms", "parameters_text", "row", "spec_of"]

_FOLDER = re.compile(r"[/~.\\]|[A-Za-z]:[\\/]")


def spec_of(typed: str) -> str:
    """Give the id that was meant: a folder, or `owner/name` without a provider, is one of Hugging Face.

    Raises
    ------
    InputError
        It is no id, or one of a provider that there is not.
    """
    name = typed.strip()
    if _FOLDER.match(name):
        return f"huggingface:{Path(name).expanduser()}"
    provider, separator, rest = name.partition(":")
    if not separator and "/" in name:
        return f"huggingface:{name}"
    if not provider or not rest.strip():
        raise InputError(
            f"{typed!r} is no model id; write provider:name, such as 'ollama:nomic-embed-text' or "
            "'bundled:all-MiniLM-L6-v2', or the path of a folder with a model."
        )
    if provider not in PROVIDERS:
        raise InputError(f"There is no provider {provider!r} ({typed!r}); there are: {', '.join(sorted(PROVIDERS))}.")
    return name


def forms() -> dict[str, list[dict[str, Any]]]:
    """Give, for each provider, the fields of its options: name, kind, help, default, choices."""
    wanted = ("name", "kind", "help", "default", "choices")
    return {
        provider: [{key: value for key, value in asdict(option).items() if key in wanted} for option in options]
        for provider, options in OPTIONS.items()
        if provider in PROVIDERS
    }


def row(wb: Workbench, info: ModelInfo) -> dict[str, Any]:
    """Give what a row of the table shows, and its button."""
    return {
        "id": info.id,
        "name": short_model(info.id),
        "provider": info.provider,
        "dimensions": f"{info.dimensions:,}" if info.dimensions else "",
        "tokens": f"{info.max_tokens:,}" if info.max_tokens else "",
        "parameters": parameters_text(info.parameters),
        "prefixes": _prefixes(info),
        "link": info.link if info.link.startswith("https://") else "",
        "note": _note(info),
        "chosen": info.id == model_id(wb.model),
        "action": _action(wb, info),
    }


def _action(wb: Workbench, info: ModelInfo) -> dict[str, Any]:
    if info.id == model_id(wb.model):
        if isinstance(wb.model, str):
            return button("Chosen", "choose", off=True, model=info.id)
        return button("Reset", "choose", "Use it with its own settings, without the options given", model=info.id)
    if info.ready or info.destination or info.provider not in FETCHED:
        return button("Choose", "choose", model=info.id)
    return pull_button(wb, info)


def _note(info: ModelInfo) -> str:
    """Give the row's remark; what all of its group have in common stands above them."""
    if not info.destination:
        return info.note
    return join(info.destination, price_text(info.price) if info.price is not None else "")


def _prefixes(info: ModelInfo) -> str:
    pairs = (("query", info.query_prefix), ("document", info.document_prefix))
    return ", ".join(f"{name} “{text}”" for name, text in pairs if text)


def parameters_text(millions: float | None) -> str:
    """Give a number of parameters in millions as `22.7 M` or `1.5 B`; empty where unknown."""
    if not millions:
        return ""
    return f"{millions / 1000:.1f} B" if millions >= 1000 else f"{millions:g} M"
