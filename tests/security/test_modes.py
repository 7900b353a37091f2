"""What the workbench writes is its owner's alone, whatever the umask."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import StoreError
from workbench.index import owner
from workbench.index.store import open_store
from workbench.paths import make_private
from workbench.widgets._sources import keep_files

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")

TEXTS = ["The llama carries loads in the Andes.", "The alpaca gives fine wool."]
RUN = """
import os, sys
os.umask(int(sys.argv[1], 8))
from pathlib import Path
from tests.doubles import WordModel
from workbench import Workbench
from workbench.widgets._sources import keep_files
home = Path(sys.argv[2])
wb = Workbench(["The llama carries loads.", "The alpaca gives fine wool."], model=WordModel(64), llm="extractive")
wb.ask("Who gives wool?")
wb.map()
wb.check_model()
wb.rebuild_index()
wb.search("Who gives wool?", engine="hnsw")
keep_files({"mine.md": b"The camel."})
wb.save_map(home / "map.html")
modes = {
    str(path.relative_to(home)): f"{path.stat().st_mode & 0o777:o}"
    for folder in ("stores", "cache") for path in [home / folder, *(home / folder).rglob("*")]
}
modes["map.html"] = f"{(home / 'map.html').stat().st_mode & 0o777:o}"
import json
print(json.dumps(modes))
wb.close()
"""


@pytest.mark.parametrize("umask", ["000", "022", "077"])
def test_stores_and_caches_are_their_owners_alone(tmp_path, umask):
    import json

    away = {"WORKBENCH_STORES": str(tmp_path / "stores"), "WORKBENCH_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        (sys.executable, "-W", "error", "-c", RUN, umask, str(tmp_path)),
        check=False, capture_output=True, text=True, timeout=200, env={**os.environ, **away},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    modes = json.loads(done.stdout)
    # The map is the person's own file, and as open as they have set their other files to be.
    assert int(modes.pop("map.html"), 8) == 0o666 & ~int(umask, 8)
    stores = {path: mode for path, mode in modes.items() if path.startswith("stores/")}
    assert len(stores) > 8
    assert {path: mode for path, mode in stores.items() if int(mode, 8) & 0o077} == {}
    assert modes["stores"] == modes["cache"] == "700"
    open_cache = {path for path, mode in modes.items() if path.count("/") == 1 and int(mode, 8) & 0o077}
    assert open_cache == set()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_above_a_store_are_made_private_and_those_that_are_there_stay(tmp_path):
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    there.chmod(0o755)
    before = os.umask(0)
    try:
        make_private(there / "a" / "b" / "store")
    finally:
        os.umask(before)
    assert [mode_of(there / part) for part in ("", "a", "a/b", "a/b/store")] == [0o755, 0o700, 0o700, 0o700]


def test_files_that_a_person_hands_over_are_kept_for_them_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    before = os.umask(0)
    try:
        folder = keep_files({"mine.md": b"The camel.", "../../out.md": b"The llama."})
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "cache") == mode_of(folder) == 0o700
    assert sorted(path.name for path in tmp_path.rglob("*.md")) == ["mine.md", "out.md"]
    assert all(path.parent == folder for path in tmp_path.rglob("*.md"))


def test_a_store_that_others_can_write_into_is_told_of(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store").chmod(0o777)
    wb = Workbench(TEXTS, store=tmp_path / "store", model=WordModel(64), llm="extractive")
    wb.embed()
    (said,) = wb.notes
    assert said.startswith(f"Others can write into the store folder {tmp_path / 'store'} (mode 777). Close it with:")
    wb.close()


@pytest.mark.parametrize("whose", ["", "record.sqlite3"])
def test_a_store_of_another_user_is_refused_and_the_administrator_is_told(tmp_path, monkeypatch, whose):
    open_store(tmp_path / "store").close()
    path = tmp_path / "store" / whose
    if os.getuid() == 0:
        os.chown(path, 4242, -1)
    theirs = path.stat().st_uid
    assert theirs != 0
    monkeypatch.setattr(owner.os, "getuid", lambda: 0)
    assert f"{path} belongs to another user (uid {theirs})" in " ".join(owner.trouble_with(tmp_path / "store"))
    monkeypatch.setattr(owner.os, "getuid", lambda: theirs + 1)
    with pytest.raises(StoreError, match=r"belongs to another user \(uid \d+\).*Give a folder of your own: store="):
        list(owner.trouble_with(tmp_path / "store"))


def test_a_link_laid_in_wait_is_not_written_through(tmp_path):
    """Folders for a moment have names that nobody can foresee, and are their owner's alone."""
    from tempfile import TemporaryDirectory

    before = os.umask(0)
    try:
        with TemporaryDirectory(prefix="workbench-") as one, TemporaryDirectory(prefix="workbench-") as other:
            assert one != other
            assert mode_of(Path(one)) == mode_of(Path(other)) == 0o700
    finally:
        os.umask(before)


def test_every_folder_for_a_moment_is_of_that_kind():
    import re

    from tests.project.files import PACKAGE

    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    assert re.findall(r"\bmktemp\b|[\"']/tmp|[\"']/var/tmp", source) == []
    assert [path.name for path in PACKAGE.rglob("*.py") if "gettempdir" in path.read_text("utf-8")] == ["disk.py"]
    assert re.findall(r"gettempdir\(\)\)? ?[/+]|place ?[/+]", (PACKAGE / "disk.py").read_text("utf-8")) == []
    assert "mkdir(parents=True" not in re.sub(
        r"def (_fetch_one|link|write_reference).*?(?=\ndef |\Z)", "", source, flags=re.DOTALL
    )
