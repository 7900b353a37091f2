"""The Nth failure of the map: laid out, kept, and written as a file; and of the small files that are kept for later."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.faults.effort import effort
from tests.faults.nth import Fault, faults, left_over, run_armed, sentence
from tests.faults.nth_session import (
    Inline,
    check_idle,
    check_tables,
    check_threads,
    contents,
    opened,
    same,
    temporary,
    write_texts,
)
from workbench.models.check import keep, stored
from workbench.models.check.answers import passed
from workbench.records import ModelCheck, Projection
from workbench.widgets._sources import keep_files


def spiral(path: str, flat: Projection, settings: dict[str, float]) -> Projection:
    """Stand in for UMAP, which takes seconds to be compiled: what is written around it is the subject."""
    turns = np.linspace(0, 6, len(np.load(path, mmap_mode="r")), dtype=np.float32)
    places = np.stack([turns * np.cos(turns), turns * np.sin(turns)], axis=1)
    return Projection(flat.ids, places, "umap", {"seed": settings["seed"]})


def laid_out(wb: Inline) -> Any:
    return wb.submit("map", "umap").wait()


@pytest.fixture
def whole(tmp_path, monkeypatch):
    """A store with everything embedded, whose index is of no concern here."""
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
    if effort(0, 1) == 0:
        monkeypatch.setattr("workbench.session.draw.layout_apart", spiral)
    corpus, template = write_texts(tmp_path / "corpus"), tmp_path / "template"
    with opened(corpus, template) as wb:
        wb.embed()
    return corpus, template


def test_a_map_that_could_not_be_kept_is_said_and_laid_out_again(
    whole, tmp_path, monkeypatch, record_testsuite_property
):
    corpus, template = whole
    files = temporary(tmp_path, monkeypatch)
    right = tmp_path / "right"
    shutil.copytree(template, right)
    with opened(corpus, right) as wb:
        picture = laid_out(wb)
    expected = contents(right)
    assert len(expected["pictures"]) == 3  # PCA, UMAP, and the neighbours

    def run(fault: Fault) -> None:
        store = tmp_path / "store"
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(template, store)
        with opened(corpus, store) as wb:
            _, error = run_armed(fault, lambda: laid_out(wb))
            courtesy = fault.met is not None and fault.met[1].endswith(("writer.new", "writer.json"))
            # a fault that stays meets what comes after the writer's note too
            assert (courtesy and fault.stays) or (error is None) == (fault.met is None or courtesy), fault
            if error is not None:
                assert wb.error is error
                sentence(error, fault)
            check_idle(wb, fault)
            wb.dismiss()
            np.testing.assert_array_equal(laid_out(wb).coordinates, picture.coordinates)
            assert wb.error is None
        check_tables(store, fault)
        assert same(contents(store), expected), fault
        assert list(files.iterdir()) == [], fault

    record_testsuite_property("survived: map", str(dict(faults(run, most=12).survived)))


@pytest.mark.parametrize("ending", ["svg", "html", "png"][: effort(1, 3)])
def test_a_file_of_the_map_is_written_whole_or_the_one_before_stays(whole, tmp_path, monkeypatch, ending):
    corpus, store = whole
    files = temporary(tmp_path, monkeypatch)
    target = tmp_path / "maps" / f"map.{ending}"
    target.parent.mkdir()
    with opened(corpus, store) as wb:
        wb.map()
        right = wb.save_map(target).read_bytes()
        assert len(right) > 1000

        def run(fault: Fault) -> None:
            target.write_bytes(b"the map of yesterday")
            _, error = run_armed(fault, lambda: wb.save_map(target))
            assert (error is None) == (fault.met is None), fault
            if error is not None:
                said = sentence(error, fault)
                assert str(target) in said
                assert f"about {len(right):,} bytes were to be written" in said
                assert "bytes are free there" in said
                assert target.read_bytes() == b"the map of yesterday"
            assert [path.name for path in target.parent.iterdir()] == [target.name], fault
            assert wb.save_map(target).read_bytes() == right

        assert faults(run).survived.total() >= 2
        _check_the_button(wb, ending, files)


def _check_the_button(wb: Inline, ending: str, files: Path) -> None:
    """See the same of the button that hands the file to the browser."""
    right = wb.submit("picture", ending).wait()

    def run(fault: Fault) -> None:
        _, error = run_armed(fault, lambda: wb.submit("picture", ending).wait())
        assert (error is None) == (fault.met is None), fault
        if error is not None:
            assert wb.error is error
            assert str(files) in sentence(error, fault)
        check_idle(wb, fault)
        assert list(files.iterdir()) == [], fault
        assert wb.submit("picture", ending).wait() == right

    assert faults(run).survived.total() >= 3


def rich(check: ModelCheck | None) -> list[tuple[object, ...]]:
    return [] if check is None else check.to_frame().to_records().tolist()


CHECK = ModelCheck("test:words", "7" * 64, (passed("order", "The vectors come in the order of the texts"),), 0.1, "now")
SMALL: dict[str, tuple[Callable[[], Any], Callable[[Path], Any]]] = {
    "check": (lambda: keep(CHECK), lambda cache: rich(stored(CHECK.fingerprint))),
    "files": (
        lambda: keep_files({"llama.md": b"llama", "camel.md": b"camel"}),
        lambda cache: {path.name: path.read_bytes() for path in cache.rglob("*.md")},
    ),
}


@pytest.mark.parametrize("kind", SMALL)
def test_what_is_kept_in_the_cache_is_whole_or_not_there(kind, tmp_path, monkeypatch):
    write, read = SMALL[kind]
    cache = tmp_path / "cache"
    monkeypatch.setenv("WORKBENCH_CACHE", str(cache))
    write()
    right = read(cache)
    assert right

    def run(fault: Fault) -> None:
        shutil.rmtree(cache)
        _, error = run_armed(fault, write)
        assert (error is None) == (fault.met is None), fault
        if error is not None:
            said = sentence(error, fault)
            assert str(cache) in said
            assert "WORKBENCH_CACHE" in said
        assert left_over(cache) == [], fault
        found = read(cache)
        assert not found or found == right or (kind == "files" and found.items() <= right.items()), fault
        write()
        assert read(cache) == right
        check_threads(fault)

    assert faults(run, most=20).survived.total() >= 3
