"""Language models of OpenAI, and of any server with its interface."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from threading import Event
from typing import Any

from workbench.errors import ConsentNeeded, InputError, ServerError
from workbench.generation.reading import read_apart
from workbench.generation.tokens import estimate_tokens
from workbench.models.ollama.errors import count_of
from workbench.models.remote import keys
from workbench.models.remote.access import OpenAIAccess
from workbench.models.remote.errors import failed
from workbench.models.remote.in_clear import ASKED
from workbench.models.remote.secret import Secret, guarded
from workbench.models.wire import Wire
from workbench.records import Piece, PromptRequest

__all__ = ["OpenAIChat"]

_HOME_CONTEXT, _OTHER_CONTEXT = 16_384, 4096
_CL100K = re.compile(r"gpt-(?:4|3\.5)(?:-(?!o)|$)")
"""Models whose tokens are those of the vocabulary that is at hand; later ones have another."""
_SPARE = ("temperature", "seed", "stream_options")
"""Fields that some models or servers refuse, and can be left out."""
_KEPT = "What had come by then is kept: ask again."
_ENDS = ("stop", "length")


class OpenAIChat:
    """`openai:gpt-4o-mini` and others, or with `base_url` any model of a compatible server, by `/chat/completions`.

    Nothing is sent in the constructor.

    Parameters
    ----------
    name
        As the service knows it.
    base_url, api_key, organization, project
        As in `workbench.models.remote.access.OpenAIAccess`.
    context
        Tokens that prompt and answer may take; None is 16,384 for OpenAI's own and 4,096 for others, which cannot be
        asked. A server with less refuses the prompt, or cuts it, which its count shows.
    timeout
        Longest silence of the service in seconds.
    consent
        Whether prompts may go there; not asked for on this machine.

    Raises
    ------
    InputError
        An option out of its range, or an address that is none.
    """

    sends = ASKED

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        api_key: str | Secret | None = None,
        organization: str | None = None,
        project: str | None = None,
        context: int | None = None,
        timeout: float = 120.0,
        consent: bool = False,
    ) -> None:
        # A traceback may show the variables of this function.
        api_key, base_url = Secret.of(api_key), guarded(base_url)
        self.id, self.name = f"openai:{name}", name
        if (context is not None and context < 1) or not 0 < timeout < float("inf"):
            raise InputError(
                f"context is {context} and timeout {timeout} for {self.id}; give a number of tokens of 1 or more, and "
                "seconds above 0."
            )
        self._access = OpenAIAccess(base_url, api_key, organization, project)
        home = self._access.home
        self.server = self._access.address.url
        self.destination = "" if self._access.address.local else self._access.address.host
        self.consent = consent
        self.context_tokens = context or (_HOME_CONTEXT if home else _OTHER_CONTEXT)
        self._exact = home and _CL100K.match(name) is not None
        self._timeout = timeout
        self._length = "max_completion_tokens" if home else "max_tokens"
        self._refused: set[str] = set()

    @property
    def exact_tokens(self) -> bool:
        """Whether tokens are counted with the model's own vocabulary."""
        if not self._exact:
            return False
        from workbench.models.remote.cl100k import openai_tokenizer

        return openai_tokenizer().exact

    def count_tokens(self, text: str) -> int:
        """Count with the model's vocabulary where it is at hand, else estimate from above."""
        if not self.exact_tokens:
            return estimate_tokens(text)
        from workbench.models.remote.cl100k import openai_tokenizer

        return int(openai_tokenizer().count([text])[0])

    def stream(self, request: PromptRequest, cancel: Event) -> Iterator[Piece]:
        """Yield the answer as it is written; the last piece has `done=True`.

        Only a `finish_reason` makes it whole. A cancelled stream closes its connection and ends without `done`.

        Raises
        ------
        ConsentNeeded
            The prompt would leave this machine and nobody has allowed that; nothing is sent then.
        ModelNotFound, ServerError, ModelError
            As embedding models of the same services raise them.
        """
        self._allowed(request)
        if cancel.is_set():
            return
        began, first = time.perf_counter(), 0.0
        reason, usage = "", None
        for chunk in self._chunks(request, cancel):
            usage = getattr(chunk, "usage", None) or usage
            text, end = self._understood(chunk)
            reason = end or reason
            if text:
                first = first or time.perf_counter()
                yield Piece(text)
        if cancel.is_set():
            return
        if reason not in _ENDS:
            raise ServerError(self._ending(reason))
        seconds = time.perf_counter() - (first or began)
        asked, said = (count_of(getattr(usage, name, None)) for name in ("prompt_tokens", "completion_tokens"))
        yield Piece("", True, reason, asked, said, seconds)

    def _understood(self, chunk: Any) -> tuple[str, str]:
        """Give text and reason to end of a chunk, each empty for most; some servers send what is neither."""
        try:
            choice = chunk.choices[0] if chunk.choices else None
            delta = getattr(choice, "delta", None)
            text, end = getattr(delta, "content", None) or "", getattr(choice, "finish_reason", None) or ""
        except (AttributeError, KeyError, TypeError):
            text = end = None
        if isinstance(text, str) and isinstance(end, str):
            return text, end
        raise ServerError(
            f"{self._access.address.host} answers, but not as /v1/chat/completions does. Check the address: for most "
            "servers it ends in /v1."
        )

    def _ending(self, reason: str) -> str:
        if not reason:
            return f"{self._access.address.host} broke off before {self.id} said that it was done. Ask again."
        return f"{self.id} stopped for another reason than its end ({reason}). Ask in other words."

    def _allowed(self, request: PromptRequest) -> None:
        if not self.destination or self.consent:
            return
        passages = len(request.passages)
        raise ConsentNeeded(
            f"{self.id} runs at {self.destination}, and nobody has allowed yet that texts go there. It would be sent "
            f"the question and {passages} passage{'' if passages == 1 else 's'} "
            f"({'' if request.exact else 'about '}{request.prompt_tokens:,} tokens), and again with each question, at "
            f'a price that is not known here. Allow it with wb.allow("{self.id}"), or choose a model that runs here.'
        )

    def _chunks(self, request: PromptRequest, cancel: Event) -> Iterator[Any]:
        """Give the chunks of one reply; a field that the service refuses is left out from then on."""
        while True:
            wire = Wire()
            try:
                yield from read_apart(partial(self._read, request, wire), cancel, "openai-stream", wire.cut)
            except _FieldRefused as refused:
                self._refused.add(refused.field)
            else:
                return

    def _read(self, request: PromptRequest, wire: Wire) -> Iterator[Any]:
        """Yield the chunks on the caller's own thread, from a client whose one connection can be cut."""
        with self._access.open(self._timeout, self.sends, wire) as client:
            import openai  # by now it is known to be there

            try:
                yield from client.chat.completions.create(**self._body(request))
            except (openai.OpenAIError, ValueError, RecursionError) as error:  # brackets without end
                raise self._failure(error) from None  # the package's own error holds the key

    def _failure(self, error: Exception) -> Exception:
        body = str(getattr(error, "message", ""))
        status = getattr(error, "status_code", 0)
        for name in _SPARE:
            if status in (400, 422) and name in body and name not in self._refused:
                return _FieldRefused(name)
        if status == 401:
            keys.forget("openai")
        service = self._access.service(self.id, self.name, self._timeout)
        service = replace(service, kept=_KEPT, too_long="Use fewer passages.")
        return failed(error, service, 0).error

    def _body(self, request: PromptRequest) -> dict[str, Any]:
        spare = {
            "temperature": request.temperature,
            "seed": request.seed,
            "stream_options": {"include_usage": True},
        }
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "stream": True,
            **{name: value for name, value in spare.items() if name not in self._refused},
        }
        if request.answer_tokens > 0:
            body[self._length] = request.answer_tokens
        return body

    def close(self) -> None:
        """Hold nothing: each answer has a connection of its own."""


class _FieldRefused(Exception):
    """The service refuses a field of the request that can be left out."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field
