"""A double of the Ollama server: real HTTP on a loopback port, with the answers that a test asked for.

It plays 0.24.0, which was recorded, and with `version="0.32.15"` the shapes of the newer servers. Vectors come from
`embed`, answers from the prompt's own passages, both worked out from what was sent.
"""

from __future__ import annotations

import threading
import time
from collections import deque

from tests.loopback import Loopback
from tests.ollama import engine, routes_embed, routes_models, routes_text
from tests.ollama.catalogue import Model, digest_of, model_like, recorded_models
from tests.ollama.checks import Refusal
from tests.ollama.faults import Fault
from tests.ollama.wire import Handler, Reply, Request, Stream

ROUTES = {
    ("GET", "/"): routes_models.root,
    ("GET", "/api/version"): routes_models.version,
    ("GET", "/api/tags"): routes_models.tags,
    ("GET", "/api/ps"): routes_models.ps,
    ("POST", "/api/show"): routes_models.show,
    ("POST", "/api/pull"): routes_models.pull,
    ("POST", "/api/copy"): routes_models.copy,
    ("DELETE", "/api/delete"): routes_models.delete,
    ("POST", "/api/embed"): routes_embed.embed,
    ("POST", "/api/embeddings"): routes_embed.embeddings,
    ("POST", "/api/generate"): routes_text.generate,
    ("POST", "/api/chat"): routes_text.chat,
    ("GET", "/v1/models"): routes_models.v1_models,
    ("POST", "/v1/embeddings"): routes_embed.v1_embeddings,
    ("POST", "/v1/chat/completions"): routes_text.v1_chat,
}
# HEAD is answered where Ollama answers it.
ROUTES |= {("HEAD", path): ROUTES["GET", path] for path in ("/", "/api/version", "/api/tags")}
LIBRARY = ("all-minilm", "nomic-embed-text", "mxbai-embed-large", "registry.example:5000/library/slow-minilm")


class OllamaDouble(Loopback):
    """A server to start, to ask, and to make fail.

    Attributes
    ----------
    models
        By full name; `add_model` puts more there.
    requests
        Everything that was asked, in order.
    hang_ups
        Paths of replies that the client did not wait for.
    offline
        Whether the model library is out of reach.
    drops_accents
        Whether accented words become one unknown token, as in 0.13.5 to 0.24.
    """

    def __init__(
        self,
        *,
        version: str = "0.24.0",
        embed: engine.Embed = engine.real_or_words,
        port: int = 0,
        drops_accents: bool = False,
        capabilities: bool = True,
    ) -> None:
        super().__init__(Handler, port)
        self.version, self.embed, self.drops_accents = version, embed, drops_accents
        self.capabilities = capabilities
        self.newer = int(version.split(".")[1]) >= 30 or not version.startswith("0.")
        self.lock = threading.RLock()
        self.runner = threading.Lock()
        self.closing = threading.Event()
        self.models: dict[str, Model] = recorded_models()
        self.requests: list[Request] = []
        self.hang_ups: list[str] = []
        self.cloud = self.offline = False
        self.embed_delay = self.pull_delay = 0.0
        self.pull_steps = 20
        self.old_route_norm = 1.0
        self.fetched: dict[str, int] = {}
        self.library = self._library()
        self._faults: dict[str, Fault] = {}
        self._scripts: deque[engine.Script] = deque()
        self._script = engine.Script()

    def _library(self) -> dict[str, Model]:
        minilm, tiny = self.models["all-minilm:latest"], self.models["tiny-random:latest"]
        found = {}
        for name in LIBRARY:
            same = name.endswith("minilm")
            layers = minilm.layers if same else ((f"sha256:{digest_of(name)}", minilm.size),)
            model = model_like(minilm, name, minilm.modified, new_digest=not same, layers=layers)
            found[model.name] = model
        layers = ((f"sha256:{digest_of('llama3.2')}", 2_019_393_189),)
        llama = model_like(tiny, "llama3.2", tiny.modified, context=131_072, layers=layers)
        self.fetched.update(minilm.layers)  # what an installed model is made of is there already
        return found | {llama.name: llama}

    def close(self) -> None:
        """Stop listening; hanging replies end."""
        self.closing.set()
        super().close()

    def add(self, model: Model) -> Model:
        with self.lock:
            self.models[model.name.lower()] = model
        return model

    def add_model(self, name: str, kind: str = "language", **changes: object) -> Model:
        """Add a model of kind `embedding` or `language`, the newest; see `model_like` for what may differ."""
        pattern = self.models["all-minilm:latest" if kind == "embedding" else "tiny-random:latest"]
        newest = max(model.modified for model in self.models.values())
        year = int(newest[:4]) + 1
        capabilities = changes.pop("show_capabilities", None)
        model = model_like(pattern, name, f"{year}{newest[4:]}", **changes)
        if capabilities is not None:
            model.show["capabilities"] = list(capabilities)
        return self.add(model)

    def script(self, *pieces: str, once: bool = False, **more: object) -> None:
        """Set what the language model says; no pieces at all: an answer from the prompt's passages."""
        script = engine.Script(pieces=pieces or None, **more)
        if once:
            self._scripts.append(script)
        else:
            self._script = script

    def next_script(self) -> engine.Script:
        return self._scripts.popleft() if self._scripts else self._script

    def fail(self, path: str, kind: str, **more: object) -> None:
        """Make a route fail in one of the ways of `faults.KINDS`, `times` times or until `heal`."""
        self._faults[path] = Fault(kind, **more)

    def heal(self) -> None:
        self._faults.clear()

    def next_fault(self, path: str) -> Fault | None:
        with self.lock:
            fault = self._faults.get(path)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    del self._faults[path]
            return fault

    def route(self, request: Request) -> Reply | Stream:
        found = ROUTES.get((request.method, request.path))
        if found is not None:
            try:
                return found(self, request)
            except Refusal as refusal:
                return refusal.reply
        allowed = [method for method, path in ROUTES if path == request.path]
        if allowed:
            return Reply(405, b"405 method not allowed", "text/plain", {"Allow": ", ".join(allowed)})
        return Reply(404, b"404 page not found", "text/plain")

    def work(self, texts: int) -> None:
        """Take the time that embedding takes, one request after another as the server's one runner does."""
        if self.embed_delay:
            with self.runner:
                time.sleep(self.embed_delay * texts)

    def note_hang_up(self, path: str) -> None:
        with self.lock:
            self.hang_ups.append(path)

    def sent(self, path: str) -> list[dict | None]:
        """Bodies of the requests to one path."""
        with self.lock:
            return [request.body for request in self.requests if request.path == path]


__all__ = ["OllamaDouble"]
