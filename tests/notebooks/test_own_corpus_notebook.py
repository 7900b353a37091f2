"""The notebook on a corpus of one's own: each of its claims holds in what it shows."""

from __future__ import annotations

import re

import pytest

from tests.notebooks.running import FOLDER, output

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def notebook(ran):
    return ran("04-your-own-corpus.ipynb")


def counts(text):
    """Give the counts of a printed report of embedding."""
    return {name: int(value) for name, value in re.findall(r"(new|gone|reused)=(\d+)", text)}


@pytest.fixture(scope="module")
def chunks(notebook):
    """How many chunks the table has become."""
    return counts(output(notebook, "wb = Workbench(frame"))["new"]


def lines(notebook, source):
    return output(notebook, source).splitlines()


def test_the_corpus_stays_small(notebook, chunks):
    assert 300 < chunks < 800
    assert counts(output(notebook, "wb = Workbench(frame")) == {"new": chunks, "gone": 0, "reused": 0}


def test_the_map_is_coloured_by_a_column_of_the_table(notebook):
    (cell,) = (cell for cell in notebook.cells if cell.source.startswith("wb.map(method="))
    names = {trace.get("name") for trace in cell.outputs[0].data["application/vnd.plotly.v1+json"]["data"]}
    assert {"traitlets", "httpx", "anywidget"} <= names


def test_a_cluster_is_selected_and_searched_in(notebook):
    label, size = re.match(r"(.+) · (\d+) chunks", output(notebook, "largest = ")).groups()
    assert "traitlets" in label
    assert int(size) > 20
    found = lines(notebook, "within=wb.selected")[1:]
    assert [line.split()[1] for line in found] == ["1", "2", "3"]
    assert all("traitlets/traitlets.py#" in line and "default" in line for line in found)


def test_what_is_nearest_to_the_selection_lies_outside_it(notebook):
    (cell,) = (cell for cell in notebook.cells if cell.source == "wb.nearest(wb.selected, k=3)")
    rows = re.findall(r"<td>(.*?)</td>\s*<td>([\d.]+)</td>", cell.outputs[0].data["text/html"])
    cosines = [float(cosine) for _, cosine in rows]
    assert len(rows) == 3
    assert cosines == sorted(cosines, reverse=True)
    assert not [one for one, _ in rows if one.startswith("traitlets/traitlets.py")]


def test_near_duplicates_are_methods_told_in_the_same_words(notebook):
    said = output(notebook, "wb.near_duplicates(0.95)")
    assert int(re.match(r"(\d+) groups of near-duplicates", said)[1]) > 5
    rows = [line.split() for line in said.splitlines()[2:6]]
    assert [row[1] for row in rows[:2]] == ["0", "0"]
    assert all(float(row[3]) >= 0.95 for row in rows)


def test_outliers_are_least_alike_first(notebook):
    cosines = [float(value) for value in re.findall(r"\s(0\.\d{3,})", output(notebook, "wb.outliers(3)"))]
    assert len(cosines) == 3
    assert cosines == sorted(cosines)
    assert cosines[-1] < 0.5


def test_only_what_is_new_is_embedded_and_old_points_stay(notebook, chunks):
    done = counts(output(notebook, "spare = "))
    assert done["new"] == 1
    assert done["gone"] > 5
    assert done["reused"] == chunks - done["gone"]
    assert lines(notebook, "old, new = ")[0] == "the farthest that an old point has moved: 0.0"


def test_the_answer_quotes_the_table_and_cites_it(notebook):
    said = output(notebook, "How do I set a timeout")
    assert "timeout" in said
    assert re.search(r"” \[\d\]", said)


def test_the_picture_is_one_file_outside_the_checkout(notebook):
    name, size = re.match(r"(\S+) ([\d.]+) MB", output(notebook, "wb.save_map(")).groups()
    assert name == "map.html"
    assert float(size) > 1
    assert not list(FOLDER.glob("*.html"))
