"""The lines that search as the workbench did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.export.literals import Part, comment, is_plain
from workbench.records import Retrieval

__all__ = ["by_name", "search_part"]

_LOOPED = 20_000
"""Chunks up to which LlamaIndex's own store, a loop over vectors, takes less than about a second."""
_NAMED = 20
"""Ids that a cell may list."""
_POOL = 50
_RENAMED = ("document", "ordinal", "start", "end", "workbench_key")
_SCORES = {
    "cosine": "vectors @ vector / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(vector))",
    "dot": "vectors @ vector",
    "euclidean": "-np.linalg.norm(vectors - vector, axis=1)",
}
_LLAMA_INDEX = (
    "from llama_index.core.schema import TextNode",
    "from llama_index.core.vector_stores import SimpleVectorStore, VectorStoreQuery",
)


def by_name(retrieval: Retrieval) -> str:
    """Say what of a search plain libraries cannot repeat; empty where they can."""
    options = retrieval.options
    if options.get("mode", "dense") != "dense":
        return f"a search in the mode {options['mode']!r}"
    for name in ("rerank", "expand"):
        if options.get(name):
            return f"a search with {name}={'True' if options[name] is True else repr(options[name])}"
    if options.get("engine") == "hnsw":
        return "an approximate search (HNSW)"
    where, within = options.get("where"), options.get("within")
    if where and not all(is_plain(part) or isinstance(part, (set, frozenset)) for part in dict(where).values()):  # type: ignore[call-overload]
        return "a filter by values that no text can show"
    if within is not None and len(within) > _NAMED:  # type: ignore[arg-type]
        return f"a search inside {len(within)} selected chunks"  # type: ignore[arg-type]
    return ""


def search_part(retrieval: Retrieval) -> Part:
    """Give the lines that set `order`, rows of the index best first, and `scores` in that order, from `vector`."""
    reason = by_name(retrieval)
    if reason:
        return _named(retrieval, reason)
    options = retrieval.options
    narrowed = any(options.get(name) for name in ("mmr", "threshold", "where", "within")) or options.get("mmr") == 0
    plain = options["metric"] == "cosine" and not narrowed and not _tied(retrieval)
    return _llama_index() if plain and len(retrieval.ids) <= _LOOPED else _numpy(retrieval, options)


def _tied(retrieval: Retrieval) -> bool:
    """Tell whether equal scores decide what is found or in which order: LlamaIndex's heap puts them anyhow."""
    scores = np.sort(retrieval.scores)[::-1][: len(retrieval) + 1] if retrieval.scores is not None else np.empty(0)
    return bool((np.diff(scores) == 0).any())


def _named(retrieval: Retrieval, reason: str) -> Part:
    ids = [passage.chunk.id for passage in retrieval]
    lines = [
        *comment(f"The workbench found these by {reason}, which is left out here; they are taken by their ids."),
        f"ids = {ids!r}",
        'order = [rows["ids"].index(one) for one in ids]',
        f"scores = {[round(passage.score, 6) for passage in retrieval]!r}",
    ]
    return Part((), tuple(lines))


def _llama_index() -> Part:
    lines = [
        *comment(
            "Exact search by cosine. index.query(...) of Chroma would search approximately, and give distances "
            "(1 - cosine); ChromaVectorStore of LlamaIndex would make scores of them by exp(-distance)."
        ),
        "store = SimpleVectorStore()",
        'vectors = np.asarray(rows["embeddings"]).tolist()',
        'store.add([TextNode(id_=one, embedding=numbers) for one, numbers in zip(rows["ids"], vectors)])',
        "found = store.query(VectorStoreQuery(query_embedding=list(map(float, vector)), similarity_top_k=TOP_K))",
        'order, scores = [rows["ids"].index(one) for one in found.ids], found.similarities',
    ]
    return Part((*_LLAMA_INDEX, "import numpy as np"), tuple(lines))


def _numpy(retrieval: Retrieval, options: Mapping[str, Any]) -> Part:
    lines = [
        *comment(
            f"Exact search by {retrieval.score_name}, higher is closer. SimpleVectorStore of LlamaIndex knows cosine "
            "alone, puts equal scores in any order, and its MMR looks at the last pick only; Chroma's search is "
            "approximate, and its l2 is squared."
        ),
        'vectors, vector = np.asarray(rows["embeddings"], dtype=np.float32), np.asarray(vector, dtype=np.float32)',
        f"scores = {_SCORES[options['metric']]}",
        'order = np.argsort(-scores, kind="stable").tolist()',
        *_filters(options),
        *(_mmr(options) if options.get("mmr") is not None else ["order = order[:TOP_K]"]),
        "scores = scores[order].tolist()",
    ]
    return Part(("import numpy as np",), tuple(lines))


def _filters(options: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, value in (options.get("where") or {}).items():
        wanted = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        wanted = [one for one in wanted if one is not None]
        lines.append(f"order = [row for row in order if {_field(name)} in {wanted!r}]")
    if options.get("within") is not None:
        lines.append(f'order = [row for row in order if rows["ids"][row] in {list(options["within"])!r}]')
    if options.get("threshold") is not None:
        lines.append(f"order = [row for row in order if scores[row] >= {options['threshold']!r}]")
    return lines


def _field(name: str) -> str:
    if name == "id":
        return 'rows["ids"][row]'
    kept = f"{name}_" if name in _RENAMED and name != "document" else name
    return f'rows["metadatas"][row].get({kept!r})'


def _mmr(options: Mapping[str, Any]) -> list[str]:
    pool = max(_POOL, 4 * options["top_k"])
    return [
        *comment("Maximal marginal relevance (Carbonell and Goldstein 1998), against all picks so far."),
        "units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)",
        f"pool, order = order[:{pool}], []",
        "while pool and len(order) < TOP_K:",
        "    alike = [max((units[row] @ units[other] for other in order), default=0) for row in pool]",
        f"    gains = {options['mmr']!r} * scores[pool] - (1 - {options['mmr']!r}) * np.array(alike)",
        "    order.append(pool.pop(int(np.argmax(gains))))",
    ]
