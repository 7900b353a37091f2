"""A prompt template as it is edited: whether it is the default, and what it must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.generation import TEMPLATE
from workbench.records import Message, PromptRequest
from workbench.widgets._budget import budget

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["prompt_state", "template_state"]


def template_state(wb: Workbench) -> dict[str, Any]:
    """Give the template as text, and whether it is the default one."""
    return {"text": wb.prompt_template, "default": wb.prompt_template == TEMPLATE}


def prompt_state(wb: Workbench) -> dict[str, Any] | None:
    """Give the exact messages of the last prompt with their tokens; None where nothing was asked."""
    answer = wb.answer
    if answer is None or answer.prompt is None:
        return None
    prompt, counted = answer.prompt, answer.prompt_tokens
    how = "counted" if prompt.exact else "estimated from above"
    return {
        "messages": [
            {"role": message.role, "tokens": _message_tokens(message, prompt), "text": message.content}
            for message in prompt.messages
        ],
        "budget": budget(prompt),
        "total": f"{prompt.prompt_tokens:,} tokens {how} before sending"
        + (f", {counted:,} counted by the model" if counted else ""),
        "unread": answer.unread,
        "sampling": f"temperature {prompt.temperature:g}, seed {prompt.seed}",
        "sent": answer.model != "extractive",
    }


def _message_tokens(message: Message, prompt: PromptRequest) -> int:
    """Share the parts out: instructions go with the system's turn where there is one, all else with the person's."""
    whole = prompt.prompt_tokens
    if len(prompt.messages) == 1:
        return whole
    instructions = prompt.tokens.get("instructions", 0)
    return instructions if message.role == "system" else whole - instructions
