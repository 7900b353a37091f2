"""What the formats share: decoding, and how a file becomes one document."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from workbench.records import Document

__all__ = ["Skipped", "decode", "describe", "one_document"]

_SAMPLE = 65536
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
          (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip


class Skipped(Exception):
    """A file that is passed over; the text says why."""


def decode(data: bytes) -> tuple[str, str]:
    """Give (text, encoding): a byte order mark decides, then UTF-8, then the likeliest other encoding.

    Raises
    ------
    Skipped
        The bytes are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding), encoding.removesuffix("-sig")
    if b"\0" in data[:_SAMPLE]:
        raise Skipped("binary, not text")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 4 * _SAMPLE]).best()
    if best is None:
        raise Skipped("binary, or text in an unknown encoding")
    return data.decode(best.encoding, errors="replace"), best.encoding


def describe(name: str, kind: str) -> dict[str, str | int | float | bool]:
    """Give the metadata that every file has: source, format, and the first folder above it."""
    parts = PurePosixPath(name).parts
    return {"source": name, "format": kind, **({"folder": parts[0]} if len(parts) > 1 else {})}


def one_document(file: Path, name: str, text: str, title: str = "") -> Document:
    """Make the document of a file that is one.

    Raises
    ------
    Skipped
        There is nothing in it.
    """
    if not text.strip():
        raise Skipped("empty")
    kind = file.suffix.lower().lstrip(".") or "text"
    return Document(name, text, title or file.stem, describe(name, kind))
