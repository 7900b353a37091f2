"""Where the names of clusters stand, so that none covers another: plain geometry in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

__all__ = ["Box", "Label", "place_labels", "text_width"]

NARROW = frozenset("iljtfrI.,:;'|!()[]` ")
WIDE = frozenset("mwMW@%—…&")
STEPS = (0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0)
"""Candidate places, in heights of a label above and below its centre, and in half widths to its sides."""
GAP = 6.0
"""Free pixels around each label: the page may round, and fit its key in otherwise than was reckoned."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; y runs down."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Tell whether the two share any area."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def within(self, other: Box) -> bool:
        """Tell whether all of it lies in the other."""
        across = other.left <= self.left and self.right <= other.right
        return across and other.top <= self.top and self.bottom <= other.bottom


@dataclass(frozen=True, slots=True)
class Label:
    """A text that has found its place: `row` of what was given, and its box."""

    row: int
    text: str
    box: Box

    @property
    def x(self) -> float:
        """Pixels from the left to its middle."""
        return (self.box.left + self.box.right) / 2

    @property
    def y(self) -> float:
        """Pixels from the top to its middle."""
        return (self.box.top + self.box.bottom) / 2


def text_width(text: str, size: float) -> float:
    """Estimate the width of a text in pixels, rather too wide than too narrow.

    The fonts of a page are not known here. In usual sans-serif ones a letter is a third of its size wide (`i`), up
    to the whole of it (`m`, Chinese), and 0.6 in the mean.
    """
    return size * sum(_width(letter) for letter in text)


def _width(letter: str) -> float:
    if combining(letter):
        return 0.0
    if east_asian_width(letter) in {"W", "F"} or letter in WIDE:
        return 1.0
    return 0.36 if letter in NARROW else 0.72 if letter.isupper() else 0.6


def place_labels(
    texts: Sequence[str],
    centres: Sequence[tuple[float, float]],
    frame: tuple[float, float],
    size: float = 12.0,
    taken: Sequence[Box] = (),
) -> list[Label]:
    """Place labels near their centres, the most important first; drop those that find no room.

    Each takes the first of some places around its centre where it lies in the frame and on no other label.

    Parameters
    ----------
    texts
        One line each, by falling importance.
    centres
        (x, y) of each in pixels, y down; what lies outside the frame gets no label.
    frame
        Width and height in pixels.
    size
        Of the font, in pixels.
    taken
        Boxes that must stay free.

    Returns
    -------
    list of Label
        No two of their boxes overlap, nor one of them and a taken one; all lie in the frame.
    """
    whole = Box(0.0, 0.0, *frame)
    placed: list[Label] = []
    full = list(taken)
    for row, (text, (x, y)) in enumerate(zip(texts, centres, strict=True)):
        if not (text and whole.left <= x <= whole.right and whole.top <= y <= whole.bottom):
            continue
        half, height = text_width(text, size) / 2 + GAP, size * 1.3 + 2 * GAP
        for box in _candidates(x, y, half, height, whole):
            if box.within(whole) and not any(box.overlaps(other) for other in full):
                placed.append(Label(row, text, box))
                full.append(box)
                break
    return placed


def _candidates(x: float, y: float, half: float, height: float, whole: Box) -> list[Box]:
    """Give boxes around a centre, the nearest first; one that juts out at a side is pushed in."""
    places = sorted(((across, up) for up in STEPS for across in STEPS[:5]), key=lambda s: abs(s[0]) * 1.5 + abs(s[1]))
    found = []
    for across, up in places:
        middle = min(max(x + across * half, whole.left + half), max(whole.right - half, whole.left + half))
        top = min(max(y + up * height - height / 2, whole.top), whole.bottom - height)
        found.append(Box(middle - half, top, middle + half, top + height))
    return found
