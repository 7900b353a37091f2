"""The one place that makes HTML, and it escapes: for where widgets do not run."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.session.map_fields import around, drawn
from workbench.shown import NO_MATH, escaped, visible
from workbench.widgets._words import count, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["element", "summary_html", "summary_lines"]

POINTS = 1500
"""Points of the picture that a saved notebook keeps: about 100 KB."""


class Markup(str):
    """HTML that `element` made; anything else is text, and is escaped."""

    __slots__ = ()


def element(tag: str, *children: str) -> Markup:
    """Give an element; children that are not elements themselves are escaped."""
    inside = "".join(child if isinstance(child, Markup) else escaped(child) for child in children)
    return Markup(f"<{tag}>{inside}</{tag}>")


def summary_lines(wb: Workbench) -> list[str]:
    """Say in a few lines of text what a workbench holds: corpus, model, embedded, answer or error."""
    chunks = len(wb.chunk_list)
    documents = count(len(wb.document_list), "document")
    lines = [
        f"Workbench: {wb.corpus_name or 'no corpus read yet'}",
        f"Corpus: {documents}, {count(chunks, 'chunk')}",
        f"Model: {short_model(wb.model)}",
        f"Embedded: {wb.embedded:,} of {chunks:,}",
    ]
    if wb.answer is not None:
        lines += [f"Question: {wb.answer.question}", f"Answer: {wb.answer.text}"]
    if wb.error is not None:
        lines.append(f"Problem: {wb.error}")
    return [visible(line) for line in lines]


def summary_html(wb: Workbench) -> str:
    """Give `summary_lines` as HTML, for a page in which no kernel runs; all text is escaped."""
    first, *others = summary_lines(wb)
    picture = _picture(wb)
    hint = element("p", element("small", "The live panels need a running kernel: run this cell again."))
    lines = element("ul", *(element("li", line) for line in others))
    inside = "".join((element("p", element("b", first)), lines, picture, hint))
    return Markup(f'<div class="{NO_MATH}">{inside}</div>')


def _picture(wb: Workbench) -> Markup:
    """Give the map as an image, which runs nothing whatever stands in it; nothing where none can be drawn."""
    if wb.projection is None or not len(wb.projection):
        return Markup("")
    from workbench.figures import describe_map, map_svg

    options = {**drawn(wb), **around(wb)}
    try:
        drawing = map_svg(wb.projection, wb.chunk_list, most=POINTS, **options)
    except InputError:  # no chunk has the field to colour by: the live map says so
        return Markup("")
    said = escaped(describe_map(wb.projection, wb.retrieval))
    inside = base64.b64encode(drawing.encode()).decode()
    return Markup(f'<img alt="{said}" style="max-width: 100%" src="data:image/svg+xml;base64,{inside}">')
