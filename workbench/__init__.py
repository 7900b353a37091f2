"""An interactive retrieval-augmented generation workbench for Jupyter."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.models import embedding_model
    from workbench.session import Workbench

__version__ = "0.1.0"

__all__ = ["Workbench", "embedding_model"]

_HOMES = {"Workbench": "workbench.session", "embedding_model": "workbench.models"}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for, so that `import workbench` stays light."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'workbench' has no attribute {name!r}; it offers {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
