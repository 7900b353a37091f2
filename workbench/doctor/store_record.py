"""The tables of a record: format, integrity, and whether its rows fit together."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from workbench.doctor.checking import Check, Said, note, ok, problem
from workbench.doctor.reading import RECORD, Store
from workbench.doctor.store_place import holder
from workbench.index.fingerprint import fingerprint_id
from workbench.index.kept import KeptInRecord
from workbench.index.schema import VERSION

if TYPE_CHECKING:
    from workbench.index.record import Record

__all__ = ["CHECKS", "identity_of", "readable"]

_ANEW = "Open it once, which sets the record aside and begins a new one, then embed again: `wb.embed()`."
_AGAIN = "They are embedded again: `wb.embed()`."
_KEY = 32


def readable(store: Store) -> Iterator[Said]:
    """Say what keeps the tables from being read; nothing where they can be."""
    try:
        row = store.read.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
    except sqlite3.DatabaseError as error:
        yield problem(f"{store.path / RECORD} is no record of a workbench, or damaged ({error}).", _ANEW)
        return
    said = str(row[0]) if row else ""
    if not said.isdecimal() or int(said) < VERSION:
        yield problem(f"{store.path / RECORD} has format {said or 'none'}; this workbench reads {VERSION}.", _ANEW)
    elif int(said) > VERSION:
        yield problem(
            f"The store was written by a newer workbench (format {said}; this one reads up to {VERSION}).",
            "Update the workbench (`git pull`), or choose another folder: `Workbench(corpus, store='/path')`.",
        )
    else:
        yield from _integrity(store)


def _integrity(store: Store) -> Iterator[Said]:
    try:
        found = [str(row[0]) for row in store.all("PRAGMA integrity_check(5)")]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        yield problem(f"The tables are damaged: {'; '.join(' '.join(one.split()) for one in found)[:300]}.", _ANEW)


def _format(store: Store) -> Iterator[Said]:
    yield ok(f"The record has format {VERSION}, and SQLite finds its tables whole.")
    broken = store.all("PRAGMA foreign_key_check")
    if broken:
        owners = ", ".join(sorted({str(row[0]) for row in broken}))
        yield problem(f"{len(broken)} rows of {owners} belong to nothing that is there.", _ANEW)


def _chunks(store: Store) -> Iterator[Said]:
    held: dict[str, set[bytes]] = {}
    for fingerprint, key in store.all("SELECT fingerprint, key FROM vectors"):
        held.setdefault(fingerprint, set()).add(key)
    lost = 0
    for name, fingerprint in store.all("SELECT name, fingerprint FROM collections"):
        there = held.get(identity_of(fingerprint), set())
        lost += sum(key not in there for (key,) in store.all("SELECT key FROM chunks WHERE collection = ?", name))
    if lost:
        yield problem(f"{lost} chunks have no vector: it was lost or torn.", _AGAIN)
    twice = store.all("SELECT count(*) FROM (SELECT 1 FROM chunks GROUP BY collection, position HAVING count(*) > 1)")
    if twice[0][0]:
        said = f"{twice[0][0]} places of chunks are taken twice"
        writer = holder(store.path)
        if writer is None or writer.get("pid") == store.asker:
            yield problem(f"{said}.", "Embed once more: `wb.embed()`.")
        else:  # between two of its batches chunks that moved may share a place
            yield note(f"{said}, while another process writes.")
    doubled = store.all("SELECT count(*) FROM (SELECT 1 FROM vectors GROUP BY fingerprint, key HAVING count(*) > 1)")
    if doubled[0][0]:
        yield note(f"{doubled[0][0]} vectors are stored twice.", "Drop what nothing uses: `wb.compact()`.")
    if not (lost or twice[0][0] or doubled[0][0]):
        yield ok("Each chunk has its vector, none twice.")


def identity_of(fingerprint: str) -> str:
    """Give the id of a fingerprint as the record holds it; empty where that is damaged."""
    try:
        return fingerprint_id(json.loads(fingerprint))
    except ValueError:
        return ""


def _pictures(store: Store) -> Iterator[Said]:
    rows = store.all("SELECT about, keys, content FROM pictures")
    wrong = sum(not _whole(*row) for row in rows)
    if wrong:
        yield note(
            f"{wrong} of {len(rows)} stored pictures and neighbourhoods are damaged; they are not used.",
            "Draw the map anew: `wb.map()`.",
        )
    elif rows:
        yield ok(f"{len(rows)} stored pictures and neighbourhoods are whole.")


def _whole(about: str, keys: bytes, content: bytes) -> bool:
    try:
        known = json.loads(about)
        right = hashlib.sha256(keys + content).hexdigest()
        return bool(known["digest"] == right and len(keys) == _KEY * len(known["ids"]))
    except (TypeError, ValueError, KeyError):
        return False


def _kept(store: Store) -> Iterator[Said]:
    rows = store.all("SELECT rule, count(*) FROM kept GROUP BY rule")
    every = sum(count for _, count in rows)
    wrong = every - sum(_sound(store, *str(rule).partition(" ")[::2]) for rule, _ in rows)
    if wrong:
        yield note(f"{wrong} of {every} kept boundaries and counts are damaged; they are found anew.")


def _sound(store: Store, kind: str, rule: str) -> int:
    """Count the entries that the index itself would take."""
    read = SimpleNamespace(query=lambda statement, values=(): store.all(statement, *values))
    return len(KeptInRecord(cast("Record", read), kind, rule)) if kind in ("spans", "counts") else 0


CHECKS = (
    Check("tables", _format),
    Check("chunks", _chunks),
    Check("pictures", _pictures),
    Check("kept", _kept),
)
