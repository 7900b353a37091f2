"""The set-up tools decide as they say, on made-up machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jupyterlab.commands import get_app_dir

from tests.project.files import ROOT
from tools import check_tree, chromium, install, lock, torch_build

PROJECT = '[build-system]\nrequires = []\n[project]\nname = "x"\n[dependency-groups]\ndev = []\n'


def choose(monkeypatch, *, platform="linux", gpu=False, offered="", index=False):
    """Choose PyTorch on a machine made up of these facts."""
    monkeypatch.setattr(torch_build.sys, "platform", platform)
    monkeypatch.setattr(torch_build, "nvidia_gpu", lambda: gpu)
    monkeypatch.setattr(torch_build, "words_of", lambda command, seconds: offered)
    monkeypatch.setattr(torch_build, "find_uv", lambda pip, python, pin: ("uv",))
    monkeypatch.setattr(torch_build, "reachable", lambda command: index)
    return torch_build.choose(Path("py"), "torch==2.13.0", "uv==0.13.8", Path("requirements.lock"))


def test_linux_without_a_gpu_takes_the_cpu_build_from_pytorchs_index(monkeypatch):
    build = choose(monkeypatch, offered="Available versions: 2.14.0, 2.13.0", index=True)
    assert build.command == (
        *("uv", "pip", "install", "--python", "py", "--no-deps", "--torch-backend=cpu", "torch==2.13.0"),
    )
    assert str(build) == "PyTorch, CPU build, about 190 MB, from PyTorch's own index"


def test_a_cpu_wheel_that_pip_is_led_to_comes_first(monkeypatch):
    build = choose(monkeypatch, offered="Available versions: 2.14.0, 2.13.0+cpu, 2.13.0", index=True)
    assert build.command == ("py", "-m", "pip", "install", "--no-deps", "torch==2.13.0")
    assert build.kind == "CPU"


def test_a_cpu_wheel_of_another_version_does_not_count(monkeypatch):
    offered = "Available versions: 12.13.0+cpu, 2.13.0+cpuish, 2.12.0+cpu\n  INSTALLED: 2.13.0+cpu\n"
    assert choose(monkeypatch, offered=offered).kind == "CUDA"


def test_where_no_cpu_build_can_be_reached_the_size_of_cuda_is_said_before(monkeypatch, capsys):
    build = choose(monkeypatch)
    assert build.command == ("py", "-m", "pip", "install", "-c", "requirements.lock", "torch==2.13.0")
    assert str(build) == "PyTorch, CUDA build, about 2,500 MB, from pip as it is set up here"
    assert "cannot be reached" in capsys.readouterr().out


def test_a_gpu_gets_cuda_and_a_mac_gets_its_only_build(monkeypatch):
    assert choose(monkeypatch, gpu=True, index=True).kind == "CUDA"
    assert choose(monkeypatch, platform="darwin").kind == "CPU"


def test_fingerprint_changes_with_lock_project_and_python_but_not_with_settings():
    first = install.fingerprint("a==1\n", PROJECT, (3, 11))
    assert install.fingerprint("a==1\n", PROJECT + "[tool.ruff]\nline-length = 1\n", (3, 11)) == first
    others = {
        install.fingerprint("a==2\n", PROJECT, (3, 11)),
        install.fingerprint("a==1\n", PROJECT.replace('"x"', '"y"'), (3, 11)),
        install.fingerprint("a==1\n", PROJECT, (3, 12)),
    }
    assert len(others - {first}) == 3


def test_an_install_with_nothing_to_do_starts_nothing(tmp_path, monkeypatch):
    stamp, python = tmp_path / "stamp", tmp_path / "python"
    text = [path.read_text("utf-8") for path in (install.LOCK, install.PROJECT)]
    stamp.write_text(install.fingerprint(*text, install.sys.version_info[:2]))
    python.touch()
    monkeypatch.setattr(install, "STAMP", stamp)
    monkeypatch.setattr(install, "PYTHON", python)
    monkeypatch.setattr(install, "make_environment", lambda: pytest.fail("it began to install"))
    assert install.main() == 0


def test_jupyterlab_asks_no_question_over_the_app(tmp_path, monkeypatch):
    monkeypatch.setattr(install, "LAB_SETTINGS", tmp_path / "lab" / "settings" / "overrides.json")
    install.silence_lab()
    ((plugin, chosen),) = json.loads(install.LAB_SETTINGS.read_text("utf-8")).items()
    schema = Path(get_app_dir(), "schemas", *plugin.replace(":", "/").split("/")).with_suffix(".json")
    known = json.loads(schema.read_text("utf-8"))["properties"]
    for name, value in chosen.items():
        assert value in [one["const"] for one in known[name]["oneOf"]]
        assert value != known[name]["default"]


def test_pins_leave_markers_and_comments_out():
    assert install.pins("# x\na-b==1.0 ; os_name == 'nt'\nc==2\n") == {"a-b": "a-b==1.0", "c": "c==2"}


def test_lock_is_cleaned_of_cuda_and_of_builds():
    made = "# by uv\nnumpy==2.4.6\nnvidia-nccl-cu13==2.29.7 ; x\ncuda-toolkit==13\ntorch==2.13.0+cpu\ntriton==3.7.1\n"
    assert lock.clean(made) == lock.HEADER + "numpy==2.4.6\ntorch==2.13.0\n"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("see /ho" + "me/carla/notes", "a path of one machine"),
        ("C:\\Us" + "ers\\carla", "a path of one machine"),
        ("https://py" + "pi.org/simple", "a package registry's host"),
        ("key = 'sk" + "-abcdefghij0123456789'", "a secret"),
    ],
)
def test_check_finds_what_must_not_be_committed(line, what):
    (finding,) = check_tree.check_text(f"fine\n{line}\n")
    assert finding.startswith(f":2: {what}: ")


def test_check_leaves_ordinary_text_alone():
    assert (
        list(check_tree.check_text("data/camelids ~/notes /home/you/notes /usr/bin https://example.org risk-averse"))
        == []
    )


@pytest.mark.parametrize("change", [{"outputs": [{}]}, {"execution_count": 3}])
def test_check_finds_notebook_outputs(change):
    cells = [{"outputs": [], "execution_count": None}, {"outputs": [], "execution_count": None, **change}]
    (finding,) = check_tree.check_notebook(json.dumps({"cells": cells, "metadata": {}}))
    assert "cell 2 holds an output or a count" in finding


def test_check_finds_widget_state():
    (finding,) = check_tree.check_notebook(json.dumps({"cells": [], "metadata": {"widgets": {}}}))
    assert "widget state" in finding


def test_chromium_is_the_one_that_the_person_names(tmp_path, monkeypatch):
    browser = tmp_path / "my-chromium"
    monkeypatch.setenv("WORKBENCH_CHROMIUM", str(browser))
    assert chromium.find() is None
    browser.touch()
    assert chromium.find() == str(browser)


def test_chromium_of_playwright_is_found(tmp_path, monkeypatch):
    monkeypatch.delenv("WORKBENCH_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    binary = tmp_path / "chromium-1200" / "chrome-linux" / "chrome"
    binary.parent.mkdir(parents=True)
    binary.touch()
    assert chromium.find() == str(binary)


@pytest.mark.parametrize(
    "target",
    ["lab", "test", "install", "demo", "check", "bench", "browser", "audit", "optimum", "lock", "clean", "help"],
)
def test_makefile_offers_and_explains(target):
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    (rule,) = [line for line in lines if line.startswith(f"{target}:")]
    assert "  ## " in rule


def test_ci_runs_the_same_commands_and_lets_nothing_be_skipped():
    script = ROOT / ".ci" / "run"
    text = script.read_text("utf-8")
    assert script.stat().st_mode & 0o111
    assert "WORKBENCH_REQUIRE_ALL=1" in text
    assert text.index("apt-get install") < text.index("\nmake check") < text.index("\nmake test")


def test_licence_is_apache_2():
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert len(text) == 11358
