"""Any `LLM` of LlamaIndex as a language model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Event
from typing import Any

from workbench.errors import ModelError, ServerError
from workbench.generation.reading import read_apart
from workbench.generation.tokens import estimate_tokens
from workbench.models.ollama.errors import count_of
from workbench.models.remote.secret import HIDDEN, scrubbed
from workbench.models.settings import secrets_of
from workbench.records import Piece, PromptRequest

__all__ = ["LlamaIndexChat"]


class LlamaIndexChat:
    """An object of LlamaIndex's class `LLM`, asked through `stream_chat` or `stream_complete`.

    Temperature, seed and the length of the answer are the object's own: LlamaIndex has no common names for them.

    Parameters
    ----------
    llm
        Ready to use; nothing of `Settings` is read, so that nothing falls back to OpenAI.
    """

    def __init__(self, llm: Any) -> None:
        self.llm = llm
        name = str(getattr(llm.metadata, "model_name", "") or "")
        kind = type(llm).__name__
        self.id = f"llama_index:{kind}" if name in ("", "unknown") else f"llama_index:{kind}:{name}"

    @property
    def context_tokens(self) -> int:
        """The object's `metadata.context_window`; 0, no limit, where it names none."""
        return max(0, int(self.llm.metadata.context_window or 0))

    def count_tokens(self, text: str) -> int:
        """Estimate tokens from above, since the object does not say which tokenizer it has."""
        return estimate_tokens(text)

    def stream(self, request: PromptRequest, cancel: Event) -> Iterator[Piece]:
        """Yield the pieces; the last has `done=True` unless the library's own reply says that it was not done.

        Raises
        ------
        ServerError
            The object failed, or its server's last reply was not the end.
        """
        last: Any = None
        said = False
        if cancel.is_set():
            return
        try:
            for last in read_apart(lambda: self._replies(request), cancel, "llama-index-stream"):
                text = last.delta or ""
                said = said or bool(text)
                if text:
                    yield Piece(text)
        except ModelError:
            raise
        except Exception as error:
            secrets = secrets_of(self.llm)
            words = scrubbed(" ".join(str(error).split()))
            for secret in secrets:
                words = words.replace(secret, HIDDEN)
            failed = ServerError(f"{self.id} failed ({type(error).__name__}: {words[:300]}). Ask again.")
            # Where the object keeps a key, its library's own error and the variables on its way may show it.
            if secrets:
                raise failed from None
            raise failed from error
        if cancel.is_set():
            return
        yield self._end(last, said)

    def _replies(self, request: PromptRequest) -> Iterator[Any]:
        if self.llm.metadata.is_chat_model:
            from llama_index.core.base.llms.types import ChatMessage

            messages = [ChatMessage(role=message.role, content=message.content) for message in request.messages]
            return self.llm.stream_chat(messages)
        return self.llm.stream_complete("\n\n".join(message.content for message in request.messages))

    def _end(self, last: Any, said: bool) -> Piece:
        raw = _plain(getattr(last, "raw", None))
        # LlamaIndex ends its iterator just so when a stream breaks off; Ollama's own last line would say done.
        if raw.get("done") is False:
            raise ServerError(f"{self.id} broke off before it said that it was done. Ask again.")
        whole = _text_of(last)
        rest = whole if whole and not said else ""
        reason = "length" if raw.get("done_reason") == "length" else "stop"
        names = ("prompt_eval_count", "eval_count", "eval_duration")
        asked, written, nanoseconds = (count_of(raw.get(name)) for name in names)
        return Piece(rest, True, reason, asked, written, nanoseconds / 1e9 if nanoseconds else None)

    def close(self) -> None:
        """Leave the object alone: it is its owner's."""


def _plain(raw: Any) -> Mapping[str, Any]:
    if isinstance(raw, Mapping):
        return raw
    dump = getattr(raw, "model_dump", None)
    return dump() if callable(dump) else {}


def _text_of(last: Any) -> str:
    if last is None:
        return ""
    message = getattr(last, "message", None)
    return str((getattr(message, "content", "") if message is not None else getattr(last, "text", "")) or "")
