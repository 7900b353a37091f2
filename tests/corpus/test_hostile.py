"""Files that are made to harm, or are far too large: each costs its line of the report, and no more."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import docx
import pptx
import pytest

from tests.corpus.makers import book, rezipped, saved, zipped
from tests.corpus.pdfs import page, raw, stream
from workbench.corpus import load, reading
from workbench.jobs.child import Child

pytestmark = pytest.mark.timeout(120)

SECRET = "The secret of the llamas."
WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>"
)
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>{}]>".format(
    "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(10))
)


@pytest.fixture(scope="module")
def child():
    child = Child("reading", reading.MOST_MEMORY)
    yield child
    child.close()


@pytest.fixture
def lines(tmp_path, child):
    """Read files beside a good one, which must be read, and give their lines of the report."""

    def lines(**files):
        for name, data in files.items():
            (tmp_path / name.replace("_", ".")).write_bytes(data)
        (tmp_path / "z.docx").write_bytes(WELL)
        corpus = load(tmp_path, child=child)
        assert [document.text for document in corpus.documents if document.id == "z.docx"] == ["It hums."]
        return {file.path: (file.status, file.reason) for file in corpus.report.files if file.path != "z.docx"}

    return lines


def word(text):
    made = docx.Document()
    made.add_paragraph(text)
    return saved(made)


WELL = word("It hums.")


def with_body(xml):
    return rezipped(WELL, word__document_xml=xml)


# Archives -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.docx", lambda: with_body(WORD.format("x" * 50_000_000)), "'word/document.xml' in it would unpack to 1,0"),
        (
            "a.docx",
            lambda: rezipped(WELL, **{f"a{n}_xml": "x" * 999_000 for n in range(210)}),
            "it would unpack to 211 MB",
        ),
        ("a.epub", lambda: zipped({f"{n}.xml": "" for n in range(10_001)}), "more than 10,000 members inside"),
        ("a.docx", lambda: b"PK\x01\x02" * 30_000, "more than 10,000 members inside"),
        ("a.docx", lambda: WELL[: len(WELL) // 2], "not a Word file: File is not a zip file; save it again"),
        ("a.pptx", lambda: WELL, "not a PowerPoint file: "),
        ("a.epub", lambda: WELL, "not an EPUB book: it has no list of its contents"),
        (
            "a.docx",
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "encrypted, or a Word file of before 2007",
        ),
        ("a.docx", lambda: with_body("<w:p>" * 100_000), "not a Word file: "),
        ("a.epub", lambda: rezipped(book("<p>x"), **{"META-INF__rights_xml": "<x/>"}), "encrypted by its seller"),
    ],
)
def test_archives(lines, name, data, reason):
    ((status, said),) = lines(**{name.replace(".", "_"): data()}).values()
    assert status == "failed"
    assert said.startswith(reason)


def external(path):
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{path.as_uri()}">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("kind", ["docx", "pptx", "epub"])
def test_entities_neither_swell_nor_open_files(lines, tmp_path_factory, kind, encoding):
    secret = tmp_path_factory.mktemp("outside") / "secret.txt"
    secret.write_text(SECRET)
    for head, name in ((LAUGHS, "k"), (external(secret), "e")):
        xml = f'<?xml version="1.0" encoding="{encoding}"?>{head}'.encode(encoding)
        made = {
            "docx": lambda xml=xml, name=name: with_body(xml + WORD.format(f"&{name};").encode(encoding)),
            "pptx": lambda xml=xml, name=name: rezipped(saved(pptx.Presentation()), ppt__presentation_xml=xml),
            "epub": lambda xml=xml, name=name: rezipped(
                book("<p>x"), OPS__book_opf=xml + f"<package>&{name};</package>".encode(encoding)
            ),
        }
        ((status, said),) = lines(**{f"a_{kind}": made[kind]()}).values()
        assert status == "failed"
        assert "declares XML entities" in said


# PDF ----------------------------------------------------------------------------------------------------------------

CATALOG = b"<</Type /Catalog /Pages 2 0 R>>"


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (raw(CATALOG, b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 2>>"), "failed", "not a readable PDF: "),
        (raw(CATALOG, b"<</Type /Pages /Kids [] /Count 2000000000>>"), "skipped", "no text layer"),
        (
            page(
                b"/X Do",
                resources=b"/XObject <</X 6 0 R>>",
                more=[stream(b"/X Do", b"/Type /XObject /Subtype /Form /Resources <</XObject <</X 6 0 R>>>>")],
            ),
            "skipped",
            "no text layer",
        ),
        (
            page(zlib.compress(b"BT /F 9 Tf (x) Tj ET\n" * 10_000_000, 9), b"/Filter /FlateDecode"),
            "failed",
            "page 1 could not be read (LimitReachedError)",
        ),
        (page(b"[" * 200_000), "skipped", "no text layer"),
    ],
    ids=["pages within themselves", "pages that are not there", "form within itself", "bomb", "deep"],
)
def test_pdfs(lines, data, status, reason):
    ((found, said),) = lines(a_pdf=data).values()
    assert found == status
    assert said.startswith(reason)


def test_a_pdf_whose_tables_point_at_each_other_is_mended(lines):
    data = page(b"BT /F 9 Tf (It hums.) Tj ET").replace(b"trailer <<", b"trailer <</Prev 400 ")
    assert lines(a_pdf=data) == {"a.pdf": ("loaded", "")}


# Text and tables ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "status", "reason"),
    [
        ("a.json", lambda: b"[" * 1_000_000, "failed", "nested too deeply"),
        ("a.jsonl", lambda: b"[" * 1_000_000, "failed", "nested too deeply"),
        ("a.ipynb", lambda: b'{"a":' * 500_000, "failed", "nested too deeply"),
        ("a.html", lambda: b"<p>x" * 1_000_001, "failed", "more than 1,000,000 tags; split it"),
        (
            "a.csv",
            lambda: b"," * 2_000_000 + b"\n" + b"1\n" * 900_000,
            "failed",
            "900,001 rows of up to 2,000,001 columns",
        ),
        ("a.csv", lambda: b"a\n" * 1_000_001, "failed", "more than 1,000,000 rows; split it"),
        ("a.jsonl", lambda: b"1\n" * 1_002_000, "failed", "more than 1,000,000 entries; split it"),
        ("a.json", lambda: b"[" + b"1," * 1_000_000 + b"1]", "failed", "more than 1,000,000 entries; split it"),
        ("a.eml", lambda: b"To: " + b"(" * 100_000 + b"\n\nx", "failed", "nested too deeply"),
        ("a.mbox", lambda: b"no mailbox\n", "failed", "not a mailbox"),
    ],
)
def test_tables_and_trees(lines, name, data, status, reason):
    ((found, said),) = lines(**{name.replace(".", "_"): data()}).values()
    assert found == status
    assert said.startswith(reason)


@pytest.mark.parametrize("suffix", ["txt", "md", "json", "csv"])
def test_a_line_of_50_megabytes_is_read(tmp_path, child, suffix):
    inside = "x" * 50_000_000
    text = {"json": f'["{inside}"]', "csv": f"text,n\n{inside},1"}.get(suffix, inside)
    (tmp_path / f"a.{suffix}").write_text(text)
    (document,) = load(tmp_path, child=child).documents
    assert document.text == inside


@pytest.mark.parametrize("suffix", ["txt", "pdf", "docx", "csv", ""])
def test_a_gigabyte_is_not_read(tmp_path, child, suffix):
    path = tmp_path / f"a.{suffix}"
    path.touch()
    os.truncate(path, 1_000_000_000)
    (report,) = load(tmp_path, child=child).report.files
    assert (report.status, report.reason) == ("skipped", "1,000 MB, and at most 100 MB are read; split it")


# Files that are none ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("suffix", ["txt", "pdf"])
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path, child, suffix):
    os.mkfifo(tmp_path / f"a.{suffix}")
    (report,) = load([tmp_path / f"a.{suffix}"], child=child).report.files
    assert (report.status, report.reason) == ("skipped", "not a regular file (a pipe, socket or device)")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no devices in folders")
def test_a_device_is_not_read(tmp_path, child):
    (report,) = load("/dev/zero", child=child).report.files
    assert (report.status, report.reason) == ("skipped", "not a regular file (a pipe, socket or device)")
    (tmp_path / "a.txt").symlink_to("/dev/zero")
    (report,) = load(tmp_path, child=child).report.files
    assert (report.status, report.reason) == ("skipped", "a link out of the folder")
