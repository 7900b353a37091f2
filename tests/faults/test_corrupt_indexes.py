"""Whatever happens to the files of a Chroma index, the kernel lives, and the index is made anew from the record."""

from __future__ import annotations

import random

import pytest

from tests.faults.damage import DAMAGES, files_of, flip, flips
from tests.faults.effort import effort
from tests.faults.opening import Opener
from workbench.index.chroma_files import filled_bytes

GRAPH = ("header.bin", "length.bin", "link_lists.bin", "data_level0.bin")


@pytest.fixture(scope="module")
def opener(tmp_path_factory):
    made = Opener(tmp_path_factory.mktemp("stores"), index=True)
    yield made
    made.close()


def of_the_index(store):
    return [name for name in files_of(store) if name.startswith("chroma")]


def complaints(said):
    wrong = [*said["wrong"], *(said[name] for name in ("error", "died") if said[name])]
    wrong += [f"{said['sent']} texts were embedded again"] if said["sent"] else []
    parts = [aside for aside in said["asides"] if "/" not in aside]
    return wrong + [f"{aside} was not named" for aside in parts if not any(aside in note for note in said["notes"])]


def test_a_sound_index_is_left_as_it_is(opener):
    said = opener.open(opener.closed, lambda store: None)
    assert (complaints(said), said["notes"], said["asides"]) == ([], [], [])


def test_no_damage_to_a_whole_file_outlasts_the_next_opening(opener):
    cases = [(name, kind) for name in of_the_index(opener.closed) for kind in DAMAGES]
    chosen = random.Random(3).sample(cases, min(len(cases), effort(8, 1000)))
    found = {}
    for name, kind in chosen:
        said = opener.open(opener.closed, lambda store, name=name, kind=kind: DAMAGES[kind](store / name))
        found[name, kind] = complaints(said)
    assert {case: wrong for case, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("file", GRAPH)
def test_no_flipped_bit_of_the_graph_outlasts_the_next_opening(opener, file):
    (name,) = [name for name in files_of(opener.closed) if name.endswith(file)]
    whole = opener.closed / name
    used = filled_bytes(whole.parent).get(file, whole.stat().st_size)
    assert used >= 100
    found = {}
    for place, bit in flips(whole, effort(1, 40), seed=2):
        said = opener.open(opener.closed, lambda store, at=(place, bit): flip(store / name, *at))
        assert bool(said["asides"]) == (place < used), (place, bit)  # the rest is room for more points
        found[place, bit] = complaints(said)
    assert {case: wrong for case, wrong in found.items() if wrong} == {}
