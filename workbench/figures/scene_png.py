"""A scene as PNG, drawn with Pillow."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from math import cos, pi, sin
from typing import TYPE_CHECKING

from workbench.figures.scene import Circle, Dots, Ellipse, Line, Polygon, Scene, Text
from workbench.figures.text import readable

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

__all__ = ["png_of"]

SMOOTH = 3
"""Everything is drawn this many times as large and then reduced, so that edges are smooth."""
DASHES = 48


def png_of(scene: Scene) -> bytes:
    """Give the scene as a PNG file, with its title and description in it."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    brush = _Brush(scene)
    for shape in scene.shapes:
        brush.draw(shape)
    small = brush.image.resize((scene.width, scene.height), Image.Resampling.LANCZOS)
    told = PngInfo()
    told.add_itxt("Title", scene.title)
    told.add_itxt("Description", scene.description)
    file = BytesIO()
    small.save(file, "PNG", pnginfo=told, optimize=True)
    return file.getvalue()


class _Brush:
    """Draws shapes on an image `SMOOTH` times as large as the scene."""

    def __init__(self, scene: Scene) -> None:
        from PIL import Image, ImageDraw

        self.scene = scene
        self.image: Image.Image = Image.new("RGB", (scene.width * SMOOTH, scene.height * SMOOTH), scene.background)
        # an RGBA brush on an RGB image mixes a colour with what is there
        self.pen: ImageDraw.ImageDraw = ImageDraw.Draw(self.image, "RGBA")

    def draw(self, shape: object) -> None:
        getattr(self, f"_{type(shape).__name__.lower()}")(shape)

    def _dots(self, shape: Dots) -> None:
        for (x, y), color in zip(shape.centres.tolist(), shape.colors, strict=True):
            self.pen.ellipse(_box(x, y, shape.radius, shape.radius), fill=_rgba(color, shape.opacity))

    def _line(self, shape: Line) -> None:
        ends = [(x * SMOOTH, y * SMOOTH) for x, y in (shape.start, shape.end)]
        self.pen.line(ends, fill=_rgba(shape.color, shape.opacity), width=round(shape.width * SMOOTH))

    def _circle(self, shape: Circle) -> None:
        # in SVG the edge lies on the outline, here it lies inside
        radius = shape.radius + shape.width / 2
        fill = _rgba(shape.fill, shape.opacity) if shape.fill else None
        edge = _rgba(shape.edge, shape.opacity)
        box = _box(*shape.centre, radius, radius)
        self.pen.ellipse(box, fill=fill, outline=edge, width=round(shape.width * SMOOTH))

    def _ellipse(self, shape: Ellipse) -> None:
        for start in range(DASHES):
            ends = [(shape.centre, shape.radii, 2 * pi * (start + part) / DASHES) for part in (0, 0.3, 0.6)]
            path = [((x + a * cos(t)) * SMOOTH, (y + b * sin(t)) * SMOOTH) for (x, y), (a, b), t in ends]
            self.pen.line(path, fill=_rgba(shape.color, 1), width=round(shape.width * SMOOTH))

    def _polygon(self, shape: Polygon) -> None:
        corners = [(x * SMOOTH, y * SMOOTH) for x, y in shape.corners]
        self.pen.polygon(corners, fill=shape.fill)
        self.pen.line([*corners, corners[0]], fill=shape.edge, width=round(shape.width * SMOOTH), joint="curve")

    def _text(self, shape: Text) -> None:
        x, y = (side * SMOOTH for side in shape.at)
        if shape.halo:
            width, height = shape.halo
            box = _box(*shape.at, width / 2, height / 2)
            self.pen.rounded_rectangle(box, radius=3 * SMOOTH, fill=_rgba(self.scene.background, 0.8))
        self.pen.text(
            (x, y),
            readable(shape.text),
            fill=shape.color,
            font=_font(shape.size * SMOOTH),
            anchor="mm" if shape.centred else "lm",
            # the font has one weight
            stroke_width=1 if shape.bold else 0,
        )


def _box(x: float, y: float, across: float, up: float) -> tuple[float, float, float, float]:
    return (x - across) * SMOOTH, (y - up) * SMOOTH, (x + across) * SMOOTH, (y + up) * SMOOTH


def _rgba(color: str, opacity: float) -> tuple[int, int, int, int]:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, round(255 * opacity)


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)
