"""Exploring the corpus by its map: every row of every list selects its chunks there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.figures.corpus import PLACES, chunks, picture
from tests.widgets.fake import FakeWorkbench
from workbench.records import Anchored, Cluster, Clustering, Near, Progress
from workbench.widgets.explore_panel import ExplorePanel, view

IDS = tuple(PLACES)
CENTRE = np.zeros(2, dtype=np.float32)
CLUSTERS = Clustering(
    IDS,
    np.array([0, 0, 1, 1, -1], dtype=np.int32),
    (
        Cluster(0, IDS[:2], ("wool", "fleece", "fibre", "yarn"), CENTRE, IDS[0]),
        Cluster(1, IDS[2:4], ("desert", "sand"), CENTRE, IDS[2]),
    ),
    {"min_cluster_size": 2},
)


@pytest.fixture
def wb():
    return FakeWorkbench(chunks=chunks(), projection=picture())


@pytest.fixture
def panel(wb):
    panel = ExplorePanel(wb)
    yield panel
    panel.close()


def test_clusters_are_listed_with_their_words_and_noise(wb, panel):
    assert view(wb)["clusters"]["rows"] == []
    panel.act("cluster")
    assert wb.calls == [("cluster",)]
    wb.publish(clustering=CLUSTERS)
    found = panel.live.state["clusters"]
    assert [(row["label"], row["size"], row["keywords"]) for row in found["rows"]] == [
        ("wool, fleece, fibre", 2, "yarn"),
        ("desert, sand", 2, ""),
    ]
    assert (found["noise"], found["count"], found["min_size"]) == (1, 2, 2)
    panel.act("select", kind="clusters", number=1)
    assert wb.selection == ("b.md:0", "b.md:1")
    panel.act("select", kind="clusters", number=2)
    assert wb.selection == ("c.md:0",)  # the noise
    panel.act("color", color="cluster")
    assert wb.color == "cluster"
    assert panel.live.state["clusters"]["colored"]


def test_a_named_cluster_shows_its_name_and_all_its_words(wb, panel):
    named = replace(CLUSTERS, clusters=(replace(CLUSTERS.clusters[0], name="Fine fibres"), CLUSTERS.clusters[1]))
    panel.act("name")
    assert wb.calls == [("name_clusters",)]
    wb.tell(Progress("clusters", "Naming clusters", 1, 2, "clusters"))
    assert panel.live.state["clusters"]["running"] == "Naming clusters: 1 of 2"
    panel.act("stop")
    assert wb.cancelled == ["clusters"]
    wb.publish(clustering=named)
    row = panel.live.state["clusters"]["rows"][0]
    assert (row["label"], row["keywords"]) == ("Fine fibres", "wool, fleece, fibre, yarn")


def test_true_neighbours_tell_where_the_map_has_them(wb, panel):
    near = (Near("a.md:1", 0.91, 1), Near("c.md:0", 0.88, 4, far=True), Near("b.md:0", 0.7))
    wb.publish(anchored=Anchored("a.md:0", IDS, np.ones(5, dtype=np.float32), near))
    rows = panel.live.state["anchored"]["rows"]
    assert [(row["id"], row["cosine"], row["place"], row["far"]) for row in rows] == [
        ("a.md:1", "0.910", 1, False),
        ("c.md:0", "0.880", 4, True),
        ("b.md:0", "0.700", None, False),
    ]
    panel.act("open", chunk="c.md:0")
    assert wb.opened == "c.md:0"


def test_duplicates_light_up_as_a_group(wb, panel):
    panel.act("duplicates", threshold=0.9)
    assert wb.calls == [("near_duplicates", 0.9)]
    assert panel.live.state["duplicates"] == {"threshold": 0.9, "asked": False, "rows": []}
    wb.publish(duplicates=((("a.md:0", "c.md:0"), 0.93),))
    (row,) = panel.live.state["duplicates"]["rows"]
    assert (row["size"], row["cosine"], row["text"]) == (2, "0.930", "Chunk 0 of a.md.")
    panel.act("select", kind="duplicates", number=0)
    assert wb.selection == ("a.md:0", "c.md:0")


def test_outliers_light_up_one_by_one(wb, panel):
    panel.act("outliers")
    assert wb.calls == [("outliers", 20)]
    wb.publish(loneliest=(("c.md:0", 0.12), ("a.md:1", 0.3)))
    assert [row["cosine"] for row in panel.live.state["outliers"]["rows"]] == ["0.120", "0.300"]
    panel.act("select", kind="outliers", number=1)
    assert wb.selection == ("a.md:1",)


def test_trust_is_said_to_be_an_estimate_until_neighbours_are_known(wb, panel):
    assert panel.live.state["regions"] == {"trust": 71, "rows": [], "known": False, "colored": False}
    wb.publish(projection=replace(picture(), kept=np.array([1, 1, 1, 1, 0], dtype=np.float32)))
    assert panel.live.state["regions"]["known"]
    panel.act("color", color="distortion")
    assert wb.color == "distortion"


def test_the_selection_grows_narrows_the_search_and_is_cleared(wb, panel):
    wb.selection = ["a.md:0"]
    assert panel.live.state["selected"] == 1
    panel.act("near")
    assert wb.calls == [("select_near", ("a.md:0",))]
    panel.act("only", value=True)
    assert wb.only_selection
    panel.act("clear")
    assert (wb.selection, wb.only_selection) == ((), False)


@pytest.mark.parametrize("message", [{"kind": "clusters", "number": 0}, {"kind": "nonsense", "number": 0}])
def test_a_list_that_is_not_there_is_told(panel, message):
    panel.act("select", **message)
    assert "to select from yet" in panel.live.state["problem"]
