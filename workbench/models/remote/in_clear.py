"""Text that would cross a network unencrypted: said once, in words and as a Python warning."""

from __future__ import annotations

import threading
import warnings
from urllib.parse import urlsplit

from workbench.errors import UnencryptedWarning
from workbench.models.ollama.hosts import crosses_network

__all__ = ["ASKED", "EMBEDDED", "FOREIGN", "INDEXED", "sentence", "warn_once"]

EMBEDDED = "Chunks and questions"
ASKED = "Questions and passages"
INDEXED = "Chunks and their vectors"
FOREIGN = "The rows of a collection"
"""What is sent to an embedding model, to a language model, to a Chroma server, and what such a server sends."""

_warned: set[tuple[str, str]] = set()
_lock = threading.Lock()


def sentence(url: str, what: str) -> str:
    """Say what crosses the network to a server in the clear; empty where nothing does.

    Parameters
    ----------
    url
        Base address of the server; empty for none.
    what
        Is sent there, as the beginning of a sentence: `Chunks and questions`.
    """
    if not crosses_network(url):
        return ""
    host = urlsplit(url).netloc.rpartition("@")[2]
    return (
        f"{what} cross the network to {host} unencrypted: who is on the way can read and change them. Use its https "
        "address, or a tunnel to this machine (ssh -L)."
    )


def warn_once(url: str, what: str) -> None:
    """Warn with `UnencryptedWarning` before the first text goes there; once a process for each server and thing."""
    said = sentence(url, what)
    if not said:
        return
    with _lock:
        if (url, what) in _warned:
            return
        _warned.add((url, what))
    warnings.warn(said, UnencryptedWarning, stacklevel=3)
