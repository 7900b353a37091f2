"""The notebook on the map: each of its claims holds in what it shows."""

from __future__ import annotations

import base64
import re

import pytest

from tests.notebooks.running import output

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def notebook(ran):
    return ran("02-the-map.ipynb")


def figure(notebook, source):
    """Give the figure that the one cell with `source` in it shows."""
    (cell,) = (cell for cell in notebook.cells if cell.cell_type == "code" and source in cell.source)
    return cell.outputs[-1].data["application/vnd.plotly.v1+json"]


def traces(drawn):
    return {trace.get("name"): trace for trace in drawn["data"]}


def summary(drawn):
    return drawn["layout"]["meta"]["summary"]


def series(text):
    """Give name -> number of a printed series."""
    rows = (line.rsplit(maxsplit=1) for line in text.splitlines() if re.search(r"\s\d\.\d+$", line))
    return {name.strip(): float(value) for name, value in rows}


def test_the_shadow_holds_little_of_the_variance_and_says_how_to_read_it(notebook):
    share = int(re.match(r"(\d+)% of the variance", output(notebook, 'method="pca"'))[1])
    assert 5 < share < 50
    drawn = figure(notebook, 'method="pca"')
    assert "What lies apart here is apart, what lies together need not be." in summary(drawn)
    assert "The star is placed exactly" in summary(drawn)
    assert traces(drawn)["query"]["hovertext"] == ["How do camels save water in the desert?"]


def test_both_maps_show_every_chunk_once(notebook):
    for source in ('method="pca"', 'method="umap", color="folder"'):
        points = traces(figure(notebook, source))["points"]
        assert len(base64.b64decode(points["x"]["bdata"])) == 223 * 4  # float32


def test_umap_keeps_more_neighbours_than_pca_and_both_more_than_chance(notebook):
    trust = series(output(notebook, '"chance"'))
    assert trust["chance"] == pytest.approx(10 / 223, abs=0.001)
    assert 3 * trust["chance"] < trust["PCA"] < trust["UMAP"] - 0.1
    assert trust["UMAP"] < 0.9  # no perfect map


def test_the_worst_region_keeps_less_than_the_whole_and_is_ringed(notebook):
    size, kept = re.search(r"(\d+) chunks keep (\d+)%", output(notebook, "worst = ")).groups()
    assert 3 <= int(size) < 100
    assert int(kept) / 100 < series(output(notebook, '"chance"'))["UMAP"]
    drawn = figure(notebook, 'color="distortion"')
    assert [shape["type"] for shape in drawn["layout"]["shapes"]][:1] == ["circle"]


def test_true_neighbours_are_far_away_where_their_place_is(notebook):
    rows = [line.split() for line in output(notebook, "seen.to_frame()").splitlines()[1:]]
    cosines = [float(row[2]) for row in rows]
    assert len(rows) == 10
    assert cosines == sorted(cosines, reverse=True)
    far = {row[4]: [int(other[3]) for other in rows if other[4] == row[4]] for row in rows}
    assert far.keys() == {"True", "False"}
    assert min(far["True"]) > max(far["False"])


def test_a_star_on_a_umap_map_is_called_approximate(notebook):
    drawn = figure(notebook, "How fine is the wool")
    assert "The star is approximate" in summary(drawn)
    assert traces(drawn)["query"]["hovertext"] == ["How fine is the wool of a vicuña?"]


def test_each_neighbourhood_makes_another_picture(notebook):
    trust = series(output(notebook, "found[n_neighbors]"))
    assert list(trust) == ["5", "15", "50"]
    assert len(set(trust.values())) > 1
    assert trust["15"] == series(output(notebook, '"chance"'))["UMAP"]  # kept, not laid out again


def test_clusters_have_keywords_and_noise_has_none(notebook):
    (cell,) = (cell for cell in notebook.cells if cell.source.startswith("wb.clusters["))
    table = cell.outputs[0].data["text/html"]
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]
    rows = [row for row in rows if row]
    clusters = [row for row in rows if row[0] != "noise"]
    noise = [row for row in rows if row[0] == "noise"]
    assert rows == clusters + noise
    sizes = [int(size) for _, size, _ in clusters]
    assert len(clusters) > 2
    assert sizes == sorted(sizes, reverse=True)
    assert all(words.startswith(label) for label, _, words in clusters)
    # a processor's last bits decide whether all 223 chunks lie in a group
    assert [row[1:] for row in noise] == [[str(223 - sum(sizes)), ""]] * (sum(sizes) < 223)
    drawn = traces(figure(notebook, 'wb.map(color="cluster")')).keys()  # small ones: others
    assert {row[0] for row in (clusters[0], *noise)} <= drawn


def test_a_shorter_model_keeps_some_neighbours_and_loses_others(notebook):
    said = output(notebook, "twins = wb.compare_maps(short)")
    share = int(re.match(r"(\d+)% of the ten nearest", said)[1])
    least = [float(line.split()[-1]) for line in said.splitlines()[2:]]
    assert 40 < share < 95
    assert least == sorted(least)
    assert max(least) < share / 100
