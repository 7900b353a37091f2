"""PowerPoint files: the text of each slide and its speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.corpus.clean import clean_text
from workbench.corpus.formats.archive import open_archive
from workbench.corpus.formats.base import Content, Failed, Part, RawFile, Skipped

if TYPE_CHECKING:
    from pptx.slide import Slide

__all__ = ["read_slides"]


def read_slides(file: RawFile) -> Content:
    """Read a presentation as one document, a form feed between its slides, so that their numbers can be counted.

    A slide's title becomes `# Title`, its tables a line a row, its notes a paragraph that begins with `Notes:`. The
    document is titled with the first title: the one in a file's properties is most often that of its template.
    """
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    with open_archive(file.data, "a PowerPoint file") as archive:
        try:
            opened = Presentation(archive.without_media())
        except (PythonPptxError, KeyError, SyntaxError, ValueError) as error:
            raise Failed(f"not a PowerPoint file: {error}; save it again as .pptx") from error
    slides, titles = [], []
    for slide in opened.slides:
        file.check()
        title, blocks = _slide(slide)
        titles.append(title)
        slides.append(clean_text("\n\n".join(blocks)).replace("\f", "\n"))
    if not any(slides):
        raise Skipped("no text on its slides: they are empty, or pictures; run it through OCR first")
    return Content((Part("\n\f\n".join(slides), next(filter(None, titles), "")),), "pptx")


def _slide(slide: Slide) -> tuple[str, list[str]]:
    head = slide.shapes.title
    title = " ".join(clean_text(head.text_frame.text).split()) if head is not None else ""
    blocks = [f"# {title}"] if title else []
    others = (shape for shape in _shapes(slide) if head is None or shape.shape_id != head.shape_id)
    blocks.extend(map(_shape_text, others))
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None and notes.text.strip():
        blocks.append(f"Notes: {_lines(notes.text)}")
    return title, [block for block in blocks if block]


def _shapes(slide: Slide) -> Iterator[Any]:
    """Give shapes in the order in which they are drawn and read aloud, those in groups too."""
    from pptx.enum.shapes import MSO_SHAPE_TYPE

    pending: list[Any] = list(slide.shapes)[::-1]
    while pending:
        shape = pending.pop()
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            pending.extend(list(shape.shapes)[::-1])
        else:
            yield shape


def _shape_text(shape: Any) -> str:
    if shape.has_text_frame:
        return _lines(shape.text_frame.text)
    if getattr(shape, "has_table", False):
        rows = ([" ".join(cell.text.split()) for cell in row.cells] for row in shape.table.rows)
        return "\n".join(" | ".join(cells) for cells in rows if any(cells))
    return ""


def _lines(text: str) -> str:
    # A vertical tab is a line break within a paragraph.
    return "\n".join(line.strip() for line in text.replace("\v", "\n").split("\n")).strip()
