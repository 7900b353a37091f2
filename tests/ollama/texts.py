"""Requests for the tests of this folder."""

from __future__ import annotations

from workbench.records import Message, PromptRequest

PASSAGES = (
    "Answer from the context.\n\n"
    "[1] Llamas are members of the camelid family. They spit.\n\n"
    "[2] Vicuñas live high in the Andes. Their wool is fine.\n\n"
    "Question: What is a llama?"
)


def request_of(text: str = PASSAGES, answer_tokens: int = 64, temperature: float = 0.0, seed: int = 7) -> PromptRequest:
    """Give a request as the prompt builder would, of one system and one user message."""
    return PromptRequest(
        question="What is a llama?",
        passages=(),
        messages=(Message("system", "You answer questions."), Message("user", text)),
        answer_tokens=answer_tokens,
        temperature=temperature,
        seed=seed,
    )
