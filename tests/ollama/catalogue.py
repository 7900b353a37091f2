"""The models that a double has, shaped as the recorded server showed them."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

RECORDINGS = Path(__file__).parent / "recordings"
NAME = re.compile(
    r"(?:[A-Za-z0-9.-]+(?::\d+)?/)?(?:[A-Za-z0-9_][\w.-]*/)?[A-Za-z0-9_][\w.-]{0,79}(?::[A-Za-z0-9_][\w.-]{0,79})?"
)


UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
FOR_GOOD = 292 * 365.25 * 86400.0


def seconds_of(keep_alive: object) -> float:
    """Read `300`, `"5m"`, `"1h30m"`, `"-1s"` as Go does."""
    if not isinstance(keep_alive, str):
        return float(keep_alive)
    parts = re.findall(r"([\d.]+)(ns|us|µs|ms|s|m|h)", keep_alive)
    return (-1 if keep_alive.startswith("-") else 1) * sum(float(number) * UNITS[unit] for number, unit in parts)


@lru_cache
def exchanges(file: str) -> tuple[dict, ...]:
    return tuple(json.loads((RECORDINGS / f"{file}.json").read_text(encoding="utf-8")))


def recorded(file: str, name: str) -> dict:
    return next(item for item in exchanges(file) if item["name"] == name)


def body_of(exchange: dict) -> str:
    response = exchange["response"]
    return "".join(response["chunks"]) if "chunks" in response else response.get("body", "")


def full_name(name: str) -> str:
    """Add the default tag."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Model:
    name: str
    size: int
    memory: int
    digest: str
    modified: str
    show: dict
    layers: tuple[tuple[str, int], ...] = ()
    remote_model: str = ""
    remote_host: str = ""
    loaded: bool = False
    expires: float = 0.0
    details: dict = field(default_factory=dict)

    @property
    def info(self) -> dict:
        return self.show["model_info"]

    def used(self, keep_alive: object = None) -> None:
        """Stay loaded for that long from now: seconds or a Go duration, negative for good, 0 for not at all."""
        seconds = 300.0 if keep_alive is None else seconds_of(keep_alive)
        self.loaded = seconds != 0
        self.expires = time.time() + (FOR_GOOD if seconds < 0 else seconds)

    @property
    def context(self) -> int:
        return self.info[f"{self.info['general.architecture']}.context_length"]

    @property
    def dimensions(self) -> int:
        return self.info[f"{self.info['general.architecture']}.embedding_length"]

    @property
    def embeds(self) -> bool:
        return "embedding" in self.show["capabilities"]

    def num_ctx(self, options: dict) -> int:
        asked = options.get("num_ctx") or self.parameter("num_ctx") or 4096
        return min(int(asked), self.context)

    def parameter(self, key: str) -> int | None:
        for line in self.show.get("parameters", "").splitlines():
            if line.split()[0] == key:
                return int(line.split()[1])
        return None


LAYERS = {
    "all-minilm": (
        ("sha256:33043751371241f019135a1f04da5359d555058e9400b673dc12fda072304ef7", 45949440),
        ("sha256:95a3ca19161282880c71e53076475f1b97bf017c9c0d238d6738f8ea84a785d4", 262),
    )
}


def recorded_models() -> dict[str, Model]:
    """Give the two models of the recorded server, by full name."""
    shown = {
        "all-minilm:latest": json.loads(body_of(recorded("server", "show-embedding"))),
        "tiny-random:latest": json.loads(body_of(recorded("server", "show-language"))),
    }
    loaded = json.loads(body_of(recorded("server", "ps-loaded")))["models"]
    memory = {raw["name"]: raw["size"] for raw in loaded}
    models = {}
    for raw in json.loads(body_of(recorded("server", "tags")))["models"]:
        models[raw["name"]] = Model(
            name=raw["name"],
            size=raw["size"],
            memory=memory[raw["name"]],
            digest=raw["digest"],
            modified=raw["modified_at"],
            show=shown[raw["name"]],
            layers=LAYERS.get(raw["name"].partition(":")[0], ()),
            details=raw["details"],
        )
    return models


def model_like(pattern: Model, name: str, modified: str, **changes: object) -> Model:
    """Give another model of the same shape: `context`, `dimensions`, `remote_host`, `parameters` may differ."""
    model = copy.deepcopy(pattern)
    model.name, model.modified, model.loaded = full_name(name), modified, False
    if changes.pop("new_digest", True):
        model.digest = digest_of(name)
    model.show["modified_at"] = modified
    family = model.info["general.architecture"]
    for key, place in (("context", "context_length"), ("dimensions", "embedding_length")):
        if key in changes:
            model.info[f"{family}.{place}"] = changes.pop(key)
    if "parameters" in changes:
        model.show["parameters"] = changes.pop("parameters")
    for key, value in changes.items():
        setattr(model, key, value)
    return model
