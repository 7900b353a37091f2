"""Whatever happens to the files of a record, no wrong text or vector comes of it, and a person is told."""

from __future__ import annotations

import pytest

from tests.faults.damage import DAMAGES, files_of, flip, flips
from tests.faults.effort import effort
from tests.faults.opening import NOTHING, Opener

_HEAD = 100
"""Bytes of SQLite's header."""


@pytest.fixture(scope="module")
def opener(tmp_path_factory):
    made = Opener(tmp_path_factory.mktemp("stores"))
    yield made
    made.close()


def complaints(said):
    """Name what is wrong: anything served that is not the truth, and what was lost or renamed without a word."""
    wrong = [*said["wrong"], *(said[name] for name in ("error", "died") if said[name])]
    if (said["sent"] or said["asides"]) and not said["notes"]:
        wrong.append(f"nothing was told of {said['sent']} vectors lost and {said['asides']}")
    parts = [aside for aside in said["asides"] if "/" not in aside and not aside.startswith(("record.sqlite3-", "vec"))]
    wrong += [f"{aside} was not named" for aside in parts if not any(aside in note for note in said["notes"])]
    return wrong


def test_a_sound_store_is_left_as_it_is(opener):
    for base in (opener.closed, opener.killed):
        said = opener.open(base, lambda store: None)
        assert said == {**NOTHING, "died": ""}


def test_no_damage_to_a_whole_file_is_served(opener):
    found = {}
    for base in (opener.closed, opener.killed):
        for name in files_of(base):
            for kind, damage in DAMAGES.items():
                said = opener.open(base, lambda store, name=name, damage=damage: damage(store / name))
                found[base.name, name, kind] = complaints(said)
    assert {case: wrong for case, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("file", ["record.sqlite3", "record.sqlite3-wal", "vectors"])
def test_no_flipped_bit_is_served(opener, file):
    base = opener.killed if file.endswith("wal") else opener.closed
    names = [name for name in files_of(base) if name == file or name.startswith(f"{file}/")]
    found = {}
    for name in names:
        head = effort(20, _HEAD) if file == "record.sqlite3" else 0
        for place, bit in flips(base / name, effort(20, 1000), seed=1, head=head):
            said = opener.open(base, lambda store, at=(place, bit), name=name: flip(store / name, *at))
            found[name, place, bit] = complaints(said)
    assert {case: wrong for case, wrong in found.items() if wrong} == {}
