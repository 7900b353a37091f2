"""Which names and addresses of Ollama stand for its cloud."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["CLOUD", "cloud_host", "host_of", "is_cloud", "same_model"]

CLOUD = "ollama.com"


def is_cloud(name: str) -> bool:
    """Whether a model's name says that ollama.com runs it: a tag `cloud` or any ending `-cloud`."""
    return name.strip().lower().endswith((":cloud", "-cloud"))


def same_model(name: str, listed: str) -> bool:
    """Whether a name as a person writes it is the one that a server lists: Ollama adds the tag and knows no case."""
    return _full(name) == _full(listed)


def _full(name: str) -> str:
    short = name.strip().lower().removeprefix("registry.ollama.ai/").removeprefix("library/")
    return short if ":" in short.rpartition("/")[2] else f"{short}:latest"


def host_of(url: str) -> str:
    """Give the host of an address: `ollama.com` of `https://ollama.com:443`; what has none is given back."""
    return urlsplit(url if "://" in url else f"//{url}").hostname or url


def cloud_host(url: str) -> bool:
    """Whether a server's address is that of Ollama's cloud, where every model runs elsewhere, whatever its name."""
    name = host_of(url)
    return name == CLOUD or name.endswith(f".{CLOUD}")
