"""How a probe ends: passed, failed, or not asked."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.records import Probe

__all__ = ["failed", "not_asked", "passed", "quoted", "sentence"]


def passed(name: str, finding: str, detail: str = "", concerns: Sequence[str] = ()) -> Probe:
    """Give a probe that passed."""
    return Probe(name, True, sentence(finding, detail), "", finding, detail, tuple(concerns))


def failed(name: str, finding: str, advice: str, detail: str = "", concerns: Sequence[str] = ()) -> Probe:
    """Give a probe that failed; `concerns` names the kinds of text that are hit, none for all texts."""
    return Probe(name, False, sentence(finding, detail), advice, finding, detail, tuple(concerns))


def not_asked(name: str, why: str) -> Probe:
    """Give a probe that could not be asked."""
    return Probe(name, None, sentence(why), finding=why)


def sentence(finding: str, detail: str = "", figures: str = "") -> str:
    """Give `finding: figures (detail).`, without what is empty."""
    return f"{finding}{figures and f': {figures}'}{detail and f' ({detail})'}."


def quoted(texts: Sequence[str]) -> str:
    """Give `“a”, “b” and “c”`."""
    marked = [f"“{text}”" for text in texts]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"
