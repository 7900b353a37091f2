"""Zip archives of documents: how much is inside is looked at before any of it is unpacked."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from zipfile import BadZipFile, ZipFile, ZipInfo

from workbench.corpus.formats.base import Failed

__all__ = ["MOST_MEMBERS", "MOST_UNPACKED", "Archive", "open_archive"]

MOST_MEMBERS = 10_000
"""Members of an archive; a book of a thousand pictures has some two thousand."""
MOST_UNPACKED = 200_000_000
"""Bytes of all texts in an archive, unpacked: Word's tree of a text is ten times its size in memory."""
_MOST_RATIO = 200
"""Unpacked bytes to packed ones; office files are about 10, a table of one repeated word 100, a bomb 1000."""
_SMALL = 1_000_000
"""Bytes; a member that is no larger may have any ratio."""
_ENTRY = b"PK\x01\x02"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# All three formats forbid document types, the only place where entities are declared.
_ENTITIES = re.compile(rb"<!(?:DOCTYPE[^>\[]{0,1000}\[|ENTITY)", re.IGNORECASE)
_TEXTS = (".xml", ".rels", ".xhtml", ".html", ".htm", ".opf", ".ncx")


class Archive:
    """The texts of an archive; pictures, sounds and programs in it are never unpacked.

    Parameters
    ----------
    zipped
        Opened.
    """

    def __init__(self, zipped: ZipFile) -> None:
        self._zipped = zipped
        members = zipped.infolist()
        _require_modest(members)
        self.names = [member.filename for member in members]
        self._known = frozenset(self.names)

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def text(self, name: str, entities: bool = False) -> bytes:
        """Give the bytes of a member.

        Parameters
        ----------
        name
            As in `names`.
        entities
            It may declare entities, since it goes to a parser that knows of none.

        Raises
        ------
        Failed
            There is no such member, it is damaged, or it declares entities.
        """
        try:
            data = self._zipped.read(name)
        except KeyError as error:
            raise Failed(f"damaged: {name!r} is missing in it; save it again in the program that made it") from error
        if entities:
            return data
        if _ENTITIES.search(data) or _ENTITIES.search(data.replace(b"\0", b"")):
            raise Failed(f"{name!r} in it declares XML entities, which can hide files or endless text; not opened")
        return data

    def without_media(self) -> io.BytesIO:
        """Give the archive again with its texts alone; what is no text is there, but empty."""
        out = io.BytesIO()
        with ZipFile(out, "w") as copy:
            for name in dict.fromkeys(self.names):
                copy.writestr(name, self.text(name) if name.lower().endswith(_TEXTS) else b"")
        out.seek(0)
        return out


@contextmanager
def open_archive(data: bytes, kind: str) -> Iterator[Archive]:
    """Open an archive whose members are of a sane number, size and ratio.

    Parameters
    ----------
    data
        The file.
    kind
        What it should be, for messages: `a Word file`.

    Raises
    ------
    Failed
        It is no archive, is encrypted or damaged, or would unpack to too much.
    """
    if data.startswith(_COMPOUND):
        raise Failed(f"encrypted, or {kind} of before 2007; save it again without a password, in the present format")
    if data.count(_ENTRY) > 2 * MOST_MEMBERS:
        raise Failed(_too_many())
    try:
        with ZipFile(io.BytesIO(data)) as zipped:
            yield Archive(zipped)
    except (BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        if isinstance(error, RecursionError):
            raise
        raise Failed(f"not {kind}: {error}; save it again in the program that made it") from error


def _require_modest(members: list[ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise Failed(_too_many())
    if any(member.flag_bits & 1 for member in members):
        raise Failed("encrypted: it needs a password; save it without one")
    texts = [member for member in members if member.filename.lower().endswith(_TEXTS)]
    whole = sum(member.file_size for member in texts)
    if whole > MOST_UNPACKED:
        most = MOST_UNPACKED / 1e6
        raise Failed(f"it would unpack to {whole / 1e6:,.0f} MB of text, and at most {most:,.0f} MB are read; split it")
    for member in texts:
        if member.file_size > _SMALL and member.file_size > _MOST_RATIO * member.compress_size:
            raise Failed(
                f"{member.filename!r} in it would unpack to {member.file_size / max(1, member.compress_size):,.0f} "
                "times its size, as in a zip bomb; not opened"
            )


def _too_many() -> str:
    return f"more than {MOST_MEMBERS:,} members inside; not opened"
