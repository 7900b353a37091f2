"""A prompt's tokens, by part, as a bar and as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.records import PromptRequest

__all__ = ["budget", "numbers"]


def budget(prompt: PromptRequest) -> dict[str, Any]:
    """Give the parts of a prompt and what is left for the answer.

    Returns
    -------
    dict
        `parts`: `name`, `kind` (question, instructions, passage or answer), `tokens` and `share` of the whole, 0 to
        1. The whole is the context where there is a limit, else prompt and answer together. `sentence` says it.
    """
    used = sum(prompt.tokens.values())
    whole = prompt.context_tokens or used + prompt.answer_tokens
    order = sorted(prompt.tokens, key=_place)
    sizes = [(name, _kind(name), prompt.tokens[name]) for name in order]
    sizes.append(("room for the answer", "answer", min(prompt.answer_tokens, max(whole - used, 0))))
    parts = [
        {"name": name, "kind": kind, "tokens": size, "share": round(size / whole, 4) if whole else 0.0}
        for name, kind, size in sizes
    ]
    return {"parts": parts, "sentence": _sentence(prompt, used)}


def _kind(name: str) -> str:
    if name.startswith("passage "):
        return "passage"
    return "question" if name == "question" else "instructions"


def _place(name: str) -> tuple[int, int]:
    if not name.startswith("passage "):
        return (0 if name == "question" else 1), 0
    number = name.rpartition(" ")[2]
    return 2, int(number) if number.isdigit() else 0


def _sentence(prompt: PromptRequest, used: int) -> str:
    of = f" of {prompt.context_tokens}" if prompt.context_tokens else ""
    ranks = [passage.rank for passage in prompt.passages]
    said = ["question", "instructions", *([f"passage{_s(ranks)} {numbers(ranks)}"] if ranks else [])]
    about = "" if prompt.exact else "about "
    sentence = f"Prompt {about}{used}{of} tokens: {', '.join(said)}"
    left = prompt.left_out
    return f"{sentence} · passage{_s(left)} {numbers(left)} left out" if left else sentence


def _s(ranks: Sequence[int]) -> str:
    return "s" if len(ranks) > 1 else ""


def numbers(ranks: Sequence[int]) -> str:
    """Say ranks in words: `1 to 4`, `1 and 2`, `1 to 3 and 5`."""
    groups: list[list[int]] = []
    for rank in sorted(ranks):
        if groups and rank == groups[-1][-1] + 1:
            groups[-1].append(rank)
        else:
            groups.append([rank])
    said: list[str] = []
    for group in groups:
        said += [f"{group[0]} to {group[-1]}"] if len(group) > 2 else [str(rank) for rank in group]
    return " and ".join(part for part in (", ".join(said[:-1]), said[-1] if said else "") if part)
