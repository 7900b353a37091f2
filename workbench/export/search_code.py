"""The lines that search as the workbench did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.export.literals import Part, comment, is_plain
from workbench.export.words_code import words_part
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


def by_name(retrieval: Retrieval, language: str | None = "") -> str:
    """Say what of a search plain libraries cannot repeat in a few lines; empty where they can.

    Parameters
    ----------
    retrieval
        What was found.
    language
        As in `search_part`.
    """
    options = retrieval.options
    if options["mode"] != "dense" and language is None:
        return "their words, in a script without blanks, which bm25s does not cut"
    for name in ("rerank", "expand"):
        if options.get(name):
            return f"a search with {name}={options[name]!r}"
    if options.get("engine") == "hnsw":
        return "Chroma's approximate index, index.query(...), whose answer may change"
    where, within = options.get("where") or {}, options.get("within")
    if not all(is_plain(list(part) if isinstance(part, (set, frozenset)) else part) for part in dict(where).values()):  # type: ignore[call-overload]
        return "a filter by values that no text can show"
    if within is not None and len(within) > _NAMED:  # type: ignore[arg-type]
        return f"a search inside {len(within)} selected chunks"  # type: ignore[arg-type]
    return f"a search in which {len(_copies(retrieval))} chunks repeat others" * (len(_copies(retrieval)) > _NAMED)


def search_part(retrieval: Retrieval, language: str | None = "") -> Part:
    """Give the lines that set `order`, rows of the index best first, and `scores` in that order, from `vector`.

    Parameters
    ----------
    retrieval
        What was found.
    language
        Of stemmer and stop words, for a search by words; empty for neither, None where the texts have no blanks.
    """
    reason = by_name(retrieval, language)
    if reason:
        return _named(retrieval, reason)
    options = retrieval.options
    narrowed = any(options.get(name) for name in ("threshold", "where", "within")) or options.get("mmr") is not None
    plain = options["metric"] == "cosine" and options["mode"] == "dense" and not narrowed
    if plain and not _copies(retrieval) and not _tied(retrieval) and len(retrieval.ids) <= _LOOPED:
        return _llama_index()
    return _numpy(retrieval, options, language or "")


def _copies(retrieval: Retrieval) -> list[str]:
    """Give the ids of chunks that were left out because they repeat others."""
    copies = retrieval.traced.copies if retrieval.traced is not None else {}
    return [retrieval.ids[row] for row in sorted(copies)]


def _tied(retrieval: Retrieval) -> bool:
    """Tell whether equal scores decide what is found or in which order: LlamaIndex's heap puts them anyhow."""
    scores = np.sort(retrieval.scores)[::-1][: len(retrieval) + 1] if retrieval.scores is not None else np.empty(0)
    return bool((np.diff(scores) == 0).any())


def _named(retrieval: Retrieval, reason: str) -> Part:
    ids = [passage.chunk.id for passage in retrieval]
    lines = [
        *comment(f"The workbench found these by {reason}; that is left out here, and they are taken by their ids."),
        f"ids = {ids!r}",
        "order = [rows['ids'].index(one) for one in ids]",
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
        "vectors = np.asarray(rows['embeddings']).tolist()",
        "store.add([TextNode(id_=one, embedding=numbers) for one, numbers in zip(rows['ids'], vectors)])",
        "found = store.query(VectorStoreQuery(query_embedding=list(map(float, vector)), similarity_top_k=TOP_K))",
        "order, scores = [rows['ids'].index(one) for one in found.ids], found.similarities",
    ]
    return Part((*_LLAMA_INDEX, "import numpy as np"), tuple(lines))


def _numpy(retrieval: Retrieval, options: Mapping[str, Any], language: str) -> Part:
    by_words = words_part(language) if options["mode"] != "dense" else Part((), ())
    steps = (
        by_words.lines,
        *_scored(options),
        _narrowed(retrieval, options),
        _mmr(options) if options.get("mmr") is not None else ["order = order[:TOP_K]"],
    )
    lines = list(_allowed(options))
    for step in steps:
        lines += ["", *step] if step and step[0].startswith("# ") else step
    return Part(("import numpy as np", *by_words.imports), (*lines, "scores = scores[order].tolist()"))


def _allowed(options: Mapping[str, Any]) -> list[str]:
    tests = []
    for name, value in (options.get("where") or {}).items():
        wanted = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        tests.append(f"{_field(name)} in {[one for one in wanted if one is not None]!r}")
    if options.get("within") is not None:
        tests.append(f"rows['ids'][row] in {list(options['within'])!r}")
    lines = ["order = list(range(len(rows['ids'])))"]
    return lines + [f"order = [row for row in order if {test}]" for test in tests]


def _field(name: str) -> str:
    if name == "id":
        return "rows['ids'][row]"
    kept = f"{name}_" if name in _RENAMED and name != "document" else name
    return f"rows['metadatas'][row].get({kept!r})"


def _scored(options: Mapping[str, Any]) -> list[list[str]]:
    """Give the steps that set `scores` of all rows, and put `order` in their order."""
    best_first = "order = sorted(order, key=lambda row: -scores[row])  # equal ones stay as they are"
    matched = "order = [row for row in order if scores[row] > 0]"
    if options["mode"] == "lexical":
        return [["scores = words", matched, best_first]]
    by_vector = [
        *comment(
            "Exact search, higher is closer. SimpleVectorStore of LlamaIndex knows cosine alone, puts equal scores in "
            "any order, and its MMR looks at the last pick only; Chroma's search is approximate, and its l2 is squared."
        ),
        "vectors, vector = np.asarray(rows['embeddings'], dtype=np.float32), np.asarray(vector, dtype=np.float32)",
        f"scores = {_SCORES[options['metric']]}",
    ]
    if options["mode"] == "dense":
        return [[*by_vector, best_first]]
    vector_weight, word_weight = options["weights"]
    fused = [
        *comment(
            "Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): 1 / (60 + rank) in both rankings, added up. "
            "QueryFusionRetriever of LlamaIndex ignores the weights."
        ),
        "fused = np.zeros(len(scores))",
        "by_words = [row for row in order if words[row] > 0]",
        f"for ranked, given, weight in ((order, scores, {vector_weight!r}), (by_words, words, {word_weight!r})):",
        "    ranked = sorted(ranked, key=lambda row: -given[row])",
        "    fused[ranked] += weight / (60 + np.arange(1, len(ranked) + 1))",
        "scores = fused.astype(np.float32)",
        matched,
        best_first,
    ]
    return [by_vector, fused]


def _narrowed(retrieval: Retrieval, options: Mapping[str, Any]) -> list[str]:
    lines = []
    if options.get("threshold") is not None:
        lines.append(f"order = [row for row in order if scores[row] >= {options['threshold']!r}]")
    copies = _copies(retrieval)
    if copies:
        lines += comment("These say the same as a passage above: the same words, or a cosine of 0.995 or more.")
        lines += [f"copies = {copies!r}", "order = [row for row in order if rows['ids'][row] not in copies]"]
    return lines


def _mmr(options: Mapping[str, Any]) -> list[str]:
    plain = options["metric"] == "cosine" and options["mode"] == "dense"
    weight = options["mmr"]
    return [
        *comment("Maximal marginal relevance (Carbonell and Goldstein 1998), against all picks so far."),
        f"pool, order = order[:{max(_POOL, 4 * options['top_k'])}], []",
        "close = scores[pool]",
        *([] if plain else ["close = (close - close.min()) / (np.ptp(close) or 1)  # to be weighed against cosines"]),
        "units = np.asarray(rows['embeddings'], dtype=np.float32)[pool]",
        "units = units / np.linalg.norm(units, axis=1, keepdims=True)",
        "picked, left = [], list(range(len(pool)))",
        "while left and len(picked) < TOP_K:",
        "    alike = np.array([max((units[one] @ units[other] for other in picked), default=0) for one in left])",
        f"    picked.append(left.pop(int(np.argmax({weight!r} * close[left] - (1 - {weight!r}) * alike))))",
        "order = [pool[one] for one in picked]",
    ]
