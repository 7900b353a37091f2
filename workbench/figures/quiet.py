"""plotly's figure, without what would send it away."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench.iris import import_jsonschema

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["QUIET", "before_plotly", "figure_class"]

QUIET: dict[str, Any] = {"showSendToCloud": False, "displaylogo": False, "typesetMath": False}
"""plotly.js options for every figure: nothing leaves the machine, and `$` in a text is a dollar."""


def before_plotly() -> None:
    """Import what plotly would import slowly, or find half imported by another thread, and fail on."""
    import_jsonschema()  # by way of nbformat
    import_module("pandas")


@cache
def figure_class() -> type[go.Figure]:
    """Give a class of figures that show themselves with `QUIET`; plotly's own have a button that uploads them."""
    before_plotly()
    import plotly.graph_objects as go
    import plotly.io as pio

    class Figure(go.Figure):
        def show(self, *args: Any, **options: Any) -> None:
            """Show it, as plotly's own `show` does."""
            super().show(*args, **{"config": QUIET, **options})

        def _ipython_display_(self) -> None:
            if pio.renderers.render_on_display and pio.renderers.default:
                self.show()
            else:
                super()._ipython_display_()

        def _repr_mimebundle_(self, *args: Any, **options: Any) -> dict[str, Any]:
            return super()._repr_mimebundle_(*args, **{"config": QUIET, **options})

        def __reduce__(self) -> tuple[Any, ...]:
            # the class of a function has no name by which pickle could find it
            return _again, super().__reduce__()[1]

    return Figure


def _again(props: dict[str, Any]) -> go.Figure:
    return figure_class()(props)
