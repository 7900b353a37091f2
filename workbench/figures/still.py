"""A figure that leaves a picture of itself in a saved notebook, for pages that run no script."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["with_still"]


def with_still(figure: go.Figure, picture: Callable[[], bytes]) -> go.Figure:
    """Give the figure as one that shows a PNG where plotly cannot run.

    Parameters
    ----------
    figure
        Any figure.
    picture
        Makes the PNG file; called when the figure is displayed.
    """
    made = _class()(figure)
    made._picture = picture  # noqa: SLF001 - our own class
    return made


@cache
def _class() -> type[go.Figure]:
    import plotly.graph_objects as go

    class Figure(go.Figure):
        """A plotly figure whose display holds a picture too; a notebook shows the richer of the two."""

        _picture: Callable[[], bytes] | None = None
        _ipython_display_ = None  # plotly's own would show the figure alone; without it the bundle is asked for

        def _repr_mimebundle_(self, *args: Any, **options: Any) -> dict[str, Any]:
            bundle = dict(super()._repr_mimebundle_(*args, **options))
            if self._picture is not None:
                bundle["image/png"] = base64.b64encode(self._picture()).decode()
            return bundle

    return Figure
