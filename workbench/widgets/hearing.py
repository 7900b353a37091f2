"""The Python half of `hearing.js`: a model that the page can find by its id."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from uuid import uuid4

from ipywidgets import Widget
from traitlets import Unicode

__all__ = ["Heard", "script"]

_HERE = Path(__file__).parent


class Heard(Widget):
    """A widget whose script can reach the model that anywidget hides from it.

    Attributes
    ----------
    own_id
        The id of the widget's model.
    """

    own_id = Unicode().tag(sync=True)

    def open(self) -> None:
        """Open the comm, under an id that the state tells."""
        if self.comm is None:
            self.own_id = self.own_id or uuid4().hex
            self._model_id = self.own_id
        super().open()


@cache
def script(*names: str) -> str:
    """Give scripts of this folder as one, behind `hearing.js`."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("hearing.js", *names))
