"""One generation of a transformers model, on a thread of its own."""

from __future__ import annotations

import threading
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.records import PromptRequest

if TYPE_CHECKING:
    from transformers import TextIteratorStreamer

__all__ = ["Run"]


class Run:
    """Writes into a streamer until it is done or `stop` is set.

    Parameters
    ----------
    model
        A causal language model.
    ids
        The prompt's tokens.
    request
        Says temperature and seed.
    room
        Most tokens to write.
    streamer
        Given the text as it comes, and its end whatever happens.
    running
        Held while the model works.

    Attributes
    ----------
    stop
        Set it to have the model stop at its next token.
    done
        Set when it has stopped.
    asked, written
        Tokens of the prompt and of the answer.
    reason
        `stop`, or `length` where there was no more room.
    seconds
        That it took, None before the end.
    error
        What went wrong, or None.
    """

    def __init__(
        self,
        model: Any,
        ids: list[int],
        request: PromptRequest,
        room: int,
        streamer: TextIteratorStreamer,
        running: threading.Lock,
    ) -> None:
        self.model, self.ids, self.request, self.room = model, ids, request, room
        self.streamer, self._running = streamer, running
        self.stop, self.done = Event(), Event()
        self.asked = len(ids)
        self.written = 0
        self.reason = "stop"
        self.seconds: float | None = None
        self.error: Exception | None = None

    def start(self) -> None:
        """Begin, and come back at once."""
        threading.Thread(target=self._work, name="huggingface-stream", daemon=True).start()

    def _work(self) -> None:
        try:
            with self._running:  # one after the other: two would only slow each other down
                began = perf_counter()
                self._generate()
                self.seconds = perf_counter() - began
        except Exception as error:  # noqa: BLE001 - handed to the reader, who raises it
            self.error = error
        finally:
            self.done.set()
            self.streamer.text_queue.put(self.streamer.stop_signal)

    def _generate(self) -> None:
        import torch

        device = self.model.device
        given = torch.tensor([self.ids], device=device)
        sampling: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        if self.request.temperature > 0:
            sampling = {"do_sample": True, "temperature": self.request.temperature}
        with torch.inference_mode(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.request.seed)
            made = self.model.generate(
                input_ids=given,
                attention_mask=torch.ones_like(given),
                max_new_tokens=self.room,
                streamer=self.streamer,
                stopping_criteria=[lambda read, _: torch.full((len(read),), self.stop.is_set(), device=read.device)],
                pad_token_id=_padding(self.model),
                **sampling,
            )
        new = made[0, len(self.ids) :]
        self.written = len(new)
        ends = _ends(self.model)
        if self.written >= self.room and (not len(new) or int(new[-1]) not in ends):
            self.reason = "length"


def _ends(model: Any) -> set[int]:
    end = model.generation_config.eos_token_id
    return set(end) if isinstance(end, (list, tuple)) else {end} - {None}


def _padding(model: Any) -> int:
    known = model.generation_config.pad_token_id
    return known if known is not None else next(iter(_ends(model)), 0)
