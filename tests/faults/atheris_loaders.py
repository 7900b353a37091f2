"""Coverage-guided fuzzing of the loaders: any bytes give documents that can be stored, or a reason.

`python -m tests.faults.atheris_loaders -max_total_time=60` where atheris is installed; options are libFuzzer's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["workbench.corpus"]):
    from workbench.corpus.files import read_files
    from workbench.corpus.walk import Found

from tests.corpus.test_any_bytes import FILES
from workbench.records import Document

SUFFIXES = sorted(FILES)


def check(documents: list[Document], reason: str, folder: str) -> None:
    """Hold what was read to what every loader promises."""
    assert documents or reason
    assert folder not in reason
    assert "\n" not in reason
    assert len({document.id for document in documents}) == len(documents)
    for document in documents:
        assert document.text.strip()
        json.dumps([document.id, document.title, document.text, dict(document.metadata)], ensure_ascii=False).encode()


def main() -> None:
    with TemporaryDirectory() as folder, TemporaryDirectory() as seeds:
        for number, suffix in enumerate(SUFFIXES):
            Path(seeds, suffix).write_bytes(bytes([number]) + FILES[suffix])

        def one(data: bytes) -> None:
            """Read a file whose first byte says its kind."""
            if not data:
                return
            path = Path(folder, f"a.{SUFFIXES[data[0] % len(SUFFIXES)]}")
            path.write_bytes(data[1:])
            documents, (report,), _ = read_files([Found(path, path.name)], lambda: None, lambda done, total: None)
            check(documents, report.reason, folder)
            path.unlink()

        # -timeout makes a hang a finding; a crash of ours is an exception, and libFuzzer names the input.
        atheris.Setup([sys.argv[0], "-timeout=20", "-max_len=20000", *sys.argv[1:], seeds], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
