"""Two maps side by side: the same chunks as two embedding models see them, with one selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipywidgets import Button, Combobox, HBox, VBox

from workbench.session.map_fields import field_values
from workbench.widgets._base import Panel
from workbench.widgets._label import PlainLabel
from workbench.widgets._progress import running
from workbench.widgets.map_view import NOTHING, MapView

if TYPE_CHECKING:
    from workbench.records import Projection
    from workbench.session import Workbench
    from workbench.widgets.map_figure import LiveFigure

__all__ = ["KEPT", "TwinPanel"]

KEPT = "neighbours kept"
"""Colour by the share of true neighbours that both models agree on."""


class Side(MapView):
    """One of the two maps."""

    def __init__(self, wb: Workbench, side: str) -> None:
        super().__init__(wb)
        self.side = side
        self.by_share = True
        self.title = PlainLabel("")
        self.title.add_class("wb-heading")
        self.widget = VBox([self.title, self.surroundings, self.frame])
        self.widget.add_class("wb-map")
        self.watch("twin", lambda _: self.draw())
        self.watch(("selection",), lambda _: self.redraw(("selected",)))
        self.watch(("opened",), lambda _: self.redraw(("anchor",)))
        self.watch("color", lambda _: self.redraw())
        self.draw()

    def picture(self) -> Projection:
        """Give this side's picture."""
        found = self.wb.twin
        return NOTHING if found is None else getattr(found, self.side)

    def options(self) -> dict[str, Any]:
        """Give the colours, the same on both sides, and the selection."""
        found = self.wb.twin
        shared = found is not None and self.by_share
        fields = {KEPT: found.kept} if shared else field_values(self.wb, self.wb.color)
        return {
            "color": KEPT if shared else self.wb.color,
            "fields": fields,
            "selection": self.wb.selection,
            "anchor": self.wb.opened,
        }

    def draw(self) -> None:
        """Draw the whole of it."""
        found = self.wb.twin
        self.title.say("" if found is None else found.models[0 if self.side == "left" else 1])
        self.redraw()

    def listen_to(self, figure: LiveFigure) -> None:
        """Open on a click, or select where Shift is held; a lasso selects."""
        figure.on_click("points", self._open, lambda rows: self.toggle(self.ids_at(rows[:1])))
        if figure.flat:
            figure.on("points", "selection", self._lasso)

    def _open(self, rows: list[int]) -> None:
        for name in self.ids_at(rows[:1]):
            self.wb.opened = name

    def _lasso(self, rows: list[int]) -> None:
        if rows:
            self.wb.selection = tuple(name for name in self.ids_at(rows) if name in self.chunks)
        self.figure.forget_lasso()


class TwinPanel(Panel):
    """Chooses a second model, and shows `wb.twin`."""

    def __init__(self, wb: Workbench) -> None:
        super().__init__(wb)
        self.sides = (Side(wb, "left"), Side(wb, "right"))
        self.model = Combobox(description="Compare with", placeholder="provider:name", ensure_option=False)
        self.model.continuous_update = False
        self.go = Button(description="Compare")
        self.by_share = Button(description="Colour as on the map")
        self.said = PlainLabel("")
        self.said.add_class("wb-map-summary")
        for button in (self.go, self.by_share):
            button.add_class("wb-chip")
        self.go.on_click(lambda _: self._compare())
        self.by_share.on_click(lambda _: self._recolor())
        head = HBox([self.model, self.go, self.by_share])
        head.add_class("wb-map-head")
        both = HBox([side.widget for side in self.sides])
        both.add_class("wb-twins")
        self.widget = VBox([head, self.said, both])
        self.widget.add_class("wb-box")
        self.watch(("twin", "progress", "error", "model", "chunks"), lambda _: self._say())
        self._say()

    def close(self) -> None:
        """Close both sides too."""
        for side in self.sides:
            side.close()
        super().close()

    def resync(self) -> None:
        """Bring both figures up to date before a display."""
        for side in self.sides:
            side.resync()

    def _compare(self) -> None:
        if running(self.wb, "twin") is not None:
            self.wb.cancel("twin")
        elif self.model.value.strip():
            self.wb.submit("twin", self.model.value.strip())
        else:
            self.said.say("Choose the second model first: an id such as 'ollama:nomic-embed-text'.")

    def _recolor(self) -> None:
        for side in self.sides:
            side.by_share = not side.by_share
            side.redraw()
        self.by_share.description = "Colour as on the map" if self.sides[0].by_share else "Colour by neighbours kept"

    def _say(self) -> None:
        self.model.options = tuple(
            info.id for info in self.wb.model_choices() if info.ready and info.id != self.wb.model
        )
        job = running(self.wb, "twin")
        self.go.description = "Stop" if job is not None else "Compare"
        found = self.wb.twin
        if job is not None:
            done = f": {job.done:,} of {job.total:,}" if job.total else ""
            self.said.say(f"{job.label}{done} …")
        elif found is not None:
            share = round(100 * float(found.kept.mean())) if len(found) else 0
            self.said.say(
                f"Of each chunk's {found.k} nearest neighbours, {share} of 100 are the same in both models. This is "
                "measured on the vectors, not on the pictures; the right map is turned to lie like the left."
            )
        else:
            failed = self.wb.error
            self.said.say(str(failed) if failed is not None else "The same chunks, as two models see them.")
