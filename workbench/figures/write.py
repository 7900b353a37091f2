"""One way to write the map to a file, whatever kind of file it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack, cast

from workbench.disk import write_whole
from workbench.errors import InputError
from workbench.figures.html import write_map_html
from workbench.figures.map import map_figure
from workbench.figures.picture import map_png, map_svg
from workbench.figures.picture_options import MapOptions, PictureOptions
from workbench.figures.states import passage_states

if TYPE_CHECKING:
    from workbench.records import Answer, Chunk, Projection

__all__ = ["write_map"]


def write_map(
    path: str | Path,
    projection: Projection,
    chunks: Sequence[Chunk],
    *,
    answer: Answer | None = None,
    **options: Unpack[PictureOptions],
) -> Path:
    """Write the map as the end of the file's name says: `.png`, `.svg` or `.html`.

    Parameters
    ----------
    path
        Written anew.
    projection, chunks
        As in `map_traces`.
    answer
        What was written from the passages: from it follows which of them are drawn as cited, unless `in_prompt` and
        `cited` are given, and an HTML file shows it.
    options
        See `PictureOptions`. An HTML file can be zoomed and follows the reader's theme; of `width` and `height` it
        takes only where names have room, and it draws all points.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the name ends otherwise, or as in `map_svg`.
    NotWritten
        It cannot be written; what was there under that name is unharmed.
    """
    target = Path(path)
    retrieval = options.get("retrieval")
    if answer is not None and retrieval is None:
        retrieval = options["retrieval"] = answer.retrieval
    in_prompt, cited = passage_states(answer, retrieval)
    options.setdefault("in_prompt", in_prompt)
    options.setdefault("cited", cited)
    kind = target.suffix.lower()
    if kind == ".png":
        write_whole(target, map_png(projection, chunks, **options))
    elif kind == ".svg":
        write_whole(target, map_svg(projection, chunks, **options))
    elif kind in {".html", ".htm"}:
        size = options.get("width", 900), options.get("height", 640)
        common = {name: value for name, value in options.items() if name in MapOptions.__annotations__}
        figure = map_figure(projection, chunks, size=size, **cast("MapOptions", common))
        write_map_html(figure, target, retrieval, answer)
    else:
        raise InputError(
            f"{target.name!r} does not say what kind of file the map should be. "
            "Let its name end in .png, .svg or .html."
        )
    return target
