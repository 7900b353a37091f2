"""A JupyterLab of our own and a browser that drives it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from re import Pattern
from typing import TYPE_CHECKING, Any

from tests.browser.watch import Watch
from tests.caches import own_cache

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
)
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
HEIGHT = 1400
LATE = "[anywidget] Failed to initialize model."
"""What anywidget reports where a busy machine takes longer than 2 s for a script; `hearing.js` sees to what follows."""
START = 60
"""Seconds that the server may take to answer."""

_SETTINGS: dict[str, dict[str, object]] = {
    "@jupyterlab/apputils-extension/notification": {"checkForUpdates": False, "fetchNews": "false"},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none", "recordTiming": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


def chromium() -> str | None:
    """Give the path of Chromium, None where it is not installed."""
    return os.environ.get("WORKBENCH_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def missing() -> str:
    """Say what is missing for browser tests, empty if nothing."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "browser tests need playwright: pip install playwright"
    if chromium() is None:
        return "browser tests need Chromium: install it (Debian: apt install chromium) or set WORKBENCH_CHROMIUM"
    return ""


class Lab:
    """JupyterLab on a free port of the loopback interface, with settings, kernels and stores of its own.

    Parameters
    ----------
    home
        An empty folder; notebooks lie in its `notebooks`.
    environment
        Further environment variables of the server and its kernels.
    """

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.notebooks = home / "notebooks"
        self.notebooks.mkdir(parents=True)
        self.settings = home / "settings"
        self._cache = own_cache(home / "cache")
        self.token = secrets.token_hex(16)
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._configure()
        self._log = (home / "server.log").open("wb")
        self._server = subprocess.Popen(
            self._command(),
            cwd=self.notebooks,
            env={**os.environ, **self._environment(), **(environment or {})},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait()

    def _command(self) -> list[str]:
        options = {
            "ip": "127.0.0.1",
            "port": str(self.port),
            "port_retries": "0",
            "open_browser": "False",
            "root_dir": str(self.notebooks),
            "allow_root": "True",
        }
        given = [f"--ServerApp.{name}={value}" for name, value in options.items()]
        token = f"--IdentityProvider.token={self.token}"
        return [sys.executable, "-m", "jupyterlab", "--expose-app-in-browser", token, *given]

    def _environment(self) -> dict[str, str]:
        home = self.home
        return {
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.settings),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "IPYTHONDIR": str(home / "ipython"),
            "WORKBENCH_CACHE": str(self._cache),
            "WORKBENCH_STORES": str(home / "stores"),
            "OLLAMA_HOST": os.environ.get("WORKBENCH_TEST_OLLAMA", "http://127.0.0.1:9"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def _configure(self) -> None:
        for name, values in _SETTINGS.items():
            self._set(name, values)

    def _set(self, name: str, values: Mapping[str, object]) -> None:
        path = self.settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")

    def _wait(self) -> None:
        end = time.monotonic() + START
        while time.monotonic() < end and self._server.poll() is None:
            if self._answers():
                return
            time.sleep(0.2)
        self.close()
        raise RuntimeError(f"JupyterLab did not start:\n{(self.home / 'server.log').read_text()[-3000:]}")

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.address}/api?token={self.token}", timeout=2).close()
        except OSError:
            return False
        return True

    def theme(self, name: str) -> None:
        """Choose `light` or `dark` for pages that are opened from now on."""
        self._set("@jupyterlab/apputils-extension/themes", {"theme": THEMES[name]})

    def write(self, name: str, cells: Sequence[str]) -> Path:
        """Write a notebook of code cells."""
        path = self.notebooks / name
        path.write_text(json.dumps(notebook_json(cells)), encoding="utf-8")
        return path

    def open(self, browser: Browser, name: str, width: int = 1400, theme: str = "light", script: str = "") -> Notebook:
        """Open a notebook in a page of its own, alone, without the sidebar, and without any other server.

        `script` runs in the page before anything else.
        """
        self.theme(theme)
        context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=theme)  # type: ignore[arg-type]
        context.add_init_script(script)
        watch = Watch(context, f"{self.address}/", f"ws://127.0.0.1:{self.port}/")
        return Notebook(context.new_page(), f"{self.address}/doc/tree/{name}?reset&token={self.token}", watch)

    def close(self) -> None:
        """Stop the server and, with it, its kernels."""
        if self._server.poll() is None:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        self._log.close()


class Notebook:
    """A notebook in a page.

    Attributes
    ----------
    page
        Playwright's page.
    errors
        What the page reported: uncaught exceptions and errors of our own scripts.
    dialogs
        Texts of `alert` and the like: what text that got run would do.
    watch
        Counts the page's requests.
    """

    def __init__(self, page: Page, address: str, watch: Watch) -> None:
        self.page, self.watch = page, watch
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.on("pageerror", self._note)
        page.on("dialog", self._dismiss)
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget")
        self.execute("application:toggle-left-area", {}, when="!jupyterapp.shell.leftCollapsed")

    def _note(self, error: Any) -> None:
        if str(error) != LATE:
            self.errors.append(str(error))

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def execute(self, command: str, arguments: Mapping[str, object] | None = None, when: str = "true") -> None:
        """Run a command of JupyterLab, if the JavaScript condition holds."""
        script = (
            f"if ({when}) void window.jupyterapp.commands.execute({json.dumps(command)}, {json.dumps(arguments or {})})"
        )
        self.page.evaluate(f"() => {{ {script} }}")

    def turn(self, theme: str) -> None:
        """Turn the open page `Light` or `Dark`."""
        self.execute("apputils:change-theme", {"theme": f"JupyterLab {theme}"})
        light = str(theme == "Light").lower()
        self.page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=light)

    def run_all(self, timeout: float = 120) -> None:
        """Run all cells and wait, at most `timeout` seconds, until all have ended."""
        self._kernel_ready(timeout)
        self.execute("notebook:run-all-cells")
        cells = self.page.locator(".jp-CodeCell").count()
        self.page.wait_for_function(_ENDED, arg=cells, timeout=timeout * 1000)

    def run_cell(self, index: int, timeout: float = 120) -> None:
        """Run one cell, from 0, again or for the first time."""
        self._kernel_ready(timeout)
        cell = self.page.locator(".jp-CodeCell").nth(index)
        before = cell.locator(".jp-InputPrompt").inner_text()
        cell.locator(".cm-content").first.click()
        self.execute("notebook:run-cell")
        self.page.wait_for_function(
            "([index, before]) => { const said = document.querySelectorAll('.jp-CodeCell')[index]"
            ".querySelector('.jp-InputPrompt').innerText; return /\\d/.test(said) && said !== before; }",
            arg=[index, before],
            timeout=timeout * 1000,
        )

    def _kernel_ready(self, timeout: float) -> None:
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=timeout * 1000,
        )

    def wait(self, selector: str, timeout: float = 60) -> Locator:
        """Wait until something is visible, at most `timeout` seconds, and give it."""
        found = self.page.locator(selector).first
        found.wait_for(timeout=timeout * 1000)
        return found

    def wait_text(self, selector: str, text: str | Pattern[str], timeout: float = 60) -> Locator:
        """Wait until an element holds a text, and give it."""
        found = self.page.locator(selector, has_text=text).first
        found.wait_for(timeout=timeout * 1000)
        return found

    def problems(self) -> list[str]:
        """Give the error outputs of the cells."""
        return self.page.locator('.jp-OutputArea-output[data-mime-type*="error"]').all_inner_texts()

    def shot(self, path: Path, selector: str = ".wb-app") -> Path:
        """Save a picture of what a selector finds."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.locator(selector).first.screenshot(path=path)
        return path

    def close(self) -> None:
        """Shut the kernel down and close the page, which may have asked nothing of any other server."""
        self.execute("kernelmenu:shutdown", when="jupyterapp.shell.currentWidget")
        self.page.wait_for_timeout(200)
        self.page.context.close()
        assert self.watch.strangers == []


# A cell that fails stops the ones after it: they keep an empty prompt.
_ENDED = """(cells) => {
  const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')].map((one) => one.innerText);
  const failed = document.querySelector('.jp-OutputArea-output[data-mime-type*="error"]');
  const ran = prompts.filter((text) => /\\d/.test(text)).length;
  return !prompts.some((text) => text.includes('*')) && (ran >= cells || failed);
}"""


def unfold(head: Locator, wanted: bool = True) -> None:
    """Open a step, or close it, and wait for it."""
    from playwright.sync_api import expect

    state = str(wanted).lower()
    if head.get_attribute("aria-expanded") != state:
        head.click()
    expect(head).to_have_attribute("aria-expanded", state, timeout=60_000)


def notebook_json(cells: Sequence[str]) -> dict[str, object]:
    """Give a notebook of code cells with ids `cell-0`, `cell-1` ..., for the kernel that is always there."""
    return {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{place}",
                "source": source,
                "metadata": {},
                "outputs": [],
                "execution_count": None,
            }
            for place, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
