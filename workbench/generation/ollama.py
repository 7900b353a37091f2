"""Language models that an Ollama server runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from workbench.errors import ServerError
from workbench.generation.tokens import estimate_tokens
from workbench.models.ollama.errors import ContextOverflow, broken_off, count_of, understood
from workbench.models.ollama.served import ServedModel
from workbench.records import Piece

if TYPE_CHECKING:
    from workbench.records import PromptRequest

__all__ = ["OllamaChat"]


class OllamaChat(ServedModel):
    """A language model of an Ollama server, as `protocols.LanguageModel`.

    The server is asked at first use, not here. Every request names `num_ctx`, so that the server's own default
    cannot cut the prompt, and `truncate: false, shift: false`, so that a prompt too long is refused, not cut.

    Parameters
    ----------
    name
        As `ollama list` shows it.
    host
        As in `resolve_host`; None means `OLLAMA_HOST`.
    num_ctx
        Tokens that prompt and answer share, cut to what the model can. More takes more memory, and a value
        other than the loaded model's makes the server load it again.
    think
        Whether a model that can think aloud does so first; its thoughts are not part of the answer.
    keep_alive
        How long the server keeps the model loaded: seconds, or `"5m"`; None is the server's own default.
    consent
        Whether the prompt may go to a model in the cloud.
    timeout
        Longest silence of the server in seconds; None is long enough to load a large model.

    Raises
    ------
    ConsentNeeded
        If the name is that of a model in the cloud and `consent` is False.
    """

    def __init__(
        self,
        name: str,
        *,
        host: str | None = None,
        num_ctx: int = 4096,
        think: bool = False,
        keep_alive: float | str | None = None,
        consent: bool = False,
        timeout: float | None = None,
    ) -> None:
        super().__init__(name, host, keep_alive, timeout, consent=consent)
        self._asked_context = num_ctx
        self._think: bool | None = think

    @property
    def context_tokens(self) -> int:
        """Tokens that prompt and answer share; asks the server the first time, and raises as `stream` does."""
        return min(self._asked_context, self._known().context)

    def count_tokens(self, text: str) -> int:
        """Estimate tokens from above, since the server counts only what it has read; see `estimate_tokens`."""
        return estimate_tokens(text)

    def stream(self, request: PromptRequest, cancel: Event) -> Iterator[Piece]:
        """Yield the answer as it is written; the last piece has `done=True` and the server's counts.

        A cancelled stream closes its connection within a tenth of a second and ends without `done`.

        Raises
        ------
        ModelNotFound
            If the server does not have the model.
        ServerError
            If it does not answer, breaks off, or reports an error.
        ModelError
            If the prompt does not fit.
        """
        if cancel.is_set():
            return
        context = self.context_tokens
        for line in self._lines(self._body(request, context), cancel):
            if "error" in line:
                raise ServerError(f"{self.id} at {self._connect().host} stopped: {line['error']}")
            with understood(self._connect().host):
                text = str((line.get("message") or {}).get("content") or "")
            if not line.get("done"):
                if text:
                    yield Piece(text)
                continue
            yield _last(line, text)
            return
        if not cancel.is_set():
            raise broken_off(self._connect().host, "the answer ended before the model said that it was done")

    def _lines(self, body: dict[str, object], cancel: Event) -> Iterator[dict[str, Any]]:
        """Give the lines of /api/chat; a model that refuses the field `think` is asked again without it."""
        client = self._connect()
        try:
            yield from client.lines("/api/chat", body, cancel, self.name)
        except ContextOverflow as error:
            raise ContextOverflow(
                f"The prompt does not fit into the {self.context_tokens} tokens that {self.id} was given. "
                "Use fewer passages or smaller chunks, or a larger context."
            ) from error
        except ServerError as error:
            if "think" not in body or "think" not in str(error).lower():
                raise
            self._think = None
            yield from client.lines("/api/chat", {k: v for k, v in body.items() if k != "think"}, cancel, self.name)

    def _body(self, request: PromptRequest, context: int) -> dict[str, object]:
        options: dict[str, object] = {
            "num_ctx": context,
            "temperature": request.temperature,
            "seed": request.seed,
        }
        if request.answer_tokens > 0:
            options["num_predict"] = request.answer_tokens
        body: dict[str, object] = {
            "model": self.name,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "stream": True,
            "truncate": False,
            "shift": False,
            "options": options,
            **self._keep,
        }
        if self._think is not None:
            body["think"] = self._think
        return body


def _last(line: Mapping[str, Any], text: str) -> Piece:
    nanoseconds = count_of(line.get("eval_duration"))
    return Piece(
        text,
        done=True,
        reason=str(line.get("done_reason") or "stop"),
        prompt_tokens=count_of(line.get("prompt_eval_count")),
        answer_tokens=count_of(line.get("eval_count")),
        seconds=nanoseconds / 1e9 if nanoseconds else None,
    )
