"""A scene as SVG, written by hand: no scripts, nothing loaded, every text escaped."""

from __future__ import annotations

from collections import defaultdict
from functools import singledispatch
from xml.sax.saxutils import escape, quoteattr

from workbench.figures.scene import Circle, Dots, Ellipse, Line, Polygon, Scene, Shape, Text
from workbench.figures.text import readable

__all__ = ["svg_of"]

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


def svg_of(scene: Scene) -> str:
    """Give the scene as one SVG document, with its title and description for screen readers."""
    body = "\n".join(_halo(shape, scene.background) + _svg(shape) for shape in scene.shapes)
    size = f'width="{scene.width}" height="{scene.height}" viewBox="0 0 {scene.width} {scene.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title description" '
        f"font-family={quoteattr(FONT)}>\n"
        f'<title id="title">{_text(scene.title)}</title>\n<desc id="description">{_text(scene.description)}</desc>\n'
        f'<rect width="100%" height="100%" fill="{scene.background}"/>\n{body}\n</svg>\n'
    )


def _halo(shape: Shape, background: str) -> str:
    """Give the box behind a text that has one."""
    if not isinstance(shape, Text) or shape.halo is None:
        return ""
    width, height = shape.halo
    x, y = shape.at[0] - width / 2, shape.at[1] - height / 2
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {size} rx="3" fill="{background}" fill-opacity="0.8"/>'


@singledispatch
def _svg(shape: object) -> str:
    raise TypeError(f"{type(shape).__name__} cannot be drawn as SVG.")


@_svg.register
def _(shape: Dots) -> str:
    # a line of no length with round ends is a disc, and all discs of one colour are one path
    groups: dict[str, list[str]] = defaultdict(list)
    for (x, y), color in zip(shape.centres.tolist(), shape.colors, strict=True):
        groups[color].append(f"M{x:.1f} {y:.1f}h0")
    paths = "\n".join(f'<path stroke="{color}" d="{"".join(moves)}"/>' for color, moves in groups.items())
    look = f'stroke-width="{2 * shape.radius:g}" stroke-linecap="round" fill="none" stroke-opacity="{shape.opacity:g}"'
    return f'<g class="points" {look}>\n{paths}\n</g>'


@_svg.register
def _(shape: Line) -> str:
    ends = f'x1="{shape.start[0]:.1f}" y1="{shape.start[1]:.1f}" x2="{shape.end[0]:.1f}" y2="{shape.end[1]:.1f}"'
    return f'<line {ends} stroke="{shape.color}" stroke-width="{shape.width:g}" stroke-opacity="{shape.opacity:g}"/>'


@_svg.register
def _(shape: Circle) -> str:
    place = f'cx="{shape.centre[0]:.1f}" cy="{shape.centre[1]:.1f}" r="{shape.radius:g}"'
    edge = f'stroke="{shape.edge}" stroke-width="{shape.width:g}" opacity="{shape.opacity:g}"'
    return f'<circle {place} fill="{shape.fill or "none"}" {edge}{_titled(shape.title, "circle")}'


@_svg.register
def _(shape: Ellipse) -> str:
    place = f'cx="{shape.centre[0]:.1f}" cy="{shape.centre[1]:.1f}" rx="{shape.radii[0]:.1f}" ry="{shape.radii[1]:.1f}"'
    return (
        f'<ellipse {place} fill="none" stroke="{shape.color}" stroke-width="{shape.width:g}" stroke-dasharray="6 4"/>'
    )


@_svg.register
def _(shape: Polygon) -> str:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.corners)
    look = f'fill="{shape.fill}" stroke="{shape.edge}" stroke-width="{shape.width:g}"'
    return f'<polygon points="{corners}" {look}{_titled(shape.title, "polygon")}'


@_svg.register
def _(shape: Text) -> str:
    look = f'font-size="{shape.size:g}" fill="{shape.color}" dominant-baseline="central"'
    more = ' text-anchor="middle"' if shape.centred else ""
    more += ' font-weight="600"' if shape.bold else ""
    return f'<text x="{shape.at[0]:.1f}" y="{shape.at[1]:.1f}" {look}{more}>{_text(shape.text)}</text>'


def _titled(title: str, tag: str) -> str:
    return f"><title>{_text(title)}</title></{tag}>" if title else "/>"


def _text(text: str) -> str:
    """Escape text, without the characters that XML forbids or that turn the direction of what follows."""
    return escape(readable(text))
