"""Texts to vectors in batches: two under way at a time where the model runs here, one request at a time elsewhere."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

from workbench.protocols import EmbeddingModel

if TYPE_CHECKING:
    import numpy as np

__all__ = ["embedded_batches"]

_SECONDS = 0.4
"""Aim for a batch of a model that takes any number: progress moves, little is lost, and cancelling is quick."""
_MOST = 2048
_AHEAD = 2
"""Batches under way: the next is being tokenised and begun while one ends and is written."""


def embedded_batches(
    model: EmbeddingModel, texts: Sequence[str], cancel: Event, check: Callable[[np.ndarray, Sequence[str]], np.ndarray]
) -> Iterator[tuple[int, np.ndarray]]:
    """Give (first row, vectors) of batch after batch, in order, until all are done or `cancel` is set.

    A model with `any_batch` is given as many texts as take about 0.4 s, in whole blocks where it has `block_ends`, and
    the next batch before the last one is done. Others get `batch_size` texts, one request at a time.

    Parameters
    ----------
    model
        Embeds documents.
    texts
        As they are sent.
    cancel
        Looked at before each batch; those under way are still given.
    check
        Called with a reply and its texts; gives it as float32, or raises.
    """
    if getattr(model, "any_batch", False):
        yield from _overlapping(model, texts, cancel, check)
        return
    for start in range(0, len(texts), model.batch_size):
        if cancel.is_set():
            return
        part = texts[start : start + model.batch_size]
        yield start, check(model.embed(part, "document"), part)


def _overlapping(
    model: EmbeddingModel, texts: Sequence[str], cancel: Event, check: Callable[[np.ndarray, Sequence[str]], np.ndarray]
) -> Iterator[tuple[int, np.ndarray]]:
    size, at = model.batch_size, 0
    ends = model.block_ends(texts) if hasattr(model, "block_ends") else range(1, len(texts) + 1)
    running: deque[tuple[int, Sequence[str], float, Future[np.ndarray]]] = deque()
    with ThreadPoolExecutor(_AHEAD, thread_name_prefix="workbench-batch") as pool:
        try:
            while running or (at < len(texts) and not cancel.is_set()):
                while at < len(texts) and len(running) < _AHEAD and not cancel.is_set():
                    part = texts[at : _end(ends, at, size)]
                    running.append((at, part, time.perf_counter(), pool.submit(model.embed, part, "document")))
                    at += len(part)
                start, part, began, future = running.popleft()
                yield start, check(future.result(), part)
                size = _next_size(size, model.batch_size, len(part) / max(time.perf_counter() - began, 1e-9))
        finally:
            for _, _, _, future in running:
                future.cancel()


def _end(ends: Sequence[int], at: int, size: int) -> int:
    """Give the last end of a block that is at most `size` rows on, or the next end if that is further."""
    return ends[max(bisect_right(ends, at + size) - 1, bisect_right(ends, at))]


def _next_size(size: int, least: int, rate: float) -> int:
    """Give the size of a batch for a rate in texts a second, at most twice the last one."""
    # While one batch is worked on the other waits, so that a batch seems to take twice its time.
    wanted = int(rate * _SECONDS * _AHEAD)
    return max(least, min(wanted, 2 * size, _MOST))
