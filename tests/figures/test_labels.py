"""Labels never cover each other, and lie where the picture has their clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.figures.corpus import PLACES, chunks, found, picture
from workbench.figures import map_figure, map_layout
from workbench.figures.labels import Box, place_labels, text_width
from workbench.figures.overlays import Viewport, ellipse
from workbench.figures.palette import DARK, LIGHT
from workbench.records import Cluster, Clustering, Projection, Region

PLACE = st.tuples(st.floats(-50, 850), st.floats(-50, 650))
FRAME = st.tuples(st.integers(1, 800), st.integers(1, 600))


@given(
    st.lists(st.tuples(st.text(max_size=30), PLACE), max_size=40), FRAME, st.floats(6, 24), st.lists(PLACE, max_size=5)
)
def test_no_two_labels_overlap_and_all_lie_in_the_frame(wanted, frame, size, marked):
    taken = [Box(x - 9, y - 9, x + 9, y + 9) for x, y in marked]
    placed = place_labels([text for text, _ in wanted], [place for _, place in wanted], frame, size, taken)
    boxes = [label.box for label in placed]
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in [*boxes[:i], *taken])
    assert all(box.within(Box(0, 0, *frame)) for box in boxes)
    assert [label.text for label in placed] == [wanted[label.row][0] for label in placed]


def test_the_first_keeps_its_centre_the_second_moves_and_the_last_is_dropped():
    first, second, third = place_labels(["wool"] * 3, [(100, 20)] * 3, (200, 42), 12)
    assert (first.x, first.y) == (100, 20)
    assert (second.box.left, third.box.right) == (first.box.right, first.box.left)
    assert len(place_labels(["a long name of it"] * 3, [(100, 20)] * 3, (200, 42), 12)) == 1
    below = place_labels(["a long name of it"] * 3, [(100, 20)] * 3, (200, 62), 12)
    assert [label.y > 20 for label in below] == [False, True]
    assert place_labels(["wool"], [(100, -1)], (200, 42)) == []


def test_a_label_at_the_edge_is_pushed_in():
    (label,) = place_labels(["alpacas"], [(1, 1)], (300, 200))
    assert (label.box.left, label.box.top) == (0, 0)


def test_widths_are_rather_too_large():
    # set in Pillow's own sans-serif font
    from PIL import ImageFont

    font = ImageFont.load_default(12)
    for text in ("Alpacas and llamas", "wool, fibre, fleece", "MMM", "illicit", "2026: a year"):
        assert font.getlength(text) <= text_width(text, 12) <= 1.6 * font.getlength(text)
    assert text_width("羊毛", 12) == 24
    assert text_width("e\u0301", 12) == text_width("e", 12)


def test_pixels_of_equal_units_as_plotly_has_them():
    # 10 by 4 in 200 by 200: 20 pixels a unit, so 10 units are shown upwards, 3 more on both sides
    view = Viewport((0, 10), (0, 4), (200, 200))
    assert view.scale == 20
    assert [float(one) for one in view.to_pixels(0, 0)] == [0, 140]
    assert [float(one) for one in view.to_pixels(10, 4)] == [200, 60]
    assert view.to_data(200, 60) == (10, 4)
    wide = Viewport((0, 10), (0, 4), (1000, 40))
    assert wide.scale == 10
    assert [float(one) for one in wide.to_pixels(5, 2)] == [500, 20]


def groups(names, centres) -> Clustering:
    """Give clusters of falling size with these names."""
    clusters = tuple(
        Cluster(i, tuple(f"{i}:{j}" for j in range(50 - i)), (), np.array(centre, dtype=np.float32), name=name)
        for i, (name, centre) in enumerate(zip(names, centres, strict=True))
    )
    return Clustering((), np.zeros(0, dtype=np.int32), clusters)


def test_names_of_clusters_are_annotations_at_their_centres():
    layout = map_layout(picture(), clustering=groups(["wool", "law & <b>"], [(1, 2), (9, 4)]), size=(600, 400))
    assert [one["text"] for one in layout["annotations"]] == ["wool", "law &amp; &lt;b&gt;"]
    assert (layout["annotations"][0]["x"], layout["annotations"][0]["y"]) == pytest.approx((1, 2))
    assert layout["annotations"][0]["bgcolor"] == "rgba(255,255,255,0.8)"
    assert layout["annotations"][0]["font"]["color"] == LIGHT.text
    dark = map_layout(picture(), clustering=groups(["wool"], [(1, 2)]), dark=True)["annotations"][0]
    assert (dark["bgcolor"], dark["font"]["color"]) == ("rgba(17,20,23,0.8)", DARK.text)


def test_a_small_plot_names_fewer_and_the_largest_first():
    crowd = groups([f"cluster number {i}" for i in range(12)], [(5 + i / 100, 2) for i in range(12)])
    many = map_layout(picture(), clustering=crowd, size=(900, 700))["annotations"]
    few = map_layout(picture(), clustering=crowd, size=(200, 60))["annotations"]
    assert len(many) > len(few) >= 1
    assert few[0]["text"] == "cluster number 0"


def test_a_small_cluster_is_named_above_it_and_a_passage_is_not_covered():
    # 10 by 4 in 1000 by 400 with a margin of 0.6: about 89 pixels a unit
    tight = Clustering((), np.zeros(0, dtype=np.int32), (Cluster(0, ("c.md:0",), ("wool",), np.array([10.0, 2.0])),))
    near = Clustering((), np.zeros(0, dtype=np.int32), (Cluster(0, ("gone",), ("wool",), np.array([0.0, 4.0])),))
    size = (1000, 400)
    (label,) = map_layout(picture(), clustering=near, size=size)["annotations"]
    assert label["y"] == pytest.approx(4)
    (label,) = map_layout(picture(), found({"b.md:0": 0.9}), clustering=near, size=size)["annotations"]
    assert abs(label["y"] - 4) > 0.2 or label["x"] > 0.2
    close = Projection(("c.md:0", "x"), np.array([[10, 2], [0, 0]], dtype=np.float32))
    (label,) = map_layout(close, clustering=tight, size=size)["annotations"]
    assert label["y"] > 2


def test_no_names_and_no_outlines_in_depth():
    layout = map_layout(picture(3), clustering=groups(["wool"], [(1, 2, 3)]), regions=[region("a.md:0")])
    assert (layout["annotations"], layout["shapes"]) == ([], [])


def region(*ids: str) -> Region:
    return Region(ids, np.zeros(2, dtype=np.float32), 0.1)


def test_regions_are_dashed_outlines_around_all_their_points():
    (shape,) = map_layout(picture(), regions=[region("a.md:0", "b.md:1", "b.md:0", "gone")])["shapes"]
    assert (shape["type"], shape["line"]["dash"]) == ("circle", "dash")
    assert "fillcolor" not in shape
    middle, radii = ((shape[f"{a}0"] + shape[f"{a}1"]) / 2 for a in "xy"), None
    x, y = middle
    radii = shape["x1"] - x, shape["y1"] - y
    for point in ((0, 0), (2, 4), (0, 4)):
        assert ((point[0] - x) / radii[0]) ** 2 + ((point[1] - y) / radii[1]) ** 2 <= 1
    assert map_layout(picture(), regions=[region("gone")])["shapes"] == []


@given(st.lists(st.tuples(st.floats(-9, 9, width=32), st.floats(-9, 9, width=32)), min_size=1, max_size=9))
def test_an_outline_holds_its_points(places):
    ids = tuple(str(i) for i in range(len(places)))
    found = ellipse(Projection(ids, np.array(places, dtype=np.float32)), region(*ids))
    assert found is not None
    x, y, across, up = found
    assert all(((a - x) / across) ** 2 + ((b - y) / up) ** 2 <= 1 + 1e-6 for a, b in places)


def test_labels_and_outlines_follow_the_theme():
    figure = map_figure(picture(), chunks(), clustering=groups(["wool"], [(1, 2)]), regions=[region(*PLACES)])
    dark = figure.layout.meta["dark"]["layout"]
    assert dark["annotations"][0]["font"]["color"] == DARK.text
    assert dark["shapes"][0]["line"]["color"] == DARK.muted
    assert figure.layout.shapes[0].line.color == LIGHT.muted
