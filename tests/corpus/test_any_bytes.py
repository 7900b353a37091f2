"""Whatever bytes a file holds: documents that every later stage can store, or a reason, and never a path."""

from __future__ import annotations

import json

import docx
import pptx
import pytest
from fpdf import FPDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.corpus.makers import book, message, saved
from tests.doubles import WordTokenizer
from tests.faults.effort import effort
from workbench.corpus import chunk_documents, load
from workbench.corpus.files import read_files
from workbench.corpus.walk import Found

EXAMPLES = effort(40, 3000)
"""Damaged files of each format."""
TEXT = "Llamas hum. Vicuñas whistle."


def word():
    made = docx.Document()
    made.add_heading("Llamas", 1)
    made.add_paragraph(TEXT)
    return saved(made)


def slides():
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "Llamas", TEXT
    return saved(made)


def pdf():
    made = FPDF()
    made.set_font("helvetica", size=12)
    made.add_page()
    made.multi_cell(0, text=TEXT)
    return bytes(made.output())


def notebook():
    return json.dumps({"cells": [{"cell_type": "markdown", "source": TEXT}], "nbformat": 4}).encode()


FILES = {
    "txt": TEXT.encode("cp1252"),
    "log": TEXT.encode("utf-16"),
    "md": f"# Llamas\n\n{TEXT}".encode(),
    "rst": f"Llamas\n======\n\n{TEXT}".encode(),
    "py": f'"""{TEXT}"""'.encode(),
    "html": f'<meta charset="utf-8"><h1>Llamas</h1><p>{TEXT}</p><table><tr><td>1<td>2</table>'.encode(),
    "csv": f'text,"n"\n"{TEXT}",1\n'.encode(),
    "tsv": f"text\tn\n{TEXT}\t1\n".encode(),
    "json": json.dumps([{"text": TEXT, "in": {"k": [1, None]}}]).encode(),
    "jsonl": json.dumps({"text": TEXT}).encode() + b"\n",
    "ipynb": notebook(),
    "pdf": pdf(),
    "docx": word(),
    "pptx": slides(),
    "epub": book(f"<h1>Llamas</h1><p>{TEXT}</p>"),
    "eml": message(TEXT, f"<p>{TEXT}</p>").as_bytes(),
    "mbox": b"From ann@farm.example Thu Jan  1 10:00:00 2026\n" + message(TEXT).as_bytes(),
}
kinds = pytest.mark.parametrize("suffix", FILES)


@kinds
def test_every_format_is_read(tmp_path, suffix):
    (tmp_path / f"a.{suffix}").write_bytes(FILES[suffix])
    (document,) = load(tmp_path).documents
    assert TEXT in document.text


@st.composite
def damaged(draw, data):
    """Bytes of a file with a part cut out, doubled, or replaced by others."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 2, 4, 16, 256, len(data)])))
        put = draw(
            st.binary(max_size=8)
            | st.sampled_from(
                [data[start:end] * 2, b"\0" * 8, b"\xff\xfe", b"<!ENTITY", b"[" * 900, b'"', b"<a <a", b"\n"]
            )
        )
        data = data[:start] + put + data[end:]
    return data


@kinds
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=st.data())
def test_damaged_files_give_documents_or_a_reason(tmp_path, suffix, given):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(given.draw(damaged(FILES[suffix])))
    documents, (report,), _ = read_files([Found(path, path.name)], lambda: None, lambda done, total: None)
    assert (report.status == "loaded") == bool(documents)
    assert report.reason or documents
    assert str(tmp_path) not in report.reason
    assert "\n" not in report.reason
    assert len({document.id for document in documents}) == len(documents)
    for document in documents:
        assert document.text.strip()
        json.dumps([document.id, document.title, document.text, dict(document.metadata)], ensure_ascii=False).encode()
    chunk_documents(documents, WordTokenizer(), 20, 4)


def test_no_path_of_this_machine_is_in_anything_that_was_read(tmp_path):
    root = tmp_path / "corpus"
    for suffix, data in FILES.items():
        for part, cut in {"whole": data, "half": data[: len(data) // 2], "tail": data[len(data) // 2 :]}.items():
            (root / part).mkdir(parents=True, exist_ok=True)
            (root / part / f"a.{suffix}").write_bytes(cut)
    corpus = load(root)
    chunks = chunk_documents(corpus.documents, WordTokenizer(), 20, 4)
    said = repr((corpus, corpus.documents, corpus.report.files, corpus.identity, chunks))
    assert str(tmp_path) not in said
    assert str(tmp_path.parent.name) not in said
    assert {f"whole/a.{suffix}" for suffix in FILES} <= {document.metadata["source"] for document in corpus.documents}
