"""Exploring the corpus by its map: clusters, duplicates, outliers, parts not to be trusted; each lights up there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.projection import least_trusted
from workbench.session.map_fields import CLUSTER, DISTORTION
from workbench.widgets._live import LivePanel
from workbench.widgets._passages import name_of, place_of
from workbench.widgets._progress import running
from workbench.widgets._words import join

if TYPE_CHECKING:
    from workbench.records import Chunk
    from workbench.session import Workbench

__all__ = ["ExplorePanel", "view"]

ROWS = 100
"""Rows that a list shows."""
SNIPPET = 140
OUTLIERS = 20


class ExplorePanel(LivePanel):
    """Lists groups of chunks; a click selects one, and the map rings it."""

    name = "explore_panel"
    reads = (
        "chunks",
        "projection",
        "clustering",
        "anchored",
        "duplicates",
        "loneliest",
        "selection",
        "color",
        "llm",
        "progress",
        "only_selection",
    )

    def __init__(self, wb: Workbench) -> None:
        self._threshold = 0.95
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn."""
        return view(self.wb, self._threshold)

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Find, name, select, open, colour."""
        return {
            "cluster": self._cluster,
            "name": lambda: self.wb.submit("name_clusters"),
            "stop": lambda: self.wb.cancel("clusters"),
            "duplicates": self._find_duplicates,
            "outliers": lambda: self.wb.submit("outliers", OUTLIERS),
            "select": self._select,
            "open": self._open,
            "color": self._color,
            "near": self._near,
            "only": self._only,
            "clear": self._clear,
        }

    def _cluster(self, min_size: int | None = None) -> None:
        self.wb.submit("cluster", *([] if min_size is None else [min_size]))

    def _find_duplicates(self, threshold: float) -> None:
        self._threshold = threshold
        self.wb.submit("near_duplicates", threshold)

    def _select(self, kind: str, number: int) -> None:
        self.wb.selection = _members(self.wb, kind)[number]

    def _open(self, chunk: str) -> None:
        self.wb.chunk(chunk)
        self.wb.opened = chunk

    def _color(self, color: str) -> None:
        if color not in (CLUSTER, DISTORTION):
            raise InputError(f"The map is not coloured by {color!r} from here; choose {CLUSTER!r} or {DISTORTION!r}.")
        self.wb.color = color

    def _near(self) -> None:
        self.wb.submit("select_near", self.wb.selection)

    def _only(self, value: bool) -> None:
        self.wb.only_selection = value

    def _clear(self) -> None:
        self.wb.selection = ()
        self.wb.only_selection = False


def _members(wb: Workbench, kind: str) -> Sequence[tuple[str, ...]]:
    """Give the chunks of each row of a list."""
    if kind == "clusters" and wb.clustering is not None:
        noise = tuple(
            name for name, label in zip(wb.clustering.ids, wb.clustering.labels.tolist(), strict=True) if label < 0
        )
        return [*(one.ids for one in wb.clustering.clusters), noise]
    if kind == "duplicates" and wb.duplicates is not None:
        return [ids for ids, _ in wb.duplicates]
    if kind == "regions" and wb.projection is not None:
        return [one.ids for one in least_trusted(wb.projection)]
    if kind == "outliers" and wb.loneliest is not None:
        return [(name,) for name, _ in wb.loneliest]
    raise InputError(f"There is no list of {kind!r} to select from yet.")


def view(wb: Workbench, threshold: float = 0.95) -> dict[str, Any]:
    """Give what is drawn.

    Parameters
    ----------
    wb
        Read, never written.
    threshold
        Least cosine of duplicates.
    """
    chunks = {chunk.id: chunk for chunk in wb.chunk_list}
    return {
        "drawn": wb.projection is not None and len(wb.projection) > 0,
        "selected": len(wb.selection),
        "only": wb.only_selection,
        "clusters": _clusters(wb),
        "anchored": _anchored(wb, chunks),
        "duplicates": _duplicates(wb, chunks, threshold),
        "outliers": _outliers(wb, chunks),
        "regions": _regions(wb),
        "busy": bool(running(wb, "look")),
    }


def _clusters(wb: Workbench) -> dict[str, Any]:
    found, job = wb.clustering, running(wb, "clusters")
    state: dict[str, Any] = {
        "running": "" if job is None else _progress(job),
        "rows": [],
        "colored": wb.color == CLUSTER,
    }
    if found is not None:
        state["rows"] = [
            {
                "number": one.number,
                "label": one.label,
                "keywords": ", ".join(one.keywords) if one.name else ", ".join(one.keywords[3:]),
                "size": len(one),
            }
            for one in found.clusters[:ROWS]
        ]
        state["noise"] = found.noise
        state["count"] = len(found)
        state["min_size"] = found.parameters.get("min_cluster_size")
    return state


def _progress(job: Any) -> str:
    return f"{job.label}: {job.done} of {job.total}" if job.total else job.label


def _anchored(wb: Workbench, chunks: Mapping[str, Chunk]) -> dict[str, Any] | None:
    seen = wb.anchored
    if seen is None or seen.id not in chunks:
        return None
    rows = [
        {**_listed(chunks, one.id), "cosine": f"{one.cosine:.3f}", "place": one.place, "far": one.far}
        for one in seen.nearest
    ]
    return {"id": seen.id, "name": _name(chunks[seen.id]), "rows": rows}


def _duplicates(wb: Workbench, chunks: Mapping[str, Chunk], threshold: float) -> dict[str, Any]:
    found = wb.duplicates
    state: dict[str, Any] = {"threshold": threshold, "asked": found is not None, "rows": []}
    if found is not None:
        state["count"] = len(found)
        state["rows"] = [
            {**_listed(chunks, ids[0]), "number": number, "size": len(ids), "cosine": f"{cosine:.3f}"}
            for number, (ids, cosine) in enumerate(found[:ROWS])
        ]
    return state


def _outliers(wb: Workbench, chunks: Mapping[str, Chunk]) -> dict[str, Any]:
    found = wb.loneliest
    rows = [
        {**_listed(chunks, name), "number": number, "cosine": f"{cosine:.3f}"}
        for number, (name, cosine) in enumerate((found or ())[:ROWS])
    ]
    return {"asked": found is not None, "rows": rows}


def _regions(wb: Workbench) -> dict[str, Any]:
    layout = wb.projection
    if layout is None or layout.trust is None:
        return {"trust": None, "rows": [], "known": False, "colored": False}
    rows = [
        {"number": number, "size": len(one.ids), "kept": round(100 * one.kept)}
        for number, one in enumerate(least_trusted(layout))
    ]
    known = layout.kept is not None
    return {"trust": round(100 * layout.trust), "rows": rows, "known": known, "colored": wb.color == DISTORTION}


def _listed(chunks: Mapping[str, Chunk], chunk_id: str) -> dict[str, str]:
    chunk = chunks.get(chunk_id)
    if chunk is None:
        return {"id": chunk_id, "name": chunk_id, "text": ""}
    text = " ".join(chunk.text[: 2 * SNIPPET].split())
    return {"id": chunk_id, "name": _name(chunk), "text": f"{text[:SNIPPET]}…" if len(text) > SNIPPET else text}


def _name(chunk: Chunk) -> str:
    return join(name_of(chunk), place_of(chunk))
