"""The lines that search by words, as the workbench does with bm25s."""

from __future__ import annotations

from workbench.export.literals import Part, comment
from workbench.retrieval.language import LANGUAGES

__all__ = ["words_part"]


def words_part(language: str) -> Part:
    """Give the lines that set `words`: the BM25 score of every row for `QUESTION`, 0 where no word stands in it.

    Parameters
    ----------
    language
        Of stemmer and stop words; empty for neither.
    """
    imports, cut = ["import bm25s"], "stopwords=[], stemmer=None"
    if language in LANGUAGES:
        stop = LANGUAGES[language]
        imports += ["import Stemmer", f"from bm25s.stopwords import {stop}"]
        cut = f"stopwords={stop}, stemmer=Stemmer.Stemmer({language!r})"
    lines = [
        *comment(
            "Search by words: BM25 over stems. By default bm25s stems nothing, and takes English stop words in any "
            "language; BM25Retriever of LlamaIndex stems as English."
        ),
        f"cut = dict({cut}, return_ids=False, show_progress=False)",
        "bm25 = bm25s.BM25()",
        "bm25.index(bm25s.tokenize(rows['documents'], **cut), show_progress=False)",
        "asked = [word for word in bm25s.tokenize([QUESTION], **cut)[0] if word in bm25.vocab_dict]",
        "words = bm25.get_scores(asked) if asked else np.zeros(len(rows['ids']), dtype=np.float32)",
    ]
    return Part(tuple(imports), tuple(lines))
