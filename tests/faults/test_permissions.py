"""Folders and files that may not be read or written: a sentence each, and nothing is changed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.doubles import WordModel
from tests.faults.others import BEGIN, Failed, Other
from tests.index.helpers import chunks, embed
from workbench.index.store import open_store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")

NOBODY = 65534
AS_A_USER = f"""{BEGIN}
import os, tempfile
with tempfile.TemporaryDirectory() as warm:  # a user may not be able to read the modules that are not loaded yet
    store = open_store(Path(warm)); embed(store, WordModel(), chunks(10)); open_store(Path(warm)).close(); store.close()
    embed(store := open_store(Path(warm)), WordModel(), chunks(12)); store.close()
if os.geteuid() == 0:  # root may write everywhere
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
"""


@pytest.fixture
def folder():
    """Give a store that belongs to the user of `person`, in a place that this user can reach."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = Path(place) / "store"
        store = open_store(folder)
        embed(store, WordModel(), chunks(10))
        store.close()
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        yield folder
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o700)


@pytest.fixture
def person():
    with Other(AS_A_USER) as other:
        yield other


def content(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and os.access(path, os.R_OK)}


CASES = {
    "a folder to be read": (".", 0o500, r"The store folder .* cannot be written\. .*store="),
    "a folder that is shut": (".", 0o000, r"The store folder .* cannot be (written|made|used)"),
    "a lock to be read": (
        "lock",
        0o400,
        r"The lock of the store, .*, is not a file that this process can write .*store=",
    ),
    "a lock that is shut": ("lock", 0o000, r"The lock of the store, .*, is not a file that this process can write"),
    "a record to be read": (
        "record.sqlite3",
        0o400,
        r"can only be read by this process|cannot be used|cannot be written",
    ),
    "a record that is shut": ("record.sqlite3", 0o000, r"The record in .* cannot be used .*store="),
    "vectors that are shut": ("vectors", 0o000, r"The store .* cannot be used \(Permission denied\).*store="),
}


@pytest.mark.parametrize("case", CASES)
def test_what_may_not_be_used_is_a_sentence(case, folder, person):
    name, mode, sentence = CASES[case]
    if name == "lock":
        (folder / name).touch()
        os.chown(folder / name, *((NOBODY, NOBODY) if os.geteuid() == 0 else (os.getuid(), os.getgid())))
    before = content(folder)
    (folder / name).chmod(mode)
    with pytest.raises(Failed, match=sentence) as told:
        person.do(f"open_store(Path({str(folder)!r}))")
    assert told.value.kind in {"StoreError", "StoreLocked"}
    for path in (folder, *folder.rglob("*")):  # SQLite gives its log the record's mode
        path.chmod(0o700)
    after = content(folder)
    assert {name: after[name] for name in before if not name.endswith(("-wal", "-shm"))} == before
    assert not [name for name in after if "damaged" in name]
    person.do(f"store = open_store(Path({str(folder)!r}))")  # and no lock was left behind
    assert person.ask("[store.writable, store.notes]") == [True, []]
    person.do("embed(store, WordModel(), chunks(12)); store.close()")


def test_a_note_that_may_not_be_read_tells_nothing(folder, person):
    with Other(AS_A_USER) as writer:
        writer.do(f"store = open_store(Path({str(folder)!r}))")
        (folder / "writer.json").chmod(0o000)
        person.do(f"store = open_store(Path({str(folder)!r}))")
        assert person.ask("[store.writable, store.holder]") == [False, {}]
        with pytest.raises(Failed, match="process unknown on an unknown host"):
            person.do("embed(store, WordModel(), chunks(12))")
        writer.kill()
    person.do("store.refresh()")
    assert person.ask("store.writable") is True
    assert (
        person.ask(f"__import__('json').loads(Path({str(folder / 'writer.json')!r}).read_text())['pid']") == person.pid
    )
