from types import SimpleNamespace

import ipywidgets.widgets.widget as kernel_side
import pytest

from tests.widgets.fake import FakeWorkbench
from workbench import app
from workbench.app import App, Panels, show


def observers(wb):
    return sum(len(found) for kinds in wb._trait_notifiers.values() for found in kinds.values())


@pytest.fixture
def widgets():
    before = set(kernel_side._instances)
    return lambda: set(kernel_side._instances) - before


@pytest.fixture
def wb():
    made = FakeWorkbench()
    made.panels = Panels(made)
    return made


@pytest.fixture
def cell(monkeypatch):
    """Say which cell runs: `cell("a", 1)` is the first run of cell a."""

    def run(name, number):
        parent = {"metadata": {"cellId": name}, "header": {"msg_id": f"{name}-{number}"}}
        monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(get_parent=lambda: parent, user_ns={}))

    monkeypatch.setattr(app, "_cells", {})
    return run


def test_closing_an_app_leaves_neither_widgets_nor_observers(wb, widgets):
    quiet = observers(wb)
    shown = App(wb)
    assert observers(wb) > quiet
    shown.close()
    assert (observers(wb), widgets()) == (quiet, set())
    shown.close()


def test_presentation_enlarges_the_app(wb):
    shown = App(wb)
    wb.presentation = True
    assert "wb-presentation" in shown.widget._dom_classes
    wb.presentation = False
    assert "wb-presentation" not in shown.widget._dom_classes
    shown.close()


def test_every_panel_stands_alone_with_the_theme_and_is_made_once(wb, widgets):
    for name in app.PANELS:
        box = getattr(wb.panels, name)
        assert "wb-app" in box._dom_classes
        assert getattr(wb.panels, name) is box
    assert wb.live
    wb.panels.close()
    assert widgets() == set()


def test_an_unknown_panel_is_told_with_those_that_are_there(wb):
    with pytest.raises(AttributeError, match="There is no panel 'mpa'; there are: answer, cards, code, corpus,"):
        _ = wb.panels.mpa
    assert {"map", "status", "details"} <= set(dir(wb.panels))


def test_what_a_cell_displays(wb, cell):
    cell("a", 1)
    wb.publish(corpus_name="<img src=x onerror=alert(1)>")
    bundle = show(wb)
    assert wb.live
    assert bundle["text/plain"].startswith("Workbench: <img src=x onerror=alert(1)>\n")
    assert "<img" not in bundle["text/html"]
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
    wb.panels.close()


def test_running_a_cell_again_closes_what_it_showed_before(wb, cell, widgets):
    cell("a", 1)
    show(wb)
    first = widgets()
    quiet = observers(wb)
    other = FakeWorkbench()
    other.panels = Panels(other)
    cell("a", 2)
    show(other)
    assert not first & widgets()
    assert len(widgets()) == len(first)
    assert observers(wb) < quiet
    other.panels.close()


def test_another_cell_and_a_second_app_in_one_run_stay(wb, cell, widgets):
    cell("a", 1)
    show(wb)
    one = len(widgets())
    show(wb)
    cell("b", 1)
    show(wb)
    assert len(widgets()) == 3 * one
    wb.panels.close()
    assert widgets() == set()


def test_without_a_notebook_every_app_stays(wb, monkeypatch, widgets):
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    show(wb)
    one = len(widgets())
    show(wb)
    assert len(widgets()) == 2 * one
    wb.panels.close()
