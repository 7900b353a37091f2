"""Two maps side by side: one selection, the same colours, and a share that is measured on the vectors."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.corpus import PLACES, chunks, picture
from tests.widgets.fake import FakeWorkbench
from tests.widgets.test_map_panel import point
from workbench.records import Progress, Projection, TwinMaps
from workbench.widgets.twin_panel import TwinPanel

IDS = tuple(PLACES)
RIGHT = Projection(IDS, picture().coordinates[:, ::-1].copy(), "umap")
KEPT = np.array([1, 0.5, 0, 1, 0], dtype=np.float32)
TWINS = TwinMaps(("bundled:all-MiniLM-L6-v2", "ollama:nomic-embed-text"), picture(), RIGHT, KEPT, 2)


@pytest.fixture
def wb():
    return FakeWorkbench(chunks=chunks(), projection=picture())


@pytest.fixture
def panel(wb):
    panel = TwinPanel(wb)
    yield panel
    panel.close()


def trace(side, name):
    return next(one for one in side.figure.widget.data if one.name == name)


def test_nothing_is_drawn_before_there_are_two(panel):
    assert [side.frame.children for side in panel.sides] == [(), ()]


def test_both_maps_and_the_share_that_both_agree_on(wb, panel):
    wb.publish(twin=TWINS)
    left, right = panel.sides
    assert (left.title.value, right.title.value) == TWINS.models
    assert trace(left, "points").x.tolist() == [0, 2, 0, 2, 10]
    assert trace(right, "points").x.tolist() == [0, 0, 4, 4, 4]
    assert trace(left, "points").marker.color.tolist() == trace(right, "points").marker.color.tolist()
    assert panel.said.value.startswith("Of each chunk's 2 nearest neighbours, 50 of 100 are the same in both models.")


def test_a_selection_in_one_map_rings_the_points_of_both(wb, panel):
    wb.publish(twin=TWINS)
    left, right = panel.sides
    point(right, "on_selection", "points", 0, 4)
    assert wb.selection == ("a.md:0", "c.md:0")
    assert trace(left, "selected").x.tolist() == [0, 10]
    assert trace(right, "selected").x.tolist() == [0, 4]
    point(left, "on_click", "points", 3)
    assert wb.opened == "b.md:1"


def test_the_colours_can_be_those_of_the_map(wb, panel):
    wb.publish(twin=TWINS)
    by_share = trace(panel.sides[0], "points").marker.color.tolist()
    panel.by_share.click()
    assert trace(panel.sides[0], "points").marker.color.tolist() != by_share
    assert panel.by_share.description == "Colour by neighbours kept"
    panel.by_share.click()
    assert trace(panel.sides[0], "points").marker.color.tolist() == by_share


def test_comparing_asks_for_the_second_model_and_can_be_stopped(wb, panel):
    panel.go.click()
    assert "Choose the second model first" in panel.said.value
    panel.model.value = " ollama:nomic-embed-text "
    panel.go.click()
    assert wb.calls == [("twin", "ollama:nomic-embed-text")]
    wb.tell(Progress("twin", "Embedding with ollama:nomic-embed-text", 3, 5, "chunks"))
    assert panel.said.value == "Embedding with ollama:nomic-embed-text: 3 of 5 …"
    panel.go.click()
    assert wb.cancelled == ["twin"]
