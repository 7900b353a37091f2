"""What lies where on the map, in which colour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.figures.corpus import chunks, found, picture
from workbench.errors import InputError
from workbench.figures import color_fields, map_layout, map_svg, map_traces
from workbench.figures.map_color import color_by_group, color_by_number
from workbench.figures.map_fields import color_points
from workbench.figures.palette import DARK, LIGHT, OKABE_ITO, text_on
from workbench.records import Expansion, Projection

BLUE, ORANGE, GREEN = OKABE_ITO[:3]


def segments(traces) -> dict[int, list]:
    """Give, for each line width class, the ends (x, y) of its lines that are not the star."""
    ends = {}
    for number in range(3):
        trace = traces[f"lines {number}"]
        ends[number] = [(float(x), float(y)) for x, y in zip(trace["x"][1::4], trace["y"][1::4], strict=True)]
    return ends


def colors_of(color, everything, retrieval=None, theme=LIGHT) -> list[str]:
    coloring = color_points(color, picture(), {chunk.id: chunk for chunk in everything}, retrieval, theme)
    return [coloring.color(row) for row in range(5)]


def test_points_lie_where_the_projection_has_them_coloured_by_source():
    traces = map_traces(picture(), chunks())
    assert traces["points"]["x"].tolist() == [0, 2, 0, 2, 10]
    assert traces["points"]["y"].tolist() == [0, 0, 4, 4, 4]
    assert traces["points"]["text"][3] == "b.md<br>Chunk 3 of b.md."
    assert traces["points"]["marker"]["opacity"] == LIGHT.opacity
    assert colors_of("source", chunks()) == [BLUE, BLUE, ORANGE, ORANGE, GREEN]
    keys = [(traces[f"key {i}"]["name"], traces[f"key {i}"]["marker"]["color"]) for i in range(3)]
    assert keys == [("a.md", BLUE), ("b.md", ORANGE), ("c.md", GREEN)]
    assert not traces["key 3"]["showlegend"]


def test_any_metadata_field_can_colour_and_none_is_grey():
    everything = chunks(folder=["x", None, "y", "y", None])
    assert color_fields(everything) == ("source", "similarity", "folder")
    assert colors_of("folder", everything) == [ORANGE, LIGHT.other, BLUE, BLUE, LIGHT.other]
    assert map_traces(picture(), everything, color="folder")["key 2"]["name"] == "no value"


def test_numbers_go_from_low_to_high():
    everything = chunks(year=[1900, 2000, 1950, None, 1900])
    low, middle, high = LIGHT.scale[0], LIGHT.scale[2], LIGHT.scale[-1]
    assert colors_of("year", everything) == [
        low,
        high,
        middle,
        LIGHT.other,
        low,
    ]
    traces = map_traces(picture(), everything, color="year")
    assert [traces[f"key {i}"]["name"] for i in range(4)] == ["1900", "1950", "2000", "no value"]


def test_similarity_needs_a_question():
    assert colors_of("similarity", chunks()) == [LIGHT.other] * 5
    retrieval = found({"b.md:0": 1.0, "a.md:0": 0.0})
    shown = colors_of("similarity", chunks(), retrieval, DARK)
    assert shown == [DARK.scale[2], DARK.scale[0], DARK.scale[-1], DARK.scale[0], DARK.scale[0]]
    assert map_traces(picture(), chunks(), color="similarity")["key 0"]["name"] == "ask a question first"


def test_a_field_that_no_chunk_has_is_refused_with_those_that_can():
    with pytest.raises(InputError, match=r"'folder': no chunk has it. Choose one of: source, similarity, year\."):
        map_traces(picture(), chunks(year=[1, 2, 3, 4, 5]), color="folder")


@pytest.mark.parametrize(("groups", "keys"), [(8, 8), (9, 8), (40, 8), (7, 7)])
def test_many_groups_the_largest_have_a_colour_and_the_rest_share_grey(groups, keys):
    # group i has i + 1 members
    values = [f"g{i:02}" for i in range(groups) for _ in range(i + 1)]
    coloring = color_by_group(values, LIGHT)
    assert len(coloring.keys) == keys
    assert coloring.keys[0] == (f"g{groups - 1:02}", BLUE)
    assert coloring.color(len(values) - 1) == BLUE
    if groups > 8:
        assert coloring.keys[7] == (f"{groups - 7} others", LIGHT.other)
        assert coloring.color(0) == LIGHT.other


def test_passages_are_numbered_filled_in_the_prompt_and_hollow_outside():
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6, "a.md:1": 0.3})
    passages = map_traces(picture(), chunks(), retrieval=retrieval, in_prompt={1, 2}, focus=2)["passages"]
    assert passages["text"] == ["3", "2", "1"]  # the best is drawn last, on top
    assert passages["x"].tolist() == [2, 10, 0]
    assert passages["marker"]["color"] == [LIGHT.background, GREEN, ORANGE]
    assert passages["marker"]["line"]["color"] == [BLUE, GREEN, ORANGE]
    assert passages["marker"]["size"] == [20, 30, 20]
    assert passages["textfont"]["color"] == ["#000000", text_on(GREEN), "#000000"]
    assert passages["hovertext"][2] == "1 · 0.900 · b.md<br>Chunk 2 of b.md."
    all_filled = map_traces(picture(), chunks(), retrieval=retrieval)["passages"]
    assert all_filled["marker"]["color"] == [BLUE, GREEN, ORANGE]


def test_lines_run_from_the_star_thicker_for_closer():
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6, "a.md:1": 0.3})
    traces = map_traces(picture(), chunks(), retrieval=retrieval)
    assert segments(traces) == {0: [(2, 0)], 1: [(10, 4)], 2: [(0, 4)]}
    assert [traces[f"lines {i}"]["line"]["width"] for i in range(3)] == [1, 2, 3]
    star = (float(traces["query"]["x"][0]), float(traces["query"]["y"][0]))
    assert all(tuple(float(traces[f"lines {i}"][axis][0]) for axis in "xy") == star for i in range(3))
    assert traces["points"]["marker"]["opacity"] == LIGHT.dimmed


def test_a_second_question_leaves_nothing_of_the_first():
    second = map_traces(picture(), chunks(), retrieval=found({"c.md:0": 0.5}))
    assert segments(second) == {0: [], 1: [], 2: [(10, 4)]}
    assert second["passages"]["text"] == ["1"]
    none = map_traces(picture(), chunks())
    assert segments(none) == {0: [], 1: [], 2: []}
    assert len(none["query"]["x"]) == len(none["passages"]["text"]) == 0


def test_the_star_by_hand():
    # gaps 0 and 0.4, 0.4, 0.4: weights 1/2 and three times 1/6; the fifth chunk was not searched
    retrieval = found({"a.md:0": 0.8, "a.md:1": 0.4, "b.md:0": 0.4, "b.md:1": 0.4})
    retrieval.scores[4] = np.nan
    query = map_traces(picture(), chunks(), retrieval=retrieval)["query"]
    assert (float(query["x"][0]), float(query["y"][0])) == pytest.approx((4 / 6, 8 / 6), abs=1e-4)


def test_scores_in_another_order_mean_the_same():
    retrieval = found({"a.md:0": 0.8, "c.md:0": 0.4})
    turned = type(retrieval)(
        retrieval.query, retrieval.passages, scores=retrieval.scores[::-1].copy(), ids=retrieval.ids[::-1]
    )
    one, other = (map_traces(picture(), chunks(), retrieval=r)["query"]["x"][0] for r in (retrieval, turned))
    assert one == pytest.approx(other)


def test_the_selection_has_rings_and_unknown_ids_none():
    rings = map_traces(picture(), chunks(), selection=("c.md:0", "gone:3", "a.md:0"))["selected"]
    assert rings["x"].tolist() == [0, 10]
    assert rings["marker"]["symbol"] == "circle-open"


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_tiny_maps(n, dimensions):
    whole = picture(dimensions)
    small = Projection(ids=whole.ids[:n], coordinates=whole.coordinates[:n])
    traces = map_traces(small, chunks()[:n], retrieval=found({"a.md:0": 0.4}))
    assert len(traces["points"]["x"]) == n
    assert traces["passages"]["text"] == ["1"] * min(n, 1)
    layout = map_layout(small)
    across = layout["scene"]["xaxis"]["range"] if dimensions == 3 else layout["xaxis"]["range"]
    assert across[0] < across[1]


def test_large_maps_are_all_webgl_small_ones_all_svg():
    small = map_traces(picture(), chunks(), retrieval=found({"a.md:0": 0.4}))
    assert {name for name, trace in small.items() if trace.get("visible") is False} == {
        f"{name}-gl" for name in ("points", "selected", "lines 0", "lines 1", "lines 2", "anchor", "passages", "query")
    }
    ids = tuple(f"a.md:{i}" for i in range(3000))
    large = Projection(ids=ids, coordinates=np.zeros((3000, 2), dtype=np.float32))
    traces = map_traces(large, chunks(), retrieval=found({"a.md:1": 0.4}), color="source")
    assert len(traces["points-gl"]["x"]) == 3000
    assert traces["points-gl"]["type"] == traces["passages-gl"]["type"] == "scattergl"
    assert traces["passages-gl"]["text"] == ["1"]
    assert len(traces["points"]["x"]) == 0


def test_the_frame_holds_all_points_and_moves_only_for_a_star_outside():
    # the larger side is 10, so the margin 0.6
    layout = map_layout(picture())
    assert layout["xaxis"]["range"] == pytest.approx([-0.6, 10.6])
    assert layout["yaxis"]["range"] == pytest.approx([-0.6, 4.6])
    assert layout["yaxis"]["scaleanchor"] == "x"
    assert map_layout(picture(), found({"a.md:0": 0.4}))["xaxis"] == layout["xaxis"]


def test_numbers_that_are_all_equal_or_missing():
    assert color_by_number(np.array([3.0, 3.0]), LIGHT).keys == (("3", LIGHT.scale[2]),)
    assert color_by_number(np.full(2, np.nan), LIGHT).keys == (("no value", LIGHT.other),)
    assert len(color_by_number(np.zeros(0), LIGHT).codes) == 0


def test_text_on_colours_has_contrast():
    assert text_on("#F0E442") == "#000000"
    assert text_on("#0072B2") == "#ffffff"


def test_expansions_are_smaller_stars_before_the_questions_own():
    vector = np.ones(3, dtype=np.float32)
    other = Expansion("Who hums?", "question", vector, (("a.md:0", 0.9), ("a.md:1", 0.9)))
    made_up = Expansion("Llamas <b>hum</b>.", "hyde", vector, (("c.md:0", 0.8),))
    lost = Expansion("nowhere", "question", vector, (("gone.md:0", 0.8),))
    retrieval = replace(found({"b.md:0": 0.9}), expansions=(other, made_up, lost))
    star = map_traces(picture(), chunks(), retrieval=retrieval)["query"]
    assert star["x"].tolist()[:2] == [1, 10]
    assert star["y"].tolist()[:2] == [0, 4]
    assert star["marker"]["size"] == [13.2, 13.2, 22]
    assert star["hovertext"] == [
        "asked otherwise: Who hums?",
        "as an answer might put it: Llamas &lt;b&gt;hum&lt;/b&gt;.",
        "Where?",
    ]
    assert "asked otherwise: Who hums?" in map_svg(picture(), chunks(), retrieval=retrieval)
