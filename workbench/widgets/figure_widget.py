"""plotly's widget, put right where a live map needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from traitlets import HasTraits, Unicode, observe, validate

from workbench.figures.html import CONFIG
from workbench.figures.quiet import before_plotly
from workbench.widgets.hearing import Heard, script

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["figure_class"]

_EXPORTS = re.compile(r"export\{(\w+) as FigureModel,(\w+) as FigureView,(\w+) as default\};")


class _Keeping(HasTraits):
    """Keeps what was set: plotly would take out of a figure whatever a page calls a default of its own.

    A page that was drawn before the last update calls much its own, and of arrays plotly cannot tell.
    """

    @observe("_js2py_traceDeltas")
    def _handler_js2py_traceDeltas(self, change: Mapping[str, Any]) -> None:  # noqa: N802 - plotly's name
        setattr(self, change["name"], None)

    @observe("_js2py_layoutDelta")
    def _handler_js2py_layoutDelta(self, change: Mapping[str, Any]) -> None:  # noqa: N802 - plotly's name
        setattr(self, change["name"], None)


@cache
def figure_class() -> type[go.FigureWidget]:
    """Give the class of live figures; its import takes a second."""
    before_plotly()
    import plotly.graph_objects as go
    from plotly.callbacks import Points

    class Figure(Heard, _Keeping, go.FigureWidget):
        """A FigureWidget that answers for its state as it is now, and goes when it is closed.

        plotly keeps two copies, and sends to a page that opens late (in a box, after a reload) the one from when
        the figure was built. Its script is a file that anywidget watches, and the watcher holds every figure ever made.
        """

        _esm = Unicode(_with_our_ending(str(go.FigureWidget._esm))).tag(sync=True)  # noqa: SLF001

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.on_msg(lambda _, event, __: self._handler_js2py_pointsCallback({"new": event}))

        def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
            # plotly sets its options once the page knows of the figure, which may be drawn before the update arrives
            self._trait_values["_config"] = {**CONFIG, "responsive": False}
            # while the base class builds itself, nothing is there yet
            if key is None and "_layout_obj" in vars(self):
                self._trait_values["_widget_data"] = deepcopy(self._data)
                self._trait_values["_widget_layout"] = deepcopy(self._layout_obj._props)  # noqa: SLF001
            return super().get_state(key, drop_defaults)

        @validate("_config")
        def _always_ours(self, _: object) -> dict[str, Any]:
            """Give plotly.js our options, whatever plotly sets."""
            return {**CONFIG, "responsive": False}

        @observe("_js2py_pointsCallback")
        def _handler_js2py_pointsCallback(self, change: Mapping[str, Any]) -> None:  # noqa: N802 - plotly's name
            """Tell of a selection without plotly's own answer to it.

            plotly would tell the page, one message for each trace, to draw as unselected what lies outside; that
            would go on after the lasso is forgotten, and keep the page busy for most of a second.
            """
            event = change["new"]
            if not event or event["event_type"] != "plotly_selected":
                super()._handler_js2py_pointsCallback(change)
                return
            rows: dict[int, list[int]] = {index: [] for index in range(len(self.data))}
            points = event["points"] or {"point_indexes": [], "trace_indexes": []}
            for row, index in zip(points["point_indexes"], points["trace_indexes"], strict=True):
                rows[index].append(row)
            for index, trace in enumerate(self.data):
                for told in trace._select_callbacks:  # noqa: SLF001
                    told(trace, Points(point_inds=rows[index]), None)
            self._js2py_pointsCallback = None

    return Figure


def _with_our_ending(whole: str) -> str:
    """Give plotly's script with `figure_widget.js` in place of its default export; unchanged if it ends otherwise."""
    ending = script("figure_widget.js")
    return _EXPORTS.sub(lambda found: ending.replace("plotlyFigure", found[3]), whole, count=1)
