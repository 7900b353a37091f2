"""The machinery under the verbs: the lanes that they run in, and what follows from what."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from workbench.corpus import Corpus
from workbench.errors import Cancelled, InputError
from workbench.index.chroma_address import checked_address, is_address
from workbench.jobs.child import GRACE
from workbench.jobs.lane import Job, Lane
from workbench.models.remote.in_clear import INDEXED, warn_once
from workbench.records import Progress
from workbench.session.held import Held
from workbench.session.prepare import Chunked, Prepared
from workbench.session.verbs import LANES, VERBS, Verb, named

__all__ = ["Engine"]

_FILLING = 600.0
"""Seconds that `close(finish=True)` waits for the Chroma index: about 500,000 rows."""
_PATIENCE = 3.0
"""Seconds that `close` waits for jobs to see that they are cancelled."""


class Engine(Held):
    """Runs verbs in lanes.

    Parameters
    ----------
    source
        The corpus as given.
    store
        Folder of the store, address of a Chroma server, or None for the default folder.
    """

    mode_of_lanes: Literal["thread", "inline"] = "thread"

    def __init__(self, source: Any, store: str | Path | None) -> None:
        super().__init__()
        self.source = source
        self.store_given = store
        self.chroma_server = checked_address(store) if is_address(store) else None
        self.corpus: Corpus | None = None
        self.chunked: Chunked | None = None
        self.preparing = threading.RLock()
        self.lanes = {name: Lane(name, self.mode_of_lanes) for name in LANES}
        self.live = False
        self.closed = False
        self._panels: Any = None
        self._filling: Prepared | None = None
        self.observe(self._chosen, names=["model", "chunk_size", "chunk_overlap", "dimensions", "anchor"])
        self._at_exit = _close_later(self)
        warn_once(self.chroma_server or "", INDEXED)
        self.say_in_clear(self.chroma_server or "", INDEXED)

    # Verbs ------------------------------------------------------------------------------------------------------

    def submit(self, verb: str, *args: Any, **options: Any) -> Job:
        """Start a verb in its lane without waiting; an equal one that is running is joined.

        Raises
        ------
        InputError
            There is no such verb.
        """
        if self.closed:
            raise InputError("This workbench is closed. Make a new one: Workbench(...); its vectors are kept.")
        if verb not in VERBS:
            raise InputError(f"There is no verb {verb!r}; there are: {', '.join(VERBS)}.")
        known = VERBS[verb]
        return self.lanes[known.lane].submit(
            self._key(verb, args, options),
            lambda job: self._run(known, job, lambda: known.work(self, job, *args, **options)),
        )

    def do(self, verb: str, *args: Any, **options: Any) -> Any:
        """Start a verb as `submit` does, and wait for its result. Ctrl-C stops it, whenever it comes."""
        try:
            return self.submit(verb, *args, **options).wait()
        except KeyboardInterrupt:
            self.cancel(VERBS[verb].lane)  # which may have begun without `submit` having come back
            raise

    def under_way(self, verb: str, *args: Any, **options: Any) -> bool:
        """Whether what `submit` would start is running already."""
        running = self.lanes[VERBS[verb].lane].running
        return running is not None and running.can_be_joined and running.key == self._key(verb, args, options)

    def embedding_under_way(self) -> bool:
        """Whether the corpus is being embedded at this moment."""
        running = self.lanes["embed"].running
        return running is not None and isinstance(running.key, tuple) and running.key[0] == "embed"

    def _key(self, verb: str, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, ...]:
        settings = tuple(named(getattr(self, name)) for name in VERBS[verb].settings)
        return verb, repr(args), repr(sorted(options.items(), key=lambda item: item[0])), settings

    def cancel(self, lane: str) -> None:
        """Ask the job of a lane to stop; what is finished stays."""
        if lane not in self.lanes:
            raise InputError(f"There is no lane {lane!r}; there are: {', '.join(LANES)}.")
        self.lanes[lane].cancel()

    def _run(self, verb: Verb, job: Job, run: Callable[[], Any]) -> Any:
        lane = verb.lane
        self.tell(Progress(lane, verb.label))
        try:
            result = run()
        except (Cancelled, KeyboardInterrupt, SystemExit):
            self._end(job, lane, "cancelled")
            raise
        except BaseException as error:  # engines that are not Python panic with what is no Exception
            self._end(job, lane, "failed")
            raise self.failed(error) from error
        # an answer that was stopped is given as far as it came
        stopped = job.cancel.is_set() and getattr(result, "complete", True) is False
        self._end(job, lane, "cancelled" if stopped else "done")
        return result

    def _end(self, job: Job, lane: str, state: Literal["done", "cancelled", "failed"]) -> None:
        job.settled = True
        last = self.progress.get(lane) or Progress(lane, "")
        self.tell(Progress(lane, last.label, last.done, last.total, last.unit, last.rate, None, state))
        quiet = ("server", "light")
        if lane not in quiet and not any(one.busy for name, one in self.lanes.items() if name not in (lane, *quiet)):
            self.publish(status={"done": "Ready", "cancelled": "Stopped", "failed": "Failed"}[state])

    # What follows from what -------------------------------------------------------------------------------------

    def _chosen(self, change: dict[str, Any]) -> None:
        """Follow a choice where the app is on the screen; elsewhere the next verb sees to it."""
        if change["name"] == "model":
            self.forget_models(language=False)
        if not self.live or self.source is None:
            return
        if change["name"] == "anchor":
            self.look_from(change["new"])
        else:
            self.submit("map" if change["name"] == "dimensions" else "prepare")

    def look_from(self, chunk_id: str) -> None:
        """Compare all chunks with one of them; with none, forget the last one."""
        if chunk_id:
            self.submit("anchor", chunk_id)
        else:
            self.publish(anchored=None)

    def embedded_now(self) -> None:
        """Bring the map and the Chroma index up to date, in the background, where that is of use."""
        if self.closed or not self.embedded or self.embedded < len(self.chunk_list):
            return
        if self.live:
            self.submit("map", "umap")
        if self.store is not None and self.store.writable:
            self._filling = self.prepared
            self.submit("fill_index")

    def fill_once(self, now: Prepared) -> None:
        """Go on with a Chroma index that was left behind when the workbench was last closed; once for these chunks."""
        if self._filling is not now and not self.closed and self.store is not None and self.store.writable:
            self._filling = now
            self.submit("fill_index")

    def go_live(self) -> None:
        """Begin when the app comes on the screen: read the corpus, and look for an Ollama server."""
        first, self.live = not self.live, True
        if self.server is None:
            self.submit("probe")
        if first and self.source is not None and not self.lanes["embed"].busy:
            self.submit("prepare")
        if first:
            from workbench.projection import warm_up

            self.children["map"].warm(warm_up)

    def __del__(self) -> None:
        if not self.__dict__.get("closed", True):
            self.close()

    def close(self, finish: bool = False) -> None:
        """Stop all work, take the panels down, give the store back. May be called twice.

        Parameters
        ----------
        finish
            Wait for the Chroma index to be brought up to date first, where that is under way. Otherwise it stops
            after the batch that is being written, and goes on when the corpus is opened next.
        """
        self.closed = True
        if finish:
            self.lanes["index"].wait_idle(_FILLING)
        for lane in self.lanes.values():
            lane.cancel()
        if not threading.current_thread().name.startswith("workbench-"):
            end = time.monotonic() + _PATIENCE
            for lane in self.lanes.values():
                lane.wait_idle(max(0, end - time.monotonic()))
            self.lanes["index"].wait_idle(GRACE)
        self.end_children()
        if self._panels is not None:
            self._panels.close()
            self._panels = None
        self.release_models()
        self.unobserve_all()
        self.release_store()
        atexit.unregister(self._at_exit)


def _close_later(engine: Engine) -> Callable[[], None]:
    """Stop the lanes when the interpreter ends, so that no thread is inside a native library then."""
    reference = weakref.ref(engine)

    def close() -> None:
        alive = reference()
        if alive is not None:
            alive.close()

    atexit.register(close)
    return close
