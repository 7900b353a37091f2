"""What a workbench holds while it is open: its store, the vectors read from it, and child processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.corpus import MOST_MEMORY
from workbench.index.store import Store
from workbench.jobs.child import Child
from workbench.records import Chunk, Neighbours
from workbench.session.in_use import InUse
from workbench.session.prepare import Prepared
from workbench.session.searching import SearchTools

__all__ = ["Held"]


class Held(InUse):
    """Keeps what the verbs share, and gives it back."""

    def __init__(self) -> None:
        super().__init__()
        self.store: Store | None = None
        self.children = {"map": Child("map"), "index": Child("index"), "read": Child("reading", MOST_MEMORY)}
        self.tools = SearchTools()
        self.near: dict[str, tuple[Neighbours, tuple[bytes, ...]]] = {}
        self._matrix: tuple[Prepared, int, tuple[Chunk, ...], np.ndarray] | None = None

    def adopt_store(self, opened: Store) -> None:
        """Use this store; the one before is given back."""
        before, self.store = self.store, opened
        if before is not None:
            before.close()

    def release_store(self) -> None:
        """Give the store back, and let go of its vectors."""
        # IPython goes on holding what a cell has shown (Out[3]); that must not be the vectors
        self._matrix, self.near, self.tools = None, {}, SearchTools()
        if self.store is not None:
            self.store.close()
            self.store = None

    def forget(self) -> None:
        """Clear what came of chunks that are no longer there."""
        self._matrix = None
        self.publish(selection=(), focus=0, opened="", anchor="", answer=None, retrieval=None, plan=None, embedded=0)
        self.clear_map()

    @property
    def contents(self) -> tuple[int, int]:
        """What stands for the chunks that have a vector: two calls that see others are not the same call."""
        return self.embedded, 0 if self.prepared is None else self.prepared.contents

    def known(self, now: Prepared) -> np.ndarray:
        """Tell which chunks have a vector, bool (n,)."""
        assert self.store is not None
        if self._matrix is not None and self._matrix[0] is now and len(self._matrix[2]) == len(now.chunks):
            return np.ones(len(now.chunks), dtype=bool)
        return self.store.record.known(now.fingerprint_id, now.keys)

    def vectors(self, now: Prepared, known: np.ndarray) -> tuple[tuple[Chunk, ...], np.ndarray]:
        """Give the chunks that have vectors, and these, float32 (n, d); kept until more are embedded."""
        assert self.store is not None
        count = int(np.count_nonzero(known))
        if self._matrix is None or self._matrix[0] is not now or self._matrix[1] != count:
            chunks = now.chunks if count == len(known) else tuple(now.chunks[row] for row in np.flatnonzero(known))
            keys = now.keys if count == len(known) else [now.keys[row] for row in np.flatnonzero(known)]
            self._matrix = (now, count, chunks, self.store.record.vectors(now.fingerprint_id, keys))
        return self._matrix[2], self._matrix[3]

    def in_index(
        self,
        function: Callable[..., Any],
        /,
        *args: Any,
        cancel: threading.Event,
        spare: Callable[[], bool] | None = None,
    ) -> Any:
        """Call a function of Chroma in its child process, which ends where that fails; the next call starts another.

        Chroma remembers a client that could not be opened as long as its process lives, and refuses the next one.
        """
        try:
            return self.children["index"].run(function, *args, cancel=cancel, spare=spare)
        except Exception:
            self.children["index"].close()
            raise

    def end_children(self) -> None:
        """End the child processes."""
        for child in self.children.values():
            child.close()
