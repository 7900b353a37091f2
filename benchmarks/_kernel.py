"""A real kernel in a process of its own, spoken to as JupyterLab does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

__all__ = ["Kernel"]

STARTING = 120.0
ENDING = 60.0
"""Seconds for a kernel to start and to end, on a machine that does other things too."""


class Kernel:
    """Starts with the object and ends with `close`.

    Parameters
    ----------
    folder
        Where the connection file and what the kernel writes to its console are put.
    ipykernel
        Folder of another ipykernel than the installed one.
    **environment
        Variables for the process.
    """

    def __init__(self, folder: Path, ipykernel: str | None = None, **environment: str) -> None:
        self.folder = folder
        self._file, _ = write_connection_file(str(folder / "kernel.json"))
        path = [ipykernel, str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]
        self._environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(part for part in path if part),
            "OLLAMA_HOST": "http://127.0.0.1:9",
            **environment,
        }
        self._begin()

    def _begin(self) -> None:
        self._log = (self.folder / "kernel.log").open("ab")
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", self._file]
        self.process = subprocess.Popen(
            command, env=self._environment, stdout=self._log, stderr=self._log, start_new_session=True
        )
        self.client = BlockingKernelClient()
        self.client.load_connection_file(self._file)
        self.client.start_channels(hb=False)  # a busy machine's kernel may miss a beat, and would count as dead
        self.client.wait_for_ready(STARTING)

    @property
    def said(self) -> str:
        """What the process wrote to its console."""
        return (self.folder / "kernel.log").read_text(encoding="utf-8", errors="replace")

    # Cells ------------------------------------------------------------------------------------------------------

    def send(self, code: str) -> str:
        """Start a cell without waiting; gives the id of its request."""
        return str(self.client.execute(code))

    def run(self, code: str, seconds: float = 120) -> str:
        """Run a cell and give what it printed; what it raises is raised here."""
        return self.finish(self.send(code), seconds)

    def finish(self, request: str, seconds: float = 120) -> str:
        """Wait for a cell and give what it printed."""
        printed = ""
        end = time.monotonic() + seconds
        while (message := self._next(end))["parent_header"].get("msg_id") != request or not _idle(message):
            if message["parent_header"].get("msg_id") == request:
                if message["msg_type"] == "stream":
                    printed += message["content"]["text"]
                elif message["msg_type"] == "error":
                    raise RuntimeError("\n".join(message["content"]["traceback"]))
        return printed

    def _next(self, end: float) -> dict[str, Any]:
        try:
            return self.client.get_iopub_msg(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            raise TimeoutError(f"The kernel did not answer in time. Its console says: {self.said[-2000:]}") from None

    def wait_for(self, word: str, seconds: float = 120) -> str:
        """Wait until a cell prints something with a word in it, and give that."""
        end = time.monotonic() + seconds
        while True:
            message = self._next(end)
            if message["msg_type"] == "stream" and word in message["content"]["text"]:
                return str(message["content"]["text"])
            if message["msg_type"] == "error":
                raise RuntimeError("\n".join(message["content"]["traceback"]))

    def interrupt(self) -> None:
        """Do what the stop button does."""
        os.killpg(self.process.pid, signal.SIGINT)

    # Callbacks --------------------------------------------------------------------------------------------------

    def subshell(self) -> str:
        """Make a subshell, and give its id."""
        session = self.client.session
        request = session.msg("create_subshell_request", {})
        self.client.control_channel.send(request)
        reply = self.client.get_control_msg(timeout=STARTING)
        assert reply["content"]["status"] == "ok", reply
        return str(reply["content"]["subshell_id"])

    def open_comm(self, name: str, target: str) -> None:
        """Open a channel to what the kernel has registered as a target."""
        content = {"comm_id": name, "target_name": target, "data": {}}
        self.client.shell_channel.send(self.client.session.msg("comm_open", content))

    def ask(self, comm: str, subshell: str | None, seconds: float = 120) -> tuple[dict[str, Any], float]:
        """Send a message on a channel, as a click does; give the reply's data and the seconds until it came."""
        message = self.client.session.msg("comm_msg", {"comm_id": comm, "data": {}})
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        began = time.perf_counter()
        self.client.shell_channel.send(message)
        end = time.monotonic() + seconds
        while True:
            reply = self._next(end)
            if reply["msg_type"] == "comm_msg" and reply["content"]["comm_id"] == comm:
                return reply["content"]["data"], time.perf_counter() - began

    # The end ----------------------------------------------------------------------------------------------------

    def restart(self) -> float:
        """Do what the restart button does; gives the seconds that the old process took to go."""
        began = time.monotonic()
        self.client.shutdown(restart=True)
        self.process.wait(ENDING)
        took = time.monotonic() - began
        self._let_go()
        self._begin()
        return took

    def kill(self) -> None:
        """Let the process die at once, and start another."""
        self.process.kill()
        self.process.wait(ENDING)
        self._let_go()
        self._begin()

    def close(self) -> None:
        """End the process, whatever it does."""
        if self.process.poll() is None:
            self.client.shutdown()
            try:
                self.process.wait(ENDING)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        self.client.stop_channels()
        self._log.close()

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _idle(message: dict[str, Any]) -> bool:
    return message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
