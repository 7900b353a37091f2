"""Word files: paragraphs, tables and notes in reading order, with headings as `# Heading`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbench.corpus.clean import clean_text
from workbench.corpus.formats.archive import open_archive
from workbench.corpus.formats.base import Content, Failed, Part, RawFile
from workbench.corpus.sections import find_headings

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["read_word"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LETTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}p": "\n", f"{_W}noBreakHyphen": "-"}
# Properties, deleted text, codes of fields, and the second form in which a drawing is kept for old programs.
_DROPPED = frozenset(
    {
        *(f"{_W}{name}" for name in ("pPr", "rPr", "tblPr", "del", "moveFrom", "instrText")),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    }
)
_WHOLE = frozenset({f"{_W}p", f"{_W}tbl"})
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)


def read_word(file: RawFile) -> Content:
    """Read a Word file as one document, titled with its first heading, else by its properties.

    What a reader sees is read, in content controls, text boxes and insertions too; headers, footers and deleted text
    are not. Pages are laid out by Word as it opens a file and are not kept in it: places are told by headings.
    """
    from docx import Document
    from docx.opc.exceptions import OpcError

    with open_archive(file.data, "a Word file") as archive:
        try:
            opened = Document(archive.without_media())
        except (OpcError, KeyError, SyntaxError, ValueError) as error:
            raise Failed(f"not a Word file: {error}; save it again as .docx") from error
    text = clean_text("\n\n".join([*_blocks(opened.element.body, _marks(opened), file), *_notes(opened)]))
    headings = find_headings(text)
    return Content((Part(text, headings[0].title if headings else _title(opened)),), "docx")


def _title(opened: Document) -> str:
    return " ".join(clean_text(opened.core_properties.title or "").split())


def _marks(opened: Document) -> dict[str, str]:
    """Give what stands before a paragraph by the id of its style: `## ` for Heading 2, `- ` for lists."""
    marks = {}
    # Not through the library's own objects, which take milliseconds for the hundred and more styles of a template.
    for style in opened.styles.element.iterfind(f"{_W}style"):
        named = style.find(f"{_W}name")
        name = str(named.get(f"{_W}val")) if named is not None else ""
        heading = _HEADING.fullmatch(name)
        if heading or name == "Title":
            marks[style.get(f"{_W}styleId")] = "#" * min(6, int(heading[1]) if heading else 1) + " "
        elif name.startswith("List"):
            marks[style.get(f"{_W}styleId")] = "- "
    return marks


def _blocks(root: Any, marks: Mapping[str, str], file: RawFile) -> Iterator[str]:
    """Give each paragraph, and each table with a line a row."""
    for node in _below(root, _WHOLE):
        block = ""
        if node.tag == f"{_W}tbl":
            file.check()
            block = "\n".join(filter(None, map(_row, node.xpath("./w:tr | ./w:sdt/w:sdtContent/w:tr"))))
        elif node.tag == f"{_W}p":
            style = node.find(f"{_W}pPr/{_W}pStyle")
            mark = marks.get(style.get(f"{_W}val"), "") if style is not None else ""
            text = _text(node)
            block = mark + " ".join(text.split()) if mark and text else text
        if block:
            yield block


def _below(root: Any, whole: frozenset[str]) -> Iterator[Any]:
    """Give all elements below one in order, but none within those of the tags in `whole`, nor what is dropped."""
    pending = list(reversed(root))
    while pending:
        node = pending.pop()
        if node.tag not in _DROPPED:
            yield node
            if node.tag not in whole:
                pending.extend(reversed(node))


def _row(row: Any) -> str:
    cells = [" ".join(_text(cell).split()) for cell in row.xpath("./w:tc | ./w:sdt/w:sdtContent/w:tc")]
    return " | ".join(cells) if any(cells) else ""


def _text(root: Any) -> str:
    """Give all text below an element; a paragraph within (of a text box or cell) begins a line."""
    out = []
    for node in _below(root, frozenset()):
        if node.tag == f"{_W}t":
            out.append(node.text or "")
        elif node.tag in _LETTERS:
            out.append(_LETTERS[node.tag])
    return "".join(out).strip()


def _notes(opened: Document) -> Iterator[str]:
    """Give footnotes and endnotes; those with a type are lines that part them from the text."""
    from docx.oxml import parse_xml

    for related in opened.part.rels.values():
        if related.reltype.endswith(("/footnotes", "/endnotes")) and not related.is_external:
            notes = parse_xml(related.target_part.blob)
            yield from filter(None, (_text(note) for note in notes if not note.get(f"{_W}type")))
