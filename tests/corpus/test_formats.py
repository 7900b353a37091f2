from __future__ import annotations

import json
import logging
import re

import pytest
from fpdf import FPDF

from workbench.corpus import load


@pytest.fixture
def read(tmp_path):
    """Read one file of a corpus: its documents, and its line of the report."""

    def read(name, content):
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)
        corpus = load(tmp_path)
        (report,) = corpus.report.files
        return corpus.documents, report

    return read


def pdf(*pages, title=None, password=None):
    made = FPDF()
    made.set_font("helvetica", size=12)
    if title:
        made.set_title(title)
    if password is not None:
        made.set_encryption(owner_password="owner", user_password=password)
    for page in pages:
        made.add_page()
        if page:
            made.multi_cell(0, text=page)
    return bytes(made.output())


# Text ---------------------------------------------------------------------------------------------------------------


def test_markdown_is_kept_and_titled_with_its_first_heading(read):
    (document,), report = read("a.md", "Before.\r\n\r\n## The *llama* ##\r\n\r\nHums.")
    assert (document.id, document.title) == ("a.md", "The *llama*")
    assert document.text == "Before.\n\n## The *llama* ##\n\nHums."
    assert document.metadata == {"source": "a.md", "format": "markdown"}
    assert (report.status, report.characters, report.encoding) == ("loaded", len(document.text), "utf-8")


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("latin-1", "cp1252"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings(read, encoding, said):
    text = "Die Vicuña wärmt sich früh in der Sonne; señores tejían más tarde el paño más fino, pour les élèves."
    (document,), report = read("a.txt", text.encode(encoding))
    assert document.text == text
    assert document.title == "a.txt"
    assert report.encoding == said


def test_a_code_page_is_guessed(read):
    text = "Верблюды живут в пустыне и могут долго обходиться без воды. Лама и альпака живут в Андах."
    (document,), report = read("a.txt", text.encode("cp1251"))
    assert document.text == text
    assert report.encoding == "cp1251"


@pytest.mark.parametrize(
    ("name", "content", "status", "reason"),
    [
        ("a.txt", b"", "skipped", "empty"),
        ("a.md", b" \n\t\n", "skipped", "empty"),
        ("a.txt", b"PK\x03\x04\x00\x00llama", "skipped", "binary, not text (it has NUL bytes)"),
        ("a.txt", bytes(range(1, 32)) * 4, "skipped", "binary, not text (it is full of control characters)"),
        ("a.txt", b"\xff\xfea", "failed", "marked as UTF-16, but byte"),
        ("a.png", b"\x89PNG", "skipped", "not a text format we read: .png"),
        ("a.pdf", b"no pdf", "failed", "not a readable PDF"),
        ("a.json", b"{", "failed", "not JSON"),
        ("a.ipynb", b"[]", "failed", "not a Jupyter notebook of format 4"),
        ("a.jsonl", b"{\n[", "failed", "line 1 is not JSON; line 2 is not JSON"),
        ("a.csv", b"name,age\n", "skipped", "a header without rows"),
        ("a.json", b"[" * 100_000, "failed", "nested too deeply to be read"),
    ],
)
def test_what_cannot_be_read_says_why(read, name, content, status, reason):
    documents, report = read(name, content)
    assert documents == ()
    assert report.path == name
    assert report.status == status
    assert report.reason.startswith(reason)


def test_nul_and_lone_surrogates_do_not_get_through(read):
    (document,), _ = read("a.jsonl", json.dumps({"text": "a\0b\ud800c"}))
    assert document.text == "a\ufffdb\ufffdc"


# HTML ---------------------------------------------------------------------------------------------------------------


def test_html_is_what_a_reader_sees(read):
    (document,), _ = read(
        "a.html",
        """<!DOCTYPE html><html><head><title> The
        llama </title><style>p {color: red}</style></head><body><!-- no --><h1>Llamas
        <em>hum</em></h1><script>alert("no")</script>
        <p>They <b>live</b> in the<br>Andes&nbsp;&amp; spit.</p>
        <ul><li>wool</li><li>meat <ul><li>dried</li></ul></li></ul>
        <table><tr><th>Kind</th><th>kg</th></tr><tr><td>llama</td><td>130</td></tr></table>
        <pre>a  b
  c</pre><img src=x onerror=alert(1)><h3></h3><p>End.</p></body></html>""",
    )
    assert document.title == "The llama"
    assert document.text == (
        "# Llamas hum\n\nThey live in the\nAndes & spit.\n\n- wool\n- meat\n\n- dried\n\n"
        "Kind | kg\nllama | 130\n\na  b\n  c\n\nEnd."
    )


def test_html_without_title_takes_its_heading(read):
    (document,), _ = read("a.htm", "<h1>Guanacos</h1>x")
    assert document.title == "Guanacos"


def test_html_declares_its_encoding(read):
    (document,), report = read("a.html", '<meta charset="windows-1251"><p>лама</p>'.encode("cp1251"))
    assert document.text == "лама"
    assert report.encoding == "windows-1251"


def test_html_may_be_nested_deeply(read):
    (document,), _ = read("a.html", "<div>" * 3000 + "deep" + "</div>" * 3000)
    assert document.text == "deep"


# Tables -------------------------------------------------------------------------------------------------------------


def test_csv_is_a_document_a_row(read):
    documents, report = read("a.csv", 'animal,kg,code\nllama,130,007\n\n"camel, two humps",,008\n,,\n')
    assert [document.id for document in documents] == ["a.csv#1", "a.csv#2"]
    assert documents[0].text == "animal: llama\nkg: 130\ncode: 007"
    assert documents[1].text == "animal: camel, two humps\ncode: 008"
    assert documents[1].title == "camel, two humps"
    assert documents[0].metadata == {
        "source": "a.csv",
        "format": "csv",
        "animal": "llama",
        "kg": 130,
        "code": "007",
        "row": 1,
    }
    assert report.reason == "1 of 3 rows have no text"


def test_csv_text_column_title_and_reserved_names(read):
    (document,), _ = read("a.csv", "Text,title,source,score\nHello,Greeting,web,1.5\n")
    assert (document.text, document.title) == ("Hello", "Greeting")
    assert document.metadata == {
        "source": "a.csv",
        "format": "csv",
        "title": "Greeting",
        "column.source": "web",
        "score": 1.5,
        "row": 1,
    }


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_csv_with_other_delimiters(read, delimiter):
    documents, _ = read("a.csv", f"a{delimiter}b\n1,5{delimiter}two\n3,5{delimiter}four\n")
    assert [document.text for document in documents] == ["a: 1,5\nb: two", "a: 3,5\nb: four"]


def test_csv_rows_may_be_too_long_too_short_and_without_names(read):
    documents, _ = read("a.csv", "a,,a\n1,2,3,4\n5\n")
    assert documents[0].text == "a: 1\ncolumn 2: 2\na 3: 3\ncolumn 4: 4"
    assert documents[1].text == "a: 5"


def test_csv_values_may_be_long_and_have_line_ends(read):
    (document,), _ = read("a.csv", f'text,n\n"{"llama " * 50_000}\nend",1\n')
    assert len(document.text) == 300_004
    assert document.text.endswith("\nend")


def test_jsonl_and_json_are_a_document_an_entry(read):
    documents, report = read(
        "a.jsonl", '{"text": "One", "tags": ["x", "y"], "in": {"k": 1}}\nbroken\n"Two"\n{"n": null}\n'
    )
    assert [(document.id, document.text) for document in documents] == [("a.jsonl#1", "One"), ("a.jsonl#3", "Two")]
    assert documents[0].metadata == {
        "source": "a.jsonl",
        "format": "jsonl",
        "tags": "x, y",
        "in": '{"k": 1}',
        "row": 1,
    }
    assert report.reason == "line 2 is not JSON; entry 4 has no text"


def test_json_that_is_no_list_is_one_document(read):
    (document,), _ = read("a.json", '{"llama": [1, 2]}')
    assert (document.id, document.text) == ("a.json", '{"llama": [1, 2]}')


def test_notebooks_give_cells_without_outputs(read):
    cells = [
        {"cell_type": "markdown", "source": ["# Llamas\n", "Text."]},
        {"cell_type": "code", "source": "# comment\n1 + 1", "outputs": [{"data": {"text/plain": "2"}}]},
    ]
    (document,), _ = read("a.ipynb", json.dumps({"cells": cells, "nbformat": 4}))
    assert document.text == "# Llamas\nText.\n\n```\n# comment\n1 + 1\n```"
    assert document.title == "Llamas"


# PDF ----------------------------------------------------------------------------------------------------------------


def test_pdf_pages_are_apart(read):
    (document,), report = read("a.pdf", pdf("Llamas hum.", "", "Camels groan.", title="On camelids"))
    assert document.text == "Llamas hum.\n\f\n\fCamels groan."
    assert document.title == "On camelids"
    assert (report.status, report.encoding) == ("loaded", "pdf")


def test_pdf_without_text_is_skipped(read):
    _, report = read("a.pdf", pdf("", ""))
    assert report.status == "skipped"
    assert report.reason.startswith("no text layer")


def test_pdf_that_needs_a_password_fails(read):
    _, report = read("a.pdf", pdf("Secret", password="sesame"))
    assert (report.status, report.reason) == ("failed", "encrypted: it needs a password; save it without one")


def test_pdf_encrypted_without_password_is_read(read):
    (document,), _ = read("a.pdf", pdf("Not secret", password=""))
    assert document.text == "Not secret"


def test_pdf_repairs_are_not_logged(read, capfd, caplog):
    whole = pdf("Llamas hum.")
    (document,), _ = read("a.pdf", re.sub(rb"startxref\n\d+", b"startxref\n7", whole))
    assert document.text == "Llamas hum."
    (documents, report) = read("a.pdf", whole[: len(whole) // 2])
    assert (documents, report.status) == ((), "failed")
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
    assert logging.getLogger("pypdf").level == logging.NOTSET
