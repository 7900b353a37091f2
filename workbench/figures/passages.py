"""The question, its numbered passages and the lines between them, as trace properties."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.figures.map_data import point_label, rows_of
from workbench.figures.palette import Theme, mix, text_on
from workbench.figures.text import plain, shorten

if TYPE_CHECKING:
    from workbench.figures.map_color import Coloring
    from workbench.records import Expansion, Passage, Projection, Retrieval

__all__ = [
    "AXES",
    "EXPANSIONS",
    "FOCUSED",
    "LINE_WIDTHS",
    "QUERY_SIZE",
    "QUERY_SIZE_3D",
    "SIZE",
    "Mark",
    "line_classes",
    "line_traces",
    "passage_marks",
    "passage_trace",
    "positions",
    "query_trace",
    "shown_passages",
]

LINE_WIDTHS = (1.0, 2.0, 3.0)
"""Pixels, from the lowest third of the scores shown to the highest."""
SIZE, FOCUSED = 20, 30
"""Diameter in pixels of a numbered passage, and of the one that is looked at."""
QUERY_SIZE, QUERY_SIZE_3D = 22, 10
"""Diameter in pixels of the question's star."""
EXPANSIONS = {"question": "asked otherwise", "hyde": "as an answer might put it"}
EDGE, STRONG_EDGE = 2.0, 3.5
"""Width in pixels of a marker's edge, and of a cited one's."""
LIGHT_FILL = 0.3
"""Share of its own colour in the fill of a passage that the answer does not cite."""
AXES = ("x", "y", "z")


def positions(points: np.ndarray) -> dict[str, Any]:
    """Give x, y (and z) of float32 points (n, dimensions), each in memory of its own, as plotly sends them."""
    return {axis: np.ascontiguousarray(points[:, i]) for i, axis in enumerate(AXES[: points.shape[1]])}


def shown_passages(projection: Projection, retrieval: Retrieval | None) -> tuple[list[Passage], np.ndarray]:
    """Give the passages that lie on this map, lowest rank last so that it is drawn on top, and their rows."""
    if retrieval is None:
        return [], np.zeros(0, dtype=np.int64)
    rows = rows_of(projection.ids)
    passages = [passage for passage in reversed(retrieval.passages) if passage.chunk.id in rows]
    return passages, np.array([rows[passage.chunk.id] for passage in passages], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Mark:
    """How the marker of a passage looks: colours `#rrggbb`, width of its edge in pixels."""

    fill: str
    edge: str
    width: float
    text: str


def passage_marks(
    passages: Sequence[Passage],
    rows: np.ndarray,
    coloring: Coloring,
    colors: Theme,
    in_prompt: Collection[int] | None = None,
    cited: Collection[int] | None = None,
) -> list[Mark]:
    """Give how each passage looks, in the colour of its point.

    Not in the prompt: hollow. In the prompt: full; but where `cited` says what an answer cites, light unless cited,
    and full with a strong edge if it is.
    """

    def mark(rank: int, own: str) -> Mark:
        if in_prompt is not None and rank not in in_prompt:
            fill, edge, width = colors.background, own, EDGE
        elif cited is None:
            fill, edge, width = own, own, EDGE
        elif rank in cited:
            fill, edge, width = own, colors.text, STRONG_EDGE
        else:
            fill, edge, width = mix(colors.background, own, LIGHT_FILL), own, EDGE
        return Mark(fill, edge, width, text_on(fill))

    # a point that is faint because it lies below a threshold is still a passage
    own = (colors.other if color == colors.faint else color for color in (coloring.color(int(row)) for row in rows))
    return [mark(passage.rank, color) for passage, color in zip(passages, own, strict=True)]


def passage_trace(
    projection: Projection,
    retrieval: Retrieval | None,
    coloring: Coloring,
    colors: Theme,
    places: np.ndarray,
    *,
    in_prompt: Collection[int] | None = None,
    cited: Collection[int] | None = None,
    focus: int = 0,
) -> dict[str, Any]:
    """Give the numbered markers at `places`, worst first; `in_prompt` and `cited` are ranks, see `passage_marks`."""
    passages, rows = shown_passages(projection, retrieval)
    marks = passage_marks(passages, rows, coloring, colors, in_prompt, cited)
    # in 3-D, plotly has one width for all edges
    width = EDGE if projection.coordinates.shape[1] == 3 else [mark.width for mark in marks]
    return {
        **positions(places),
        "text": [str(passage.rank) for passage in passages],
        "hovertext": [_hover(passage) for passage in passages],
        "customdata": [passage.rank for passage in passages],
        "marker": {
            "size": [FOCUSED if passage.rank == focus else SIZE for passage in passages],
            "color": [mark.fill for mark in marks],
            "line": {"color": [mark.edge for mark in marks], "width": width},
        },
        "textfont": {"color": [mark.text for mark in marks]},
    }


def query_trace(
    star: np.ndarray | None,
    retrieval: Retrieval | None,
    dimensions: int,
    others: Sequence[tuple[Expansion, np.ndarray]] = (),
) -> dict[str, Any]:
    """Give the star of the question, and a smaller one for each of its expansions; empty where it has no place.

    `others` are expansions with their places. Stars come in drawing order, the question's own last.
    """
    places = [at for _, at in others] + ([] if star is None else [star])
    written = [f"{EXPANSIONS[one.kind]}: {one.text}" for one, _ in others]
    written += [] if star is None or retrieval is None else [retrieval.query]
    size = QUERY_SIZE_3D if dimensions == 3 else QUERY_SIZE
    points = np.array(places, dtype=np.float32).reshape(-1, dimensions)
    return {
        **positions(points),
        "hovertext": [plain(shorten(text, 160), width=48) for text in written],
        "marker": {"size": [0.6 * size] * len(others) + [size] * (len(points) - len(others))},
    }


def line_traces(
    projection: Projection, retrieval: Retrieval | None, star: np.ndarray | None, places: np.ndarray
) -> tuple[dict[str, Any], ...]:
    """Give the lines, one trace for each of `LINE_WIDTHS`: the closer, the thicker and later drawn.

    Each runs from the star, where there is one, to the passage's point, and on to the place of its number.
    """
    passages, rows = shown_passages(projection, retrieval)
    classes = line_classes(np.array([passage.score for passage in passages], dtype=np.float64))
    traces: list[dict[str, Any]] = []
    for number in range(len(LINE_WIDTHS)):
        here = classes == number
        path = np.full((4 * int(here.sum()), projection.coordinates.shape[1]), np.nan, dtype=np.float32)
        if star is not None:
            path[0::4] = star
        path[1::4], path[2::4] = projection.coordinates[rows[here]], places[here]
        traces.append(positions(path))
    return tuple(traces)


def line_classes(scores: np.ndarray) -> np.ndarray:
    """Give 0, 1 or 2 for each score: which third of the range it lies in; the highest third if all are equal."""
    if not len(scores) or np.ptp(scores) == 0:
        return np.full(len(scores), len(LINE_WIDTHS) - 1)
    share = (scores - scores.min()) / np.ptp(scores)
    return np.minimum((share * len(LINE_WIDTHS)).astype(int), len(LINE_WIDTHS) - 1)


def _hover(passage: Passage) -> str:
    return f"{passage.rank} · {passage.score:.3f} · {point_label(passage.chunk, passage.chunk.id)}"
