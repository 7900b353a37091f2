"""Folders of short texts for the kill campaign: more than 1,000 chunks of about 16 tokens, before and after an edit."""

from __future__ import annotations

import random
from pathlib import Path

__all__ = ["edit", "write_first", "write_other"]

_TEXT = """
llama alpaca camel desert wool load hill river grass herd salt stone rain sun wind calf mother milk path rope tent fire
bread water star night day road valley lake snow ice cloud sand tree leaf root seed fruit corn bean
"""
_WORDS = tuple(_TEXT.split())
FILES, SENTENCES, WORDS = 48, 24, 12


def _sentences(seed: str, count: int) -> list[str]:
    chosen = random.Random(seed)
    return [" ".join(chosen.choices(_WORDS, k=WORDS)).capitalize() + "." for _ in range(count)]


def _text(number: int, generation: int) -> str:
    lines = _sentences(f"{number}", SENTENCES)
    if generation and number % 4 == 1:  # every fourth file is edited: a line goes, one comes, one changes
        lines[3:4] = []
        lines[7] = _sentences(f"{number} edited", 1)[0]
        lines.append(_sentences(f"{number} added", 1)[0])
    if number % 16 == 2:
        lines[5] = lines[4]  # two chunks, one text
    return "\n\n".join(lines) + "\n"


def _put(folder: Path, name: str, text: str) -> None:
    """Write a file whole: its texts are the corpus's own, and no part of what is tested."""
    fresh = folder.with_name(f"{folder.name}.new")
    fresh.write_text(text, encoding="utf-8")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    fresh.replace(folder / name)


def _name(number: int) -> str:
    return f"part{number % 3}/file{number:02}.txt"


def write_first(folder: Path, files: int = FILES) -> None:
    """Write the corpus, or some files of it, as it is before the edit."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        _put(folder, _name(number), _text(number, 0))


def edit(folder: Path) -> None:
    """Change, remove and add files; done twice, or begun and done again, it comes to the same."""
    for number in range(FILES + 4):
        if number % 12 == 7:
            (folder / _name(number)).unlink(missing_ok=True)
        elif number % 4 == 1 or number >= FILES:
            _put(folder, _name(number), _text(number, 1))


def write_other(folder: Path) -> None:
    """Write another corpus, a fifth of whose files are also in the first."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(40, 40 + FILES):
        _put(folder, _name(number), _text(number, 0))
