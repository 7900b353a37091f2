"""What a page learns of a map first: it may draw it before it hears of anything else."""

from __future__ import annotations

import comm.base_comm
import plotly.io
import pytest

from tests.figures.corpus import chunks, picture
from workbench.figures import map_figure
from workbench.figures.map_traces import map_traces
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
