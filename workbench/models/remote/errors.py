"""What goes wrong between here and a service with OpenAI's interface, each in one sentence that says what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import ModelError, ModelNotFound, ServerError, WorkbenchError
from workbench.models.remote.secret import Secret, scrubbed
from workbench.models.remote.waiting import LONGEST, asked_wait

__all__ = ["Failure", "Service", "failed", "missing_package"]

_KEPT = "Nothing of this batch was stored, what came before is kept: embed again to go on."
_NO_VECTORS = re.compile(
    r"not allowed to generate embeddings|embeddings? operation does not work|not support (the )?embedding",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(r"\b(model|deployment)\b", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"maximum context length|exceeds? (the )?(maximum )?context|too (long|large)|input length", re.IGNORECASE
)
_QUOTED = 200
"""Characters of a service's own words that are repeated."""


@dataclass(frozen=True, slots=True)
class Service:
    """Who is asked, for what, and how to be let in.

    Attributes
    ----------
    model, name
        Id of the model, and what the service calls it.
    host
        Name and port.
    local
        Whether it runs on this machine.
    access
        What to do where it does not let a request in.
    address
        What to do where it answers, but not as it should.
    seconds
        Longest silence that is borne.
    secret
        What is never repeated from its messages.
    kept, too_long
        What is left after a failure and what to do next; what to do where a text was too long.
    """

    model: str
    name: str
    host: str
    local: bool
    access: str
    address: str
    seconds: float
    secret: Secret | None = field(default=None, repr=False)
    kept: str = _KEPT
    too_long: str = "Choose a smaller chunk size."


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that came to nothing.

    Attributes
    ----------
    error
        What to raise in the end.
    why
        Half a sentence for somebody who waits.
    tries
        How often it may be sent again, 0 where that is of no use.
    wait
        Seconds that the service asks to wait, None where it does not say.
    status
        Of the reply, 0 where there was none.
    """

    error: WorkbenchError
    why: str = ""
    tries: int = 0
    wait: float | None = None
    status: int = 0


def missing_package(package: str, extra: str) -> ModelError:
    """Say which line installs what an extra needs."""
    return ModelError(f'The package {package} is not installed. Install it with: pip install "rag-workbench[{extra}]"')


def failed(error: Exception, service: Service, most: int) -> Failure:
    """Turn an error of the `openai` package into one of ours; the caller raises it outside of its `except`.

    The package's own error holds the request with its key, so that it must not hang on ours as its cause.

    Parameters
    ----------
    error
        From the package, or what reading its reply raised.
    service
        For the message.
    most
        How often a request may be sent again.
    """
    import openai

    if isinstance(error, openai.APIStatusError):
        return _refused(error, service, most)
    if isinstance(error, openai.APITimeoutError):
        said = f"{service.host} sent nothing for {service.seconds:g} s. {service.kept} A larger timeout= waits longer."
        return Failure(ServerError(said), f"{service.host} sent nothing", tries=min(1, most))
    if isinstance(error, openai.APIConnectionError):
        return _no_connection(error, service, most)
    said = scrubbed(str(error).rstrip(".") or type(error).__name__, service.secret)[:_QUOTED]
    return Failure(ServerError(f"{service.host} gave a reply that cannot be read ({said}). {service.kept}"))


def _no_connection(error: Exception, service: Service, most: int) -> Failure:
    # A class of the HTTP library that the package brings along, and may change.
    if type(error.__cause__).__name__ == "ConnectError":
        do = "Start the server" if service.local else "Check the network and the address"
        said = f"No connection to {service.host}. {do}. {service.kept}"
        return Failure(
            ServerError(said), f"No connection to {service.host}", tries=0 if service.local else min(2, most)
        )
    said = f"{service.host} broke off the connection before its reply was whole. {service.kept}"
    return Failure(ServerError(said), f"{service.host} broke off", tries=min(2, most))


def _refused(error: Any, service: Service, most: int) -> Failure:
    status = int(error.status_code)
    code = str(error.code or "")
    text = scrubbed(_words(error), service.secret)[:_QUOTED].rstrip(". ") or "no reason given"
    said = f"({status}: {text})"
    if _NO_VECTORS.search(text) or code == "OperationNotSupported":
        return _final(ModelError, f"{service.model} makes no vectors {said}. Choose an embedding model.", status)
    if status == 429:
        return _too_many(error.response.headers, service, said, code, most)
    if status >= 500 or status in (408, 409):
        failure = ServerError(f"{service.host} failed {said}. {service.kept}")
        return Failure(
            failure, f"{service.host} failed with {status}", most, asked_wait(error.response.headers), status
        )
    return _final(*_for_good(status, code, text, said, service), status)


def _final(kind: type[ModelError], sentence: str, status: int) -> Failure:
    return Failure(kind(sentence), status=status)


def _for_good(status: int, code: str, text: str, said: str, service: Service) -> tuple[type[ModelError], str]:
    """Give kind and sentence of an error that sending again does not mend."""
    if status == 401:
        return ServerError, f"{service.host} does not accept the key {said}. {service.access} {service.kept}"
    if status == 403:
        return ServerError, f"{service.host} does not allow this key to use {service.name!r} {said}. {service.access}"
    if status == 404 and (_NO_MODEL.search(text) or "NotFound" in code or code == "model_not_found"):
        check = "Check its name." if service.local else "Check its name, and that the key's account may use it."
        return ModelNotFound, f"{service.host} has no model {service.name!r} {said}. {check}"
    if status == 404 or 300 <= status < 400:
        return ServerError, f"{service.host} answers, but not at this address {said}. {service.address}"
    if code == "context_length_exceeded" or _TOO_LONG.search(text):
        return ModelError, f"A text is longer than {service.model} reads {said}. {service.too_long} {service.kept}"
    return ServerError, f"{service.host} refused the request {said}. {service.kept}"


def _too_many(headers: Mapping[str, str], service: Service, said: str, code: str, most: int) -> Failure:
    if code == "insufficient_quota":
        return _final(
            ServerError, f"The account's credit at {service.host} is used up {said}. Add to it. {service.kept}", 429
        )
    wait = asked_wait(headers)
    when = "in a minute" if wait is None else f"in {wait:.0f} s"
    failure = ServerError(f"{service.host} takes no more requests for now {said}. Try again {when}. {service.kept}")
    again = most if wait is None or wait <= LONGEST else 0
    return Failure(failure, f"{service.host} takes no more requests for now", again, wait, 429)


def _words(error: Any) -> str:
    """Give what the service said; a page of HTML is named, not quoted."""
    body = error.body
    kind = str(error.response.headers.get("content-type", ""))
    if "html" in kind:
        return f"a page of {kind.partition(';')[0]}, so something between answered"
    if isinstance(body, Mapping):
        return str(body.get("message") or body.get("error") or body.get("detail") or "")
    return str(body or "")
