"""Word, PowerPoint, EPUB and e-mail: exact texts, and where in them a passage is."""

from __future__ import annotations

import docx
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.util import Inches

from tests.corpus.makers import book, message, rezipped, saved
from tests.doubles import WordTokenizer
from workbench.corpus import chunk_documents, load


@pytest.fixture
def read(tmp_path):
    """Read one file: its documents, and its line of the report."""

    def read(name, data):
        (tmp_path / name).write_bytes(data)
        corpus = load(tmp_path)
        (report,) = corpus.report.files
        return corpus.documents, report

    return read


def places(document, key, *words):
    """Give where the chunk that holds each of these words is said to be."""
    chunks = chunk_documents([document], WordTokenizer(), 4, 0)
    return [next(chunk.metadata.get(key) for chunk in chunks if word in chunk.text) for word in words]


# Word ---------------------------------------------------------------------------------------------------------------


def word():
    made = docx.Document()
    made.add_heading("Camelids", 0)
    made.add_paragraph("They live in\tthe Andes.")
    made.add_heading("The llama", 1)
    made.add_paragraph("It hums.")
    made.add_paragraph("wool", style="List Bullet")
    table = made.add_table(2, 2)
    for cell, text in zip(table._cells, ["Kind", "kg", "llama", "130"], strict=True):
        cell.text = text
    made.add_heading("The camel", 2)
    made.add_paragraph("It groans.")
    return made


def test_word_is_read_in_order_with_its_headings(read):
    (document,), report = read("a.docx", saved(word()))
    assert document.text == (
        "# Camelids\n\nThey live in\tthe Andes.\n\n# The llama\n\nIt hums.\n\n- wool\n\n"
        "Kind | kg\nllama | 130\n\n## The camel\n\nIt groans."
    )
    assert document.title == "Camelids"
    assert document.metadata == {"source": "a.docx", "format": "docx"}
    assert (report.status, report.encoding, report.reason) == ("loaded", "docx", "")
    told = places(document, "section", "# Camelids", "They", "# The llama", "Kind", "## The camel")
    assert told == ["Camelids", "Camelids", "The llama", "The llama", "The camel"]


def test_word_keeps_insertions_controls_and_boxes_but_nothing_deleted(read):
    made = docx.Document()
    body = made.element.body
    run = "<w:r><w:t>{}</w:t></w:r>".format
    body.insert(0, parse_xml(f"<w:p {nsdecls('w')}><w:ins>{run('kept ')}</w:ins><w:del>{run('gone')}</w:del></w:p>"))
    body.insert(1, parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run('control')}</w:p></w:sdtContent></w:sdt>"))
    box = f"<w:txbxContent><w:p>{run('in a box')}</w:p></w:txbxContent>"
    body.insert(2, parse_xml(f"<w:p {nsdecls('w')}>{run('beside')}<w:r><w:pict>{box}</w:pict></w:r></w:p>"))
    (document,), _ = read("a.docx", saved(made))
    assert document.text == "kept\n\ncontrol\n\nbeside\nin a box"


# PowerPoint ---------------------------------------------------------------------------------------------------------


def test_slides_are_apart_and_numbered(read):
    made = pptx.Presentation()
    for title, text in [("Llamas", "They hum."), ("", ""), ("Camels", "They\vgroan.")]:
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, text
    table = slide.shapes.add_table(1, 2, 0, 0, Inches(2), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "camel", "600"
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "In a group."
    slide.notes_slide.notes_text_frame.text = "Say this."
    (document,), report = read("a.pptx", saved(made))
    assert document.text == (
        "# Llamas\n\nThey hum.\n\f\n\n\f\n# Camels\n\nThey\ngroan.\n\ncamel | 600\n\nIn a group.\n\nNotes: Say this."
    )
    assert document.title == "Llamas"
    assert (report.status, report.encoding) == ("loaded", "pptx")
    assert places(document, "slide", "# Llamas", "# Camels", "Notes") == [1, 3, 3]


def test_slides_of_pictures_say_so(read):
    made = pptx.Presentation()
    made.slides.add_slide(made.slide_layouts[6])
    documents, report = read("a.pptx", saved(made))
    assert (documents, report.status) == ((), "skipped")
    assert report.reason.startswith("no text on its slides")


# EPUB ---------------------------------------------------------------------------------------------------------------


def test_chapters_are_apart_and_numbered(read):
    (document,), report = read(
        "a.epub", book("<h1>One</h1><p>Caf&#233; &amp;&nbsp;milk.</p>", "<p> </p>", "<h1>Two</h1><p>Llamas hum.</p>")
    )
    assert document.text == "# One\n\nCafé & milk.\n\f\n# Two\n\nLlamas hum."
    assert document.title == "Camelids"
    assert (report.status, report.encoding) == ("loaded", "epub")
    assert places(document, "chapter", "# One", "# Two") == [1, 2]
    assert places(document, "section", "# One", "# Two") == ["One", "Two"]


def test_a_page_that_declares_entities_of_its_own_is_read_without_them(read):
    declared = "<!DOCTYPE html [<!ENTITY nbsp '&#160;'> <!ENTITY e SYSTEM 'file:///etc/hostname'>]>"
    page = f'<?xml version="1.0"?>{declared}<html><body><p>It&nbsp;hums. &e;</p></body></html>'
    (document,), _ = read("a.epub", rezipped(book("<p>x</p>"), **{"OPS__text__c 0_xhtml": page}))
    assert document.text == "It hums. &e"


# E-mail -------------------------------------------------------------------------------------------------------------


def test_a_message_has_its_headers_and_names_its_attachments(read):
    made = message(
        "Heu für Lamas.\n-- \nAnn", Subject="Heu: früh", To="b@farm.example", Date="Thu, 1 Jan 2026 10:00:00 +0100"
    )
    made.add_attachment(b"x", maintype="application", subtype="pdf", filename="price list.pdf")
    (document,), report = read("a.eml", made.as_bytes())
    assert document.text == (
        "Subject: Heu: früh\nFrom: Ann <ann@farm.example>\nTo: b@farm.example\n"
        "Date: Thu, 01 Jan 2026 10:00:00 +0100\n\nHeu für Lamas.\n-- \nAnn"
    )
    assert document.title == "Heu: früh"
    assert document.metadata == {
        "source": "a.eml",
        "format": "e-mail",
        "from": "Ann <ann@farm.example>",
        "to": "b@farm.example",
        "date": "2026-01-01T10:00:00+01:00",
    }
    assert report.reason == "attachments not read: 'price list.pdf'; save them beside the message"


def test_a_message_of_html_alone_is_read_as_a_page(read):
    (document,), _ = read("a.eml", message(None, "<p>It <b>hums</b>.</p><script>no</script>").as_bytes())
    assert document.text == "Subject: Llamas\nFrom: Ann <ann@farm.example>\n\nIt hums."


def test_a_mailbox_is_a_document_a_message(read):
    first = message("One.\n>From here it is quoted.\n").as_bytes()
    second = message("Two.\n", Subject="Camels").as_bytes()
    start = b"From ann@farm.example Thu Jan  1 10:00:00 2026\n"
    documents, _ = read("a.mbox", start + first + b"\n" + start + second)
    assert [(one.id, one.title, one.metadata["message"]) for one in documents] == [
        ("a.mbox#1", "Llamas", 1),
        ("a.mbox#2", "Camels", 2),
    ]
    assert documents[0].text.endswith("\n\nOne.\nFrom here it is quoted.")
