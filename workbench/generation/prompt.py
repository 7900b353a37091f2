"""The prompt: what is asked, from which passages, in how many tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.generation.fence import fence_of, fenced
from workbench.generation.template import INSTRUCTIONS, PLAIN, TEMPLATE, filled
from workbench.generation.tokens import counted_exactly, whole_prompt
from workbench.protocols import LanguageModel
from workbench.records import Message, Passage, PromptRequest, Retrieval

__all__ = ["INSTRUCTIONS", "PLAIN", "TEMPLATE", "build_prompt", "plain_prompt"]

_ANSWER_TOKENS = 512
_MARGIN = 32
"""Tokens that chat templates put around messages, where they cannot be counted."""
_NONE = "(No passage was found.)"


def build_prompt(
    retrieval: Retrieval,
    model: LanguageModel,
    temperature: float = 0.0,
    seed: int = 0,
    template: str = TEMPLATE,
    fence: str | None = None,
) -> PromptRequest:
    """Write the prompt for a retrieval so that it fits the model; the lowest ranked passages are left out first.

    Parameters
    ----------
    retrieval
        Its passages keep their ranks as numbers.
    model
        Counts the tokens and says how many there is room for.
    temperature, seed
        Passed on to the model; the seed is part of the fence too.
    template
        As `template.checked` gives it.
    fence
        The mark around the passages, where a prompt is to differ from another in its passages alone.

    Returns
    -------
    PromptRequest
        `left_out` names the ranks that did not fit; nothing is ever cut inside a passage.
    """
    passages = retrieval.passages
    fence = fence or fence_of(retrieval.query, [passage.chunk.text for passage in passages], seed)
    blocks = [fenced(passage, fence) for passage in passages]

    def messages(kept: int) -> tuple[Message, ...]:
        quoted = "\n\n".join(blocks[:kept]) or _NONE
        return filled(template, {"question": retrieval.query, "passages": quoted, "fence": fence})

    empty = filled(template, {"fence": fence})
    tokens = _frame_tokens(model, empty, retrieval.query)
    sizes = [model.count_tokens(f"{block}\n\n") for block in blocks]
    kept = _fitting(model, sum(tokens.values()), sizes)
    whole = whole_prompt(model, messages(kept))
    while whole is not None and kept and model.context_tokens and whole > model.context_tokens - _answer_tokens(model):
        kept -= 1
        whole = whole_prompt(model, messages(kept))
    tokens |= {f"passage {passage.rank}": size for passage, size in zip(passages[:kept], sizes, strict=False)}
    request = _request(retrieval.query, passages[:kept], messages(kept), model, tokens)
    return replace(
        _counted(request, whole),
        left_out=tuple(passage.rank for passage in passages[kept:]),
        fence=fence,
        temperature=temperature,
        seed=seed,
    )


def plain_prompt(question: str, model: LanguageModel, temperature: float = 0.0, seed: int = 0) -> PromptRequest:
    """Write the prompt that asks the same without any passage."""
    messages = filled(PLAIN, {"question": question})
    tokens = _frame_tokens(model, filled(PLAIN, {}), question)
    request = replace(_request(question, (), messages, model, tokens), temperature=temperature, seed=seed)
    return _counted(request, whole_prompt(model, messages))


def _request(
    question: str,
    passages: Sequence[Passage],
    messages: tuple[Message, ...],
    model: LanguageModel,
    tokens: dict[str, int],
) -> PromptRequest:
    return PromptRequest(
        question=question,
        passages=tuple(passages),
        messages=messages,
        tokens=tokens,
        exact=counted_exactly(model),
        context_tokens=model.context_tokens,
        answer_tokens=_answer_tokens(model),
    )


def _frame_tokens(model: LanguageModel, empty: Sequence[Message], question: str) -> dict[str, int]:
    """Count all but the passages: instructions are what the template says itself."""
    tokens = {
        "instructions": model.count_tokens("\n\n".join(message.content for message in empty)),
        "question": model.count_tokens(question),
    }
    if model.context_tokens and not hasattr(model, "count_messages"):
        tokens["chat template"] = _MARGIN
    return tokens


def _counted(request: PromptRequest, whole: int | None) -> PromptRequest:
    """Book what the chat template takes beside the parts, where the model counts the whole."""
    if whole is None:
        return request
    return replace(request, tokens={**request.tokens, "chat template": max(0, whole - sum(request.tokens.values()))})


def _fitting(model: LanguageModel, used: int, sizes: Sequence[int]) -> int:
    """Give how many of the passages, first to last, there is room for."""
    if not model.context_tokens:
        return len(sizes)
    room = model.context_tokens - _answer_tokens(model) - used
    for number, size in enumerate(sizes):
        room -= size
        if room < 0:
            return number
    return len(sizes)


def _answer_tokens(model: LanguageModel) -> int:
    return min(_ANSWER_TOKENS, model.context_tokens // 3) if model.context_tokens else _ANSWER_TOKENS
