"""The map: where the passages lie, which ones a question pulls out, and a lasso to choose some."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
from ipywidgets import Box, Button, Dropdown, HBox, Label, ToggleButton, VBox

from workbench.errors import InputError
from workbench.figures import describe_map, map_layout, map_traces
from workbench.figures.map_traces import PARTS, WEBGL_FROM
from workbench.figures.passages import shown_passages
from workbench.records import Projection
from workbench.widgets._base import Panel
from workbench.widgets.map_figure import LiveFigure
from workbench.widgets.surroundings import Surroundings

if TYPE_CHECKING:
    from workbench.records import Chunk
    from workbench.session import Workbench

__all__ = ["MapPanel"]

NOTHING = Projection(ids=(), coordinates=np.zeros((0, 2), dtype=np.float32))
METHODS = {"pca": "PCA", "umap": "UMAP"}


class MapPanel(Panel):
    """Shows `wb.projection` with what was found on it, and sets `wb.selection`, `wb.opened`, `wb.focus`, `wb.color`.

    One figure for each number of dimensions, built when first needed; after that, a change of the workbench is
    one message with what differs.
    """

    def __init__(self, wb: Workbench) -> None:
        super().__init__(wb)
        self._chunks: dict[str, Chunk] = {}
        self._chunks_of: object = None
        self._hovered = self._grown = 0
        self._prompt = self._in_prompt()
        self._figures: dict[int, LiveFigure] = {}
        self._shown: Projection = NOTHING
        self._problem = ""
        self.surroundings = Surroundings()
        self._make_controls()
        self._frame = Box([])
        self._frame.add_class("wb-map-frame")
        self._summary = Label("")
        self._summary.add_class("wb-map-summary")
        foot = HBox([self._summary, self.clear])
        foot.add_class("wb-map-foot")
        body = VBox([self.surroundings, self._frame, foot])
        body.add_class("wb-box")
        self.widget = VBox([self._head, body])
        for name in ("wb-panel", "wb-map"):
            self.widget.add_class(name)
        self._listen()
        self._offer_colors()
        self._redraw()

    @property
    def figure(self) -> LiveFigure:
        """The figure that is shown, built if nothing has been drawn yet."""
        if not self._figures:
            self._draw(PARTS)
        return self._figures[self._shown.coordinates.shape[1]]

    def resync(self) -> None:
        """Send the figure's state as it is now; to be called before a box that holds this panel is displayed."""
        for figure in self._figures.values():
            figure.resync()

    def close(self) -> None:
        """Stop listening and close all widgets, the figure that is not shown included."""
        # plotly's script says a last word to the kernel when it leaves the page, so it has to leave first
        self._frame.children = ()
        for figure in self._figures.values():
            figure.close()
        self.surroundings.unobserve_all()
        super().close()

    # Parts ------------------------------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        title = Label("Map of the passages")
        title.add_class("wb-heading")
        self.colors = Dropdown(options=[self.wb.color], value=self.wb.color, description="colour")
        self.method = Label("")
        self.depth = ToggleButton(value=self.wb.dimensions == 3, description="3-D", tooltip="Show three dimensions")
        self.clear = Button(description="Clear selection", tooltip="Select nothing")
        for button in (self.depth, self.clear):
            button.add_class("wb-chip")
        for setting in (self.colors, self.depth):
            setting.add_class("wb-settings")
        self._head = HBox([title, self.colors, self.method, self.depth])
        self._head.add_class("wb-map-head")

    def _listen(self) -> None:
        self.colors.observe(self._pick_color, names="value")
        self.depth.observe(self._pick_depth, names="value")
        self.clear.on_click(lambda _: self._select(()))
        self.surroundings.observe(self._resize, names="width")
        self.surroundings.observe(self._retheme, names="dark")
        self.surroundings.observe(lambda _: self.resync(), names="shown")
        self.watch(("projection", "chunks"), lambda _: self._redraw())
        self.watch("retrieval", self._on_retrieval)
        self.watch("answer", self._on_answer)
        self.watch("selection", lambda _: self._redraw(("selected",)))
        self.watch("focus", self._on_focus)
        self.watch("color", self._on_color)
        self.watch("colors", lambda _: self._offer_colors())
        self.watch("dimensions", lambda _: self.depth.set_trait("value", self.wb.dimensions == 3))

    # From the workbench -----------------------------------------------------------------------------------------

    def _on_retrieval(self, _: object) -> None:
        self._prompt = self._in_prompt()
        key = ("key",) if self.wb.color == "similarity" else ()
        self._redraw(("points", "query", "passages", *key))

    def _on_answer(self, _: object) -> None:
        # an answer that streams is replaced ten times a second; the map changes once, when its prompt is known
        if self._in_prompt() != self._prompt:
            self._prompt = self._in_prompt()
            self._redraw(("passages",))

    def _on_focus(self, _: object) -> None:
        # a marker that grew under the pointer would be redrawn, left and entered again, for ever
        grown = 0 if self.wb.focus == self._hovered else self.wb.focus
        if grown != self._grown:
            self._grown = grown
            self._redraw(("passages",))

    def _on_color(self, _: object) -> None:
        self._offer_colors()
        self._redraw(("points", "passages", "key"))

    def _offer_colors(self) -> None:
        options = list(dict.fromkeys((*self.wb.colors, self.wb.color)))
        # options set the value to the first of them, and that must not count as a choice
        self.colors.unobserve(self._pick_color, names="value")
        if options != list(self.colors.options):
            self.colors.options = options
        self.colors.value = self.wb.color
        self.colors.observe(self._pick_color, names="value")

    def _in_prompt(self) -> frozenset[int] | None:
        answer = self.wb.answer
        if answer is None or answer.prompt is None or answer.retrieval is not self.wb.retrieval:
            return None
        return frozenset(passage.rank for passage in answer.prompt.passages)

    # To the figure ----------------------------------------------------------------------------------------------

    def _redraw(self, parts: Collection[str] = PARTS) -> None:
        projection = self.wb.projection or NOTHING
        before, self._shown = self._shown, projection
        if self.wb.chunk_list is not self._chunks_of:
            self._chunks_of = self.wb.chunk_list
            self._chunks = {chunk.id: chunk for chunk in self.wb.chunk_list}
        # plotly's widget takes a second to import: the app is on the screen before there is anything to draw
        if self._figures or len(projection):
            self._draw(parts, before)
        self._say()

    def _draw(self, parts: Collection[str], before: Projection = NOTHING) -> None:
        projection = self._shown
        traces, layout = self._drawn(parts), map_layout(projection, self.wb.retrieval, dark=self.surroundings.dark)
        dimensions = projection.coordinates.shape[1]
        if dimensions not in self._figures:
            whole = traces if set(parts) == set(PARTS) else self._drawn(PARTS)
            self._figures[dimensions] = self._new_figure(whole, layout)
        elif self._wanders(before, projection):
            self.figure.move(traces, layout)
        else:
            self.figure.update(traces, layout)
        if self._frame.children != (self.figure.widget,):
            self._frame.children = (self.figure.widget,)

    def _drawn(self, parts: Collection[str]) -> dict[str, dict[str, Any]]:
        def drawn(color: str) -> dict[str, dict[str, Any]]:
            return map_traces(
                self._shown,
                self._chunks,
                color=color,
                retrieval=self.wb.retrieval,
                in_prompt=self._prompt,
                focus=self._grown,
                selection=self.wb.selection,
                dark=self.surroundings.dark,
                parts=parts,
            )

        try:
            self._problem = ""
            return drawn(self.wb.color)
        except InputError as error:
            self._problem = str(error)
            return drawn("source")

    def _wanders(self, before: Projection, after: Projection) -> bool:
        """Whether the same points have another place, few enough to be animated."""
        same = before is not after and before.ids == after.ids and before.coordinates.shape == after.coordinates.shape
        return same and 0 < len(after) < WEBGL_FROM and after.coordinates.shape[1] == 2

    def _say(self) -> None:
        self._summary.value = self._problem or describe_map(self._shown, self.wb.retrieval)
        self.method.value = METHODS[self._shown.method] if len(self._shown) else ""
        self.clear.layout.display = None if self.wb.selection else "none"

    def _new_figure(self, traces: dict[str, dict[str, Any]], layout: dict[str, Any]) -> LiveFigure:
        figure = LiveFigure(traces, layout)
        if self.surroundings.width:
            figure.resize(self.surroundings.width)
        figure.on("points", "click", self._open_point)
        figure.on("points", "hover", self._enter_point)
        figure.on("points", "unhover", lambda rows: self._leave() if rows else None)
        figure.on("passages", "click", self._open_passage)
        figure.on("passages", "hover", self._enter)
        figure.on("passages", "unhover", lambda rows: self._leave() if rows else None)
        if "points-gl" in figure.names:
            figure.on("points", "selection", self._lasso)
            figure.on("points", "deselect", lambda _: self._select(()))
        return figure

    def _resize(self, _: object) -> None:
        for figure in self._figures.values():
            figure.resize(self.surroundings.width)

    def _retheme(self, _: object) -> None:
        self._redraw(tuple(part for part in PARTS if part != "labels"))

    # From the page ----------------------------------------------------------------------------------------------

    def _open_point(self, rows: list[int]) -> None:
        if rows:
            self.wb.opened = self._shown.ids[rows[0]]

    def _open_passage(self, rows: list[int]) -> None:
        rank = self._rank(rows)
        if rank:
            self.wb.opened = self.wb.retrieval[rank - 1].chunk.id

    def _enter(self, rows: list[int]) -> None:
        rank = self._rank(rows)
        if rank:
            self._hovered = rank
            self.wb.focus = rank

    def _enter_point(self, rows: list[int]) -> None:
        # a passage's marker lies on its point, and plotly reports either of them
        passages, places = shown_passages(self._shown, self.wb.retrieval)
        at = np.flatnonzero(places == rows[0]) if rows else np.zeros(0, dtype=np.int64)
        if len(at):
            self._hovered = passages[at[0]].rank
            self.wb.focus = self._hovered

    def _leave(self) -> None:
        if self._hovered:
            self._hovered = 0
            self.wb.focus = 0

    def _rank(self, rows: list[int]) -> int:
        """Give the rank of the passage in a row of its trace, 0 for none."""
        passages, _ = shown_passages(self._shown, self.wb.retrieval)
        return passages[rows[0]].rank if rows and rows[0] < len(passages) else 0

    def _lasso(self, rows: list[int]) -> None:
        if not rows:
            # around nothing, or plotly's echo of an outline that was taken away: what is selected stays
            self.figure.forget_lasso()
            return
        ids = (self._shown.ids[row] for row in rows if row < len(self._shown))
        self._select(tuple(chunk_id for chunk_id in ids if chunk_id in self._chunks))

    def _select(self, ids: tuple[str, ...]) -> None:
        self.wb.selection = ids
        self.figure.forget_lasso()

    def _pick_color(self, change: Any) -> None:
        self.wb.color = change["new"]

    def _pick_depth(self, change: Any) -> None:
        self.wb.dimensions = 3 if change["new"] else 2
