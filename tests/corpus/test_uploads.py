"""Which files that were handed over in the browser nobody needs any more."""

from __future__ import annotations

import os
import time
from pathlib import Path

from workbench.corpus.uploads import OLD, old_uploads
from workbench.paths import uploads_folder


def test_an_upload_that_another_notebook_works_on_is_not_old(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    files = uploads_folder() / "aaaaaaaaaaaa" / "files"
    files.mkdir(parents=True)
    (files / "a.txt").write_text("Llamas hum.")
    for path in (files / "a.txt", files, files.parent):
        os.utime(path, (time.time() - 2 * OLD, time.time() - 2 * OLD))
    assert old_uploads() == [files.parent]
    assert old_uploads([files]) == []
    listed = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda folder, pattern: [*listed(folder, pattern), files / ".1-2.part"])
    assert old_uploads() == []
