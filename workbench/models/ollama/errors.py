"""What goes wrong between here and an Ollama server, each in one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from workbench.errors import ConsentNeeded, ModelError, ModelNotFound, ServerError, WorkbenchError

__all__ = [
    "ContextOverflow",
    "Crashed",
    "NoEmbedding",
    "NoRoute",
    "broken_off",
    "count_of",
    "moved",
    "need_consent",
    "no_embedding",
    "refused",
    "understood",
    "unreachable",
]

START = "Start it with: ollama serve"

# The texts of servers up to 0.24 and of llama.cpp behind newer ones.
TOO_LONG = (
    "exceeds the context length",
    "exceeds maximum context length",
    "exceeds the available context size",
    "cannot be truncated further",
    "too large to process",
)
NO_VECTORS = ("does not support embed", "not support embeddings", "--embeddings")
CRASHED = ("do embedding request", "unexpectedly stopped", "process has terminated", "process no longer running")


class NoRoute(ServerError):
    """The server does not know the path: an older Ollama, or another program."""


class Crashed(ServerError):
    """The process that runs the model ended; the server starts another for the next request."""


class NoEmbedding(ModelError):
    """The model writes text and makes no vectors."""


class ContextOverflow(ModelError):
    """The text is longer than the model reads."""


def unreachable(host: str) -> ServerError:
    """Nobody listens at `host`."""
    return ServerError(f"No Ollama server answers at {host}. {START}")


def moved(host: str, status: int, place: str) -> ServerError:
    """Say that a server sends its clients elsewhere, where no text is sent that was meant for it."""
    parts = urlsplit(place)
    there = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "another path"
    return ServerError(
        f"The Ollama server at {host} sends its clients elsewhere ({status}: {there}), and nothing was sent there. "
        "If that is where your models are, set OLLAMA_HOST to it."
    )


def broken_off(host: str, why: str) -> ServerError:
    """Say that a reply ended before it was whole."""
    return ServerError(f"The Ollama server at {host} broke off: {why.rstrip('.')}. Try again; its log says more.")


@contextmanager
def understood(host: str) -> Iterator[None]:
    """Read a reply inside: what is JSON of another shape than Ollama's is told as that.

    Raises
    ------
    ServerError
        A part is missing, or of another type.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        if isinstance(error, WorkbenchError):
            raise
        raise ServerError(f"{host} answers, but not as Ollama does ({error}). Check OLLAMA_HOST.") from error


def count_of(value: object) -> int | None:
    """Give a number of a reply if it can be one of tokens or bytes."""
    return value if type(value) is int and 0 <= value < 2**63 else None


def need_consent(name: str, destination: str) -> ConsentNeeded:
    """Say that a model does not run on this machine or its server."""
    return ConsentNeeded(
        f"{name} runs in the cloud: every text sent to it goes to {destination}. "
        f'Choose a local model, or allow it: wb.allow("ollama:{name}").'
    )


def no_embedding(name: str) -> NoEmbedding:
    """Say that a language model was asked for vectors."""
    return NoEmbedding(
        f"{name} is a language model: it writes text and makes no vectors. Choose an embedding model, such as "
        "ollama:all-minilm."
    )


def _not_let_in(server: str, text: str) -> str:
    return (
        f"{server} does not let this request in (401: {text or 'no reason given'}). For a model in the cloud sign in "
        "with: ollama signin. For a server behind a key set OLLAMA_API_KEY, which is sent over https only."
    )


def _too_many(server: str, text: str, wait: str) -> str:
    """Say when to try again: `wait` is the reply's Retry-After, in seconds or as a date."""
    when = f"in {int(wait)} s" if wait.isdecimal() else f"after {wait}" if wait else "in a minute"
    return f"{server} takes no more requests for now (429: {text or 'too many requests'}). Try again {when}."


def refused(host: str, status: int, text: str, model: str, wait: str = "") -> ModelError:
    """Turn an error reply into an error.

    Parameters
    ----------
    host
        Base address of the server.
    status
        Of the reply.
    text
        What the server said.
    model
        What was asked for.
    wait
        The reply's Retry-After.
    """
    server = f"The Ollama server at {host}"
    rules: tuple[tuple[bool, type[ModelError], str], ...] = (
        (
            status == 404 and "page not found" in text,
            NoRoute,
            f"{host} answers, but not as Ollama does (404 {text}). Check OLLAMA_HOST, or update Ollama.",
        ),
        (
            status == 404 and "not found" in text,
            ModelNotFound,
            f"{server} has no model {model!r}. Get it with: ollama pull {model}",
        ),
        (
            "invalid model name" in text,
            ModelNotFound,
            f"{model!r} is not a model name that Ollama accepts. Names look like all-minilm:latest.",
        ),
        (
            any(part in text for part in TOO_LONG),
            ContextOverflow,
            f"The text is longer than {model} reads ({text}). Use a shorter one.",
        ),
        (
            any(part in text for part in CRASHED),
            Crashed,
            f"The process that runs {model} on {host} ended ({text}). Try again; it may be short of memory.",
        ),
        (
            "contains NaN" in text,
            ModelError,
            f"{server} says that a vector of {model} is not finite ({text}). Nothing of this reply is used; try again.",
        ),
        (any(part in text for part in NO_VECTORS), NoEmbedding, str(no_embedding(model))),
        (
            status == 401,
            ServerError,
            _not_let_in(server, text),
        ),
        (status == 429, ServerError, _too_many(server, text, wait)),
        (status == 503, ServerError, f"{server} is busy ({text}). Try again in a moment."),
        (
            status == 403 and not text,
            ServerError,
            f"{server} does not accept requests under that name. Set OLLAMA_HOST to localhost or its address.",
        ),
    )
    for applies, kind, sentence in rules:
        if applies:
            return kind(sentence)
    said = (text or "no reason given").rstrip(".")
    return ServerError(f"{server} refused ({status}): {said}. Try again; its log says more.")
