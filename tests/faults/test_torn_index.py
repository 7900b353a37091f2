"""Chroma's files as a kill in the middle of writing them leaves them: set aside, and made anew from the record."""

from __future__ import annotations

import os

import pytest

from tests.faults.effort import effort
from tests.faults.promises import look_at_the_end

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its processes")

FILES = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")
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
@pytest.mark.parametrize("name", FILES)
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
    assert [found.read_bytes() for found in aside.rglob(name)] == ([] if content is None else [content])
    whole = campaign.before(place)
    look_at_the_end(campaign, place, [heard], whole, whole)


def test_a_whole_index_is_kept(campaign, place):
    (file,) = place.store.glob("chroma/*/header.bin")
    campaign.resume(place)
    assert not list(place.store.glob("chroma.damaged-*"))
    assert file.exists()
