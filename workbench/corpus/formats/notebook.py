"""Jupyter notebooks: the text and code of their cells, without outputs."""

from __future__ import annotations

import json

from workbench.corpus.formats.base import Content, Failed, Part, RawFile
from workbench.corpus.formats.decoding import decode
from workbench.corpus.sections import find_headings

__all__ = ["read_notebook"]


def read_notebook(file: RawFile) -> Content:
    """Read a notebook as one document: Markdown as it is, code inside fences, so that its comments are no headings."""
    text, encoding = decode(file.data)
    try:
        cells = json.loads(text)["cells"]
        sources = [(cell["cell_type"], "".join(cell["source"]).strip("\n")) for cell in cells]
    except (ValueError, KeyError, TypeError) as error:
        raise Failed("not a Jupyter notebook of format 4") from error
    whole = "\n\n".join(
        f"```\n{source}\n```" if kind == "code" else source for kind, source in sources if source.strip()
    )
    headings = find_headings(whole)
    return Content((Part(whole, headings[0].title if headings else ""),), encoding)
