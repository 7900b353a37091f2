"""One live plotly figure: built once, then only told what has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from workbench.widgets.figure_widget import figure_class

__all__ = ["LiveFigure", "height_for", "when_importable"]

WEBGL = "-gl"
MOVES = ("x", "y", "z")
SECONDS = 0.6
LISTS = frozenset({"annotations", "shapes"})
"""Parts of a layout that are replaced as a whole: plotly's own update would keep old entries at the end."""


def height_for(width: int) -> int:
    """Give the height in pixels of a map that wide: about 4:3, never tiny, never taller than a screen."""
    return max(260, min(560, round(width * 0.8)))


_importing = threading.Lock()


def when_importable(then: Callable[[], None], failed: Callable[[Exception], object]) -> bool:
    """Tell whether figures can be made at once; if not, import what they need on a thread of its own, then call.

    An installation without what they need is told of by `failed(error)` instead.

    plotly's widget brings a schema validator along whose import takes a second, on a busy machine several, and whoever
    draws holds the workbench's lock: an answer would stand still meanwhile.
    """
    if figure_class.cache_info().currsize:
        return True

    def load() -> None:
        try:
            with _importing:
                figure_class()
        except Exception as error:  # noqa: BLE001 - told where the person looks
            failed(error)
        else:
            then()

    threading.Thread(target=load, name="workbench-figure", daemon=True).start()
    return False


class LiveFigure:
    """The figure of a map with 2 or 3 dimensions.

    Parameters
    ----------
    traces, layout
        As from `map_traces` and `map_layout`; later updates name the same traces.
    """

    def __init__(self, traces: Mapping[str, dict[str, Any]], layout: dict[str, Any]) -> None:
        self.names = tuple(traces)
        data = [{"name": name, **trace} for name, trace in traces.items()]
        self.widget = figure_class()(data=data, layout={"autosize": True, "height": height_for(500), **layout})
        self._traces = dict(zip(self.names, self.widget.data, strict=True))
        self._lock = threading.RLock()
        self._fitted = self._area

    @property
    def flat(self) -> bool:
        """Whether it has two dimensions, and so a lasso."""
        return "points" + WEBGL in self.names

    def update(self, traces: Mapping[str, dict[str, Any]], layout: dict[str, Any] | None = None) -> None:
        """Send what differs, in one message, and in a second the frame, where its size changes."""
        with self._lock:
            with self.widget.batch_update():
                self._set(traces, layout)
            self._fit()

    def move(self, traces: Mapping[str, dict[str, Any]], layout: dict[str, Any]) -> None:
        """Let the points wander to their new places, then send whatever else differs.

        plotly animates SVG alone; WebGL and 3-D take their new places at once.
        """
        places = {name: {axis: trace[axis] for axis in MOVES if axis in trace} for name, trace in traces.items()}
        drawn = {name: place for name, place in places.items() if not name.startswith("key") and WEBGL not in name}
        with self._lock:
            # the frame first: an animated one would lose its equal units
            self.update({}, layout)
            with self.widget.batch_animate(duration=round(1000 * SECONDS), easing="cubic-in-out"):
                self._set(drawn, None)
            self.update(traces, layout)

    def resize(self, width: int) -> None:
        """Take the width of the page's place for it, in pixels, and the height that goes with it."""
        with self._lock:
            with self.widget.batch_update():
                self.widget.layout.width, self.widget.layout.height = width, height_for(width)
            self._fit()

    @property
    def _area(self) -> tuple[float | None, ...]:
        """What the size of the area in which points lie follows from."""
        layout = self.widget.layout
        return layout.width, layout.height, layout.margin.b

    def _fit(self) -> None:
        """Show the whole picture again where the area has another size.

        To keep both units equal plotly widens an axis, and starts from what it has widened before: with each change of
        the key's height the picture would become smaller.
        """
        if self.flat and self._area != self._fitted:
            self._fitted = self._area
            axes = {f"{name}axis.range": list(self.widget.layout[f"{name}axis"].range) for name in MOVES[:2]}
            self.widget._send_relayout_msg(axes)  # noqa: SLF001

    def resync(self) -> None:
        """Send the state as a whole to pages that have not drawn it yet; those that have ignore it."""
        with self._lock:
            self.widget._widget_layout = deepcopy(self.widget._layout_obj._props)  # noqa: SLF001
            self.widget._widget_data = deepcopy(self.widget._data)  # noqa: SLF001

    def forget_lasso(self) -> None:
        """Take away the outline and the fading that a lasso leaves in the page; the rings show what is selected.

        Python never hears of either, so they cannot be unset as properties. In one message plotly would mark all
        points as unselected again while it takes the outline away.
        """
        every = list(range(len(self.names)))
        self.widget._send_relayout_msg({"selections": []})  # noqa: SLF001
        self.widget._send_restyle_msg({"selectedpoints": [None]}, trace_indexes=every)  # noqa: SLF001

    def on(self, name: str, event: str, handler: Callable[[list[int]], None]) -> None:
        """Call `handler(rows)` on hover, unhover, selection or deselect in a trace, drawn either way."""
        for one in (name, name + WEBGL):
            if one in self._traces:
                trace = self._traces[one]
                getattr(trace, f"on_{event}")(lambda trace, points, *_: self._tell(trace, points, handler))

    def on_click(self, name: str, opens: Callable[[list[int]], None], selects: Callable[[list[int]], None]) -> None:
        """Call `opens(rows)` on a click in a trace, and `selects(rows)` on one with Shift, Ctrl or Command held."""
        for one in (name, name + WEBGL):
            if one in self._traces:
                self._traces[one].on_click(
                    lambda trace, points, keys: self._tell(
                        trace, points, selects if keys.shift or keys.ctrl or keys.meta else opens
                    )
                )

    def close(self) -> None:
        """Close the widget."""
        self.widget.close()

    @staticmethod
    def _tell(trace: Any, points: Any, handler: Callable[[list[int]], None]) -> None:
        if trace.visible is not False:
            handler(list(points.point_inds))

    def _set(self, traces: Mapping[str, dict[str, Any]], layout: dict[str, Any] | None) -> None:
        for name, trace in traces.items():
            self._traces[name].update({key: value for key, value in trace.items() if key != "type"})
        if layout:
            self.widget.layout.update({name: value for name, value in layout.items() if name not in LISTS})
            for name in LISTS & layout.keys():
                setattr(self.widget.layout, name, layout[name])
