"""Columns computed elsewhere as colours, thresholds, clusters, and the three states of a passage."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.corpus import PLACES, chunks, found, picture
from workbench.errors import InputError
from workbench.figures import color_fields, drawn_rows, map_traces
from workbench.figures.map_fields import color_points
from workbench.figures.palette import DARK, LIGHT, OKABE_ITO, distinct, mix, text_on
from workbench.records import Cluster, Clustering, Projection

BLUE, ORANGE, GREEN = OKABE_ITO[:3]


def colored(color, everything=None, theme=LIGHT, retrieval=None, **more):
    known = {chunk.id: chunk for chunk in everything or chunks()}
    return color_points(color, picture(), known, retrieval, theme, **more)


def shades(coloring) -> list[str]:
    return [coloring.color(row) for row in range(len(coloring.codes))]


def clustering(*labels: int) -> Clustering:
    ids = tuple(PLACES)
    numbers = sorted({label for label in labels if label >= 0})
    clusters = tuple(
        Cluster(
            number,
            tuple(i for i, label in zip(ids, labels, strict=True) if label == number),
            (f"word{number}", "wool"),
            np.zeros(2, dtype=np.float32),
        )
        for number in numbers
    )
    return Clustering(ids, np.array(labels, dtype=np.int32), clusters)


@pytest.mark.parametrize("column", [np.array([0.0, 1.0, 0.5, np.nan, 0.0]), [0.0, 1.0, 0.5, None, 0]])
def test_a_column_of_numbers_gets_the_scale(column):
    coloring = colored("distortion", fields={"distortion": column})
    low, middle, high = LIGHT.scale[0], LIGHT.scale[2], LIGHT.scale[-1]
    assert shades(coloring) == [low, high, middle, LIGHT.other, low]
    assert [label for label, _ in coloring.keys] == ["0", "0.5", "1", "no value"]


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.00618, 1.0, ["0.01", "0.5", "1"]),
        (0.371, 0.712, ["0.37", "0.54", "0.71"]),
        (1900, 2025, ["1900", "1962", "2025"]),
        (-0.00001, 0.9, ["0", "0.45", "0.9"]),
        (0.0012, 0.0034, ["0.0012", "0.0023", "0.0034"]),
        (1e6 + 0.5, 1e6 + 200, ["1000000", "1000100", "1000200"]),
    ],
)
def test_numbers_in_the_key_are_as_exact_as_their_range(low, high, shown):
    assert [label for label, _ in colored("n", fields={"n": [low, high, low, low, low]}).keys] == shown


def test_counts_have_whole_numbers_in_the_key():
    coloring = colored("times retrieved", fields={"times retrieved": np.array([0, 5, 5, 1, 0])})
    assert [label for label, _ in coloring.keys] == ["0", "2", "5"]
    assert coloring.keys[1][1] == mix(LIGHT.scale[1], LIGHT.scale[2], 0.6)  # 2 of 5 is 1.6 steps of 4
    one = colored("times retrieved", fields={"times retrieved": [0, 1, 1, 0, 0]})
    assert [label for label, _ in one.keys] == ["0", "1"]


def test_a_column_of_truths_makes_two_groups_and_one_of_words_as_many_as_it_has():
    coloring = colored("cut", fields={"cut": np.array([True, False, False, False, True])})
    assert coloring.keys == (("no", BLUE), ("yes", ORANGE))
    assert shades(coloring) == [ORANGE, BLUE, BLUE, BLUE, ORANGE]
    words = colored("kind", fields={"kind": ["x", "y", "y", None, "y"]})
    assert shades(words) == [ORANGE, BLUE, BLUE, LIGHT.other, BLUE]


def test_a_field_wins_over_metadata_and_is_offered():
    everything = chunks(year=[1, 2, 3, 4, 5])
    fields = {"year": np.array([5, 4, 3, 2, 1]), "similarity": [1, 0, 0, 0, 0]}
    assert shades(colored("year", everything, fields=fields))[0] == LIGHT.scale[-1]
    assert shades(colored("similarity", everything, fields=fields))[:2] == [LIGHT.scale[-1], LIGHT.scale[0]]
    assert color_fields(everything, {"cluster": []}) == ("source", "similarity", "cluster", "year")
    with pytest.raises(InputError, match=r"'none': no chunk has it. Choose one of: source, similarity, year\."):
        colored("none", everything, fields=fields)


def test_a_column_of_another_length_is_refused():
    with pytest.raises(InputError, match=r"'cluster' has 2 values and the map 5 points. Give one value a point"):
        colored("cluster", fields={"cluster": [0, 1]})


def test_points_below_the_threshold_are_faint_and_the_key_counts_the_others():
    retrieval = found({"b.md:0": 1.0, "a.md:0": 0.4, "a.md:1": 0.0})
    plain, cut = (colored("similarity", retrieval=retrieval, at_least=level) for level in (None, 0.4))
    assert shades(cut) == [shades(plain)[0], LIGHT.faint, LIGHT.scale[-1], LIGHT.faint, LIGHT.faint]
    assert [label for label, _ in cut.keys] == ["0.4", "0.7", "1", "2 of 5 at 0.40 or more", "below 0.40"]
    assert cut.keys[0][1] == shades(plain)[0]
    assert cut.keys[-1][1] == LIGHT.faint
    all_of_them = colored("similarity", retrieval=retrieval, at_least=-1)
    assert shades(all_of_them) == shades(plain)
    assert all_of_them.keys[-1][0] == "5 of 5 at -1.00 or more"


def test_a_threshold_is_in_the_precision_of_its_column():
    column = np.array([0.7, 0.69, 0.71, 0.1, 0.9], dtype=np.float32)
    assert shades(colored("n", fields={"n": column}, at_least=0.7)).count(LIGHT.faint) == 2
    above_all = colored("n", fields={"n": column}, at_least=2)
    assert [label for label, _ in above_all.keys] == ["0 of 5 at 2 or more", "below 2"]


def test_what_has_no_number_is_grey_and_not_faint():
    coloring = colored("n", fields={"n": [1.0, None, 3.0, 0.0, 3.0]}, at_least=2, theme=DARK)
    assert shades(coloring) == [DARK.faint, DARK.other, DARK.scale[-1], DARK.faint, DARK.scale[-1]]
    assert [label for label, _ in coloring.keys] == ["2", "3", "2 of 4 at 2 or more", "below 2", "no value"]


def test_the_threshold_does_nothing_to_groups():
    assert shades(colored("source", at_least=0.5)) == [BLUE, BLUE, ORANGE, ORANGE, GREEN]


def test_clusters_have_a_colour_each_and_noise_is_grey():
    groups = clustering(1, 0, 0, -1, 0)
    for given in ({"clustering": groups}, {"clustering": groups, "fields": {"cluster": groups.labels}}):
        coloring = colored("cluster", **given)
        assert shades(coloring) == [ORANGE, BLUE, BLUE, LIGHT.other, BLUE]
        assert coloring.keys == (("word0, wool", BLUE), ("word1, wool", ORANGE), ("noise", LIGHT.other))
    bare = colored("cluster", fields={"cluster": groups.labels})
    assert [label for label, _ in bare.keys] == ["cluster 0", "cluster 1", "noise"]
    words = colored("cluster", fields={"cluster": ["wool", "law", "law", "noise", None]})
    assert shades(words) == [ORANGE, BLUE, BLUE, LIGHT.other, LIGHT.other]


def test_two_clusters_of_one_name_keep_their_colours():
    groups = clustering(0, 0, 1, 1, -1)
    same = tuple(Cluster(c.number, c.ids, ("wool",), c.centre) for c in groups.clusters)
    coloring = colored("cluster", clustering=Clustering(groups.ids, groups.labels, same))
    assert shades(coloring) == [BLUE, BLUE, ORANGE, ORANGE, LIGHT.other]


def test_a_clustering_of_other_points_goes_by_id_and_newcomers_are_noise():
    groups = clustering(1, 0, 0, -1, 0)
    turned = Clustering(groups.ids[::-1][:4], groups.labels[::-1][:4], groups.clusters)
    assert shades(colored("cluster", clustering=turned)) == [LIGHT.other, BLUE, BLUE, LIGHT.other, BLUE]


def test_fifty_clusters_have_fifty_colours():
    assert len(set(distinct(50))) == 50
    labels = np.arange(50)
    projection = Projection(tuple(map(str, labels)), np.zeros((50, 2), dtype=np.float32))
    coloring = color_points("cluster", projection, {}, None, LIGHT, fields={"cluster": labels})
    assert shades(coloring) == list(distinct(50))
    assert coloring.keys[-1] == ("43 smaller clusters", LIGHT.muted)
    assert len(coloring.keys) == 8


@pytest.mark.parametrize(("dark", "colors"), [(False, LIGHT), (True, DARK)])
def test_the_three_states_of_a_passage(dark, colors):
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6, "a.md:1": 0.3})
    marker = map_traces(picture(), chunks(), retrieval=retrieval, in_prompt={1, 2}, cited={1, 3}, dark=dark)["passages"]
    hollow, light, full = marker["marker"]["color"]
    assert (hollow, full) == (colors.background, ORANGE)
    assert light == mix(colors.background, GREEN, 0.3)
    # a number that was not in the prompt cannot be cited, whatever the answer says
    assert marker["marker"]["line"] == {"color": [BLUE, GREEN, colors.text], "width": [2, 2, 3.5]}
    assert marker["textfont"]["color"] == [text_on(color) for color in (hollow, light, full)]


def test_without_a_prompt_every_passage_may_be_cited_and_with_no_citation_none_is():
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6})
    fills = map_traces(picture(), chunks(), retrieval=retrieval, cited={2})["passages"]["marker"]["color"]
    assert fills == [GREEN, mix(LIGHT.background, ORANGE, 0.3)]
    none = map_traces(picture(), chunks(), retrieval=retrieval, cited=())["passages"]["marker"]
    assert none["line"]["width"] == [2, 2]
    assert none["color"] == [mix(LIGHT.background, color, 0.3) for color in (GREEN, ORANGE)]


def test_a_passage_below_the_threshold_can_still_be_seen():
    retrieval = found({"b.md:0": 1.0, "a.md:0": 0.1})
    edges = map_traces(picture(), chunks(), color="similarity", retrieval=retrieval, at_least=0.5)["passages"]
    assert edges["marker"]["line"]["color"] == [LIGHT.other, LIGHT.scale[-1]]


def test_in_three_dimensions_all_edges_are_of_one_width():
    traces = map_traces(picture(3), chunks(), retrieval=found({"b.md:0": 0.9}), cited={1})
    assert traces["passages"]["marker"]["line"] == {"color": [LIGHT.text], "width": 2}


def test_the_anchor_has_a_ring_of_its_own():
    ring = map_traces(picture(), chunks(), anchor="c.md:0")["anchor"]
    assert (ring["x"].tolist(), ring["y"].tolist()) == ([10], [4])
    assert ring["marker"]["color"] == LIGHT.anchor
    assert len(map_traces(picture(), chunks(), anchor="gone")["anchor"]["x"]) == 0
    assert len(map_traces(picture(3), chunks())["anchor"]["z"]) == 0


def many(n: int) -> Projection:
    places = np.random.default_rng(1).normal(size=(n, 2)).astype(np.float32)
    return Projection(tuple(f"a.md:{i}" for i in range(n)), places, method="umap")


def test_without_webgl_many_points_are_sampled_and_none_that_matters_is_left_out():
    large = many(20_500)
    everything = drawn_rows(large)
    assert len(everything) == 20_500
    usual = set(drawn_rows(large, webgl=False).tolist())
    assert len(usual) == 20_000
    left_out = [row for row in range(20_500) if row not in usual][:3]
    chosen = [large.ids[row] for row in left_out]
    rows = drawn_rows(large, None, chosen[:2], chosen[2], webgl=False)
    assert len(rows) == 20_000
    assert set(left_out) <= set(rows.tolist())
    assert (np.diff(rows) > 0).all()
    traces = map_traces(large, (), color="n", fields={"n": np.arange(20_500)}, selection=chosen[:2], webgl=False)
    assert len(traces["points"]["x"]) == 20_000
    assert traces["points-gl"]["visible"] is False
    rows = drawn_rows(large, None, chosen[:2], webgl=False)
    assert np.array_equal(traces["points"]["x"], large.coordinates[rows, 0])
    assert np.array_equal(np.argsort(traces["points"]["marker"]["color"], kind="stable"), np.arange(20_000))


def test_webgl_can_be_asked_for_and_refused():
    assert map_traces(picture(), chunks(), webgl=True)["points-gl"]["visible"] is True
    assert map_traces(many(3000), (), color="n", fields={"n": np.zeros(3000)}, webgl=False)["points"]["visible"] is True


def test_many_points_have_no_labels_but_still_tell_that_they_are_pointed_at():
    few, large = map_traces(many(5000), chunks())["points-gl"], map_traces(many(5001), chunks())["points-gl"]
    assert len(few["text"]) == 5000
    assert few["hovertemplate"] == "%{text}<extra></extra>"
    assert (large["text"], large["hovertemplate"], large["hoverinfo"]) == ([], "", "none")
