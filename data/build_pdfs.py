"""Typeset the PDF documents of the sample corpora from their sources.

Run `python data/build_pdfs.py` for every corpus or `python data/build_pdfs.py camelids` for one.
`data/pdf_sources/<corpus>/<folder>/<stem>.md` becomes `data/<corpus>/<folder>/<stem>.pdf`.

A source is light markdown: `# title`, `## heading`, paragraphs and lists of `- item`, separated by blank lines.
A line `---page---` starts a new page. The standard fonts of PDF know Latin-1 only, so é and ñ are fine, curly quotes
and long dashes are not. The same source gives the same bytes on every machine: the date is fixed, nothing is
compressed, and the file's identifier is a hash of its content.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from fpdf import FPDF

DATA = Path(__file__).resolve().parent
SOURCES = DATA / "pdf_sources"
PAGE_MARK = "---page---"
DATE = datetime(2025, 1, 1, tzinfo=UTC)

# kind of block: style, size in points, line height and space below in millimetres
LOOK = {
    "title": ("B", 20, 9.0, 5.0),
    "heading": ("B", 14, 7.0, 2.5),
    "item": ("", 12, 6.5, 1.0),
    "paragraph": ("", 12, 6.5, 3.5),
}


class Block(NamedTuple):
    """A piece of text and its kind, one of the keys of `LOOK`."""

    kind: str
    text: str


def read_blocks(page: str) -> list[Block]:
    """Return the blocks of one page of a source; lines of a paragraph are joined by a space.

    Raises
    ------
    ValueError
        A heading without a blank line below it.
    """
    blocks = []
    for piece in filter(None, (part.strip() for part in page.split("\n\n"))):
        lines = [line.strip() for line in piece.splitlines()]
        if piece.startswith("#") and len(lines) > 1:
            raise ValueError(f"Text follows the heading {lines[0]!r} at once. Leave a blank line below the heading.")
        if piece.startswith("# "):
            blocks.append(Block("title", piece[2:]))
        elif piece.startswith("## "):
            blocks.append(Block("heading", piece[3:]))
        elif all(line.startswith("- ") for line in lines):
            blocks += [Block("item", line) for line in lines]
        else:
            blocks.append(Block("paragraph", " ".join(lines)))
    return blocks


def read_pages(source: str) -> list[list[Block]]:
    """Return the blocks of each page of a source."""
    return [read_blocks(page) for page in source.split(PAGE_MARK)]


def page_texts(source: str) -> list[str]:
    """Return the words of each page, separated by single spaces: what a reader of the PDF must find there."""
    return [" ".join(" ".join(block.text for block in page).split()) for page in read_pages(source)]


def build(source: Path, target: Path) -> None:
    """Write the PDF of one source.

    Raises
    ------
    ValueError
        A character outside Latin-1, no `# title` at the start, or a page with more text than fits on it.
    """
    text = source.read_text(encoding="utf-8")
    outside = sorted({character for character in text if ord(character) > 255})
    if outside:
        raise ValueError(f"{source} contains {' '.join(outside)}, outside Latin-1. Write it another way.")
    pages = read_pages(text)
    if not pages[0] or pages[0][0].kind != "title":
        raise ValueError(f"{source} does not start with a line '# title'. Give it one.")
    pdf = FPDF(format="A4")
    pdf.set_compression(False)
    pdf.set_creation_date(DATE)
    pdf.set_producer("rag-workbench")
    pdf.set_title(pages[0][0].text)
    pdf.set_margin(25)
    for number, page in enumerate(pages, start=1):
        pdf.add_page()
        for kind, words in page:
            style, size, line, below = LOOK[kind]
            pdf.set_font("Times", style, size)
            pdf.multi_cell(0, line, words, align="L", new_x="LMARGIN", new_y="NEXT")
            pdf.ln(below)
        if pdf.page_no() != number:
            raise ValueError(f"Page {number} of {source} does not fit on one sheet. Put a line {PAGE_MARK} into it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(pdf.output())


def target_of(source: Path) -> Path:
    """Return where the PDF of a source belongs: the same path below `data/` with the other suffix."""
    return DATA / source.relative_to(SOURCES).with_suffix(".pdf")


def main(names: list[str]) -> int:
    """Build the PDFs of the named corpora, or of all; return the exit status."""
    known = sorted(folder.name for folder in SOURCES.iterdir() if folder.is_dir())
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"No PDF sources for {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    for name in names or known:
        for source in sorted((SOURCES / name).rglob("*.md")):
            target = target_of(source)
            build(source, target)
            print(target.relative_to(DATA).as_posix())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
