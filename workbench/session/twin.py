"""The same chunks as a second model sees them, beside the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.index.embedding import embed_chunks
from workbench.models import embedding_model
from workbench.models.remote.waiting import listening
from workbench.records import TwinMaps
from workbench.session.draw import lay_out
from workbench.session.pictured import Pictured, neighbours_of, pictured
from workbench.session.prepare import keyed
from workbench.session.work import require_consent, searchable

if TYPE_CHECKING:
    from workbench.jobs.lane import Job
    from workbench.protocols import EmbeddingModel
    from workbench.session.engine import Engine

__all__ = ["twin"]


def twin(wb: Engine, job: Job, spec: Any) -> TwinMaps:
    """Embed the chunks with a second model where they are not yet, lay both maps out, and compare neighbourhoods."""
    from workbench.projection import twin_maps

    left = pictured(*searchable(wb, job))
    if not left.whole:
        raise InputError("The corpus is still being embedded. Wait until it is done, then compare the models.")
    model: EmbeddingModel = embedding_model(spec, **({"consent": True} if _allowed(wb, spec) else {}))
    wb.say_in_clear_of(model)
    try:
        right = _embedded(wb, job, left, model)
        near, other_near = (neighbours_of(wb, job, data, "twin") for data in (left, right))
        layout, other = (lay_out(wb, job, data, "umap", "twin") for data in (left, right))
        found = twin_maps((left.now.model.id, model.id), layout, other, near, other_near)
    finally:
        if isinstance(spec, str):
            model.close()
    wb.publish(twin=found)
    return found


def _allowed(wb: Engine, spec: Any) -> bool:
    return isinstance(spec, str) and spec in wb.consent


def _embedded(wb: Engine, job: Job, left: Pictured, model: EmbeddingModel) -> Pictured:
    assert wb.store is not None
    other = keyed(wb, model)
    if other.fingerprint_id == left.now.fingerprint_id:
        raise InputError(f"Both maps would be of {model.id}. Choose a second model to compare it with.")
    require_consent(wb, other)
    if not wb.store.record.known(other.fingerprint_id, other.keys).all():
        wb.store.require_writer()
        progress = wb.meter("twin", f"Embedding with {model.id}")
        with listening(job.cancel, lambda said: wb.publish(status=said)):
            embed_chunks(wb.store, model, other.collection, other.chunks, cancel=job.cancel, progress=progress)
    return Pictured(other, other.chunks, wb.store.record.vectors(other.fingerprint_id, other.keys), tuple(other.keys))
