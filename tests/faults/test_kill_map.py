"""A kill while UMAP lays out the map leaves the pictures that were kept before it, and the next run draws it whole."""

from __future__ import annotations

import os
import random
import signal

import numpy as np
import pytest

from tests.faults.campaign import Heard, Place
from tests.faults.corpora import write_first
from tests.faults.effort import effort
from workbench.index.layouts import Stored, load_layout
from workbench.index.store import open_store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")

FEW = 2
"""Files of the corpus, of 24 chunks each."""
FLAT = {"method": "pca", "dimensions": 2}
UMAP = {"method": "umap", "dimensions": 2, "n_neighbors": 15, "min_dist": 0.1, "seed": 42}


def pictures(place: Place) -> tuple[Stored | None, Stored | None]:
    """Give the stored pictures, PCA's and UMAP's."""
    opened = open_store(place.store)
    try:
        (collection,) = opened.record.collections()
        rows = opened.record.rows(collection.name)
        found = [load_layout(opened.record, collection.name, parameters) for parameters in (FLAT, UMAP)]
    finally:
        opened.close()
    for one in found:
        if one is not None:
            assert one.layout.ids == tuple(row.chunk.id for row in rows)
            assert one.keys == tuple(row.key for row in rows)
            assert np.isfinite(one.layout.coordinates).all()
    return found[0], found[1]


@pytest.mark.parametrize("seed", range(effort(1, 8)))
def test_a_kill_while_umap_lays_out_the_map_costs_that_picture_alone(campaign, tmp_path, record_property, seed):
    moment = random.Random(seed)
    write_first(tmp_path / "corpus", FEW)
    place = Place(tmp_path, {"chapter": "first", "umap": True})
    heard = Heard()
    group = campaign.nursery.begin(**place.given())
    laying = "UMAP is laying out the map"
    assert heard.follow(campaign.nursery, lambda line: line.get("drawing") == laying, moment.uniform(0, 3))
    moment.choice((os.killpg, os.kill))(group, signal.SIGKILL)
    heard.follow(campaign.nursery)
    record_property("kill", "map, while UMAP lays it out" if heard.killed else "too late")
    flat, laid_out = pictures(place)
    assert flat is not None
    assert (laid_out is None) == (not heard.last("pictured"))

    heard = campaign.resume(place)
    assert heard.sent == []
    again, laid_out = pictures(place)
    assert again.layout.coordinates.tobytes() == flat.layout.coordinates.tobytes()
    assert laid_out.layout.method == "umap"
    assert laid_out.layout.trust > 0.3  # a picture of its chunks, not of anything
