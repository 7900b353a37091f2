"""A long session: many questions in a row, many widgets opened and closed. Nothing piles up."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.doubles import WordModel
from tests.faults.effort import effort
from tests.faults.footprint import footprint, megabytes, observers, settled
from tests.faults.slow import WORDS, text
from workbench import Workbench, app
from workbench.app import App, show
from workbench.session.state import _HISTORY
from workbench.widgets.details_panel import TABS
from workbench.widgets.figure_widget import figure_class

QUESTIONS = effort(120, 1000)
WIDGETS = effort(10, 50)
MODES = ("dense", "lexical", "hybrid")
LEVEL = 40.0
"""Megabytes by which memory may grow between the first fifth of the questions and their end: caches of texts fill to
a size that is fixed, and allocators keep what they have. One retrieval kept by mistake for each of 1,000 questions, or
one figure for each, would be far beyond."""


def question(number: int) -> str:
    return f"Which {WORDS[number % 10]} of herd {number % 17} has {WORDS[number // 10 % 10]} number {number}?"


@pytest.fixture(autouse=True)
def no_chroma(monkeypatch):
    monkeypatch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))


@pytest.fixture(scope="module", autouse=True)
def importable():
    """Figures are made at once: what they need is imported before."""
    figure_class()


@pytest.fixture
def make(tmp_path):
    """Give `make()`: a workbench on a store of its own, embedded, with a picture to draw."""

    def made() -> Workbench:
        wb = Workbench([text(number) for number in range(200)], tmp_path / "store", WordModel(), "extractive")
        wb.embed()
        wb.submit("map", "pca").wait()
        wb.live = True
        settled(wb)
        return wb

    return made


@pytest.fixture
def wb(make):
    made = make()
    yield made
    made.close()


@pytest.fixture
def cell(monkeypatch):
    """Say which cell runs: `cell("a", 1)` is the first run of cell a; names are what the person has."""

    def run(name, number, **names):
        parent = {"metadata": {"cellId": name}, "header": {"msg_id": f"{name}-{number}"}}
        shell = SimpleNamespace(get_parent=lambda: parent, user_ns=names)
        monkeypatch.setattr("IPython.get_ipython", lambda: shell)

    monkeypatch.setattr(app, "_cells", {})
    return run


def ask(wb: Workbench, number: int) -> None:
    """Ask as a person does who tries things out: another mode, another colour of the map, a passage opened."""
    wb.mode = MODES[number % 3]
    wb.color = ("source", "similarity", "times retrieved")[number % 3]
    answer = wb.ask(question(number))
    assert answer.complete
    assert answer.retrieval.passages
    wb.opened = answer.retrieval[1].chunk.id
    wb.selection = tuple(passage.chunk.id for passage in answer.retrieval.passages[:2])
    if number % 10 == 9:
        wb.recall(number % min(len(wb.past), _HISTORY))


def every_tab(drawn: App) -> None:
    details = drawn.panels[-1]
    for tab in TABS:
        details.act("tab", tab=tab)


def test_questions_in_a_row_leave_memory_threads_files_and_observers_level(wb):
    drawn = App(wb)
    wb.panels.keep(drawn)
    every_tab(drawn)
    early = max(QUESTIONS // 5, _HISTORY + 1)
    for number in range(early):
        ask(wb, number)
    settled(wb)
    level, quiet, before = megabytes(), observers(wb), footprint()
    for number in range(early, QUESTIONS):
        ask(wb, number)
    settled(wb)
    grown = megabytes() - level
    assert (observers(wb), footprint()) == (quiet, before)
    assert len(wb.past) == _HISTORY
    assert grown < LEVEL
    assert [wb.history["question"][row] for row in (0, 1)] == [question(QUESTIONS - 1), question(QUESTIONS - 2)]


def test_apps_opened_and_closed_leave_nothing(wb):
    ask(wb, 0)
    settled(wb)
    quiet, before = observers(wb), footprint()
    for _ in range(WIDGETS):
        drawn = App(wb)
        every_tab(drawn)
        assert observers(wb) > quiet
        drawn.close()
        del drawn
    settled(wb)
    assert (observers(wb), footprint()) == (quiet, before)


@pytest.mark.parametrize("name", sorted(app.PANELS))
def test_a_panel_opened_and_closed_leaves_nothing(wb, name):
    ask(wb, 0)
    settled(wb)
    quiet, before = observers(wb), footprint()
    for _ in range(WIDGETS):
        panel = app.PANELS[name](wb)
        assert observers(wb) > quiet
        panel.close()
        del panel
    settled(wb)
    assert (observers(wb), footprint()) == (quiet, before)


def test_a_cell_run_again_leaves_one_app(wb, cell):
    cell("a", 0, wb=wb)
    show(wb)
    settled(wb)
    quiet, before = observers(wb), footprint()
    for run in range(1, WIDGETS):
        cell("a", run, wb=wb)
        show(wb)
    settled(wb)
    assert (observers(wb), footprint()) == (quiet, before)


def test_a_cell_that_makes_a_new_workbench_each_time_leaves_one(make, cell):
    cell("a", 0)
    made = make()
    show(made)
    settled(made)
    before = footprint()
    for run in range(1, WIDGETS):
        cell("a", run)
        made = make()
        show(made)
        settled(made)
    assert footprint() == before
    made.close()


def test_closing_a_workbench_lets_go_of_its_apps_in_whichever_cell(make, cell):
    before = footprint()
    for run in range(WIDGETS):
        cell(f"cell {run}", 0)
        wb = make()
        show(wb)
        assert wb.panels.map.comm is not None
        settled(wb)
        wb.close()
        del wb
    assert footprint() == before


def test_a_closed_workbench_that_is_still_listed_in_out_holds_no_file(make):
    before = footprint().files
    listed = []
    for number in range(3):
        wb = make()
        ask(wb, number)
        settled(wb)
        wb.close()
        listed.append(wb)
    del wb
    assert footprint().files == before
    assert [one.answer.question for one in listed] == [question(number) for number in range(3)]


def test_a_workbench_that_nobody_holds_gives_its_store_back(make):
    before = footprint()
    for _ in range(WIDGETS):
        wb = make()
        ask(wb, 0)
        settled(wb)
        del wb
        footprint()  # collects, and so closes it
    again = make()
    assert not again.read_only
    again.close()
    del again
    assert footprint() == before
