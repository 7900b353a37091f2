"""Read the sample corpora with as little machinery as possible, apart from the loaders that they are used to test."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from bs4 import BeautifulSoup
from pypdf import PdfReader

DATA = Path(__file__).resolve().parents[2] / "data"
QUESTIONS = "questions.jsonl"
PROSE = {".md", ".txt", ".html", ".pdf"}


def corpora() -> list[Path]:
    """Folders below `data/` that are corpora: those with questions."""
    return sorted(path.parent for path in DATA.glob(f"*/{QUESTIONS}"))


def files_of(corpus: Path) -> list[Path]:
    return sorted(path for path in corpus.rglob("*") if path.is_file() and path.name != QUESTIONS)


def decode(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def prose(path: Path) -> str:
    if path.suffix == ".pdf":
        return "\n\n".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix == ".html":
        return BeautifulSoup(decode(path), "html.parser").get_text("\n\n")
    return decode(path)


def rows(path: Path) -> list[list[str]]:
    """Rows of a table, header first."""
    return list(csv.reader(decode(path).splitlines()))


def long_sentences(text: str, over: int = 8) -> set[str]:
    """Sentences of more than `over` words, as lower-case words alone, so that layout does not hide a copy."""
    pieces = re.split(r"[.!?:;](?=\s|$)|\n\s*\n", text)
    sentences = (re.findall(r"\w+", piece.lower()) for piece in pieces)
    return {" ".join(words) for words in sentences if len(words) > over}


def document_ids(corpus: Path) -> set[str]:
    """Ids of the files, and of the rows of tables as `<file>#<row from 1>`."""
    ids = set()
    for path in files_of(corpus):
        name = path.relative_to(corpus).as_posix()
        ids.add(name)
        if path.suffix == ".csv":
            ids |= {f"{name}#{row}" for row in range(1, len(rows(path)))}
    return ids


def questions_of(corpus: Path) -> list[dict]:
    return [json.loads(line) for line in (corpus / QUESTIONS).read_text(encoding="utf-8").splitlines()]
