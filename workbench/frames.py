"""Records as DataFrames, and as the little HTML that a cell shows; all text is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from workbench.records import (
    Answer,
    Chunk,
    Clustering,
    Contexts,
    Document,
    Explanation,
    ModelCheck,
    ModelInfo,
    Passage,
    Probe,
    Retrieval,
    TwinMaps,
)
from workbench.shown import NO_MATH, escaped

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = [
    "answer_html",
    "check_frame",
    "chunks_frame",
    "clusters_frame",
    "contexts_frame",
    "documents_frame",
    "explanation_html",
    "frame_of",
    "history_frame",
    "models_frame",
    "passages_frame",
    "trace_frame",
    "twin_frame",
]


def frame_of(rows: Sequence[object], kind: type) -> pd.DataFrame:
    """Give a DataFrame with a column for each field of a dataclass, in its order."""
    import pandas as pd

    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return pd.DataFrame({name: [getattr(row, name) for row in rows] for name in names}, columns=names)


def documents_frame(documents: Sequence[Document]) -> pd.DataFrame:
    """Give a row a document: id, title, characters, text, and a column for each metadata field."""
    import pandas as pd

    rows = [
        {
            "id": document.id,
            "title": document.title,
            "characters": len(document.text),
            "text": document.text,
            **_others(document.metadata, {"id", "title", "characters", "text"}),
        }
        for document in documents
    ]
    return pd.DataFrame(rows, columns=None if rows else ["id", "title", "characters", "text"])


def _others(metadata: Mapping[str, object], taken: set[str]) -> dict[str, object]:
    return {f"metadata.{name}" if name in taken else name: value for name, value in metadata.items()}


def chunks_frame(chunks: Sequence[Chunk], tokens: np.ndarray | None = None, longest: int | None = None) -> pd.DataFrame:
    """Give a row a chunk: id, document, ordinal, start, end, tokens, truncated, text.

    Parameters
    ----------
    chunks
        n chunks.
    tokens
        int32 (n,): tokens of the embedding model; None where they were not counted.
    longest
        Most tokens of text that the model reads; more are `truncated`.
    """
    import pandas as pd

    frame = frame_of(chunks, Chunk).drop(columns="metadata")
    counts = pd.Series([pd.NA] * len(chunks) if tokens is None else tokens, dtype="Int64")
    frame.insert(5, "tokens", counts)
    frame.insert(6, "truncated", (counts > (longest or 2**31)).fillna(False).astype(bool))
    return frame


def models_frame(models: Sequence[ModelInfo]) -> pd.DataFrame:
    """Give a row a model: id, provider, ready, dimensions, max_tokens, parameters, size_mb, prefixes, link."""
    columns = ["id", "provider", "ready", "dimensions", "max_tokens", "parameters", "size_mb"]
    return frame_of(models, ModelInfo)[[*columns, "query_prefix", "document_prefix", "link", "note"]]


def check_frame(check: ModelCheck) -> pd.DataFrame:
    """Give a row a probe: probe, passed, seen, advice."""
    return frame_of(check.probes, Probe).rename(columns={"name": "probe"})


def passages_frame(passages: Sequence[Passage]) -> pd.DataFrame:
    """Give a row a passage: rank, score, id, document, start, end, why, text."""
    import pandas as pd

    columns = ["rank", "score", "id", "document", "start", "end", "why", "text"]
    rows = [
        (
            passage.rank,
            passage.score,
            passage.chunk.id,
            passage.chunk.document,
            passage.chunk.start,
            passage.chunk.end,
            passage.why,
            passage.chunk.text,
        )
        for passage in passages
    ]
    return pd.DataFrame(rows, columns=columns)


def trace_frame(retrieval: Retrieval) -> pd.DataFrame:
    """Give a row a searched chunk, best first: its score and rank in each stage, and which one dropped it."""
    from workbench.retrieval import trace_of

    return trace_of(retrieval)


def history_frame(past: Sequence[Answer | Retrieval]) -> pd.DataFrame:
    """Give a row a question, newest first: question, passages, best, score, model, complete, answer."""
    import pandas as pd

    columns = ["question", "passages", "best", "score", "model", "complete", "answer"]
    return pd.DataFrame([_history_row(entry) for entry in past], columns=columns)


def _history_row(entry: Answer | Retrieval) -> tuple[object, ...]:
    retrieval = entry.retrieval if isinstance(entry, Answer) else entry
    passages = retrieval.passages if retrieval else ()
    best = (passages[0].chunk.id, passages[0].score) if passages else ("", None)
    question = retrieval.query if retrieval else ""
    if isinstance(entry, Answer):
        return (entry.question, len(passages), *best, entry.model, entry.complete, entry.text)
    return (question, len(passages), *best, "", False, "")


def answer_html(answer: Answer) -> str:
    """Show an answer, its model and its passages; text from documents and models is escaped."""
    passages = answer.retrieval.passages if answer.retrieval else ()
    note = answer.problem or answer.unread or ("" if answer.complete else "incomplete")
    rows = "".join(
        f"<li value='{passage.rank}'><b>{escaped(passage.chunk.document)}</b> {passage.score:.3f} "
        f"{escaped(' '.join(passage.chunk.text.split())[:240])}</li>"
        for passage in passages
    )
    return (
        f"<div class='{NO_MATH}'><p>{escaped(answer.text)}</p><p><small>{escaped(answer.model)}"
        f"{' · ' if note else ''}{escaped(note)}</small></p><ol>{rows}</ol></div>"
    )


def contexts_frame(contexts: Contexts) -> pd.DataFrame:
    """Give a row a context that was tried: context, passages, complete, supported (share of sentences), answer."""
    import pandas as pd

    columns = ["context", "passages", "complete", "supported", "answer"]
    answers = (("with", contexts.right), ("without", contexts.without), ("wrong", contexts.wrong))
    return pd.DataFrame(
        [_contexts_row(name, answer) for name, answer in answers if answer is not None], columns=columns
    )


def _contexts_row(name: str, answer: Answer) -> tuple[object, ...]:
    passages = len(answer.prompt.passages) if answer.prompt else 0
    held = [sentence.supported for sentence in answer.sentences]
    return name, passages, answer.complete, sum(held) / len(held) if held else None, answer.text


_TOKEN = ("background: rgba(0, 114, 178, .16)", "background: rgba(128, 128, 128, .14)")


def explanation_html(seen: Explanation) -> str:
    """Give what a model sees as HTML: prefix underlined, tokens side by side, what is cut off struck through."""
    pieces, at = [], 0
    for number, (start, end) in enumerate(seen.spans.tolist()):
        if start < at or end > seen.seen:
            continue  # shares its character with the token before, or is not seen
        line = "; text-decoration: underline dotted" if end <= len(seen.prefix) else ""
        pieces.append(escaped(seen.sent[at:start]))
        pieces.append(f'<span style="{_TOKEN[number % 2]}{line}">{escaped(seen.sent[start:end])}</span>')
        at = end
    pieces.append(escaped(seen.sent[at : seen.seen]))
    cut = f'<s style="opacity: .45">{escaped(seen.cut)}</s>' if seen.cut else ""
    about = "" if seen.exact else "about "
    facts = f"{about}{seen.tokens:,} of {seen.limit:,} tokens as {seen.role}, norm {seen.norm:.4f}"
    left = f", {len(seen.cut):,} characters never seen" if seen.cut else ""
    body = "".join(pieces) + cut
    head = f"<b>{escaped(seen.model)}</b>: {facts}{left}"
    return f'<div class="{NO_MATH}">{head}<pre style="white-space: pre-wrap">{body}</pre></div>'


def clusters_frame(clustering: Clustering) -> pd.DataFrame:
    """Give a row a cluster, and a last one (-1, `noise`) for the points of none."""
    import pandas as pd

    rows: list[tuple[int, str, int, str, str, tuple[str, ...]]] = [
        (one.number, one.label, len(one), ", ".join(one.keywords), one.exemplar, one.ids) for one in clustering.clusters
    ]
    loose = tuple(name for name, label in zip(clustering.ids, clustering.labels, strict=True) if label < 0)
    if loose:
        rows.append((-1, "noise", len(loose), "", "", loose))
    return pd.DataFrame(rows, columns=["cluster", "label", "size", "keywords", "exemplar", "ids"])


def twin_frame(twin: TwinMaps) -> pd.DataFrame:
    """Give a row a chunk: id and the share of neighbours that both models agree on, the least first."""
    import pandas as pd

    frame = pd.DataFrame({"id": twin.left.ids, "kept": twin.kept})
    return frame.sort_values("kept", kind="stable", ignore_index=True)
