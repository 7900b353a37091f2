from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.index.fingerprint import collection_name, fingerprint_id, text_key

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
MAPPINGS = st.dictionaries(st.text(), VALUES, max_size=5)


@given(MAPPINGS, st.randoms())
def test_the_order_of_keys_and_a_trip_through_json_change_nothing(fingerprint, random):
    items = list(fingerprint.items())
    random.shuffle(items)
    assert fingerprint_id(dict(items)) == fingerprint_id(fingerprint)
    assert fingerprint_id(json.loads(json.dumps(fingerprint))) == fingerprint_id(fingerprint)


@given(MAPPINGS, MAPPINGS)
def test_fingerprints_are_one_exactly_where_their_json_is(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (fingerprint_id(one) == fingerprint_id(other)) == same


def test_a_known_fingerprint_keeps_its_id():
    # printf '{"dtype":"float32","model":"m"}' | sha256sum: stores of earlier versions stay readable.
    expected = "1f18d58774d453493a238be6db767a52dc1b901d789fa2612edf7728078ff84b"
    assert fingerprint_id({"model": "m", "dtype": "float32"}) == expected


def test_role_text_and_model_each_change_a_key():
    one, other = fingerprint_id({"model": "a"}), fingerprint_id({"model": "b"})
    keys = {
        text_key(identity, role, text)
        for identity in (one, other)
        for role in ("document", "query")
        for text in ("llama", "Llama", "", "half \ud800")
    }
    assert len(keys) == 16
    assert {len(key) for key in keys} == {32}


@given(st.text(), st.text())
def test_every_collection_name_is_one_that_chroma_takes(corpus, model):
    name = collection_name(corpus, {"size": 240}, model, fingerprint_id({"model": model}))
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]", name)
    assert ".." not in name


def test_a_collection_name_says_what_it_is_of():
    one, other = fingerprint_id({"engine": "1"}), fingerprint_id({"engine": "2"})
    name = collection_name("my camels", {"size": 240}, "bundled:all-MiniLM-L6-v2", one)
    assert re.fullmatch(r"my-camels-all-MiniLM-L6-v2-[0-9a-f]{12}", name)
    others = {
        collection_name("my-camels", {"size": 240}, "bundled:all-MiniLM-L6-v2", one),
        collection_name("my camels", {"size": 120}, "bundled:all-MiniLM-L6-v2", one),
        collection_name("my camels", {"size": 240}, "bundled:all-MiniLM-L6-v2", other),
    }
    assert len(others | {name}) == 4


@given(st.dictionaries(st.text(), st.text() | st.integers(), min_size=1), st.data())
def test_any_value_changes_the_id(fingerprint, data):
    name = data.draw(st.sampled_from(sorted(fingerprint)))
    other = data.draw((st.text() | st.integers()).filter(lambda value: value != fingerprint[name]))
    assert fingerprint_id({**fingerprint, name: other}) != fingerprint_id(fingerprint)
    assert fingerprint_id({key: value for key, value in fingerprint.items() if key != name}) != fingerprint_id(
        fingerprint
    )


@given(st.text(), st.text(), st.sampled_from(["document", "query"]), st.sampled_from(["document", "query"]))
def test_keys_are_one_exactly_where_role_and_text_are(one, other, first, second):
    identity = fingerprint_id({"model": "m"})
    assert (text_key(identity, first, one) == text_key(identity, second, other)) == ((first, one) == (second, other))


def test_moving_a_character_from_one_field_to_the_next_changes_the_key():
    identity = fingerprint_id({"model": "m"})
    assert text_key(identity, "query", "document") != text_key(identity, "querydocument", "")
    assert text_key(identity, "document", "\0query\0") != text_key(identity, "document", "query\0")


@pytest.mark.parametrize("value", [{1: "a"}, {"a": {2: "b"}}, {"a": [{None: 1}]}, {"a": float("nan")}, {"a": object()}])
def test_what_is_not_json_is_refused(value):
    with pytest.raises(InputError, match=r"keys must be strings|cannot be written as JSON"):
        fingerprint_id(value)


def test_chroma_itself_takes_every_name():
    from chromadb.api.segment import check_index_name  # here: its import takes longer than an example may

    @given(st.text(), st.text())
    def taken(corpus, model):
        check_index_name(collection_name(corpus, {"size": 240}, model, fingerprint_id({"model": model})))

    taken()


def test_long_names_stay_within_what_any_chroma_takes():
    name = collection_name("c" * 100, {"size": 240}, "ollama:" + "m" * 100, "f")
    assert name.startswith("c" * 24 + "-" + "m" * 24 + "-")
    assert len(name) == 62
