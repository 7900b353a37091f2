"""Who writes to a store, what lies in its folder, and who may look into it."""

from __future__ import annotations

import os

import pytest

from tests.doctor.helpers import made, unwell
from tests.index.helpers import Process
from tests.session.test_compact import HOLDER
from workbench.doctor.store_process import findings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a lock tells of itself, and files have modes, only there")


@pytest.fixture
def store(tmp_path):
    return made(tmp_path / "store")


def said_of(store, name: str) -> list[tuple[str, str]]:
    return [(one.state, one.found) for one in findings(store, os.getpid()) if one.name == name]


def test_a_writers_note_of_a_strangers_is_not_believed(store):
    with Process(HOLDER, store) as holder:
        holder.hear()
        (store / "writer.json").write_text('{"pid": "x", "host": "\\u001b[31mred", "since": 3}')
        ((_, said),) = said_of(store, "writer")
        assert said.startswith("Process unknown on an unknown host writes to the store")
        (store / "writer.json").unlink()
        os.mkfifo(store / "writer.json")  # to read it would take for ever
        assert said_of(store, "writer") == [("note", said)]


def test_files_of_no_model_may_be_a_writers_work(store):
    (store / "vectors" / "abcdefabcdef-7.f32").write_bytes(bytes(3000))
    with Process(HOLDER, store) as holder:
        holder.hear()
        assert said_of(store, "left over") == [("ok", "Nothing is left over.")]


def test_files_that_others_could_read_are_counted_and_folders_are_not(store):
    for path in (store / "record.sqlite3", store / "vectors"):
        path.chmod(0o755)
    (found,) = unwell(store)
    assert found.found == "1 files have wider modes than 600; the folder itself is closed to others."
