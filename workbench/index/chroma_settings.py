"""Settings of every Chroma client, which depend on nothing but us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chromadb.config import Settings

__all__ = ["client_settings"]


def client_settings() -> Settings:
    """Give settings that read neither the environment nor a `.env` of wherever the notebook runs."""
    from chromadb.config import Settings

    class Given(Settings):
        @classmethod
        def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
            return (sources["init_settings"],)

    return Given(anonymized_telemetry=False, allow_reset=False)
