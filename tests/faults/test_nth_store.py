"""The Nth failure of the record and of the index made from it: embedding, going on, changing, switching, rebuilding."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.doubles import WordModel
from tests.faults.nth import Fault, Report, faults, left_over, run_armed, sentence
from tests.faults.nth_session import (
    TEXTS,
    Inline,
    check_idle,
    check_tables,
    contents,
    index_rows,
    opened,
    same,
    temporary,
    write_texts,
)
from workbench.errors import Cancelled

CHANGED = {
    "llama.md": TEXTS["llama.md"].replace("high Andes", "cold highlands") + " One more sentence about llamas at work.",
    "alpaca.md": TEXTS["alpaca.md"],
    "vicuna.txt": TEXTS["vicuna.txt"],
    "guanaco.md": "The guanaco is the wild parent of the llama. It runs fast over the steppe.",
}


class Halfway(WordModel):
    """Stops after two batches, as a person would."""

    def embed(self, texts, role):
        if len(self.sent) >= 2 * self.batch_size:
            raise Cancelled("Stopped by the test after two batches; embed again to go on.")
        return super().embed(texts, role)


@dataclass
class Scenario:
    """What is there before, what is tried, and how many texts a run without faults sends to the model."""

    before: Callable[[Path, Path], None]
    act: Callable[[Inline], Any]
    texts: dict[str, str] = field(default_factory=lambda: TEXTS)
    model: Callable[[], WordModel] = WordModel


def nothing(corpus: Path, store: Path) -> None:
    write_texts(corpus)


def half(corpus: Path, store: Path) -> None:
    with opened(write_texts(corpus), store, Halfway()) as wb, pytest.raises(Cancelled):
        wb.embed()


def whole(corpus: Path, store: Path) -> None:
    with opened(write_texts(corpus), store) as wb:
        wb.embed()


def switched(wb: Inline) -> Any:
    return wb.embed(model=_other(wb))


def _other(wb: Inline) -> WordModel:
    """Give the second model, the same one each time that this workbench is asked."""
    return wb.__dict__.setdefault("other_model", WordModel(32, name="other"))


SCENARIOS = {
    "embed": Scenario(nothing, lambda wb: wb.embed()),
    "go on": Scenario(half, lambda wb: wb.embed()),
    "change": Scenario(whole, lambda wb: wb.embed(), texts=CHANGED),
    "rebuild": Scenario(whole, lambda wb: wb.rebuild_index()),
    "switch": Scenario(whole, switched),
    "search": Scenario(whole, lambda wb: wb.search("Which animal gives wool?")),
}

COURTESIES = ("writer.json", "writer.new")
"""What may fail without a word: the lock says the truth, the note beside it is only read by people."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_and_everything_is_said(name, tmp_path, monkeypatch, record_testsuite_property):
    scenario = SCENARIOS[name]
    report = campaign(scenario, tmp_path, temporary(tmp_path, monkeypatch))
    record_testsuite_property(f"survived: {name}", str(dict(report.survived)))
    assert report.survived.total() >= 3


def campaign(scenario: Scenario, tmp_path: Path, temporary_files: Path) -> Report:
    corpus, template = tmp_path / "corpus", tmp_path / "template"
    scenario.before(corpus, template)
    write_texts(corpus, scenario.texts)
    whole_store = tmp_path / "whole"
    _copied(template, whole_store)
    with opened(corpus, whole_store, scenario.model()) as wb:
        scenario.act(wb)
        assert wb.error is None
        sent = len(wb.model.sent)
    right, rows = contents(whole_store), index_rows(whole_store)
    assert rows

    def run(fault: Fault) -> None:
        store = tmp_path / "store"
        shutil.rmtree(store, ignore_errors=True)
        _copied(template, store)
        tried(scenario, corpus, store, fault, sent, rows)
        assert same(contents(store), right), fault
        assert _whole_but_for_what_was_set_aside(store, rows), fault
        assert left_over(store) == [], fault
        assert sorted(path.name for path in temporary_files.iterdir()) == [], fault
        damaged = [path.name for path in store.iterdir() if "damaged" in path.name and "chroma" not in path.name]
        assert damaged == [], fault

    return faults(run)


def _whole_but_for_what_was_set_aside(store: Path, rows: dict[str, Any]) -> bool:
    """Whether the index is as it should be; one that was torn is made anew for the model that is in use alone."""
    found = index_rows(store)
    return found == rows or (any(store.glob("chroma.damaged-*")) and bool(found) and found.items() <= rows.items())


def _copied(template: Path, store: Path) -> None:
    if template.exists():
        shutil.copytree(template, store)


def tried(scenario: Scenario, corpus: Path, store: Path, fault: Fault, sent: int, rows: Any) -> None:
    """Run into the fault, look at what is left, and do the same again without it."""
    wb, model = opened(corpus, store, scenario.model()), None
    try:
        _, error = run_armed(fault, lambda: scenario.act(wb))
        model = wb.model
        told = error if error is not None else wb.error
        if told is not None:
            assert fault.met is not None, told
            sentence(told, fault)
        elif fault.met is not None and not fault.met[1].endswith(COURTESIES):
            assert _whole_but_for_what_was_set_aside(store, rows), fault
        check_idle(wb, fault)
        acknowledged = wb.embedded
        if fault.at % 2:
            wb.close()
            check_tables(store, fault)
            wb = opened(corpus, store, model if model.id == "test:words" else scenario.model())
        wb.dismiss()
        scenario.act(wb)
        assert wb.error is None, fault
        assert len(wb.model.sent) <= sent + wb.model.batch_size, fault
        assert wb.embedded >= acknowledged, fault
        check_idle(wb, fault)
    finally:
        wb.close()
    check_tables(store, fault)


def test_an_index_that_was_filled_in_part_is_not_taken_for_what_it_was_before(tmp_path):
    corpus, store = tmp_path / "corpus", tmp_path / "store"
    whole(corpus, store)
    rows = index_rows(store)
    write_texts(corpus, CHANGED)
    with opened(corpus, store) as wb:
        run_armed(Broken("upsert"), wb.embed)
        assert "rebuild_index" in sentence(wb.error, Fault(0, 0))
    assert index_rows(store) != rows
    write_texts(corpus)  # back to what the index was last filled with
    with opened(corpus, store) as wb:
        wb.embed()
        assert wb.error is None
    assert index_rows(store) == rows


class Broken:
    """Fails every passage of one name for good."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, kind: str, what: str) -> None:
        if what == self.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO), what)
