"""Run the double by hand: `python -m tests.ollama`, then `OLLAMA_HOST=http://127.0.0.1:11500 make lab`."""

from __future__ import annotations

import argparse
import sys
import threading

from tests.ollama.double import OllamaDouble


def main() -> None:
    parser = argparse.ArgumentParser(description="Play an Ollama server, with an all-minilm and a scripted writer.")
    parser.add_argument("--port", type=int, default=11500, help="loopback port (default 11500, 0 for a free one)")
    parser.add_argument("--version", default="0.24.0", help="version to play; 0.30 and newer list capabilities")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds between tokens and progress lines")
    given = parser.parse_args()
    with OllamaDouble(port=given.port, version=given.version) as double:
        double.add_model("llama3.2", context=131_072, show_capabilities=("completion",))
        double.script(delay=given.delay)
        double.pull_delay = given.delay
        sys.stdout.write(f"OLLAMA_HOST={double.url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
