"""Every notebook runs from top to bottom, shows what its text says, and is committed without outputs."""

from __future__ import annotations

import re

import pytest

from tests.notebooks.running import NAMES, output, read
from workbench import Workbench

pytestmark = pytest.mark.timeout(900)  # a conversion and a calibration, on a machine that may be slow

LONGEST = 6
"""Lines of a code cell: more would be a program to read, not a step to follow."""


@pytest.fixture(scope="module")
def first(ran):
    return ran("00-workbench.ipynb")


@pytest.fixture(scope="module")
def chunks():
    """How many chunks the camelids are."""
    with Workbench("data/camelids") as wb:
        wb.refresh()
        return len(wb.chunks)


@pytest.mark.parametrize("name", NAMES)
def test_runs_without_an_error_or_a_warning(ran, name):
    shown = [(cell.source, shown) for cell in ran(name).cells if cell.cell_type == "code" for shown in cell.outputs]
    assert shown
    assert [source for source, one in shown if one.output_type == "error" or one.get("name") == "stderr"] == []


@pytest.mark.parametrize("name", NAMES)
def test_is_committed_without_outputs_and_widgets(name):
    notebook = read(name)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code if cell.outputs or cell.execution_count] == []
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.kernelspec.name == "python3"  # of any machine


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_short_and_told_about(name):
    cells = read(name).cells
    assert [cell.source for cell in cells if cell.cell_type == "code" and len(cell.source.splitlines()) > LONGEST] == []
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")


def test_the_app_is_shown_with_words_for_pages_without_a_kernel(first):
    (cell,) = (cell for cell in first.cells if cell.cell_type == "code" and cell.source.endswith("\nwb"))
    (shown,) = cell.outputs
    assert shown.data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert "Workbench" in shown.data["text/html"]


def test_embedding_reports_every_chunk_as_new(first, chunks):
    assert output(first, "wb.embed()").startswith(f"EmbedReport(new={chunks}, changed=0, gone=0, reused=0, ")


def test_searching_finds_the_fineness_of_vicuna_wool(first):
    rows = [line.split() for line in output(first, "wb.search(").splitlines()[1:4]]
    assert [row[1] for row in rows] == ["1", "2", "3"]
    scores = [float(row[2]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.7
    assert rows[0][3] == "fibre/vicuna-fibre.md"


def test_the_answer_cites_passages_that_are_shown_below_it(first):
    said = output(first, 'wb.ask("What animals')
    answer, table = said.split("\n", 1)
    assert "guanaco" in answer
    assert {int(number) for number in re.findall(r"\[(\d+)\]", answer)} <= {1, 2, 3, 4, 5}
    assert re.search(r"\[1\]", answer)
    rows = [line.split() for line in table.splitlines()[1:6]]
    assert [row[1] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[0][3] == "species/llama.md"


def test_why_not_names_a_rank_below_the_passages(first, chunks):
    sentence = output(first, "wb.why_not(")
    rank, total = re.search(r"number (\d+) of (\d+) with cosine 0\.\d+, and only the best 5", sentence).groups()
    assert 5 < int(rank) <= int(total) == chunks


def test_the_map_stays_in_the_notebook(first):
    (cell,) = (cell for cell in first.cells if cell.source.startswith("wb.map("))
    (shown,) = cell.outputs
    figure = shown.data["application/vnd.plotly.v1+json"]
    traces = {trace.get("name"): trace for trace in figure["data"]}
    assert traces["passages"]["text"] == ["5", "4", "3", "2", "1"]
    assert traces["query"]["hovertext"] == ["How do camels save water in the desert?"]
    assert {"culture", "history", "fibre", "species"} <= traces.keys()  # the legend: folders


def test_a_list_of_texts_answers(first):
    assert "Bactrian camels have two." in output(first, "notes.ask(")
    assert "[1]" in output(first, "notes.ask(")


@pytest.fixture(scope="module")
def models(ran):
    return ran("01-embedding-models.ipynb")


def numbers(text):
    """Give label -> numbers of a printed table or series."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"(.*?)\s{2,}((?:-?[\d.]+\s*)+)$", line)
        if match:
            found[match[1]] = [float(value) for value in match[2].split()]
    return found


def test_the_weather_is_nearer_to_the_weather(models):
    rows = numbers(output(models, 'model.embed(["It is raining'))
    assert output(models, 'model.embed(["It is raining').startswith("(3, 384) [1. 1. 1.]")
    assert rows["0"][1] > rows["0"][2]


def test_every_runtime_finds_mars(models):
    rows = numbers(output(models, "def scores(one)"))
    assert list(rows) == ["Mars", "Venus", "Jupiter", "Saturn"]
    for plain, torch, int8 in rows.values():
        assert abs(plain - torch) < 2e-4
        assert abs(plain - int8) < 0.05
    assert all(rows["Mars"][at] == max(row[at] for row in rows.values()) for at in range(3))


def test_the_drift_of_int8_is_shown(models):
    rows = numbers(output(models, "int8.mean_cosine"))
    assert 0.98 < rows["least cosine"][0] <= rows["mean cosine"][0] < 1
    assert rows["same neighbours of ten"][0] > 0.9


def test_what_is_cut_is_counted_and_cut_again(models):
    assert re.search(r"\d{3} of 256 tokens, \d+ characters cut off", output(models, "planets.explain("))
    said = output(models, "planets.rechunk()").splitlines()
    assert re.match(r"[1-9]\d* of \d+ documents are cut", said[0])
    assert re.match(r"0 of \d+ chunks are cut", said[1])


def test_the_engine_passes_and_both_models_find_documents(models):
    assert "False" not in output(models, "planets.check_model()")
    rows = numbers(output(models, "def found("))
    assert rows["plain"][0] > 0.85
    assert rows["instructed"][0] > 0.85


def test_the_way_back_gives_vectors_of_the_same_length(models):
    assert output(models, "model.as_llama_index()").rstrip().endswith("384")
