"""A kernel that reads, cuts, embeds and answers questions goes on answering clicks, in whichever thread they come."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks._kernel import Kernel
from benchmarks._pulse import corpus, prepared, waits
from tests.faults.effort import effort

CHUNKS = effort(1_000, 20_000)
LATE, LATEST = 1.0, 3.0
"""Seconds that 99 of 100 clicks may wait, and all, on a test machine that has ten other things to do; 0.25 are what a
person is promised on a quiet one, and `python -m benchmarks.liveness` measures them."""
LONGEST = 900.0
PHASES = ("reading and cutting", "embedding and asking")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("liveness")


@pytest.fixture(scope="module")
def folder(place):
    return corpus(place / "corpus", CHUNKS)


@pytest.fixture(scope="module")
def kernel(place):
    with Kernel(place) as made:
        made.run(
            "from workbench import embedding_model\nembedding_model('bundled:all-MiniLM-L6-v2').embed(['a'], 'query')"
        )
        yield made


@pytest.mark.timeout(2 * LONGEST)
@pytest.mark.parametrize("where", ["main thread", "subshell"])
def test_clicks_are_answered_while_thousands_of_chunks_are_embedded(kernel, folder, place, where, record_property):
    store = place / where
    subshell = kernel.subshell() if where == "subshell" else None
    prepared(kernel, folder, store)
    for phase in PHASES:
        found = waits(kernel, store, phase, subshell, LONGEST)
        record_property(f"{where}, {phase}", str(found))
        assert np.percentile(found.seconds, 99) < LATE, str(found)
        assert found.most < LATEST, str(found)
        assert all(one.startswith("subshell" if subshell else "MainThread") for one in found.threads)
    assert (
        kernel.run(f"asking.join(60); print(wb.embedded == len(wb.chunk_list) >= {CHUNKS}, wb.answer is not None)")
        == "True True\n"
    )
    kernel.run("wb.close(finish=False)")
