"""Look into Chroma's index files without Chroma, which crashes of some torn ones and takes others as they are.

A kill while they are written leaves part of them as they were before. Their form is that of hnswlib as Chroma 1.x
saves it (`saveIndex` and `persistDirty` in https://github.com/chroma-core/hnswlib, `hnswalg.h`): a header, all points
of the lowest level with their links, a norm for each point, and the links of the higher levels.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["TABLES", "filled_bytes", "reading", "torn_files"]

TABLES = "chroma.sqlite3"
"""The file of Chroma's tables."""

_HEADER = struct.Struct("<i6QiI3QdQ")
_VERSION = 1
_NORM = 4
_LINK = 4
_LABEL = 8


@dataclass(frozen=True)
class _Header:
    """What is used of the header: `count` points, `size` bytes for each, and where in these its label stands."""

    count: int
    size: int
    label: int
    widest: int
    """Most links of a point on the lowest level."""
    wide: int
    """Most links of a point on a higher level."""


def reading(folder: Path) -> closing[sqlite3.Connection]:
    """Lend the tables of a Chroma folder without Chroma, which takes seconds to import, and changes what it opens."""
    return closing(sqlite3.connect(f"{(folder / TABLES).absolute().as_uri()}?mode=ro", uri=True))


def torn_files(folder: Path) -> str:
    """Say what is wrong with the index files of a Chroma folder; empty where nothing is.

    Parameters
    ----------
    folder
        With a readable `chroma.sqlite3`; not open in any client.
    """
    with reading(folder) as tables:
        # A collection's files are written first after its sync threshold; from then on they are noted here.
        saved = tables.execute(
            "SELECT id FROM segments JOIN max_seq_id ON segment_id = id WHERE scope = 'VECTOR'"
        ).fetchall()
    return next((said for (name,) in saved if (said := _torn(folder / str(name)))), "")


def filled_bytes(segment: Path) -> dict[str, int]:
    """Give the bytes that hold points, of the files that have room for more; empty where the header does not say.

    What stands in the rest is whatever was in memory, and becomes something else each time Chroma opens a collection
    of fewer points than its sync threshold (measured with 1.5.9).
    """
    try:
        header = _header((segment / "header.bin").read_bytes())
    except OSError:
        return {}
    if not isinstance(header, _Header):
        return {}
    return {"data_level0.bin": header.count * header.size, "length.bin": header.count * _NORM}


def _torn(segment: Path) -> str:
    names = ("index_metadata.pickle", "header.bin", "data_level0.bin", "length.bin", "link_lists.bin")
    missing = [name for name in names if not (segment / name).is_file()]
    if missing:
        return f"{missing[0]} is missing"
    header = _header((segment / "header.bin").read_bytes())
    if isinstance(header, str):
        return header
    if header is None:
        return ""
    if (segment / "length.bin").stat().st_size < header.count * _NORM:
        return f"length.bin is shorter than its {header.count} points"
    return _torn_points(segment / "data_level0.bin", header) or _torn_links(segment / "link_lists.bin", header)


def _header(content: bytes) -> _Header | str | None:
    """Give the header, or what is wrong with it; None where it is of another version, which Chroma has to judge."""
    if len(content) >= _LINK and int.from_bytes(content[:4], "little") != _VERSION:
        return None
    if len(content) != _HEADER.size:
        return f"header.bin has {len(content)} bytes instead of {_HEADER.size}"
    values: tuple[Any, ...] = _HEADER.unpack(content)
    _, _, _, count, size, label, _, _, entry, wide, widest, _, _, _ = values
    if count and not (0 <= entry < count and label + _LABEL <= size and (widest + 1) * _LINK <= size):
        return "header.bin contradicts itself"
    return _Header(count, size, label, widest, wide)


def _torn_points(file: Path, header: _Header) -> str:
    if file.stat().st_size < header.count * header.size:
        return f"{file.name} is shorter than its {header.count} points"
    if not header.count:
        return ""
    points = np.memmap(file, dtype=np.uint8, mode="r", shape=(header.count, header.size)).view(np.ndarray)
    labels = np.ascontiguousarray(points[:, header.label : header.label + _LABEL]).view("<u8")
    if len(np.unique(labels)) < header.count:
        return f"{file.name} names a point twice"
    links = np.ascontiguousarray(points[:, : (header.widest + 1) * _LINK]).view("<u4")
    counts = links[:, 0] & 0xFFFF  # beside it stands the mark of a deleted point
    used = np.arange(header.widest) < counts[:, None]
    if (counts > header.widest).any() or (links[:, 1:][used] >= header.count).any():
        return f"{file.name} links to points that are not there"
    return ""


def _torn_links(file: Path, header: _Header) -> str:
    """Walk over the higher levels: for each point its bytes, then as many bytes of links."""
    content, at = file.read_bytes(), 0
    level = (header.wide + 1) * _LINK
    for _ in range(header.count):
        size = int.from_bytes(content[at : at + _LINK], "little")
        at += _LINK + size
        if size % level or at > len(content):
            return f"{file.name} is not whole"
    return ""
