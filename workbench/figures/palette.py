"""Colours: safe for colour-blind eyes, in a light and a dark theme."""

from __future__ import annotations

from colorsys import hls_to_rgb
from dataclasses import dataclass

__all__ = ["DARK", "LIGHT", "OKABE_ITO", "Theme", "distinct", "mix", "text_on", "theme"]

OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
"""The set of M. Okabe and K. Ito (Color Universal Design, 2008) without black, which is text's."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours (`#rrggbb`) and opacities (0 to 1) of one theme.

    Attributes
    ----------
    text, muted, background
        Of the page around the figure.
    other
        Points of small groups, or without a value.
    faint
        Points below a threshold: seen, but no more than that.
    anchor
        Ring of the chunk from which similarity is shown.
    opacity
        Of points when nothing else is shown; `dimmed` when passages stand out from them.
    scale
        From low to high; lightness alone tells them apart, away from the background's.
    """

    text: str
    muted: str
    background: str
    other: str
    faint: str
    anchor: str
    opacity: float
    dimmed: float
    scale: tuple[str, ...]


LIGHT = Theme(
    text="#1b1f24",
    muted="#5b6470",
    background="#ffffff",
    other="#9aa4af",
    faint="#dfe3e7",
    anchor="#d55e00",
    opacity=0.75,
    dimmed=0.4,
    scale=("#d8e6f0", "#8fc3e4", "#3e97cc", "#0072b2", "#00355c"),
)
DARK = Theme(
    text="#e6e9ec",
    muted="#9aa4af",
    background="#111417",
    other="#77818c",
    faint="#2b3138",
    anchor="#e69f00",
    opacity=0.9,
    dimmed=0.6,
    scale=("#22323f", "#2b5c7d", "#3a8abd", "#7cc6f0", "#e3f4ff"),
)


def theme(dark: bool) -> Theme:
    """Give the dark or the light theme."""
    return DARK if dark else LIGHT


def text_on(color: str) -> str:
    """Give black or white, whichever has more contrast on `#rrggbb` (relative luminance of WCAG 2.1)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # equal contrast (L + 0.05) / 0.05 = 1.05 / (L + 0.05) lies at 0.179
    return "#000000" if luminance > 0.179 else "#ffffff"


def distinct(n: int) -> tuple[str, ...]:
    """Give n different colours: those of Okabe and Ito, then hues a golden angle apart in three lightnesses."""
    golden = 0.618034
    more = (hls_to_rgb(i * golden % 1, (0.36, 0.52, 0.66)[i % 3], 0.5) for i in range(n - len(OKABE_ITO)))
    return (*OKABE_ITO[:n], *("#" + "".join(f"{round(255 * c):02x}" for c in rgb) for rgb in more))


def mix(first: str, second: str, share: float) -> str:
    """Give the colour that lies between two `#rrggbb`, as plotly does: straight in RGB; `share` 0 is the first."""
    pairs = [(int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
