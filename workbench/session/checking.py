"""What is known of an engine, shown as soon as its model is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.index.fingerprint import fingerprint_id

if TYPE_CHECKING:
    from workbench.protocols import EmbeddingModel
    from workbench.session.engine import Engine

__all__ = ["check_once"]


def check_once(wb: Engine, model: EmbeddingModel) -> None:
    """Publish what an earlier check of this model found; where there was none, check it while the app is shown.

    A model that sends texts away is probed only once that is allowed.
    """
    from workbench.models.check import stored, with_figures

    found = stored(fingerprint_id(model.fingerprint()))
    if found is not None:
        found = with_figures(found, [chunk.text for chunk in wb.chunk_list], model)
    wb.publish(model_check=found)
    sends = getattr(model, "destination", "") and not getattr(model, "consent", False)
    if found is None and wb.live and not sends:
        wb.submit("check_model")
