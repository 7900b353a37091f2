"""The PDFs of the sample corpora say what their sources say, page by page."""

from __future__ import annotations

import pytest
from pypdf import PdfReader

from data import build_pdfs
from tests.data import reading

SOURCES = sorted(build_pdfs.SOURCES.rglob("*.md"))
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def words(pdf):
    return [" ".join(page.extract_text().split()) for page in PdfReader(pdf).pages]


@every_source
def test_committed_pdf_has_the_text_of_its_source(source):
    assert words(build_pdfs.target_of(source)) == build_pdfs.page_texts(source.read_text(encoding="utf-8"))


@every_source
def test_has_two_or_three_pages(source):
    assert len(PdfReader(build_pdfs.target_of(source)).pages) in {2, 3}


def test_every_pdf_has_a_source():
    built = {build_pdfs.target_of(source) for source in SOURCES}
    assert {path for path in reading.DATA.rglob("*.pdf") if path not in built} == set()


def test_the_same_source_gives_the_same_bytes(tmp_path):
    source = tmp_path / "llama.md"
    source.write_text("# Llama\n\nA vicuña is smaller.\n\n---page---\n\n- One.\n- Two.\n", encoding="utf-8")
    build_pdfs.build(source, tmp_path / "first.pdf")
    build_pdfs.build(source, tmp_path / "second.pdf")
    assert (tmp_path / "first.pdf").read_bytes() == (tmp_path / "second.pdf").read_bytes()
    assert b"20250101000000" in (tmp_path / "first.pdf").read_bytes()
    assert words(tmp_path / "first.pdf") == ["Llama A vicuña is smaller.", "- One. - Two."]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Llama\n\nA “quoted” word.", "outside Latin-1"),
        ("No title here.", "does not start with a line '# title'"),
        ("# Llama\nText at once.", "Leave a blank line below the heading"),
        ("# Llama\n\n" + "Many words of a long page. " * 400, "does not fit on one sheet"),
    ],
)
def test_a_source_that_cannot_be_typeset_is_refused(tmp_path, text, message):
    source = tmp_path / "llama.md"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        build_pdfs.build(source, tmp_path / "llama.pdf")
    assert not (tmp_path / "llama.pdf").exists()


def test_an_unknown_corpus_is_named(capsys):
    assert build_pdfs.main(["unicorns"]) == 2
    assert "No PDF sources for unicorns" in capsys.readouterr().err
