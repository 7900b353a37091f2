"""The map: where the passages lie, which ones a question pulls out, and a lasso to choose some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipywidgets import Button, Dropdown, HBox, ToggleButton, VBox

from workbench.figures import describe_map
from workbench.figures.map_traces import PARTS
from workbench.figures.passages import shown_passages
from workbench.session.map_fields import ANCHORED, CLUSTER, CUT, DISTORTION, RETRIEVED, SIMILARITY, around, drawn
from workbench.widgets._label import PlainLabel
from workbench.widgets.map_tools import MapTools
from workbench.widgets.map_view import NOTHING, MapView

if TYPE_CHECKING:
    from workbench.records import Projection
    from workbench.session import Workbench
    from workbench.widgets.map_figure import LiveFigure

__all__ = ["MapPanel"]

METHODS = {"pca": "PCA", "umap": "UMAP"}
FOLLOWED = {
    CLUSTER: ("clustering",),
    DISTORTION: ("projection",),
    CUT: ("token_counts", "model_info"),
    RETRIEVED: ("past",),
    ANCHORED: ("anchored", "similar_from"),
    SIMILARITY: ("similar_from",),
}
"""What the colours are made of beside the question: a colour is drawn again when its own source changes."""


class MapPanel(MapView):
    """Shows `wb.projection` with what was found on it, and sets `wb.selection`, `wb.opened`, `wb.focus`, `wb.color`."""

    def __init__(self, wb: Workbench) -> None:
        super().__init__(wb)
        self._hovered = self._grown = 0
        self._told = self._of_the_answer()
        self.tools = MapTools(wb)
        self._make_controls()
        self._summary = PlainLabel("")
        self._summary.add_class("wb-map-summary")
        foot = HBox([self._summary, self.clear])
        foot.add_class("wb-map-foot")
        body = VBox([self.surroundings, self.frame, foot, self.tools.widget])
        body.add_class("wb-box")
        self.widget = VBox([self._head, body])
        for name in ("wb-panel", "wb-map"):
            self.widget.add_class(name)
        self._listen()
        self._offer_colors()
        self._redraw()

    def picture(self) -> Projection:
        """Give the picture to draw."""
        return self.wb.projection or NOTHING

    def options(self) -> dict[str, Any]:
        """Give what is drawn beside the points."""
        return {**drawn(self.wb), "focus": self._grown}

    def layout_options(self) -> dict[str, Any]:
        """Give what is drawn around the points: names of clusters, and where the picture is least to be trusted."""
        return around(self.wb)

    def close(self) -> None:
        """Stop listening and close all widgets."""
        self.tools.close()
        super().close()

    # Parts ------------------------------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        title = PlainLabel("Map of the passages")
        title.add_class("wb-heading")
        self.colors = Dropdown(options=[self.wb.color], value=self.wb.color, description="colour")
        self.method = PlainLabel("")
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
        self.watch(("projection", "chunks"), lambda _: self._redraw())
        self.watch("retrieval", self._on_retrieval)
        self.watch("answer", self._on_answer)
        self.watch("selection", lambda _: self._redraw(("selected",)))
        self.watch(("opened", "anchor"), lambda _: self._redraw(("anchor",)))
        self.watch("focus", self._on_focus)
        self.watch("color", self._on_color)
        self.watch("colors", lambda _: self._offer_colors())
        self.watch(sorted({name for names in FOLLOWED.values() for name in names}), self._on_source)
        self.watch("dimensions", lambda _: self.depth.set_trait("value", self.wb.dimensions == 3))

    # From the workbench -----------------------------------------------------------------------------------------

    def _on_retrieval(self, _: object) -> None:
        self._told = self._of_the_answer()
        key = ("key",) if self.wb.color == SIMILARITY else ()
        self._redraw(("points", "query", "passages", *key))

    def _on_answer(self, _: object) -> None:
        # an answer that streams is replaced ten times a second; the map changes when its prompt or citations do
        told = self._of_the_answer()
        if told != self._told:
            self._told = told
            self._redraw(("passages",))

    def _of_the_answer(self) -> tuple[object, object]:
        options = drawn(self.wb)
        return options["in_prompt"], options["cited"]

    def _on_focus(self, _: object) -> None:
        # a marker that grew under the pointer would be redrawn, left and entered again, for ever
        grown = 0 if self.wb.focus == self._hovered else self.wb.focus
        if grown != self._grown:
            self._grown = grown
            self._redraw(("passages",))

    def _on_color(self, _: object) -> None:
        self._offer_colors()
        if self.wb.color == CLUSTER and self.wb.clustering is None and self.wb.projection is not None:
            self.wb.submit("cluster")
        self._redraw(("points", "passages", "key", "anchor"))

    def _on_source(self, change: Any) -> None:
        if change["name"] in FOLLOWED.get(self.wb.color, ()):
            self._redraw(("points", "passages", "key"))

    def _offer_colors(self) -> None:
        options = list(dict.fromkeys((*self.wb.colors, self.wb.color)))
        # options set the value to the first of them, and that must not count as a choice
        self.colors.unobserve(self._pick_color, names="value")
        if options != list(self.colors.options):
            self.colors.options = options
        self.colors.value = self.wb.color
        self.colors.observe(self._pick_color, names="value")

    def _redraw(self, parts: tuple[str, ...] = PARTS) -> None:
        self.redraw(parts)
        self._summary.say(self.problem or describe_map(self.shown, self.wb.retrieval))
        self.method.value = METHODS[self.shown.method] if len(self.shown) else ""
        self.clear.layout.display = None if self.wb.selection else "none"

    # From the page ----------------------------------------------------------------------------------------------

    def listen_to(self, figure: LiveFigure) -> None:
        """Connect a new figure: a click opens, or selects with Shift held; pointing lights; a lasso selects."""
        figure.on_click("points", self._open_point, lambda rows: self.toggle(self.ids_at(rows[:1])))
        figure.on("points", "hover", self._enter_point)
        figure.on("points", "unhover", lambda rows: self._leave() if rows else None)
        figure.on_click("passages", self._open_passage, lambda rows: self.toggle(self._passage(rows)))
        figure.on("passages", "hover", self._enter)
        figure.on("passages", "unhover", lambda rows: self._leave() if rows else None)
        if figure.flat:
            figure.on("points", "selection", self._lasso)
            figure.on("points", "deselect", lambda _: self._select(()))

    def _open_point(self, rows: list[int]) -> None:
        for name in self.ids_at(rows[:1]):
            self.wb.opened = name
            if self.wb.color == ANCHORED:
                self.wb.anchor = name

    def _open_passage(self, rows: list[int]) -> None:
        for name in self._passage(rows):
            self.wb.opened = name

    def _enter(self, rows: list[int]) -> None:
        for name in self._passage(rows):
            self._hovered = self.wb.focus = self._rank(rows)
            self.tools.point(name)

    def _enter_point(self, rows: list[int]) -> None:
        for name in self.ids_at(rows[:1]):
            self.tools.point(name)
            if self.wb.color == ANCHORED:
                self.wb.anchor = name
            # a passage's marker lies on its point, and plotly reports either of them
            ranks = [one.rank for one in self.wb.retrieval or () if one.chunk.id == name]
            if ranks:
                self._hovered = ranks[0]
                self.wb.focus = ranks[0]

    def _leave(self) -> None:
        self.tools.point("")
        if self._hovered:
            self._hovered = 0
            self.wb.focus = 0

    def _rank(self, rows: list[int]) -> int:
        """Give the rank of the passage in a row of its trace, 0 for none."""
        passages, _ = shown_passages(self.shown, self.wb.retrieval)
        return passages[rows[0]].rank if rows and rows[0] < len(passages) else 0

    def _passage(self, rows: list[int]) -> tuple[str, ...]:
        """Give the id of the passage in a row of its trace, or nothing."""
        rank = self._rank(rows)
        return (self.wb.retrieval[rank - 1].chunk.id,) if rank else ()

    def _lasso(self, rows: list[int]) -> None:
        if not rows:
            # around nothing, or plotly's echo of an outline that was taken away: what is selected stays
            self.figure.forget_lasso()
            return
        self._select(tuple(name for name in self.ids_at(rows) if name in self.chunks))

    def _select(self, ids: tuple[str, ...]) -> None:
        self.wb.selection = ids
        self.figure.forget_lasso()

    def _pick_color(self, change: Any) -> None:
        self.wb.color = change["new"]

    def _pick_depth(self, change: Any) -> None:
        self.wb.dimensions = 3 if change["new"] else 2
