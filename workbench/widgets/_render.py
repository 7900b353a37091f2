"""The one place that makes HTML, and it escapes: for where widgets do not run."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from workbench.widgets._words import count, short_model

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["element", "summary_html", "summary_lines"]


class Markup(str):
    """HTML that `element` made; anything else is text, and is escaped."""

    __slots__ = ()


def element(tag: str, *children: str) -> Markup:
    """Give an element; children that are not elements themselves are escaped."""
    inside = "".join(child if isinstance(child, Markup) else html.escape(child) for child in children)
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
    return lines


def summary_html(wb: Workbench) -> str:
    """Give `summary_lines` as HTML, for a page in which no kernel runs; all text is escaped."""
    first, *others = summary_lines(wb)
    hint = element("p", element("small", "The live panels need a running kernel: run this cell again."))
    return element("div", element("p", element("b", first)), element("ul", *(element("li", o) for o in others)), hint)
