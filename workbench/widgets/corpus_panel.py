"""The corpus: choosing one, how it is cut, what was read of it, and the chunk lens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.records import FileReport
from workbench.session.state import CHUNK_SIZE
from workbench.widgets._lens import histogram, lens, unseen
from workbench.widgets._live import LivePanel
from workbench.widgets._progress import progress_state, reading_job
from workbench.widgets._sources import keep_files, namespace, variable, variables
from workbench.widgets._words import count

if TYPE_CHECKING:
    from workbench.session import Workbench

__all__ = ["CorpusPanel", "lens_of", "view"]

ROWS = 200
"""Rows of the load report, and names of documents, that are sent to the browser."""


class CorpusPanel(LivePanel):
    """Chooses the corpus and shows what became of it."""

    name = "corpus_panel"
    reads = (
        "corpus_name",
        "load_report",
        "documents",
        "chunks",
        "token_counts",
        "model_info",
        "plan",
        "chunk_size",
        "chunk_overlap",
        "progress",
        "presentation",
    )

    def __init__(self, wb: Workbench) -> None:
        self._document = ""
        self._start = 0
        self._files: dict[str, bytes] = {}
        self._variables: list[dict[str, str]] = []
        self._drawn: tuple[object, ...] = ()
        self._lens: dict[str, Any] | None = None
        super().__init__(wb)

    def view(self) -> dict[str, Any]:
        """Give the state that is drawn; the lens is made again only where what it shows has changed."""
        wb = self.wb
        shown = (wb.document_list, wb.chunk_list, wb.token_counts, wb.model_info, self._document, self._start)
        if len(shown) != len(self._drawn) or any(a is not b for a, b in zip(shown, self._drawn, strict=True)):
            self._drawn = shown
            self._lens = lens_of(wb, self._document, self._start)
        return {**view(wb), "variables": self._variables, "lens": self._lens}

    def actions(self) -> Mapping[str, Callable[..., object]]:
        """Load, take files, list variables, set sizes, look at a document."""
        return {
            "load": self._load,
            "sample": self._sample,
            "variable": self._variable,
            "variables": self._list,
            "file": self._file,
            "refresh": lambda: self.wb.submit("refresh"),
            "size": self._size,
            "look": self._look,
        }

    def _load(self, path: str) -> None:
        if not path.strip():
            raise InputError("Type the path of a folder or file first.")
        self.wb.submit("load", path.strip())

    def _sample(self, name: str) -> None:
        from workbench.corpus import samples

        found = samples()
        if name not in found:
            raise InputError(f"There is no sample {name!r}; there are: {', '.join(found) or 'none here'}.")
        self.wb.submit("load", str(found[name]))

    def _variable(self, name: str) -> None:
        self.wb.submit("load", variable(namespace(), name))

    def _list(self) -> None:
        self._variables = variables(namespace())

    def _receive(self, _: object, message: Mapping[str, Any], buffers: Any) -> None:
        fields = dict(message)
        if fields.get("do") == "file":
            fields["content"] = bytes(buffers[0]) if buffers else b""
        self.act(fields.pop("do", ""), **fields)

    def _file(self, name: str, content: bytes, first: bool, last: bool) -> None:
        if first:
            self._files = {}
        self._files[name] = content
        if last:
            files, self._files = self._files, {}
            self.wb.submit("load", str(keep_files(files)))

    def _size(self, size: int | str, overlap: int) -> None:
        if size != "document" and overlap >= int(size):
            raise InputError(f"The overlap is {overlap} and the chunk {size} tokens; the overlap must be the smaller.")
        self.wb.chunk_size = size if size == "document" else int(size)
        self.wb.chunk_overlap = overlap

    def _look(self, document: str = "", start: int = 0) -> None:
        self._document, self._start = document, start


def view(wb: Workbench) -> dict[str, Any]:
    """Give what the panel draws, the lens apart.

    Returns
    -------
    dict
        `samples` (names), `reading` (a running job), `size` and `overlap` as set, `summary`, `report` (`all` and
        `missing` rows, at most 200 of each, and their totals), `documents` (ids, at most 200, and `total`),
        `histogram`.
    """
    from workbench.corpus import samples

    files = wb.load_report.files if wb.load_report is not None else ()
    missing = [file for file in files if file.status != "loaded"]
    documents = wb.document_list
    return {
        "name": wb.corpus_name,
        "samples": sorted(samples()),
        "reading": progress_state(reading_job(wb)),
        "size": wb.chunk_size,
        "default": CHUNK_SIZE,
        "overlap": wb.chunk_overlap,
        "summary": _summary(wb),
        "report": {"all": _rows(files), "missing": _rows(missing), "total": len(files), "total_missing": len(missing)},
        "documents": {"ids": [document.id for document in documents[:ROWS]], "total": len(documents)},
        "histogram": histogram(wb.token_counts, room(wb)),
    }


def _rows(files: Sequence[FileReport]) -> list[list[str]]:
    return [
        [file.path, file.status, file.reason, f"{file.characters:,}" if file.status == "loaded" else "", file.encoding]
        for file in files[:ROWS]
    ]


def _summary(wb: Workbench) -> str:
    if wb.load_report is None:
        return ""
    if not wb.document_list:
        return "No text was found. The report below says why; choose another corpus."
    return f"{count(len(wb.document_list), 'document')}, {count(len(wb.chunk_list), 'chunk')}"


def room(wb: Workbench) -> int | None:
    """Give the most tokens of a chunk that the chosen model reads; None until the model is known."""
    info = wb.model_info
    return (info.text_tokens or info.max_tokens) if info is not None else None


def lens_of(wb: Workbench, document_id: str, start: int = 0) -> dict[str, Any] | None:
    """Give the chunk lens of a document, of the first one if there is none of that id; None without documents."""
    documents = wb.document_list
    if not documents:
        return None
    document = next((one for one in documents if one.id == document_id), documents[0])
    places = [place for place, chunk in enumerate(wb.chunk_list) if chunk.document == document.id]
    chunks = [wb.chunk_list[place] for place in places]
    tokens = wb.token_counts
    numbers = (
        [int(tokens[place]) for place in places] if tokens is not None and len(tokens) > max(places, default=-1) else []
    )
    tokenizer = wb.prepared.model.tokenizer if wb.prepared is not None and numbers else None
    seen = unseen(chunks, numbers, room(wb), tokenizer)
    return {
        **lens(document, chunks, seen, start),
        "document": document.id,
        "title": document.title,
        "chunks": count(len(chunks), "chunk"),
        "unseen": sum(chunk.end - end for chunk, end in zip(chunks, seen, strict=True)),
    }
