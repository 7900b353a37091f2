"""Checks that were made, one small JSON file each in the cache folder."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

from workbench.disk import made, write_whole
from workbench.models.check.answers import sentence
from workbench.paths import cache_folder
from workbench.records import ModelCheck, Probe

__all__ = ["keep", "stored"]

_FORMAT = 1
"""Raised when probes are added or mean something else, so that older checks are made again."""

_ADVICE = "The check holds for this session; make room there, or set WORKBENCH_CACHE to a folder that can be written."

_ID = re.compile(r"[0-9a-f]{64}")


def keep(check: ModelCheck) -> None:
    """Store a check for its fingerprint, in the place of an older one; the person's own figures are left out.

    Raises
    ------
    NotWritten
        The cache folder cannot be written.
    """
    probes = [{**asdict(probe), "seen": sentence(probe.finding, probe.detail)} for probe in check.probes]
    # in ASCII: the id of a model of one's own may hold what has no UTF-8
    text = json.dumps({**asdict(check), "probes": probes, "format": _FORMAT}, indent=1)
    target = _file(check.fingerprint)
    made(target.parent, _ADVICE)
    write_whole(target, text, _ADVICE)


def stored(fingerprint_id: str) -> ModelCheck | None:
    """Give the check of a fingerprint, without figures of anybody's texts; None where there is none to be trusted.

    A file that is damaged, or of another version, counts as none: the check is made again in a second.
    """
    if not _ID.fullmatch(fingerprint_id):
        return None
    try:
        found = json.loads(_file(fingerprint_id).read_text(encoding="utf-8"))
        if found.pop("format") != _FORMAT or found["fingerprint"] != fingerprint_id:
            return None
        probes = tuple(Probe(**{**probe, "concerns": tuple(probe["concerns"])}) for probe in found.pop("probes"))
        check = ModelCheck(**found, probes=probes)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return check if _whole(check) else None


def _whole(check: ModelCheck) -> bool:
    """Say whether every field is of its type: a file may be JSON and damaged all the same."""
    return (
        bool(check.probes)
        and all(isinstance(text, str) for text in (check.model, check.when))
        and isinstance(check.seconds, int | float)
        and all(
            (probe.passed is None or isinstance(probe.passed, bool))
            and all(
                isinstance(text, str) for text in (probe.name, probe.seen, probe.advice, probe.finding, probe.detail)
            )
            and all(isinstance(kind, str) for kind in probe.concerns)
            for probe in check.probes
        )
    )


def _file(fingerprint_id: str) -> Path:
    return cache_folder() / "checks" / f"{fingerprint_id}.json"
