"""Language models of the Hugging Face hub, or in its format, run here with transformers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty
from threading import Event
from typing import Any

from workbench.errors import InputError, ModelError, WorkbenchError
from workbench.generation.huggingface_files import find_model
from workbench.generation.huggingface_run import Run
from workbench.generation.reading import read_apart
from workbench.records import Message, Piece, PromptRequest

__all__ = ["HuggingFaceChat"]

_TICK = 0.05
"""Seconds until a cancelled stream lets go."""


class HuggingFaceChat:
    """A small instruct model on this machine, GPU or none; loaded at its first use. No code of a model is run.

    Parameters
    ----------
    name
        Repository of the hub, or a folder. What is not in the hub's cache is downloaded at the first use.
    revision
        Branch, tag or commit; None is the newest that is in the cache, else of the hub.
    cache_folder
        Where downloads are kept; None is the hub's own cache.
    device
        `cpu`, `cuda`, `mps`; None for a GPU if torch sees one.
    context
        Most tokens of prompt and answer together, cut to what the model can.
    think
        Whether a model that can think aloud does so; passed to its chat template as `enable_thinking`.

    Raises
    ------
    InputError
        `context` is no number above 0.
    """

    exact_tokens = True

    def __init__(
        self,
        name: str,
        *,
        revision: str | None = None,
        cache_folder: str | None = None,
        device: str | None = None,
        context: int = 4096,
        think: bool = False,
    ) -> None:
        if context < 1:
            raise InputError(f"context is {context} for huggingface:{name}; give a number of tokens, 1 or more.")
        self.name = name
        self.id = f"huggingface:{name}"
        self._revision, self._cache, self._device = revision, cache_folder, device
        self._asked_context, self._think = context, think
        self._loading, self._running = threading.Lock(), threading.Lock()
        self._tokenizer: Any = None
        self._model: Any = None
        self._closed = Event()

    @property
    def context_tokens(self) -> int:
        """Tokens that prompt and answer share; reads the model's files the first time, and may download them."""
        self._read()
        return min(self._asked_context, self._trained)

    def count_tokens(self, text: str) -> int:
        """Count with the model's own tokenizer."""
        return len(self._read()(text, add_special_tokens=False)["input_ids"])

    def count_messages(self, messages: Sequence[Message]) -> int:
        """Count a whole prompt as the model reads it, in its chat template."""
        return len(self._ids(messages))

    def stream(self, request: PromptRequest, cancel: Event) -> Iterator[Piece]:
        """Yield the answer word by word; the last piece has `done=True` and the counts.

        A cancelled stream lets go at once; the model itself stops at its next token.

        Raises
        ------
        ModelNotFound
            There is no such repository, revision or folder, or the hub cannot be reached.
        ModelError
            The model cannot be loaded, or fails.
        """
        if cancel.is_set():
            return
        from transformers import TextIteratorStreamer

        ids = self._ids(request.messages)
        # On another thread, so that whoever stops need not wait until it is loaded.
        model = next(read_apart(lambda: (self._loaded(),), cancel, "huggingface-load"), None)
        if model is None:
            return
        room = min(request.answer_tokens or 512, self.context_tokens - len(ids))
        if room < 1:
            raise ModelError(
                f"The prompt has {len(ids)} tokens and does not fit into the {self.context_tokens} of {self.id}. "
                "Use fewer passages or smaller chunks, or a larger context."
            )
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, timeout=_TICK, skip_special_tokens=True)
        run = Run(model, ids, request, room, streamer, self._running)
        try:
            yield from self._pieces(run, cancel)
        finally:
            run.stop.set()

    def _pieces(self, run: Run, cancel: Event) -> Iterator[Piece]:
        run.start()
        while not (cancel.is_set() or self._closed.is_set()):
            try:
                text = next(run.streamer)
            except Empty:
                continue
            except StopIteration:
                break
            if text:
                yield Piece(text)
        else:
            return
        run.done.wait()
        if run.error is not None:
            said = " ".join(str(run.error).split())[:300]
            raise ModelError(
                f"{self.id} failed ({type(run.error).__name__}: {said}). Ask again, or use fewer passages."
            ) from run.error
        yield Piece("", True, run.reason, run.asked, run.written, run.seconds)

    def _read(self) -> Any:
        """Give the tokenizer, read at the first call."""
        with self._loading:
            if self._tokenizer is None:
                from transformers import AutoConfig, AutoTokenizer

                self._folder = find_model(self.name, self._revision, self._cache)
                # Said each time: left open, transformers would ask at a prompt whether to run a model's code.
                only = {"local_files_only": True, "trust_remote_code": False}
                config = _tried(self.id, lambda: AutoConfig.from_pretrained(self._folder, **only))
                self._trained = _context_of(config, self._asked_context)
                self._tokenizer = _tried(self.id, lambda: AutoTokenizer.from_pretrained(self._folder, **only))
            return self._tokenizer

    def _loaded(self) -> Any:
        self._read()
        with self._loading:
            if self._model is None:
                self._model = _tried(self.id, lambda: _load(self._folder, self._device))
                self._closed.clear()
            return self._model

    def _ids(self, messages: Sequence[Message]) -> list[int]:
        tokenizer = self._read()
        turns = [{"role": message.role, "content": message.content} for message in messages]
        if not tokenizer.chat_template:
            text = "\n\n".join(message.content for message in messages)
            return list(tokenizer(f"{text}\n\nAnswer:")["input_ids"])
        try:
            return self._templated(turns)
        except Exception:  # noqa: BLE001 - a template raises what it likes where it knows no system turn
            joined = "\n\n".join(message.content for message in messages)
            return self._templated([{"role": "user", "content": joined}])

    def _templated(self, turns: list[dict[str, str]]) -> list[int]:
        read = self._tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, tokenize=True, return_dict=True, enable_thinking=self._think
        )
        return list(read["input_ids"])

    def close(self) -> None:
        """Give back the memory; the next question loads the model again."""
        self._closed.set()
        with self._loading:
            self._model = None


def _context_of(config: Any, unknown: int) -> int:
    text = config.get_text_config()
    return int(getattr(text, "max_position_embeddings", None) or getattr(text, "n_positions", None) or unknown)


def _load(folder: Path, device: str | None) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    place = device or ("cuda" if torch.cuda.is_available() else "cpu")
    # Sixteen bits are slower than thirty-two on most processors, and half the memory on a GPU.
    dtype = torch.float32 if place == "cpu" else "auto"
    model: Any = AutoModelForCausalLM.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, trust_remote_code=False, dtype=dtype
    )
    return model.to(place).eval()


def _tried(model_id: str, make: Any) -> Any:
    try:
        return make()
    except WorkbenchError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        raise ModelError(
            f"{model_id} could not be loaded as a language model ({type(error).__name__}: {said}). Choose an instruct "
            "model, such as 'huggingface:HuggingFaceTB/SmolLM2-360M-Instruct'."
        ) from error
