"""What a large map weighs on its way to the page."""

from __future__ import annotations

import json
from functools import cache

import numpy as np

from workbench.figures import map_layout, map_traces
from workbench.records import Chunk, Cluster, Clustering, Passage, Projection, Region, Retrieval

N = 50_000
LENGTH = 600
"""Characters of a chunk."""


@cache
def projection(dimensions: int = 2) -> Projection:
    places = np.random.default_rng(0).normal(size=(N, dimensions)).astype(np.float32)
    return Projection(tuple(f"corpus/a/long/file-name.md:{i}" for i in range(N)), places, method="umap", trust=0.6)


@cache
def chunks() -> dict[str, Chunk]:
    text = "Vicuñas have the finest wool. " * (LENGTH // 30)
    ids = projection().ids
    return {i: Chunk(i, "corpus/a/long/file-name.md", n, 0, LENGTH, text, {}) for n, i in enumerate(ids)}


def asked(seed: int, k: int = 20) -> Retrieval:
    random = np.random.default_rng(seed)
    scores = random.random(N).astype(np.float32)
    ids = projection().ids
    best = np.argsort(-scores)[:k]
    passages = tuple(Passage(r, float(scores[row]), chunks()[ids[row]]) for r, row in enumerate(best, start=1))
    return Retrieval(f"question {seed}", passages, scores=scores, ids=ids)


def weigh(value: object) -> int:
    """Give the bytes of a message: arrays of float32 are sent as they are, everything else as JSON."""
    if isinstance(value, np.ndarray):
        assert value.dtype == np.float32
        assert value.ndim == 1
        return value.nbytes
    if isinstance(value, dict):
        return sum(len(json.dumps(key)) + 2 + weigh(one) for key, one in value.items()) + 2
    return len(json.dumps(value))


def differing(before: dict, after: dict) -> dict:
    """Give the properties that are not what they were, as plotly's `batch_update` sends them."""
    found = {}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            inner = differing(old, value)
            found |= {key: inner} if inner else {}
        elif not (np.array_equal(value, old) if isinstance(value, np.ndarray) else value == old):
            found[key] = value
    return found


def test_a_map_of_50000_weighs_less_than_2_mb():
    clusters = tuple(
        Cluster(i, projection().ids[i::40], ("wool", "fibre", "fleece"), projection().coordinates[i]) for i in range(40)
    )
    grouping = Clustering(projection().ids, np.arange(N, dtype=np.int32) % 40, clusters)
    regions = [Region(projection().ids[i : i + 200], np.zeros(2), 0.1) for i in range(0, 1000, 200)]
    traces = map_traces(projection(), chunks(), color="cluster", clustering=grouping, retrieval=asked(1))
    layout = map_layout(projection(), asked(1), clustering=grouping, regions=regions, size=(900, 700))
    assert len(layout["annotations"]) > 5
    assert 600_000 < weigh(traces) + weigh(layout) < 640_000


def test_the_same_in_depth():
    traces = map_traces(projection(3), chunks(), color="source", retrieval=asked(1))
    assert weigh(traces) + weigh(map_layout(projection(3))) < 840_000


def test_another_colour_is_one_number_a_point():
    fields = {"similarity to a chunk": np.random.default_rng(5).random(N)}
    before = map_traces(projection(), chunks(), retrieval=asked(1))
    after = map_traces(
        projection(), chunks(), color="similarity to a chunk", fields=fields, at_least=0.4, retrieval=asked(1)
    )
    changed = differing(before, after)
    assert set(changed["points-gl"]) == {"marker"}
    assert 200_000 < weigh(changed) < 210_000


def test_a_new_question_is_small_and_with_a_new_colour_one_number_a_point():
    layouts = [map_layout(projection(), asked(seed)) for seed in (1, 2)]
    for color, most in (("source", 50_000), ("similarity", 250_000)):
        first, second = (map_traces(projection(), chunks(), color=color, retrieval=asked(seed)) for seed in (1, 2))
        changed = differing(first, second)
        assert {"passages-gl", "query-gl"} <= set(changed)
        assert weigh(changed) + weigh(differing(*layouts)) < most
