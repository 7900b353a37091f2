"""A figure leaves a picture behind for pages that run no script."""

from __future__ import annotations

import base64

import plotly.io as pio
from IPython.core.formatters import DisplayFormatter

from tests.figures.corpus import chunks, picture
from workbench.figures import map_figure, map_png, with_still


def test_the_display_holds_the_figure_and_a_picture(monkeypatch):
    monkeypatch.setattr(pio.renderers, "default", "plotly_mimetype")
    figure = with_still(map_figure(picture(), chunks()), lambda: map_png(picture(), chunks()))
    assert [trace.name for trace in figure.data] == [trace.name for trace in map_figure(picture(), chunks()).data]
    data, _ = DisplayFormatter().format(figure)
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["application/vnd.plotly.v1+json"]["layout"]["meta"]["summary"].startswith("5 passages")


def test_a_figure_made_of_it_is_a_plain_one():
    figure = with_still(map_figure(picture(), chunks()), lambda: b"never asked for")
    assert "image/png" not in type(figure)(figure)._repr_mimebundle_()
