"""What a corpus can be made of, and its reading."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any

from workbench.corpus.clean import safe_name
from workbench.corpus.corpus import Corpus
from workbench.corpus.files import read_files
from workbench.corpus.frames import check_frame, is_frame, read_frame
from workbench.corpus.identity import memory_identity, place_identity, place_name
from workbench.corpus.objects import is_document, read_objects, read_texts
from workbench.corpus.reading import ChildProcess, Reading
from workbench.corpus.samples import samples
from workbench.corpus.walk import Found, apart, walk
from workbench.errors import Cancelled, CorpusError, CorpusNotFound, InputError
from workbench.records import Document, FileReport, LoadReport

__all__ = ["check_source", "identity_of", "load", "locate"]

_KINDS = "the path of a folder or file, a list of paths, texts or documents, or a pandas DataFrame"


def check_source(source: Any) -> None:
    """Check that a source exists and is of a known kind; nothing is read.

    Parameters
    ----------
    source
        None (no corpus yet); a path (a str is always one); a list of Path, of str (texts), or of our, LlamaIndex or
        LangChain documents; a pandas DataFrame; a `Corpus` that was read already.

    Raises
    ------
    CorpusNotFound
        A path that is not there.
    InputError
        Another kind, a list of several kinds, a frame without a text column or with ids that repeat.
    """
    if source is None or isinstance(source, Corpus):
        return
    if isinstance(source, (str, os.PathLike, list, tuple)):
        _paths_of(source)
    elif is_frame(source):
        check_frame(source)
    else:
        raise InputError(f"A corpus cannot be made of a {_type(source)}. {_hint(source)}Give {_KINDS}.")


def load(
    source: Any,
    cancel: Event | None = None,
    progress: Callable[[int, int], None] | None = None,
    child: ChildProcess | None = None,
) -> Corpus:
    """Read a source.

    Parameters
    ----------
    source
        As for `check_source`.
    cancel
        Set it to stop between files, pages and rows.
    progress
        Told (files done, files in all); not called for what is in memory already.
    child
        A process for files of the formats that take a large parser (PDF, Word, ...), and for large files, so that one
        that never ends or takes all memory costs its own line of the report. None to read all files in this process.

    Returns
    -------
    Corpus
        Without documents where there was no text; its report says why.

    Raises
    ------
    CorpusNotFound, InputError
        As for `check_source`.
    CorpusError
        The folder cannot be listed.
    Cancelled
        `cancel` was set.
    """
    check_source(source)
    check = _checker(cancel)
    if source is None:
        return Corpus("none", identity="none")
    if isinstance(source, Corpus):
        return source
    if is_frame(source):
        return _in_memory(*read_frame(source, check))
    paths = _paths_of(source)
    if paths is not None:
        return _load_paths(paths, check, progress, Reading(check, cancel, child))
    read = read_texts if _kind_of_items(source) == "text" else read_objects
    return _in_memory(*read(source, check))


def _checker(cancel: Event | None) -> Callable[[], None]:
    def check() -> None:
        if cancel is not None and cancel.is_set():
            raise Cancelled("Reading the corpus was stopped; load it again to go on.")

    return check


def _paths_of(source: str | os.PathLike[str] | Sequence[Any]) -> list[Path] | None:
    """Give the paths that are a source, each once; None for a list of anything else."""
    if isinstance(source, (str, os.PathLike)):
        return [_existing(source)]
    return list(dict.fromkeys(map(_existing, source))) if _kind_of_items(source) == "path" else None


def _existing(source: str | os.PathLike[str]) -> Path:
    if not os.fspath(source):
        raise InputError("The path of the corpus is empty. Give the path of a folder or file.")
    try:
        path = locate(source)
        exists = path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise CorpusNotFound(_not_there(str(source))) from error
    if not exists:
        raise CorpusNotFound(_not_there(str(source)))
    return path


def locate(path: str | os.PathLike[str]) -> Path:
    """Give the resolved path, `~` opened; `data/<sample>` is found from any folder, since notebooks have their own."""
    given = Path(path).expanduser()
    if given.parts[:-1] == ("data",) and not given.exists():
        return samples().get(given.name, given).resolve()
    return given.resolve()


def _not_there(given: str) -> str:
    path, shown = Path(given), given if len(given) <= 200 else f"{given[:200]}..."
    said = [f"There is no file or folder {shown!r}."]
    if not path.is_absolute():
        said.append(f"It was looked for in {Path.cwd().name!r}, the notebook's folder.")
    if path.parts[:1] == ("data",) and samples():
        said.append(f"The samples are {', '.join(f'data/{name}' for name in samples())}.")
    said.append("Check the spelling, or give the full path.")
    if "\n" in given or len(given) > 200:
        said.append("To use a text itself, put it in a list: [text].")
    return " ".join(said)


def _kind_of_items(items: Sequence[object]) -> str:
    first = _kind(items[0], 0) if items else "text"
    for place, item in enumerate(items):
        if _kind(item, place) != first:
            raise InputError(
                f"The list mixes kinds: item 0 is a {_type(items[0])}, item {place} a {_type(item)}. "
                "Give a list of one kind: texts, paths, or documents."
            )
    return first


def _kind(item: object, place: int) -> str:
    if isinstance(item, str):
        return "text"
    if isinstance(item, os.PathLike):
        return "path"
    if is_document(item):
        return "document"
    raise InputError(f"Item {place} of the list is a {_type(item)}. {_hint(item)}Give {_KINDS}.")


def _type(value: object) -> str:
    return type(value).__name__


def _hint(value: object) -> str:
    if is_document(value):
        return "Put a single document into a list: [document]. "
    if hasattr(value, "to_pandas"):
        return "Turn it into a pandas DataFrame with .to_pandas(). "
    if hasattr(value, "__iter__") and not isinstance(value, (bytes, dict)):
        return "Turn it into a list with list(...). "
    return ""


def identity_of(source: Any) -> str | None:
    """Give the identity that `load` would give; None for what is in memory, which must be read for it.

    Raises
    ------
    CorpusNotFound, InputError
        As for `check_source`.
    """
    check_source(source)
    if isinstance(source, Corpus):
        return source.identity
    paths = _paths_of(source) if isinstance(source, (str, os.PathLike, list, tuple)) else None
    return place_identity(paths, _name(paths)) if paths else None


def _name(paths: list[Path]) -> str:
    return safe_name(place_name(_base(paths)))


def _base(paths: list[Path]) -> Path:
    return paths[0] if len(paths) == 1 else Path(os.path.commonpath([path.parent for path in paths]))


def _load_paths(
    paths: list[Path], check: Callable[[], None], progress: Callable[[int, int], None] | None, reading: Reading
) -> Corpus:
    single = len(paths) == 1
    base = _base(paths)
    found: dict[tuple[Path, str], Found] = {}
    for path in paths:
        below = "" if single else safe_name(path.relative_to(base).as_posix())
        for one in _found(path, below, check):
            found.setdefault((one.path, one.name), one)
    documents, reports, questions = read_files(apart(found.values()), check, progress or _quiet, reading)
    name = _name(paths)
    if not found:
        reports = [FileReport(f"{name}/", "skipped", "an empty folder; put files into it, or choose another")]
    return Corpus(name, tuple(documents), LoadReport(tuple(reports)), questions, place_identity(paths, name))


def _found(path: Path, below: str, check: Callable[[], None]) -> list[Found]:
    if not path.is_dir():
        return [Found(path, below or safe_name(path.name))]
    try:
        return walk(path, below, check)
    except OSError as error:
        raise CorpusError(
            f"The folder {path.name!r} cannot be listed: {error.strerror}. Check its permissions, or choose another."
        ) from error


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


def _in_memory(documents: list[Document], reports: list[FileReport]) -> Corpus:
    return Corpus("memory", tuple(documents), LoadReport(tuple(reports)), (), memory_identity(documents))
