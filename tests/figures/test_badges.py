"""Numbers of passages stand apart from each other and from the star, as near to their points as they can."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.figures.corpus import chunks, found, picture
from workbench.figures import map_traces
from workbench.figures.badges import MOST, ROOM, STAR, spread
from workbench.figures.overlays import viewport
from workbench.figures.picture import map_svg
from workbench.records import Projection

FRAME = (700.0, 500.0)
CENTRE = np.array([350.0, 250.0])
places = st.lists(st.tuples(st.floats(0, 700), st.floats(0, 500)), max_size=40)


def gaps(points):
    return [float(np.hypot(*(one - other))) for one, other in combinations(points, 2)]


def test_what_lies_apart_stays_to_the_last_bit():
    points = np.array([[100.1, 100.2], [130.3, 100.4], [100.5, 130.6]])
    assert np.array_equal(spread(points, np.array([300.0, 300.0]), FRAME), points)


def test_of_two_on_one_point_the_first_stays_and_the_second_stands_24_pixels_beside():
    moved = spread(np.array([CENTRE, CENTRE]), None, FRAME)
    assert moved[0].tolist() == CENTRE.tolist()
    assert gaps(moved) == [pytest.approx(24)]  # of circles every 4 pixels the first that leaves 23 free


def test_a_number_leaves_the_star_and_goes_to_the_side_on_which_it_lies():
    (moved,) = spread(CENTRE[None] + [[5.0, 0.0]], CENTRE, FRAME)
    # 24 from the star: 20 from its point, straight on
    assert moved.tolist() == pytest.approx([350 + 25, 250])


def test_nothing_leaves_the_picture():
    (first, second) = spread(np.array([[12.0, 12.0], [12.0, 12.0]]), None, FRAME)
    assert (first.tolist(), bool((second >= 10).all())) == ([12, 12], True)


@given(points=places, star=st.none() | st.tuples(st.floats(0, 700), st.floats(0, 500)))
def test_each_stands_free_of_the_better_ones_or_on_its_point(points, star):
    points = np.array(points, dtype=np.float64).reshape(-1, 2)
    middle = None if star is None else np.array(star)
    moved = spread(points, middle, FRAME)
    assert np.array_equal(moved[MOST:], points[MOST:])
    for number in range(min(len(points), MOST)):
        free = all(np.hypot(*(moved[number] - other)) > ROOM - 1e-6 for other in moved[:number])
        free &= middle is None or np.hypot(*(moved[number] - middle)) > STAR - 1e-6
        assert free or np.array_equal(moved[number], points[number])


@given(points=st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=1, max_size=12))
def test_a_dozen_close_together_all_find_a_place(points):
    moved = spread(CENTRE + np.array(points), CENTRE, FRAME)
    assert min([*gaps(moved), 1000]) > ROOM - 1e-6
    assert np.hypot(*(moved - CENTRE).T).min() > STAR - 1e-6


def crowded():
    """Give a picture in which the passages of a question lie almost on one point, and the question with them."""
    near = picture().coordinates * 1e-3
    far = np.array([[30.0, 20.0], [-30.0, -20.0]])
    names = [*picture().ids, "far:0", "far:1"]
    whole = Projection(tuple(names), np.vstack([near, far]).astype(np.float32), "umap", {}, None)
    return whole, found({"b.md:0": 0.9, "c.md:0": 0.6, "a.md:1": 0.5})


def test_lines_go_from_the_star_to_the_point_and_on_to_its_number():
    projection, retrieval = crowded()
    traces = map_traces(projection, chunks(), retrieval=retrieval, size=(500, 400))
    star = np.array([traces["query"][axis][0] for axis in "xy"])
    numbers = np.column_stack([traces["passages"][axis] for axis in "xy"])
    view = viewport(projection, star, (500, 400))
    pixels = np.column_stack(view.to_pixels(*np.vstack([numbers, star]).astype(float).T))
    assert min(gaps(pixels)) > ROOM - 0.1
    known = dict(zip(projection.ids, projection.coordinates, strict=True))
    for rank, name in ((1, "b.md:0"), (2, "c.md:0"), (3, "a.md:1")):
        (line,) = [
            np.column_stack([line[axis] for axis in "xy"])
            for line in (traces[f"lines {i}"] for i in range(3))
            if known[name].tolist() in np.column_stack([line[axis] for axis in "xy"]).tolist()
        ]
        at = line.tolist().index(known[name].tolist())
        assert line[at - 1].tolist() == star.tolist()
        assert line[at + 1].tolist() == numbers[traces["passages"]["text"].index(str(rank))].tolist()
        assert np.isnan(line[at + 2]).all()


def test_in_a_picture_they_stand_apart_too():
    projection, retrieval = crowded()
    drawn = map_svg(projection, chunks(), retrieval=retrieval)
    circles = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="10"', drawn)
    assert len(circles) == 3
    assert min(gaps(np.array(circles, dtype=float))) > ROOM - 0.1


def test_in_depth_each_stands_on_its_point():
    projection = picture(3)
    traces = map_traces(projection, chunks(), retrieval=found({"b.md:0": 0.9, "c.md:0": 0.6}))
    rows = [projection.ids.index(name) for name in ("c.md:0", "b.md:0")]
    assert traces["passages"]["z"].tolist() == projection.coordinates[rows, 2].tolist()
