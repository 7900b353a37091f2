"""Names for vectors: what made them, from which text, in which collection."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping

from workbench.errors import InputError

__all__ = ["canonical", "collection_name", "fingerprint_id", "text_key"]

_SLUG = 24
_DIGITS = 12


def canonical(values: Mapping[str, object]) -> str:
    """Write JSON that is the same for equal mappings and no others: keys sorted, no spaces, all of it ASCII.

    Raises
    ------
    InputError
        Something in it is not JSON: another type, NaN, infinity, or a key that is not a string.
    """
    _check_keys(values)
    try:
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{values!r} cannot be written as JSON ({error}). Use strings, finite numbers, booleans, None, lists, "
            "and mappings whose keys are strings."
        ) from error


def _check_keys(value: object) -> None:
    # json.dumps would write the keys 1 and "1" alike, and two fingerprints would be one.
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise InputError(f"The key {key!r} is of type {type(key).__name__}; keys must be strings.")
            _check_keys(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_keys(item)


def fingerprint_id(fingerprint: Mapping[str, object]) -> str:
    """Give 64 hex digits: SHA-256 of everything that changes a vector."""
    return hashlib.sha256(canonical(fingerprint).encode()).hexdigest()


def text_key(fingerprint: str, role: str, text: str) -> bytes:
    """Give the 32 bytes that a vector is found by: SHA-256 of fingerprint, role and the exact text sent.

    The fields are separated by a NUL, which neither of the first two can hold.
    """
    # surrogatepass: a text with half a character is still a text, and must not be lost.
    return hashlib.sha256(
        b"\0".join((fingerprint.encode(), role.encode(), text.encode("utf-8", "surrogatepass")))
    ).digest()


def collection_name(corpus: str, chunking: Mapping[str, object], model: str, fingerprint: str) -> str:
    """Give `<corpus>-<model>-<12 hex>`, at most 62 characters: older Chroma servers take up to 63."""
    digest = hashlib.sha256(canonical({"corpus": corpus, "chunking": chunking, "fingerprint": fingerprint}).encode())
    return f"{_slug(corpus)}-{_slug(model.partition(':')[2] or model)}-{digest.hexdigest()[:_DIGITS]}"


def _slug(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-zA-Z0-9]+", "-", ascii_only).strip("-")[:_SLUG].strip("-") or "x"
