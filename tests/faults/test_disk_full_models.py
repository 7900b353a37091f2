"""A disk that fills up while a model comes from the hub, or is converted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.effort import effort
from tests.faults.small_disk import Disk, small_disk, told
from tests.models.huggingface.hub_double import HubDouble
from tests.models.small_models import small_model
from workbench.errors import ModelError, NotWritten
from workbench.models.huggingface import hub
from workbench.models.openvino.conversion import converted

SIZE = 3_000_000


@pytest.fixture
def disk(tmp_path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as found:
        yield found


@pytest.mark.parametrize("room", [0, 1_000_000])
def test_a_download_goes_on_where_the_disk_was_full(disk, room, tmp_path, monkeypatch):
    served, cache = tmp_path / "served", disk.folder / "hub"
    served.mkdir()
    (served / "model.safetensors").write_bytes(bytes(range(250)) * (SIZE // 250))
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with HubDouble(served) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        disk.leave(room)
        with pytest.raises(NotWritten, match="What has come is kept: make room there") as raised:
            hub.download("org/small", files=["model.safetensors"], token=False)
        assert str(cache) in str(raised.value)
        if room:
            assert told(raised.value, cache) == (SIZE, 0)
        (came,) = [path.stat().st_size for path in cache.rglob("*.incomplete")] or [0]
        assert 0 <= came <= room
        assert (came > room / 2) == bool(room)
        disk.clear()
        folder = hub.download("org/small", files=["model.safetensors"], token=False)
        assert (folder / "model.safetensors").read_bytes() == (served / "model.safetensors").read_bytes()
        if room:
            assert running.asked[-1][2] == f"bytes={came}-"
        assert list(cache.rglob("*.incomplete")) == []


@pytest.mark.slow
@pytest.mark.skipif(not effort(0, 1), reason="imports torch four times: a minute on two cores; make faults does it")
@pytest.mark.parametrize("room", [8_192, 50_000, 100_000])
def test_a_conversion_is_made_again_once_there_is_room(disk, room, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(disk.folder))
    source = small_model(tmp_path)
    disk.leave(room)
    with pytest.raises(ModelError, match="could not be converted for OpenVINO") as raised:
        converted(source, "small", "0" * 12)
    needed, free = told(raised.value, disk.folder)
    assert needed > 50_000
    assert free <= room
    assert list(disk.folder.rglob("*.partial.*")) == []
    disk.clear()
    folder = converted(source, "small", "0" * 12)
    assert {"model.xml", "model.bin", "tokenizer.json", "encoder.json"} <= {path.name for path in folder.iterdir()}
