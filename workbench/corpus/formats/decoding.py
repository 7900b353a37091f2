"""Bytes to text: which encoding, or that it is no text at all."""

from __future__ import annotations

import codecs
import re
import unicodedata

from workbench.corpus.clean import clean_text
from workbench.corpus.formats.base import Failed, Skipped

__all__ = ["decode"]

# UTF-32's mark begins with UTF-16's, so it has to be tried first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_TELLING = re.compile(rb"[\x80-\xff]")
_SAMPLE = 100_000
"""Bytes looked at to tell text from binary data and to guess an encoding."""
_MOST_CONTROL = 0.05
"""Share of control characters above which a file is not text."""
_USUAL = ("cp1252", "latin_1", "cp1250")
"""What is meant where several fit: Western Europe, then Central."""
# Signs that stand between the letters of a word only where an encoding was guessed wrong.
_MISREAD = re.compile(r"[^\W\d_][£¤¥¦©¬®¯°±²³¶¹¼½¾¿][^\W\d_]")
_UNMARKED = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_LEAST = 4
"""Characters that tell UTF-16 or UTF-32 without a mark from a few bytes of something else."""
# Korean and Japanese in seven bits, as in e-mail: valid UTF-8 that means something else.
_ESCAPED = {b"\x1b$)C": "iso2022_kr", b"\x1b$B": "iso2022_jp_ext", b"\x1b$@": "iso2022_jp_ext"}


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    r"""Give the text, its line ends as `\n`, and the encoding that it was in.

    A byte order mark decides; else the escapes of seven-bit Asian encodings; else UTF-8; else the encoding that the
    file declares of itself; else the best guess of charset-normalizer. Bytes with NUL are UTF-16 or UTF-32 without a
    mark where they make sense as such.

    Raises
    ------
    Skipped
        The bytes are no text.
    Failed
        They may be text, but no encoding fits.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding:
        encoding = _unmarked(data) or _escaped(data)
    if not encoding:
        _require_text(data)
        encoding = next((name for name in ("utf-8", declared) if name and _fits(data, name)), "") or _guess(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        place = error.start + (len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
        name = encoding.removesuffix("-sig").upper()
        raise Failed(f"marked as {name}, but byte {place:,} is not: {error.reason}") from error
    return clean_text(text.replace("\r\n", "\n").replace("\r", "\n")), encoding.removesuffix("-sig")


def _unmarked(data: bytes) -> str:
    """Give the kind of UTF-16 or UTF-32 in which bytes with NUL are all known letters and signs; empty if none."""
    sample = data[: _SAMPLE // 4 * 4]
    nul = sample.count(b"\0")
    # A stray NUL in a text is a fault of the text; in UTF-16 nearly half of English is NUL.
    if not nul or (4 * nul < len(sample) and _fits(sample, "utf-8")):
        return ""
    found = {name: text for name in _UNMARKED if _fits(data, name) and _is_plain(text := sample.decode(name, "ignore"))}
    # In the wrong order of bytes blanks and line ends become letters of far-away scripts.
    return max(found, key=lambda name: sum(letter in " \n\r.,、。" for letter in found[name]), default="")


def _is_plain(text: str) -> bool:
    return len(text) >= _LEAST and all(
        letter in "\t\n\r\f" or unicodedata.category(letter) not in {"Cc", "Cn", "Co", "Cs"} for letter in text[:2000]
    )


def _escaped(data: bytes) -> str:
    if data[:_SAMPLE].isascii():
        for mark, name in _ESCAPED.items():
            if mark in data[:_SAMPLE] and _fits(data, name):
                return name
    return ""


def _require_text(data: bytes) -> None:
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        raise Skipped("binary, not text (it has NUL bytes)")
    if len(_CONTROL.findall(sample)) > _MOST_CONTROL * len(sample):
        raise Skipped("binary, not text (it is full of control characters)")


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    # What tells encodings apart may come late in an English text: the first such byte, with some words before it.
    telling = _TELLING.search(data)
    first = telling.start() if telling else 0
    sample = data[max(0, first - _SAMPLE // 100) :][:_SAMPLE]
    found = [match for match in from_bytes(sample) if _fits(data, match.encoding)]
    if not found:
        raise Failed("its encoding is not UTF-8 and could not be guessed; save it as UTF-8")
    found = [match for match in found if not _MISREAD.search(sample.decode(match.encoding, "ignore"))] or found
    # Short Western texts fit dozens of code pages equally well: the most common one is meant.
    usual = {name: match for match in found for name in (match.encoding, *match.could_be_from_charset)}
    for name in _USUAL:
        if name in usual and usual[name].chaos <= found[0].chaos and _fits(data, name):
            return name
    return str(found[0].encoding)
