"""What can be a corpus, told apart without reading it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from workbench.corpus.samples import samples
from workbench.errors import CorpusNotFound, InputError

__all__ = ["Kind", "check_source", "kind_of", "locate"]

Kind = Literal["nothing", "path", "paths", "texts", "frame", "documents"]

_EXPECTED = (
    "Give a folder or file (a str or Path), a list of texts, a pandas DataFrame, or a list of documents of the "
    "workbench, LlamaIndex or LangChain."
)


def check_source(source: object) -> None:
    """Check that the input exists and is of a known kind; nothing is read.

    Raises
    ------
    CorpusNotFound
        A path that is not there.
    InputError
        An input of no known kind, or a list of several kinds.
    """
    kind = kind_of(source)
    if kind in ("path", "paths"):
        for path in [source] if kind == "path" else source:  # type: ignore[attr-defined]
            _check_path(Path(path))


def kind_of(source: Any) -> Kind:
    """Tell the kind of an input; a `str` by itself is always a path, in a list it is a text.

    Raises
    ------
    InputError
        None of the known kinds.
    """
    if source is None:
        return "nothing"
    if isinstance(source, (str, Path)):
        return "path"
    if hasattr(source, "columns") and hasattr(source, "itertuples"):
        return "frame"
    if isinstance(source, Sequence) and not isinstance(source, (bytes, bytearray)):
        return _kind_of_list(source)
    raise InputError(f"The corpus is a {type(source).__name__}. {_EXPECTED}")


def _kind_of_list(items: Sequence[Any]) -> Kind:
    kinds = [_kind_of_item(item) for item in items]
    for position, kind in enumerate(kinds):
        if kind is None or kind != kinds[0]:
            first = f", where the first is a {type(items[0]).__name__}" if position else ""
            raise InputError(f"Item {position} of the list is a {type(items[position]).__name__}{first}. {_EXPECTED}")
    return kinds[0] if kinds and kinds[0] else "texts"


def _kind_of_item(item: object) -> Kind | None:
    if isinstance(item, str):
        return "texts"
    if isinstance(item, Path):
        return "paths"
    return "documents" if hasattr(item, "text") or hasattr(item, "page_content") else None


def locate(path: str | Path) -> Path:
    """Give the resolved path; `data/<sample>` is found from any folder, since notebooks lie in one of their own."""
    given = Path(path).expanduser()
    if not given.exists() and len(given.parts) == 2 and given.parts[0] == "data":
        return samples().get(given.name, given).resolve()
    return given.resolve()


def _check_path(path: Path) -> None:
    if not str(path).strip() or not locate(path).exists():
        raise CorpusNotFound(
            f"There is no file or folder {str(path)!r} (looked in {Path.cwd().name!r}, the notebook's folder). "
            "Check the spelling, or give the whole path."
        )
