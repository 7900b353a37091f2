"""Chroma's files as a kill in the middle of writing them leaves them: set aside, and made anew from the record."""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.effort import effort
from tests.faults.promises import look, look_at_the_end

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its processes")

FILES = ("link_lists.bin", "header.bin", "data_level0.bin", "length.bin", "index_metadata.pickle")
CUTS = {
    "half": lambda content: content[: len(content) // 2],
    "missing": lambda content: None,
    "empty": lambda content: b"",
    "almost whole": lambda content: content[:-8],
}


@pytest.fixture
def place(campaign, tmp_path):
    made = campaign.set_out(tmp_path, "again", sync=10)
    for note in made.store.glob("chroma/*.filled"):
        note.unlink()  # as it is while Chroma is being filled
    return made


@pytest.mark.parametrize("cut", list(CUTS)[: effort(1, 4)])
@pytest.mark.parametrize("name", FILES[: effort(2, 5)])
def test_an_index_with_a_torn_file_is_made_anew_without_the_model(campaign, place, name, cut):
    (file,) = place.store.glob(f"chroma/*/{name}")
    content = CUTS[cut](file.read_bytes())
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    heard = campaign.resume(place)
    assert heard.sent == []
    (aside,) = place.store.glob("chroma.damaged-*")
    assert heard.last("notes") == [
        f"The Chroma index could not be used. It was set aside as {aside.name}, and made anew from the record."
    ]
    assert [found.read_bytes() for found in aside.rglob(name)] == ([] if content is None else [content])
    whole = campaign.before(place)
    look_at_the_end(campaign, place, [heard], whole, whole)


@pytest.mark.parametrize("seed", range(effort(1, 20)))
def test_a_kill_while_a_torn_index_is_made_anew_is_recovered_from(campaign, place, record_property, seed):
    moment = random.Random(seed)
    whole = campaign.before(place)
    (file,) = place.store.glob("chroma/*/link_lists.bin")
    file.write_bytes(file.read_bytes()[:-8])
    killed = campaign.kill(place, moment)
    record_property("kill", f"{killed.stage}, of a torn index" if killed.killed else "too late")
    look(place, killed, whole, whole)
    heard = campaign.resume(place)
    assert killed.sent == heard.sent == []
    assert len(list(place.store.glob("chroma.damaged-*"))) >= 1
    look_at_the_end(campaign, place, [killed, heard], whole, whole)


def test_a_whole_index_is_kept(campaign, place):
    (file,) = place.store.glob("chroma/*/header.bin")
    campaign.resume(place)
    assert not list(place.store.glob("chroma.damaged-*"))
    assert file.exists()
