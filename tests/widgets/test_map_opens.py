"""What a page learns of a map first: it may draw it before it hears of anything else."""

from __future__ import annotations

import copy
import pickle
import re

import comm.base_comm
import plotly.graph_objects as go
import plotly.io
import pytest

from tests.figures.corpus import chunks, picture
from workbench.figures import map_figure
from workbench.figures.map_layout import map_layout
from workbench.figures.map_traces import map_traces
from workbench.widgets.figure_widget import figure_class
from workbench.widgets.map_figure import LiveFigure


@pytest.fixture
def opened(monkeypatch):
    """The states with which widgets were opened."""
    states = []
    opens = comm.base_comm.BaseComm.open

    def told(self, data=None, **more):
        states.append((data or {}).get("state", {}))
        return opens(self, data=data, **more)

    monkeypatch.setattr(comm.base_comm.BaseComm, "open", told)
    return states


def test_a_live_map_is_opened_without_the_button_that_uploads_it(opened):
    figure = LiveFigure(map_traces(picture(), {chunk.id: chunk for chunk in chunks()}), {})
    config = next(state["_config"] for state in opened if "_config" in state)
    assert (config["showSendToCloud"], config["displaylogo"], config["typesetMath"]) == (False, False, False)
    assert figure.widget._config == config
    figure.close()


def test_a_static_map_is_displayed_without_it(monkeypatch):
    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype")
    bundle = map_figure(picture(), chunks())._repr_mimebundle_()
    (shown,) = bundle.values()
    assert shown["config"]["showSendToCloud"] is False
    assert shown["config"]["displaylogo"] is False


@pytest.mark.parametrize("again", [copy.deepcopy, lambda figure: pickle.loads(pickle.dumps(figure))])
def test_a_copy_of_a_static_map_is_as_quiet(again):
    figure = map_figure(picture(), chunks())
    copied = again(figure)
    assert type(copied) is type(figure)
    assert copied == figure


def test_its_script_is_plotlys_with_an_ending_that_sends_actions_as_messages():
    plotlys, ours = str(go.FigureWidget._esm), str(figure_class()._esm.default_value)
    (exports,) = re.findall(r"export\{\w+ as FigureModel[^}]+\};", plotlys)
    (model,) = re.findall(r"(\w+) as default", exports)
    before, after = plotlys.split(exports)
    assert ours.startswith(before)
    assert ours.endswith(after)
    ending = ours[len(before) : len(ours) - len(after)]
    assert ending.count("export default") == 1
    assert f"const figure = {model}();" in ending


@pytest.mark.parametrize("way", ["message", "property"])
def test_a_selection_is_told_to_its_trace_however_it_comes(way):
    figure = LiveFigure(map_traces(picture(), {chunk.id: chunk for chunk in chunks()}), {})
    told = []
    figure.on("points", "selection", told.append)
    drawn = next(index for index, trace in enumerate(figure.widget.data) if trace.visible and trace.name == "points")
    points = {"trace_indexes": [drawn, drawn], "point_indexes": [0, 2]}
    event = {"event_type": "plotly_selected", "points": points, "device_state": None, "selector": None}
    if way == "message":
        figure.widget._handle_custom_msg(event, [])
    else:
        figure.widget._js2py_pointsCallback = event
    assert told == [[0, 2]]
    figure.close()


@pytest.mark.parametrize("name", ["_js2py_traceDeltas", "_js2py_layoutDelta"])
def test_what_a_page_calls_its_own_defaults_takes_nothing_away(name):
    figure = LiveFigure(map_traces(picture(), {chunk.id: chunk for chunk in chunks()}), map_layout(picture()))
    widget = figure.widget
    before = [trace.to_plotly_json() for trace in widget.data], widget.layout.to_plotly_json()
    deltas = {
        "trace_deltas": [{"uid": trace.uid, **{key: [0] for key in ("x", "y", "customdata")}} for trace in widget.data],
        "trace_edit_id": widget._last_trace_edit_id,
        "layout_delta": {"xaxis": {"range": [0, 1]}, "margin": {"b": 0}},
        "layout_edit_id": widget._last_layout_edit_id,
    }
    setattr(widget, name, deltas)
    assert getattr(widget, name) is None
    assert str(before) == str(([trace.to_plotly_json() for trace in widget.data], widget.layout.to_plotly_json()))
    figure.close()
