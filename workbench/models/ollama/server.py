"""An Ollama server: whether it answers, which models it has, fetching one, and taking one out of memory."""

from __future__ import annotations

from workbench.models.ollama.names import is_cloud
from workbench.models.ollama.pull import pull
from workbench.models.ollama.status import status
from workbench.models.ollama.unload import unload

__all__ = ["is_cloud", "pull", "status", "unload"]
