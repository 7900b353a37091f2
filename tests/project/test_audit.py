"""Versions with known holes are shut out, without a network; and what `make audit` says of what it is told."""

from __future__ import annotations

import re
import subprocess

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.project.files import DEPENDENCIES, ROOT, lock_lines
from tools import audit, install, lock

FACTS = {
    "jupyter-server": "2.20",
    "jupyterlab": "4.6.2",
    "sentence-transformers": "6.0",
    "transformers": "5.3",
    "nltk": "3.9.4",
}
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def test_the_floors_are_these():
    assert audit.FLOORS == FACTS


@pytest.mark.parametrize(("name", "fixed_in"), FACTS.items())
def test_pyproject_shuts_out_what_is_below_the_floor(name, fixed_in):
    (wanted,) = [one for one in DEPENDENCIES if canonicalize_name(one.name) == name]
    floor = fixed_in.split(".")
    below = ".".join([*floor[:-1], str(int(floor[-1]) - 1)]) if floor[-1] != "0" else f"{int(floor[0]) - 1}.99"
    assert fixed_in in wanted.specifier
    assert below not in wanted.specifier


@pytest.mark.parametrize(("name", "fixed_in"), FACTS.items())
def test_the_lock_is_at_or_above_the_floor_on_every_system(name, fixed_in):
    pins = [line.partition(";")[0].strip() for line in lock_lines()]
    locked = [Version(pin.removeprefix(f"{name}==")) for pin in pins if pin.startswith(f"{name}==")]
    assert locked
    assert min(locked) >= Version(fixed_in)
    assert list(audit.below(LOCK)) == []


def test_every_locked_package_but_torch_has_a_hash():
    whole = re.split(r"(?<!\\)\n", LOCK)
    bare = [one for one in whole if one and not one.startswith("#") and "--hash=sha256:" not in one]
    assert bare == ["torch==2.13.0"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in re.findall(r"sha256:(\S+)", LOCK))


def test_hashes_survive_the_cleaning_and_torchs_do_not():
    made = "a==1 ; os_name == 'nt' \\\n    --hash=sha256:0a\npip==26.3 \\\n    --hash=sha256:0b\n"
    made += (
        "torch==2.13.0+cpu \\\n    --hash=sha256:0c \\\n    --hash=sha256:0d\nnvidia-x==1 \\\n    --hash=sha256:0e\n"
    )
    cleaned = lock.clean(made)
    assert cleaned == lock.HEADER + "a==1 ; os_name == 'nt' \\\n    --hash=sha256:0a\ntorch==2.13.0\n"
    assert install.requirements(cleaned) == ["a==1 ; os_name == 'nt'", "torch==2.13.0"]


def test_a_version_below_its_floor_ends_the_audit_before_anybody_is_asked(tmp_path, monkeypatch, capsys):
    file = tmp_path / "requirements.lock"
    file.write_text("transformers==4.57.6 \\\n    --hash=sha256:0f\nnltk==3.10.4\n")
    monkeypatch.setattr(audit, "LOCK", file)
    monkeypatch.setattr(audit, "advisories", lambda pins: pytest.fail("somebody was asked"))
    assert audit.main() == audit.BELOW
    said = 'transformers==4.57.6 has known holes, 5.3 has not. Run: make lock ARGS="--upgrade-package transformers"\n'
    assert capsys.readouterr().out == said


def reported(monkeypatch, out: str = "", err: str = ""):
    """Let pip-audit say this."""
    done = subprocess.CompletedProcess((), 1, out, err)
    monkeypatch.setattr(audit.subprocess, "run", lambda *args, **options: done)


def test_a_hole_is_named_with_the_version_that_mends_it(monkeypatch, capsys):
    hole = '{"id": "CVE-2026-1", "fix_versions": ["2.1"]}'
    reported(monkeypatch, f'{{"dependencies": [{{"name": "a", "version": "2.0", "vulns": [{hole}]}}]}}')
    assert audit.conclude(audit.advisories(["a==2.0"]), 1) == audit.HOLES
    assert "a 2.0: CVE-2026-1, mended in 2.1\n1 known holes in the 1 of 1 packages" in capsys.readouterr().out


def test_no_hole_is_status_0(monkeypatch):
    reported(monkeypatch, '{"dependencies": [{"name": "a", "version": "2.0", "vulns": []}]}')
    assert audit.conclude(audit.advisories(["a==2.0"]), 1) == audit.CLEAN


def test_without_the_service_it_says_so_and_ends_with_a_status_of_its_own(monkeypatch, capsys):
    reported(monkeypatch, "", "Traceback\nERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed\n")
    assert audit.conclude(audit.advisories(["a==2.0"]), 1) == audit.UNASKED
    said = capsys.readouterr().out
    assert "pip-audit: ERROR:pip_audit._cli:Could not connect" in said
    assert "PyPI's advisories could not be read for 1 packages: holes found since" in said
    assert len({audit.CLEAN, audit.HOLES, audit.BELOW, audit.UNASKED, 2}) == 5  # 2 is make's own


def test_packages_that_the_service_does_not_know_are_not_taken_for_safe(monkeypatch, capsys):
    reported(monkeypatch, '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}')
    assert audit.conclude(audit.advisories(["a==2.0"]), 1) == audit.UNASKED
    assert "0 known holes in the 0 of 1 packages" in capsys.readouterr().out


def test_pins_of_all_systems_are_asked_for_each_name_once_a_round():
    text = "a==1 ; os_name == 'nt'\na==2 ; os_name != 'nt'\nb==1\n"
    assert audit.rounds(text) == [["a==1", "b==1"], ["a==2"]]
    asked = [pin for pins in audit.rounds(LOCK) for pin in pins]
    assert len(asked) == len(lock_lines())
