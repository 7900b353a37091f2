"""Passages are data: each is put between two lines that its text cannot forge, and what looks like ours is escaped."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from itertools import count

from workbench.records import Passage

__all__ = ["escaped", "fence_of", "fenced"]

_DIGITS = 10
_LONGEST_NAME = 200
_LOOK_ALIKES = re.compile(
    r"""
    <(?=\s*/?\s*passage\b)                              # our own fence
    | <(?=[|｜]|<SYS|/?s>|/?(?:start|end)_of_turn)      # marks by which chat templates divide turns
    | \[(?=/?INST\]|(?:system|user|assistant)\])
    | \[(?=\s*\d{1,3}(?:\s*[-–—,;]\s*\d{1,3})*\s*\])    # a citation of somebody else's
    | ^\s*(?:source|passage|document)\s+\[?(?=\d)       # "Source 3: ..."
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


def fence_of(question: str, texts: Sequence[str], seed: int) -> str:
    """Give the mark of a request: ten hex digits that no text of it holds.

    They are the beginning of a SHA-256 over seed, question and all texts. Who wrote one of the texts knows neither
    the question nor the others, so cannot know the mark; who asks the same again gets the same prompt.
    """
    for turn in count():
        digest = hashlib.sha256(json.dumps([turn, seed, question, *texts]).encode()).hexdigest()[:_DIGITS]
        if not any(digest in text for text in texts):
            return digest
    raise AssertionError("unreachable: some turn gives a mark that is in no text")


def escaped(text: str) -> str:
    r"""Put a backslash into what looks like a fence, a turn of a chat, a source's number or a citation: `[\3]`."""
    return _LOOK_ALIKES.sub(lambda match: f"{match.group()}\\", text)


def fenced(passage: Passage, fence: str) -> str:
    """Give a passage as it stands in the prompt, its name and number in the line before, the mark in both lines."""
    name = escaped(" ".join(passage.chunk.document.split()).replace(">", "›")[:_LONGEST_NAME])
    return f"<passage {fence} [{passage.rank}] {name}>\n{escaped(passage.chunk.text)}\n</passage {fence}>"
