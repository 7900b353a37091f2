"""What the panel “What the model sees” says: the string in pieces, the numbers of the vector, the probes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench.records import Explanation, ModelCheck, Probe
from workbench.widgets._words import count, join

if TYPE_CHECKING:
    import numpy as np

__all__ = ["NUMBERS", "check_state", "number_cells", "pieces", "sees_state"]

NUMBERS = 32
"""Numbers of a vector that are drawn."""

_DRAWN = 1500
"""Tokens that are drawn; more would slow the page, and nobody reads them."""

_CUT = 2000
"""Characters of the part that is cut off that are drawn."""

_NAMES = {
    "reply": "One vector a text",
    "determinism": "Same text twice",
    "batch": "Alone and in company",
    "order": "Order",
    "norm": "Unit length",
    "accents": "Accents",
    "case": "Capitals",
    "punctuation": "Symbols",
    "scripts": "Other scripts",
    "tokens": "Token counts",
    "length": "Long texts",
    "weights": "Our own vectors",
}
_RESULTS = {True: "passed", False: "failed", None: "not asked"}


def sees_state(seen: Explanation) -> dict[str, Any]:
    """Give what is drawn of an explanation.

    Returns
    -------
    dict
        `prefix` and `text`: pieces as in `pieces`; `cut`: the end that is not read, and `cut_note`, how much that is;
        `tokens`, `exact`, `norm`, `numbers_of`: sentences; `share` of the limit, 0 to 1; `over`: whether something is
        cut; `numbers`: as in `number_cells`.
    """
    drawn, undrawn = seen.spans[:_DRAWN], max(0, _within(seen) - _DRAWN)
    end = int(drawn[-1][1]) if undrawn else seen.seen
    at = min(len(seen.prefix), end)
    cut = seen.cut
    return {
        "prefix": pieces(seen.sent, drawn, 0, at),
        "text": pieces(seen.sent, drawn, at, end),
        "undrawn": f"{count(undrawn, 'more token')} read and not drawn here" if undrawn else "",
        "cut": cut[:_CUT],
        "cut_note": f"Cut off: {count(len(cut), 'character')} that the model does not see" if cut else "",
        "cut_more": f"{count(len(cut) - _CUT, 'more character')}" if len(cut) > _CUT else "",
        "tokens": f"{'' if seen.exact else 'about '}{seen.tokens:,} of {count(seen.limit, 'token')}",
        "share": round(min(1.0, seen.tokens / seen.limit), 4) if seen.limit else 1.0,
        "over": bool(cut),
        "exact": "Counted with the model's own tokenizer, its special tokens included."
        if seen.exact
        else "Estimated, since the model's own tokenizer is not at hand: the true boundaries lie elsewhere.",
        "norm": f"{seen.norm:.4f}",
        "numbers": number_cells(seen.vector),
        "numbers_of": _numbers_of(seen.vector),
        "role": seen.role,
    }


def _within(seen: Explanation) -> int:
    """Count the tokens that begin before the cut."""
    return int((seen.spans[:, 0] < seen.seen).sum())


def pieces(sent: str, spans: np.ndarray, start: int, end: int) -> list[list[Any]]:
    """Cut part of a string at its tokens.

    Parameters
    ----------
    sent
        The whole string.
    spans
        int32 (tokens, 2): of the whole string, ascending; bytes of one character may share a span.
    start, end
        The part, in characters.

    Returns
    -------
    list of [str, int]
        1 and 2 by turns for tokens, 0 for what lies between them; the strings joined are the part.
    """
    found: list[list[Any]] = []
    place = start
    for number, span in enumerate(spans.tolist()):
        first, last = max(span[0], place), min(span[1], end)
        if last <= first:
            continue
        if first > place:
            found.append([sent[place:first], 0])
        found.append([sent[first:last], 1 + number % 2])
        place = last
    if place < end:
        found.append([sent[place:end], 0])
    return found


def number_cells(vector: np.ndarray) -> list[list[Any]]:
    """Give the first numbers of a vector as pairs of text and share, -1 to 1, of the largest among them."""
    first = [float(number) for number in vector[:NUMBERS]]
    largest = max(map(abs, first), default=0.0) or 1.0
    return [[_signed(number), round(number / largest, 3)] for number in first]


def _numbers_of(vector: np.ndarray) -> str:
    first = vector[:NUMBERS]
    span = f"{_signed(float(first.min()))} to {_signed(float(first.max()))}"
    return f"The first {len(first)} of {count(len(vector), 'number')}, from {span}"


def _signed(number: float) -> str:
    return f"{number:.4f}".replace("-", "−")


def check_state(check: ModelCheck) -> dict[str, Any]:
    """Give what is drawn of a check: `verdict`, `failed`, `when`, and `rows`, those that failed first."""
    probes = sorted(check.probes, key=lambda probe: {False: 0, True: 1, None: 2}[probe.passed])
    passed = sum(probe.passed is True for probe in probes)
    unasked = sum(probe.passed is None for probe in probes)
    failed = len(check.failures)
    verdict = f"All {passed} probes passed" if not failed else f"{failed} of {count(passed + failed, 'probe')} failed"
    return {
        "verdict": join(verdict, f"{unasked} could not be asked" if unasked else ""),
        "failed": bool(failed),
        "when": f"{_day(check.when)}, in {check.seconds:.1f} s",
        "rows": [_row(probe) for probe in probes],
    }


def _row(probe: Probe) -> dict[str, str]:
    return {
        "id": probe.name,
        "name": _NAMES.get(probe.name, probe.name),
        "result": _RESULTS[probe.passed],
        "seen": probe.seen,
        "advice": probe.advice,
    }


def _day(when: str) -> str:
    try:
        return f"{datetime.fromisoformat(when):%d %B %Y, %H:%M} UTC".lstrip("0")
    except ValueError:
        return when
