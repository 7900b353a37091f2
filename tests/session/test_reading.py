"""A workbench over files that take a child to be read."""

from __future__ import annotations

import docx
from fpdf import FPDF

from tests.corpus.makers import book, message, saved
from tests.doubles import WordModel
from workbench import Workbench


def pdf(*pages):
    made = FPDF()
    made.set_font("helvetica", size=12)
    for text in pages:
        made.add_page()
        made.multi_cell(0, text=text)
    return bytes(made.output())


def test_a_bad_file_costs_its_line_and_the_rest_can_be_searched(tmp_path):
    word = docx.Document()
    word.add_heading("Wool", 1)
    word.add_paragraph("The alpaca gives fine wool.")
    folder = tmp_path / "camelids"
    folder.mkdir()
    (folder / "a.docx").write_bytes(saved(word))
    (folder / "b.docx").write_bytes(saved(word)[:5000])
    (folder / "c.pdf").write_bytes(pdf("Here begins a book about the deserts.", "The camel groans at night."))
    (folder / "d.epub").write_bytes(
        book("<h1>Herds</h1><p>Here begins a small book about herds.</p>", "<h1>Deserts</h1><p>Dunes wander.</p>")
    )
    (folder / "e.eml").write_bytes(message("The vicuña whistles.").as_bytes())
    wb = Workbench(folder, model=WordModel(), llm="extractive")
    try:
        wb.embed(chunk_size=8, chunk_overlap=0)
        assert wb.children["read"].started
        assert [(file.path, file.status) for file in wb.load_report.files] == [
            ("a.docx", "loaded"),
            ("b.docx", "failed"),
            ("c.pdf", "loaded"),
            ("d.epub", "loaded"),
            ("e.eml", "loaded"),
        ]
        for question, place in {
            "fine wool of the alpaca": ("section", "Wool"),
            "the camel groans at night": ("page", 2),
            "dunes wander": ("chapter", 2),
        }.items():
            (passage,) = wb.search(question, top_k=1)
            assert passage.chunk.metadata[place[0]] == place[1]
        assert str(tmp_path) not in repr(wb.search("wool").to_frame().to_dict())
    finally:
        wb.close()
    assert not wb.children["read"].started
