"""A map as plain shapes in pixels: what every static picture of it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Circle", "Dots", "Ellipse", "Line", "Polygon", "Scene", "Shape", "Text"]

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Dots:
    """Small discs of one size: centres float (n, 2), a colour `#rrggbb` each; `opacity` holds for all."""

    centres: np.ndarray = field(repr=False)
    colors: Sequence[str]
    radius: float
    opacity: float


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    start: Point
    end: Point
    width: float
    color: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc with an edge; a ring if `fill` is empty. `title` is read out."""

    centre: Point
    radius: float
    fill: str
    edge: str
    width: float
    opacity: float = 1.0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Ellipse:
    """A dashed outline."""

    centre: Point
    radii: Point
    color: str
    width: float = 1.5


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled outline with an edge."""

    corners: tuple[Point, ...]
    fill: str
    edge: str
    width: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text: `at` is the middle of its height, and its left end or its middle (`centred`).

    `halo` is the size (width, height) of a see-through box in the page's colour behind it.
    """

    at: Point
    text: str
    size: float
    color: str
    centred: bool = False
    bold: bool = False
    halo: Point | None = None


Shape = Dots | Line | Circle | Ellipse | Polygon | Text


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture: its size in pixels, the page's colour, its name, what it says, and its shapes from back to front."""

    width: int
    height: int
    background: str
    title: str
    description: str
    shapes: tuple[Shape, ...] = field(repr=False)
