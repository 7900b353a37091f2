"""Two processes at the same model: one waits for the other, and neither finds what is half written."""

from __future__ import annotations

import threading

import pytest
from filelock import FileLock

from workbench.errors import Cancelled
from workbench.models.openvino import conversion
from workbench.models.openvino.conversion import converted
from workbench.models.openvino.encoder import OpenVinoEncoder
from workbench.models.openvino.turns import turn


def held_up(work, lock):
    """Tell whether the work waits for a lock that somebody else has, and let it end."""
    done = threading.Event()
    thread = threading.Thread(target=lambda: (work(), done.set()))
    with FileLock(lock, thread_local=False):
        thread.start()
        waited = not done.wait(1)
    thread.join(60)
    assert done.is_set()
    return waited


def test_a_compiled_copy_is_not_read_while_another_process_writes_it(made):
    _, folder = made("bert, mean, unit length")
    assert held_up(lambda: OpenVinoEncoder(folder), folder / "compiled.lock")


def test_what_another_process_has_converted_meanwhile_is_not_converted_again(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(conversion, "run_apart", lambda *_: pytest.fail("converted again"))
    folder = tmp_path / "models" / f"small-0123456789ab-{conversion.CONVERSION}"
    folder.mkdir(parents=True)
    found = []
    with FileLock(folder.with_name(f"{folder.name}.lock"), thread_local=False):
        waiting = threading.Thread(target=lambda: found.append(converted(tmp_path, "small", "0123456789ab")))
        waiting.start()
        waiting.join(0.5)
        assert found == []
        (folder / "model.xml").touch()
    waiting.join(60)
    assert found == [folder]


def test_waiting_can_be_stopped(tmp_path):
    cancel = threading.Event()
    cancel.set()
    with FileLock(tmp_path / "lock", thread_local=False), pytest.raises(Cancelled), turn(tmp_path / "lock", cancel):
        pytest.fail("it did not wait")


def test_where_nothing_can_be_locked_nothing_is(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("workbench.models.openvino.turns.passing", refused)
    with turn(tmp_path / "lock"):
        assert list(tmp_path.iterdir()) == []
