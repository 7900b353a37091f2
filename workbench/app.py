"""The app: arranges the panels, and shows them in the cell that asked. No logic of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from ipywidgets import VBox, Widget

from workbench.widgets._base import Panel
from workbench.widgets._render import summary_html, summary_lines
from workbench.widgets.answer_panel import AnswerPanel
from workbench.widgets.cards_panel import CardsPanel
from workbench.widgets.code_panel import CodePanel
from workbench.widgets.contexts_panel import ContextsPanel
from workbench.widgets.corpus_panel import CorpusPanel
from workbench.widgets.details_panel import DetailsPanel
from workbench.widgets.embed_panel import EmbedPanel
from workbench.widgets.explore_panel import ExplorePanel
from workbench.widgets.map_panel import MapPanel
from workbench.widgets.model_panel import ModelPanel
from workbench.widgets.ollama_panel import OllamaPanel
from workbench.widgets.prompt_panel import PromptPanel
from workbench.widgets.query_panel import QueryPanel
from workbench.widgets.sees_panel import SeesPanel
from workbench.widgets.status_panel import StatusPanel
from workbench.widgets.steps_panel import StepsPanel
from workbench.widgets.theme import app_box
from workbench.widgets.trace_panel import TracePanel
from workbench.widgets.twin_panel import TwinPanel

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["App", "Panels", "show"]

PANELS: dict[str, Callable[[Workbench], Panel]] = {
    "answer": AnswerPanel,
    "cards": CardsPanel,
    "code": CodePanel,
    "contexts": ContextsPanel,
    "corpus": CorpusPanel,
    "details": DetailsPanel,
    "embed": EmbedPanel,
    "explore": ExplorePanel,
    "map": MapPanel,
    "model": ModelPanel,
    "ollama": OllamaPanel,
    "prompt": PromptPanel,
    "query": QueryPanel,
    "sees": SeesPanel,
    "status": StatusPanel,
    "trace": TracePanel,
    "twins": TwinPanel,
}
"""Name to what makes the panel."""


class Framed(Panel):
    """Panels in a box with the theme, which grows with `wb.presentation`.

    Parameters
    ----------
    wb
        The workbench.
    panels
        Closed with the box.
    *arranged
        The widgets of the box, top to bottom; those of the panels if none are given.
    """

    def __init__(self, wb: Workbench, panels: Sequence[Panel], *arranged: Widget) -> None:
        super().__init__(wb)
        self.panels = panels
        self.widget: VBox = app_box(*(arranged or [panel.widget for panel in panels]))
        self.watch("presentation", self._enlarge)
        self._enlarge()

    def resync(self) -> None:
        """Bring figures up to date in what a page is about to read; before each display."""
        for panel in self.panels:
            panel.resync()

    def close(self) -> None:
        """Close the panels and take the widgets out of the page; may be called twice."""
        for panel in self.panels:
            panel.close()
        super().close()

    def _enlarge(self, _: object = None) -> None:
        change = self.widget.add_class if self.wb.presentation else self.widget.remove_class
        change("wb-presentation")


class Stacked(Panel):
    """Panels one below the other, as one.

    Parameters
    ----------
    wb
        The workbench.
    panels
        Closed together.
    """

    def __init__(self, wb: Workbench, panels: Sequence[Panel]) -> None:
        super().__init__(wb)
        self.panels = panels
        self.widget: VBox = VBox([panel.widget for panel in panels])
        self.widget.add_class("wb-stack")

    def close(self) -> None:
        """Close the panels; may be called twice."""
        for panel in self.panels:
            panel.close()
        super().close()


class App(Framed):
    """All panels of a workbench: status, steps, question, map beside answer and passages, and tabs below."""

    def __init__(self, wb: Workbench) -> None:
        status = StatusPanel(wb)
        steps = StepsPanel(
            wb, {"corpus": partial(CorpusPanel, wb), "model": partial(_models, wb), "embed": partial(EmbedPanel, wb)}
        )
        query, drawn = QueryPanel(wb), MapPanel(wb)
        answer, cards, details = AnswerPanel(wb), CardsPanel(wb), DetailsPanel(wb)
        left = _box("wb-left", drawn)
        right = _box("wb-right", answer, cards)
        main = VBox([left, right])
        main.add_class("wb-main")
        panels = (status, steps, query, drawn, answer, cards, details)
        super().__init__(wb, panels, status.widget, steps.widget, query.widget, main, details.widget)


def _models(wb: Workbench) -> Stacked:
    return Stacked(wb, (ModelPanel(wb), OllamaPanel(wb)))


def _box(name: str, *panels: Panel) -> VBox:
    box = VBox([panel.widget for panel in panels])
    box.add_class(name)
    return box


class Panels:
    """The panels of a workbench, each of which stands alone: `wb.panels.map` as the last line of a cell.

    Each is made when it is first asked for.
    """

    def __init__(self, wb: Workbench) -> None:
        self._wb = wb
        self._framed: dict[str, Framed] = {}
        self._apps: list[Framed] = []

    def __getattr__(self, name: str) -> VBox:
        if name not in PANELS:
            raise AttributeError(f"There is no panel {name!r}; there are: {', '.join(PANELS)}.")
        if name not in self._framed:
            self._framed[name] = Framed(self._wb, (PANELS[name](self._wb),))
            self._wb.go_live()
        self._framed[name].resync()
        return self._framed[name].widget

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *PANELS])

    def keep(self, app: Framed) -> None:
        """Close this app together with the workbench."""
        self._apps = [*(one for one in self._apps if one.widget.comm is not None), app]

    def close(self) -> None:
        """Close all panels and apps."""
        for framed in (*self._framed.values(), *self._apps):
            framed.close()
        self._framed.clear()
        self._apps.clear()


@dataclass
class _Shown:
    """What one run of a cell has shown; a workbench that is closed takes its apps with it."""

    run: str
    apps: WeakSet[App] = field(default_factory=WeakSet)


_cells: dict[str, _Shown] = {}


def show(wb: Workbench) -> dict[str, Any]:
    """Make an app for the cell that is running, and give what the cell displays.

    What the same cell showed when it was last run is closed, so that re-running it leaves nothing behind. The text
    and HTML in what is given are for pages in which no kernel runs.
    """
    app = App(wb)
    cell, run = _running_cell()
    if cell:
        before = _cells.get(cell)
        if before is None or before.run != run:
            for old in list(before.apps) if before else ():
                old.close()
                _leave(old.wb, wb)
            _cells[cell] = _Shown(run)
        _cells[cell].apps.add(app)
    wb.panels.keep(app)
    wb.go_live()
    app.resync()
    bundle = {"text/plain": "\n".join(summary_lines(wb)), "text/html": str(summary_html(wb))}
    view = app.widget._repr_mimebundle_() or {}
    return {**view, **bundle}


def _leave(old: Workbench, new: Workbench) -> None:
    """Close the workbench that a cell showed before, unless the person still has it by a name of theirs."""
    from IPython import get_ipython

    shell = get_ipython()
    if old is new or shell is None:
        return
    # Names such as _ and _12 are IPython's own, for results of earlier cells.
    kept = any(value is old for name, value in list(shell.user_ns.items()) if not name.startswith("_"))
    if not kept:
        old.close(finish=False)


def _running_cell() -> tuple[str, str]:
    """Give the id of the cell that is running and of this run; empty where there is no notebook."""
    from IPython import get_ipython

    shell = get_ipython()
    parent = shell.get_parent() if shell is not None and hasattr(shell, "get_parent") else {}
    cell = (parent.get("metadata") or {}).get("cellId") or ""
    return cell, (parent.get("header") or {}).get("msg_id") or ""
