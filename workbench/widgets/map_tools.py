"""What stands under the map: the chunk that is pointed at, a box to go to any, the layout's settings, and saving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InputError
from workbench.session.map_fields import ANCHORED, SIMILARITY
from workbench.widgets._live import LivePanel
from workbench.widgets._passages import name_of, place_of
from workbench.widgets._progress import running
from workbench.widgets._words import join

if TYPE_CHECKING:
    from workbench.records import Chunk
    from workbench.session import Workbench

__all__ = ["MapTools", "view"]

FOUND = 20
"""Chunks that the box lists."""
SNIPPET = 160
KINDS = {"png": "image/png", "svg": "image/svg+xml", "html": "text/html"}


class MapTools(LivePanel):
    """Sets `wb.opened`, `wb.anchor`, `wb.selection`, `wb.similar_from` and UMAP's settings.

    Every map action has its place here for those who use no mouse.
    """

    name = "map_tools"
    reads = (
        "projection",
        "chunks",
        "opened",
        "color",
        "retrieval",
        "anchored",
        "similar_from",
        "selection",
        "progress",
        "n_neighbors",
        "min_dist",
        "map_seed",
    )

    def __init__(self, wb: Workbench) -> None:
        self._pointed = ""
        self._words = ""
        self._saving = False
        super().__init__(wb)
        self.watch("saved", self._send_file)

    def point(self, chunk_id: str) -> None:
        """Say which chunk is pointed at; empty for none."""
        if chunk_id != self._pointed:
            self._pointed = chunk_id
            self.refresh()

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb, self._pointed, self._words)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Go to a chunk, open, select, compare, set the threshold, lay out, stop, save."""
        return {
            "find": self._find,
            "open": self._open,
            "select": self._select,
            "near": lambda chunk: self.wb.submit("select_near", (chunk,)),
            "from": self._look_from,
            "similar_from": self._similar_from,
            "lay_out": self._lay_out,
            "stop": lambda: self.wb.cancel("map"),
            "save": self._save,
        }

    def _find(self, words: str) -> None:
        self._words = words.strip()
        if any(chunk.id == self._words for chunk in self.wb.chunk_list):
            self._open(self._words)

    def _open(self, chunk: str) -> None:
        self.wb.chunk(chunk)
        self.wb.opened = chunk
        if self.wb.color == ANCHORED:
            self.wb.anchor = chunk

    def _select(self, chunk: str) -> None:
        self.wb.selection = tuple(dict.fromkeys((*self.wb.selection, chunk)))

    def _look_from(self, chunk: str) -> None:
        self.wb.color = ANCHORED
        self.wb.anchor = chunk

    def _similar_from(self, value: float | None) -> None:
        self.wb.similar_from = value

    def _lay_out(self, n_neighbors: int, min_dist: float, seed: int) -> None:
        before = (self.wb.n_neighbors, self.wb.min_dist, self.wb.map_seed)
        self.wb.choose(n_neighbors=n_neighbors, min_dist=min_dist, map_seed=seed)
        same = before == (self.wb.n_neighbors, self.wb.min_dist, self.wb.map_seed)
        self.wb.submit("map", "umap", *([True] if same else []))

    def _save(self, kind: str) -> None:
        if kind not in KINDS:
            raise InputError(f"A map cannot be saved as {kind!r}; choose one of: {', '.join(KINDS)}.")
        self._saving = True
        # light, for paper and slides; the HTML page follows its reader's theme
        self.wb.submit("picture", kind)

    def _send_file(self, _: object) -> None:
        if self._saving and self.wb.saved is not None:
            self._saving = False
            name, content = self.wb.saved
            kind = KINDS[name.rpartition(".")[2]]
            self._live.send({"download": name, "kind": kind}, buffers=[content])


def view(wb: Workbench, pointed: str = "", words: str = "") -> dict[str, Any]:
    """Give what is drawn.

    Parameters
    ----------
    wb
        Read, never written.
    pointed
        Id of the chunk under the pointer; without one, the opened chunk is shown.
    words
        What was typed to find a chunk.

    Returns
    -------
    dict
        `pointed`: id, name and beginning of a chunk, or None; `found`: ids and names of chunks that hold all words;
        `slider`: of the threshold where similarity colours the map; `layout`: UMAP's settings; `running`: what the map
        is doing; `placed`: points that came after the layout.
    """
    layout = wb.projection
    job = running(wb, "map")
    chunks = wb.chunk_list
    return {
        "drawn": layout is not None and len(layout) > 0,
        "pointed": _pointed(wb, pointed or wb.opened),
        "words": words,
        "found": _found(chunks, words),
        "slider": _slider(wb),
        "layout": {
            "n_neighbors": wb.n_neighbors,
            "min_dist": wb.min_dist,
            "seed": wb.map_seed,
            "most": max(2, len(chunks) - 1),
        },
        "running": job.label if job is not None else "",
        "placed": 0 if layout is None or layout.placed is None else int(layout.placed.sum()),
    }


def _pointed(wb: Workbench, chunk_id: str) -> dict[str, Any] | None:
    chunk = next((one for one in wb.chunk_list if one.id == chunk_id), None)
    if chunk is None:
        return None
    text = " ".join(chunk.text[: 2 * SNIPPET].split())
    beginning = f"{text[:SNIPPET]}…" if len(text) > SNIPPET else text
    return {"id": chunk.id, "name": _name(chunk), "text": beginning, "selected": chunk.id in wb.selection}


def _name(chunk: Chunk) -> str:
    return join(name_of(chunk), place_of(chunk))


def _found(chunks: tuple[Chunk, ...], words: str) -> dict[str, Any]:
    wanted = words.casefold().split()
    if not wanted:
        return {"rows": [], "count": ""}
    rows: list[dict[str, str]] = []
    total = 0
    for chunk in chunks:
        text = f"{chunk.id}\n{chunk.text}".casefold()
        if all(word in text for word in wanted):
            total += 1
            if len(rows) < FOUND:
                rows.append({"id": chunk.id, "name": _name(chunk)})
    more = f"The first {len(rows)} of {total:,}" if total > len(rows) else f"{total} found"
    return {"rows": rows, "count": more if total else "No chunk holds these words"}


def _slider(wb: Workbench) -> dict[str, Any] | None:
    scores = _scores(wb)
    if scores is None or not np.isfinite(scores).any():
        return None
    known = scores[np.isfinite(scores)]
    low, high = float(known.min()), float(known.max())
    value = wb.similar_from
    shown = int((known >= value).sum()) if value is not None else len(known)
    text = f"all {len(known):,}" if value is None else f"{shown:,} of {len(known):,} at {value:.2f} or more"
    return {"low": low, "high": high, "step": (high - low) / 100 or 0.01, "value": value, "text": text}


def _scores(wb: Workbench) -> np.ndarray | None:
    if wb.color == SIMILARITY and wb.retrieval is not None and wb.retrieval.scores is not None:
        return np.asarray(wb.retrieval.scores)
    if wb.color == ANCHORED and wb.anchored is not None:
        return np.asarray(wb.anchored.similarity)
    return None
