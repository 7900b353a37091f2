"""Text that speaks to a language model instead of to a reader: found by pattern, said, and never acted upon."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["PATTERNS", "instruction_like"]

_RULES = r"(?:previous|prior|above|preceding|earlier|other|all|any|your|these|the)"
_ORDERS = r"(?:instructions?|prompts?|directions?|rules|guidelines|context|messages?)"

PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "tells a model to set its instructions aside",
        (
            r"\b(?:ignore|disregard|forget|override|bypass|do not follow)\b"
            rf"(?:\W+{_RULES}\b){{1,4}}\W+(?:\w+\W+)?{_ORDERS}\b"
        ),
    ),
    (
        "gives a model another role",
        (
            r"\byou\W+are\W+(?:now|no\W+longer)\W+(?:an?\b|in\b|my\b|the\b|bound\b|DAN\b)"
            r"|\b(?:act|behave|respond)\W+as\W+(?:if\W+you\W+(?:are|were)|an?\W+(?:unrestricted|different|new))\b"
            r"|\bpretend\W+(?:to\W+be|you\W+are)\b[^.\n]{0,40}\b(?:assistant|model|ai|system)\b"
        ),
    ),
    (
        "looks like a turn of a conversation",
        (
            r"^\s*(?:\[(?:system|assistant|user)\]|<\|?(?:im_start|im_end|system|assistant|user|endoftext)\|?>"
            r"|#{1,4}\s*(?:system|assistant|instructions?)\s*:|(?:system|assistant)\s*:)"
            r"|\[/?INST\]|<<SYS>>|<\|(?:im_start|im_end|eot_id|start_header_id)\|>"
        ),
    ),
    (
        "asks for the prompt or for secrets",
        (
            r"\b(?:reveal|print|repeat|show|output|leak|tell\W+me)\b[^.\n]{0,30}"
            r"\b(?:system\W+prompt|your\W+(?:instructions|prompt|rules)|api\W*keys?|passwords?|secrets?)\b"
        ),
    ),
    (
        "tells a model what to answer",
        (
            r"\b(?:always|only|instead|must|simply|just)\W+(?:\w+\W+){0,2}"
            r"(?:answer|reply|respond|say|output|write|recommend)\b[^.\n]{0,20}[\"'“:]"
            r"|\b(?:answer|reply|respond)\W+(?:only\W+|always\W+)?with\W+(?:only\W+)?(?:the\W+)?(?:words?|text|phrase|sentence)\b"
            r"|\b(?:when|if)\W+(?:you\W+are\W+)?asked\b[^.\n]{0,60}\b(?:answer|reply|respond|say)\b"
        ),
    ),
    (
        "speaks to the language model",
        (
            r"\b(?:dear|attention|note\W+to|important\W+(?:note|message)\W+(?:to|for)|instructions?\W+(?:to|for))\W+"
            r"(?:the\W+|any\W+|all\W+)?(?:ai\b|llms?\b|language\W+models?|assistants?|chatbots?)"
            r"|\bas\W+an?\W+(?:ai|language)\W+(?:model|assistant)\W*,?\W*you\W+(?:must|should|will)\b"
        ),
    ),
    (
        "hides characters that a reader does not see",
        "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069]{3,}|[\U000e0020-\U000e007f]+",
    ),
)
"""Reason and regular expression, the most telling first; matched without regard to case, after NFKC."""

_COMPILED = tuple((reason, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for reason, pattern in PATTERNS)


@lru_cache(maxsize=4096)
def instruction_like(text: str) -> str:
    """Say why a passage looks like an instruction to a language model.

    Parameters
    ----------
    text
        Any.

    Returns
    -------
    str
        The reason, as words that follow "This passage"; empty where no pattern of `PATTERNS` is found. It is a hint
        for a person: texts about such attacks are flagged too, and an attack in other words is not.
    """
    plain = unicodedata.normalize("NFKC", text)
    return next((reason for reason, pattern in _COMPILED if pattern.search(plain)), "")
