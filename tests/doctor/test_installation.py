"""Each fault of an installation is made to happen and found, and a healthy one is said to be so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doctor.helpers import only, told
from tests.fresh import run_fresh
from tests.index.helpers import ROOT
from tests.ollama.double import OllamaDouble
from tools.audit import FLOORS
from workbench.doctor import bundled, interpreter, jupyter, libraries, machine, packages, services
from workbench.doctor.declared import declared
from workbench.doctor.installation import CHECKS
from workbench.models.bundled_files import bundled_folder


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)


def test_the_installation_that_runs_the_tests_has_no_problem():
    lasting = [check for check in CHECKS if check.name not in ("libraries", "room")]
    assert [one for one in told(lasting) if one[1] == "problem"] == []


def package_of(folder: Path, name: str, version: str) -> None:
    about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.mark.parametrize(("name", "found"), [("plotly", "5.0.0"), ("chromadb", "0.4.24"), ("openai", "1.0")])
def test_a_package_of_another_version(tmp_path, monkeypatch, name, found):
    package_of(tmp_path, name, found)
    monkeypatch.syspath_prepend(str(tmp_path))
    finding = only(packages.CHECKS, "packages")
    assert (finding.state, f"{name} is {found}" in finding.found) == ("problem", True)
    assert f"`python -m pip install '{name}" in finding.remedy


def test_a_package_with_a_known_hole(tmp_path, monkeypatch):
    package_of(tmp_path, "transformers", "4.57.6")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "known security holes" in only(packages.CHECKS, "packages").found


def test_the_packages_with_known_holes_are_those_with_security_floors():
    assert set(packages.SECURITY) == set(FLOORS)


def test_a_package_that_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT), *[one for one in sys.path if "site-packages" not in one]])
    missing = [one for one in packages.CHECKS[0].look() if "is not installed" in one.found]
    assert len(missing) == len(declared().packages)


def test_what_is_declared_is_read_from_the_installed_package_too(monkeypatch):
    monkeypatch.setattr("workbench.doctor.declared.__file__", "/nowhere/at/all/declared.py")
    found = declared()
    assert {"chromadb", "plotly", "torch"} <= {one.name for one in found.packages}
    assert {"openai", "nncf"} <= {one.name for one in found.extras}
    assert "openai" not in {one.name for one in found.packages}


def test_another_python(monkeypatch):
    monkeypatch.setattr("platform.python_version", lambda: "3.10.4")
    assert "is for >=3.11,<3.15" in only(interpreter.CHECKS, "python").found


def test_an_old_sqlite(monkeypatch):
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 31, 0))
    assert only(interpreter.CHECKS, "sqlite").state == "problem"


def test_a_clock_that_stands_in_the_past(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_000_000_000.0)
    assert "2001-09-09" in only(interpreter.CHECKS, "clock").found


def test_file_names_that_are_not_utf_8():
    code = "import json; from workbench.doctor.interpreter import _encoding; print(json.dumps([*_encoding()]))"
    ((state, found, _),) = json.loads(run_fresh(code, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"))
    assert (state, "Names of files are read as" in found) == ("problem", True)


def extension(folder: Path, name: str, version: str) -> None:
    (folder / "labextensions" / name).mkdir(parents=True)
    (folder / "labextensions" / name / "package.json").write_text(json.dumps({"name": name, "version": version}))


@pytest.mark.parametrize("name", ["anywidget", "@jupyter-widgets/jupyterlab-manager"])
def test_an_extension_of_another_environment_hides_this_ones(tmp_path, monkeypatch, name):
    extension(tmp_path, name, "0.0.1")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    finding = only(jupyter.CHECKS, "widgets")
    assert (finding.state, "model not found" in finding.found, "0.0.1" in finding.found) == ("problem", True, True)


def test_no_widget_manager(tmp_path, monkeypatch):
    extension(tmp_path, "anywidget", "0.11.0")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path.joinpath(*parts))])
    found = [one.found for one in jupyter.CHECKS[0].look() if "is not there" in one.found]
    assert [("jupyterlab-manager" in one) for one in found] == [True]


def test_an_extension_that_is_switched_off(tmp_path, monkeypatch):
    (tmp_path / "labconfig").mkdir()
    config = {"disabledExtensions": {"anywidget": True, "@jupyter-widgets/jupyterlab-manager": False}}
    (tmp_path / "labconfig" / "page_config.json").write_text(json.dumps(config))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    finding = only(jupyter.CHECKS, "widgets")
    assert finding.remedy == "Switch it on: `jupyter labextension enable anywidget`."


def kernel(folder: Path, content: str) -> None:
    (folder / "kernels" / "python3").mkdir(parents=True)
    (folder / "kernels" / "python3" / "kernel.json").write_text(content)


def test_a_kernel_of_another_python(tmp_path, monkeypatch):
    kernel(tmp_path, json.dumps({"argv": ["/opt/other/bin/python", "-m", "ipykernel_launcher"]}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert "/opt/other/bin/python, which is another Python" in only(jupyter.CHECKS, "kernel").found


def test_no_kernel(tmp_path, monkeypatch):
    kernel(tmp_path, "not JSON")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path.joinpath(*parts))])
    assert told([jupyter.CHECKS[1]]) == [("kernel", "problem")]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="the system does not tell")
@pytest.mark.parametrize(("program", "expected"), [("/bin/sleep", [("server", "note")]), (sys.executable, [])])
def test_a_server_of_another_environment(monkeypatch, program, expected):
    process = subprocess.Popen([program, "60"] if program == "/bin/sleep" else [program, "-c", "input()"],
                               stdin=subprocess.PIPE)  # fmt: skip
    try:
        while not Path(f"/proc/{process.pid}/cmdline").read_bytes():
            os.sched_yield()
        monkeypatch.setenv("JPY_PARENT_PID", str(process.pid))
        assert told([jupyter.CHECKS[2]]) == expected
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_file_of_the_bundled_model(tmp_path, monkeypatch, damage):
    for name in bundled.HASHES:
        shutil.copy(bundled_folder() / name, tmp_path / name) if name == "vocab.txt" else (
            (tmp_path / name).symlink_to(bundled_folder() / name)
        )
    monkeypatch.setattr(bundled, "bundled_folder", lambda: tmp_path)
    assert told(bundled.CHECKS) == []
    if damage == "changed":
        (tmp_path / "vocab.txt").write_bytes((tmp_path / "vocab.txt").read_bytes()[:-1])
    else:
        (tmp_path / "vocab.txt").unlink()
    assert "vocab.txt" in only(bundled.CHECKS, "bundled model").found


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os.abort()", "ended its process with signal 6"),
        ("raise ImportError('wrong ELF class')", "does not load: ImportError: wrong ELF class"),
    ],
)
def test_a_library_that_does_not_load(tmp_path, monkeypatch, code, said):
    (tmp_path / "numba.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    monkeypatch.setattr(libraries, "_TRIED", {"numba": libraries._TRIED["numba"]})
    finding = only(libraries.CHECKS, "libraries")
    assert (finding.state, said in finding.found) == ("problem", True)


def test_a_library_that_hangs(monkeypatch):
    monkeypatch.setattr(libraries, "_TRIED", {"numba": "input = __import__('threading').Event().wait()"})
    monkeypatch.setattr(libraries, "_SECONDS", 1.0)
    assert told(libraries.CHECKS) == [("libraries", "note")]


def test_libraries_that_load(monkeypatch):
    monkeypatch.setattr(libraries, "_TRIED", {"plotly": libraries._TRIED["plotly"]})
    assert told(libraries.CHECKS) == []


def test_openvino_is_tried_and_reports_it_to_nobody():
    tried = libraries._start(
        f"{libraries._TRIED['openvino']}; import sys; assert not sys.modules['openvino_telemetry']"
    )
    _, said = tried.communicate(timeout=60)
    assert tried.returncode == 0, said


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "file" / "cache"))
    finding = only(machine.CHECKS, "cache")
    assert (finding.state, "cannot be written" in finding.found) == ("problem", True)


def test_a_disk_without_locks(monkeypatch):
    def refused(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", refused)
    assert "without file locks" in only(machine.CHECKS, "cache").found


@pytest.mark.parametrize(("little", "too_little", "state"), [(1e18, 0, "note"), (1e18, 1e18, "problem")])
def test_a_disk_that_is_almost_full(monkeypatch, little, too_little, state):
    monkeypatch.setattr(machine, "_LITTLE", little)
    monkeypatch.setattr(machine, "_TOO_LITTLE", too_little)
    assert only(machine.CHECKS, "cache").state == state
    assert ("memory", "note") in told(machine.CHECKS)


def test_a_disk_of_another_machine(monkeypatch):
    monkeypatch.setattr(machine, "_file_system", lambda folder: "nfs4")
    assert "another machine's disk (nfs4)" in only(machine.CHECKS, "cache").found


def test_no_ollama_server(monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    finding = only(services.CHECKS, "ollama")
    assert (finding.state, finding.remedy) == ("note", "Start one: `ollama serve`.")


def test_an_ollama_server_whose_tokeniser_is_wrong(monkeypatch):
    with OllamaDouble() as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        assert "accents the same vector" in only(services.CHECKS, "ollama").found


def test_an_ollama_server_that_is_well(monkeypatch):
    with OllamaDouble(version="0.32.15") as double:
        monkeypatch.setenv("OLLAMA_HOST", double.url)
        assert told(services.CHECKS) == []


@pytest.mark.parametrize(
    ("spared", "expected"), [("", ["proxies"]), ("localhost", ["proxies"]), ("127.0.0.1, localhost", []), ("*", [])]
)
def test_a_proxy_in_front_of_this_machines_own_servers(monkeypatch, spared, expected):
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example:3128")
    monkeypatch.setenv("no_proxy", spared)
    found = [one for one in services.CHECKS if one.name == "proxies"]
    assert [name for name, _ in told(found)] == expected
    assert "secret" not in str([*found[0].look()])


def test_keys_are_said_to_be_there_and_never_shown(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-1")
    monkeypatch.setenv("HF_TOKEN", "hf_canary_2")
    said = str([one for check in services.CHECKS for one in check.look()])
    assert "a key is set" in said
    assert "a token is set" in said
    assert "canary" not in said


def test_a_check_that_fails_is_a_finding(monkeypatch):
    monkeypatch.setattr(bundled, "bundled_folder", lambda: 1 / 0)
    assert "ZeroDivisionError" in only(bundled.CHECKS, "bundled model").found
