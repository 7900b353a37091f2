"""A picture of the chunks in the page: one figure for each number of dimensions, then only told what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from ipywidgets import Box

from workbench.errors import InputError
from workbench.figures import map_layout, map_traces
from workbench.figures.labels import text_width
from workbench.figures.map_sample import drawn_rows
from workbench.figures.map_traces import PARTS, WEBGL_FROM
from workbench.records import Projection
from workbench.widgets._base import Panel
from workbench.widgets.map_figure import LiveFigure, height_for, when_importable
from workbench.widgets.surroundings import Surroundings

if TYPE_CHECKING:
    from workbench.records import Chunk
    from workbench.session import Workbench

__all__ = ["NOTHING", "MapView", "key_height"]

KEY_TEXT = 11
KEY_LINE, KEY_REST = 24, 7
"""Pixels of each line of the key, and of the space around it."""
KEY_ENTRY = 45
"""Pixels of an entry of the key beside its text: the marker and the gaps."""
IN_PIXELS = ("query", "passages")
"""Parts that depend on the size of the picture: numbers keep clear of each other and of the star."""
NOTHING = Projection(ids=(), coordinates=np.zeros((0, 2), dtype=np.float32))


class MapView(Panel):
    """Draws a picture; a subclass says which (`picture`), with what (`options`), and listens to it (`listen_to`)."""

    def __init__(self, wb: Workbench) -> None:
        super().__init__(wb)
        self._chunks: dict[str, Chunk] = {}
        self._chunks_of: object = None
        self._figures: dict[tuple[int, bool], LiveFigure] = {}
        self._waits = self.closed = False
        self.shown: Projection = NOTHING
        self.problem = ""
        self._key: tuple[str, ...] = ()
        self.surroundings = Surroundings()
        self.frame = Box([])
        self.frame.add_class("wb-map-frame")
        self.surroundings.observe(self._resize, names="width")
        self.surroundings.observe(self._retheme, names="dark")
        self.surroundings.observe(lambda _: self.redraw(), names="webgl")
        self.surroundings.observe(lambda _: self.resync(), names="shown")

    def picture(self) -> Projection:
        """Give the picture to draw."""
        raise NotImplementedError

    def options(self) -> dict[str, Any]:
        """Give what is drawn beside the points: options of `map_traces`."""
        raise NotImplementedError

    def layout_options(self) -> dict[str, Any]:
        """Give what is drawn around the points: options of `map_layout`."""
        return {}

    def listen_to(self, figure: LiveFigure) -> None:
        """Connect a new figure."""

    @property
    def figure(self) -> LiveFigure:
        """The figure that is shown, built if nothing has been drawn yet."""
        if not self._figures:
            self._draw(PARTS)
        return self._figures[self._kind()]

    @property
    def chunks(self) -> Mapping[str, Chunk]:
        """The chunks by id."""
        if self.wb.chunk_list is not self._chunks_of:
            self._chunks_of = self.wb.chunk_list
            self._chunks = {chunk.id: chunk for chunk in self.wb.chunk_list}
        return self._chunks

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels of the part in which points are drawn; the key lies below."""
        width = self.surroundings.width or 500
        return width, height_for(width) - key_height(self._key, width)

    @property
    def _webgl(self) -> bool | None:
        return None if self.surroundings.webgl else False

    def resync(self) -> None:
        """Send the figure's state as it is now; to be called before a box that holds it is displayed."""
        for figure in self._figures.values():
            figure.resync()

    def redraw(self, parts: Collection[str] = PARTS) -> None:
        """Draw these parts anew."""
        before, self.shown = self.shown, self.picture()
        # the app is on the screen before there is anything to draw
        if self._figures or (len(self.shown) and self._can_draw()):
            self._draw(parts, before)

    def ids_at(self, rows: Collection[int]) -> tuple[str, ...]:
        """Give the chunks of rows of the trace `points`, which may hold a sample."""
        found, options = self.shown, self.options()
        chosen = options.get("retrieval"), options["selection"], options["anchor"]
        drawn = drawn_rows(found, *chosen, webgl=self._webgl)
        return tuple(found.ids[drawn[row]] for row in rows if row < len(drawn))

    def toggle(self, ids: Collection[str]) -> None:
        """Add chunks to the selection, or take them out of it again."""
        kept = tuple(name for name in self.wb.selection if name not in ids)
        self.wb.selection = kept if len(kept) < len(self.wb.selection) else (*kept, *ids)

    def close(self) -> None:
        """Stop listening and close all widgets, the figure that is not shown included."""
        self.closed = True
        # plotly's script says a last word to the kernel when it leaves the page, so it has to leave first
        self.frame.children = ()
        for figure in self._figures.values():
            figure.close()
        self.surroundings.unobserve_all()
        super().close()

    def _can_draw(self) -> bool:
        if not self._waits:
            self._waits = not when_importable(self._go_on, self.wb.failed)
        return not self._waits

    def _go_on(self) -> None:
        with self.wb.lock:
            self._waits = False
            self.shown = self.picture()
            if not self.closed and len(self.shown):
                self._draw(PARTS)

    def _kind(self) -> tuple[int, bool]:
        """Give what a figure cannot change: its dimensions, and whether it may use WebGL."""
        return self.shown.coordinates.shape[1], self.surroundings.webgl

    def _draw(self, parts: Collection[str], before: Projection = NOTHING) -> None:
        options = self.options()
        kind = self._kind()
        traces = self._drawn(parts if kind in self._figures else PARTS)
        if "key 0" in traces and self._takes(traces):
            traces |= self._drawn(IN_PIXELS)
        layout = map_layout(
            self.shown,
            options.get("retrieval"),
            selection=options["selection"],
            anchor=options["anchor"],
            webgl=self._webgl,
            dark=self.surroundings.dark,
            size=self.size,
            **self.layout_options(),
        )
        # plotly would make room for the key by itself, and nobody here would know how much is left for the points
        layout["margin"] = {**layout["margin"], "b": key_height(self._key, self.size[0])}
        if kind not in self._figures:
            self._figures[kind] = self._new_figure(traces, layout)
        elif self._wanders(before, self.shown):
            self.figure.move(traces, layout)
        else:
            self.figure.update(traces, layout)
        if self.frame.children != (self.figure.widget,):
            self.frame.children = (self.figure.widget,)

    def _takes(self, traces: Mapping[str, Mapping[str, Any]]) -> bool:
        """Take the entries of the key; gives whether these leave more or less room for the points."""
        before = self.size
        self._key = tuple(one["name"] for name, one in traces.items() if name.startswith("key") and one["name"])
        return self.size != before

    def _drawn(self, parts: Collection[str]) -> dict[str, dict[str, Any]]:
        fixed = {"dark": self.surroundings.dark, "parts": parts, "webgl": self._webgl, "size": self.size}
        options = self.options()
        try:
            self.problem = ""
            return map_traces(self.shown, self.chunks, **{**options, **fixed})
        except InputError as error:
            self.problem = str(error)
            return map_traces(self.shown, self.chunks, **{**options, **fixed, "color": "source", "at_least": None})

    def _wanders(self, before: Projection, after: Projection) -> bool:
        """Whether the same points have another place, few enough to be animated."""
        same = before is not after and before.ids == after.ids and before.coordinates.shape == after.coordinates.shape
        return same and 0 < len(after) < WEBGL_FROM and after.coordinates.shape[1] == 2

    def _new_figure(self, traces: dict[str, dict[str, Any]], layout: dict[str, Any]) -> LiveFigure:
        figure = LiveFigure(traces, layout)
        if self.surroundings.width:
            figure.resize(self.surroundings.width)
        self.listen_to(figure)
        return figure

    def _resize(self, _: object) -> None:
        for figure in self._figures.values():
            figure.resize(self.surroundings.width)
        if self._figures:
            self.redraw(IN_PIXELS)  # the key takes other lines, too, and labels of clusters have other room

    def _retheme(self, _: object) -> None:
        self.redraw(tuple(part for part in PARTS if part != "labels"))


def key_height(entries: Sequence[str], width: int) -> int:
    """Give the pixels that the key takes under a map, rather too many: in one line, or in columns of equal width.

    Parameters
    ----------
    entries
        The texts.
    width
        Of the map in pixels.
    """
    widths = [text_width(entry, KEY_TEXT) + KEY_ENTRY for entry in entries]
    columns = len(entries) if sum(widths) <= width else max(1, int(width / max(widths)))
    return KEY_LINE * max(1, ceil(len(entries) / max(1, columns))) + KEY_REST
