"""Which point gets which colour, and what the key says about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, log10

import numpy as np

from workbench.figures.palette import OKABE_ITO, Theme, distinct, mix
from workbench.figures.text import shorten

__all__ = ["KEYS", "Coloring", "color_by_cluster", "color_by_group", "color_by_number"]

KEYS = len(OKABE_ITO) + 1
"""Most entries that a key has."""
LABEL = 24
"""Characters of a label in the key."""


@dataclass(frozen=True, eq=False)
class Coloring:
    """Colours of n points.

    Attributes
    ----------
    codes
        float32 (n,), 0 to 1: places on the scale.
    scale
        plotly colour scale: (place, `#rrggbb`) from 0 to 1.
    keys
        (label, `#rrggbb`) for each entry of the key, raw text.
    """

    codes: np.ndarray = field(repr=False)
    scale: tuple[tuple[float, str], ...]
    keys: tuple[tuple[str, str], ...]

    def color(self, row: int) -> str:
        """Give the colour `#rrggbb` of a point."""
        code = float(self.codes[row])
        for (low, first), (high, second) in zip(self.scale, self.scale[1:], strict=False):
            if code <= high:
                return mix(first, second, (code - low) / (high - low) if high > low else 0.0)
        return self.scale[-1][1]


def color_by_group(values: Sequence[object], colors: Theme) -> Coloring:
    """Give each of the largest groups a colour, and one grey to the rest and to None.

    Up to 8 groups all have their own entry (the eighth is grey); of more, the 7 largest do. Equal sizes go by
    name, so the same corpus always looks the same.
    """
    counts = Counter(str(value) for value in values if value is not None)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    named = ranked if len(ranked) <= KEYS else ranked[: len(OKABE_ITO)]
    palette = [*OKABE_ITO, colors.other]
    place = {name: min(i, len(OKABE_ITO)) for i, name in enumerate(named)}
    slots = np.array(
        [len(OKABE_ITO) if value is None else place.get(str(value), len(OKABE_ITO)) for value in values],
        dtype=np.float32,
    )
    keys = [(shorten(name, LABEL, keep_end=True), palette[place[name]]) for name in named]
    rest = len(ranked) - len(named)
    if rest:
        keys.append((f"{rest} others", colors.other))
    elif len(named) < KEYS and None in values:
        keys.append(("no value", colors.other))
    return Coloring((slots + 0.5) / len(palette), _steps(palette), tuple(keys))


def color_by_cluster(values: Sequence[int | str | None], labels: Mapping[int | str, str], colors: Theme) -> Coloring:
    """Give each cluster a colour of its own, and grey to noise (None).

    The key names the largest; the map has a label for each.
    """
    counts = Counter(value for value in values if value is not None)
    ranked = sorted(counts, key=lambda one: (-counts[one], str(one).zfill(9)))
    palette = [*distinct(len(ranked)), colors.other]
    place = {one: i for i, one in enumerate(ranked)}
    slots = np.array([len(ranked) if value is None else place[value] for value in values], dtype=np.float32)
    noise = [("noise", colors.other)] if None in values else []
    room = KEYS - len(noise)
    named = ranked if len(ranked) <= room else ranked[: room - 1]
    keys = [(shorten(labels[one], LABEL), palette[place[one]]) for one in named]
    if len(named) < len(ranked):
        keys.append((f"{len(ranked) - len(named)} smaller clusters", colors.muted))
    return Coloring((slots + 0.5) / len(palette), _steps(palette), (*keys, *noise))


def color_by_number(
    values: np.ndarray, colors: Theme, missing: str = "no value", at_least: float | None = None
) -> Coloring:
    """Give each number a place between the lowest and the highest; NaN is grey.

    Parameters
    ----------
    values
        float (n,), NaN where there is none.
    colors
        The theme.
    missing
        What the key says for NaN.
    at_least
        Numbers below it are faint; the colours of the others do not depend on it.
    """
    known = np.isfinite(values)
    if not known.any():
        return Coloring(np.zeros(len(values), dtype=np.float32), _steps([colors.other]), ((missing, colors.other),))
    low, high = float(values[known].min()), float(values[known].max())
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    # the first tenth of the scale is the grey of what has no number, before it what is below the threshold
    codes = np.where(known, 0.1 + 0.9 * np.where(known, share, 0), 0.08).astype(np.float32)
    steps = len(colors.scale) - 1
    scale = [(0.0, colors.faint), (0.05, colors.faint), (0.05, colors.other), (0.1, colors.other)]
    scale += [(0.1 + 0.9 * i / steps, color) for i, color in enumerate(colors.scale)]
    keys = _ends(values[known], colors, at_least)
    if at_least is not None:
        below = known & (values < at_least)
        codes[below] = 0.0
        keys += _counted(int(known.sum()), int(below.sum()), at_least, colors)
    if not known.all():
        keys.append((missing, colors.other))
    return Coloring(codes, tuple(scale), tuple(keys))


def _ends(known: np.ndarray, colors: Theme, at_least: float | None) -> list[tuple[str, str]]:
    """Give the lowest, the middle and the highest number that is not faint, with their colours."""
    low, high = float(known.min()), float(known.max())
    first = low if at_least is None else max(low, at_least)
    if first > high:
        return []
    middle = (first + high) / 2
    if (known == np.round(known)).all():
        middle = float(round(middle))
    shown = sorted({first, middle, high}) if first <= middle <= high else [first, high]
    decimals = 2 if high == low else max(0, 2 - ceil(log10(high - low)))
    return [(_number(value, decimals), _on_scale(value, low, high, colors)) for value in shown]


def _on_scale(value: float, low: float, high: float, colors: Theme) -> str:
    """Give the colour of a number between the lowest and the highest."""
    steps = len(colors.scale) - 1
    place = (value - low) / (high - low) * steps if high > low else steps / 2
    before = min(int(place), steps - 1)
    return mix(colors.scale[before], colors.scale[before + 1], place - before)


def _counted(known: int, below: int, at_least: float, colors: Theme) -> list[tuple[str, str]]:
    """Say how many numbers reach a threshold, and what the others look like."""
    count = (f"{known - below:,} of {known:,} at {_threshold(at_least)} or more", colors.scale[len(colors.scale) // 2])
    return [count, (f"below {_threshold(at_least)}", colors.faint)] if below else [count]


def _threshold(value: float) -> str:
    """Give a threshold as a slider shows it."""
    return f"{value:,.0f}" if value == round(value) and abs(value) >= 2 else f"{value:.2f}"


def _steps(palette: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """Give a scale of equal flat steps."""
    size = len(palette)
    return tuple((edge / size, color) for i, color in enumerate(palette) for edge in (i, i + 1))


def _number(value: float, decimals: int) -> str:
    """Give a number for the key, without zeros that say nothing."""
    shown = f"{value:.{decimals}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown
