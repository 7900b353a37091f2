"""A process without any network but loopback, in which the kernel counts what wanted to leave.

`unshare -rn python -m tests.security.apart OUT COMMAND...` runs a command so and writes what was counted to OUT. There
is no route to anywhere: whatever is sent, by Python or by a library's own code, a name looked up included, is counted
and dropped.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

__all__ = ["RECORDER", "can_be_apart", "left"]

_SET_FLAGS, _UP_RUNNING = 0x8914, 0x1 | 0x40

RECORDER = """
import json, os, sys
_log = os.environ.get("WORKBENCH_SEEN")
if _log:
    _file = os.open(_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    def _see(event, given, write=os.write, dumps=json.dumps):
        if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            told = ["name", given[0].decode() if isinstance(given[0], bytes) else str(given[0])]
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(given[1], tuple):
            told = ["address", str(given[1][0]), given[1][1]]
        elif event == "pickle.find_class":
            told = ["pickle", f"{given[0]}.{given[1]}"]
        else:
            return
        write(_file, (dumps(told) + "\\n").encode())
    sys.addaudithook(_see)
"""
"""A `sitecustomize` that records, from the first line of every Python process on, where it goes; none can undo it."""


def can_be_apart() -> bool:
    """Tell whether this system lets a process have a network of its own."""
    if shutil.which("unshare") is None:
        return False
    command = ("unshare", "-rn", sys.executable, "-c", "import socket")
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0


def left() -> int:
    """Give how many packets found no way out of this network so far."""
    head, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:"))
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(dict(zip(head, values, strict=True))["OutNoRoutes"]) + int(six.get("Ip6OutNoRoutes", 0))


def main(out: str, *command: str) -> int:
    """Switch loopback on, run the command, and write what was counted."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_RUNNING))
    before = left()
    status = subprocess.run(command, check=False).returncode
    Path(out).write_text(json.dumps(left() - before))
    return status


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
