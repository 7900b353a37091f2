"""Whatever happens to the files of a record, no wrong text or vector comes of it, and a person is told."""

from __future__ import annotations

import sqlite3

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


CUT = ("missing", "empty", "half", "one byte less")
"""What a log has lost in these ways looks as if it had never been written: nothing is told of it."""


def complaints(said, told=0):
    """Name what is wrong: anything served that is not the truth, and what was lost or renamed without a word.

    Up to `told` vectors may be embedded again without a word.
    """
    wrong = [*said["wrong"], *(said[name] for name in ("error", "died") if said[name])]
    if (said["sent"] > told or said["asides"]) and not said["notes"]:
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
    for base in (opener.killed, opener.closed)[: effort(1, 2)]:
        for name in files_of(base):
            for kind, damage in DAMAGES.items():
                said = opener.open(base, lambda store, name=name, damage=damage: damage(store / name))
                if name == "lock" and "/lock" in said["error"]:
                    continue  # refused in a sentence: setting a lock aside would let a second writer in
                found[base.name, name, kind] = complaints(said, 1000 * (name.endswith("-wal") and kind in CUT))
    assert len(found) > 60
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
            # A changed key looks as if its text had never been embedded.
            found[name, place, bit] = complaints(said, told=1)
    assert {case: wrong for case, wrong in found.items() if wrong} == {}


def in_tables(store, *statements):
    connection = sqlite3.connect(store / "record.sqlite3", isolation_level=None)
    for statement in statements:
        assert connection.execute(statement).rowcount, statement
    connection.close()


VALUES = {
    "metadata that is no JSON": ("UPDATE chunks SET metadata = '{no' WHERE ordinal = 1", "the chunks of corpus-words"),
    "metadata that is a list": ("UPDATE chunks SET metadata = '[1]'", "the chunks of corpus-words"),
    "another text": ("UPDATE chunks SET text = 'Buy now.' WHERE ordinal = 2", "the chunks of corpus-words"),
    "negative positions": ("UPDATE chunks SET position = -position, stamp = stamp", ""),
    "places that are text": ("UPDATE chunks SET start = 'here'", "the chunks of corpus-words"),
    "ids in another case": ("UPDATE chunks SET id = upper(id)", ""),
    "short keys of chunks": ("UPDATE chunks SET key = x'00ff'", ""),
    "keys of chunks that are text": ("UPDATE chunks SET key = 'abc'", ""),
    "long keys of vectors": ("UPDATE vectors SET key = key || x'00' WHERE position < 5", ""),
    "checksums that are text": ("UPDATE vectors SET crc = 'abc' WHERE position < 5", "5 stored vectors in"),
    "vectors far behind the end": ("UPDATE vectors SET position = position + 9223372036854770000", "were damaged"),
    "vectors before the beginning": ("UPDATE vectors SET position = position - 3", "set aside as"),
    "vectors of nobody": ("UPDATE vectors SET fingerprint = 'nobody' WHERE position > 50", ""),
    "no length of vectors": ("UPDATE models SET dimensions = 0", "set aside as"),
    "negative length of vectors": ("UPDATE models SET dimensions = -32", "set aside as"),
    "another length of vectors": ("UPDATE models SET dimensions = 31", "set aside as"),
    "absurd length of vectors": ("UPDATE models SET dimensions = 1000000000000", "set aside as"),
    "a length that is text": ("UPDATE models SET dimensions = 'many'", "set aside as"),
    "too many rows": ("UPDATE models SET rows = 1000000", "stored vectors were missing"),
    "too few rows": ("UPDATE models SET rows = 7", ""),
    "negative rows": ("UPDATE models SET rows = -1", "set aside as"),
    "a model that is no JSON": ("UPDATE models SET description = '{'", "said of a model was damaged"),
    "another model": ("UPDATE models SET description = '{}'", "said of a model was damaged"),
    "a model under another name": ("UPDATE models SET fingerprint = '../../x'", "said of a model was damaged"),
    "a collection that is no JSON": ("UPDATE collections SET chunking = '['", "said of the collection corpus-words"),
    "another collection": ("UPDATE collections SET corpus = 'other'", "said of the collection corpus-words"),
    "boundaries elsewhere": ("UPDATE kept SET value = zeroblob(length(value))", ""),
    "boundaries that are text": ("UPDATE kept SET value = 'abc'", ""),
    "boundaries of nobody": ("UPDATE kept SET key = 1 + abs(random())", ""),
    "pictures of zeros": ("UPDATE pictures SET content = zeroblob(length(content))", ""),
    "pictures with other keys": ("UPDATE pictures SET keys = zeroblob(length(keys))", ""),
    "pictures of what is no JSON": ("UPDATE pictures SET about = '[1, 2'", ""),
    "pictures with another trust": ("UPDATE pictures SET about = json_set(about, '$.trust', 0.123)", ""),
    "a collection whose name is no text": (
        "UPDATE collections SET name = CAST(x'e6ff' AS TEXT)",
        "said of the collection \\udce6",
    ),
    "a model whose name is no text": (
        "UPDATE models SET fingerprint = CAST(x'e6ff' AS TEXT)",
        "of a model was damaged",
    ),
    "ids that are no text": (
        "UPDATE chunks SET id = CAST(x'e6ff' AS TEXT) WHERE ordinal = 1 AND document LIKE '%3%'",
        "",
    ),
    "texts that are no text": ("UPDATE chunks SET text = CAST(x'e6ff' AS TEXT)", "the chunks of corpus-words"),
    "losses that are text": ("INSERT INTO meta VALUES ('losses', 'many')", ""),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_that_sqlite_passes_are_found_all_the_same(opener, name):
    statement, words = VALUES[name]
    said = opener.open(opener.closed, lambda store: in_tables(store, statement))
    assert complaints(said, told=1000) == []
    assert words in " ".join(said["notes"])


def test_a_record_from_a_newer_version_is_refused_and_left_alone(opener):
    before = {}

    def make_newer(store):
        in_tables(store, "UPDATE meta SET value = '99' WHERE name = 'version'")
        before.update({name: (store / name).read_bytes() for name in files_of(store) if "writer" not in name})

    def compare(store):
        now = {name: (store / name).read_bytes() for name in files_of(store) if "writer" not in name}
        assert {name: content == now.get(name) for name, content in before.items()} == dict.fromkeys(before, True)

    said = opener.open(opener.closed, make_newer, compare)
    assert said["kind"] == "StoreError"
    assert "written by a newer workbench (format 99" in said["error"]
    assert said["asides"] == []
