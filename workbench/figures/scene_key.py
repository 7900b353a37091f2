"""The key below a static map: swatches with labels in rows, and what the picture leaves out."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.figures.labels import text_width
from workbench.figures.palette import Theme
from workbench.figures.scene import Circle, Shape, Text

__all__ = ["key_height", "key_shapes"]

SIZE = 11.0
ROW = 20.0
MARGIN = 16.0
SWATCH = 14.0
"""Pixels from the left of a swatch to its label."""
BETWEEN = 18.0


def key_height(keys: Sequence[tuple[str, str]], note: str, width: int) -> float:
    """Give the pixels that the key and the note below it take."""
    rows = _rows(keys, width)
    return ROW * (len(rows) + bool(note)) + (MARGIN if rows or note else 0)


def key_shapes(keys: Sequence[tuple[str, str]], note: str, width: int, height: int, colors: Theme) -> list[Shape]:
    """Give the key as shapes at the bottom of a picture."""
    shapes: list[Shape] = []
    y = height - key_height(keys, note, width) + ROW / 2 + MARGIN / 2
    for row in _rows(keys, width):
        for x, label, color in row:
            shapes.append(Circle((x + 5, y), 4.5, color, color, 0.0))
            shapes.append(Text((x + SWATCH, y), label, SIZE, colors.muted))
        y += ROW
    if note:
        shapes.append(Text((MARGIN, y), note, SIZE, colors.muted))
    return shapes


def _rows(keys: Sequence[tuple[str, str]], width: int) -> list[list[tuple[float, str, str]]]:
    """Give (x, label, colour) of the entries, row by row."""
    rows: list[list[tuple[float, str, str]]] = []
    x = MARGIN
    for label, color in keys:
        room = SWATCH + text_width(label, SIZE)
        if not rows or x + room > width - MARGIN:
            rows.append([])
            x = MARGIN
        rows[-1].append((x, label, color))
        x += room + BETWEEN
    return rows
