"""One check of a model: every probe in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event
from time import perf_counter

from workbench.errors import Cancelled
from workbench.index.fingerprint import fingerprint_id
from workbench.models.check.answers import failed, not_asked
from workbench.models.check.figures import with_figures
from workbench.models.check.letters import accents, case, punctuation, scripts
from workbench.models.check.limits import length, tokens
from workbench.models.check.sheet import STOPS, NotAsked, Sheet
from workbench.models.check.steadiness import batch, determinism, norm, order, reply
from workbench.models.check.weights import weights
from workbench.protocols import EmbeddingModel
from workbench.records import ModelCheck, Probe

__all__ = ["check_model"]

_PROBES: dict[str, Callable[[Sheet], Probe]] = {
    "reply": reply,
    "determinism": determinism,
    "batch": batch,
    "order": order,
    "norm": norm,
    "accents": accents,
    "case": case,
    "punctuation": punctuation,
    "scripts": scripts,
    "tokens": tokens,
    "length": length,
    "weights": weights,
}
"""In this order: the first four say how far the vectors of the later ones can be trusted."""


def check_model(model: EmbeddingModel, texts: Sequence[str] = (), cancel: Event | None = None) -> ModelCheck:
    """Ask a model questions whose answers are known, and say which it gets wrong.

    About 50 short texts in one call, a dozen calls of one text, and up to four texts of the longest length.

    Parameters
    ----------
    model
        Of any provider.
    texts
        The person's own chunks: each finding says how many of them it is about.
    cancel
        Looked at between probes.

    Raises
    ------
    ServerError, ModelNotFound, ConsentNeeded, InputError
        Nobody answers, nobody may be asked, or a key is missing. Whatever else goes wrong is a failed probe.
    Cancelled
        `cancel` was set.
    """
    started = perf_counter()
    sheet = Sheet(model)
    probes = tuple(_asked(name, probe, sheet, cancel) for name, probe in _PROBES.items())
    check = ModelCheck(
        model=model.id,
        # Asked for last: a model may know its dimensions only after its first reply.
        fingerprint=fingerprint_id(model.fingerprint()),
        probes=probes,
        seconds=perf_counter() - started,
        when=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return with_figures(check, texts, model)


def _asked(name: str, probe: Callable[[Sheet], Probe], sheet: Sheet, cancel: Event | None) -> Probe:
    if cancel is not None and cancel.is_set():
        raise Cancelled(f"The check of {sheet.model.id} was cancelled before “{name}”; nothing of it was stored.")
    try:
        return probe(sheet)
    except NotAsked as why:
        return not_asked(name, str(why))
    except STOPS:
        raise
    except Exception as error:  # noqa: BLE001 - a model of anybody's making may raise anything, and that is a finding
        said = f"{type(error).__name__}: {error}".rstrip(".")
        advice = "Embed a text with it by itself to see the whole error, or choose another model."
        return failed(name, f"{sheet.who} did not answer", advice, said)
