"""Boundaries and token counts outlive a session, and nothing wrong comes of them."""

from __future__ import annotations

import numpy as np

from tests.doubles import WordTokenizer
from workbench.corpus import chunk_documents
from workbench.corpus.kept import count_tokens, document_key
from workbench.index.kept import KeptInRecord
from workbench.index.store import open_store
from workbench.records import Document

TEXTS = ("One two three. Four five six. Seven.", "# Wool\n\nAlpacas give wool.\n\n# Milk\n\nCamels give milk.")


class Counting(WordTokenizer):
    """Knows how many texts it was asked about."""

    def __init__(self) -> None:
        self.asked = 0

    def offsets(self, texts):
        self.asked += len(texts)
        return super().offsets(texts)


def documents(texts=TEXTS, kind="markdown"):
    return [Document(f"{place}.md", text, metadata={"format": kind}) for place, text in enumerate(texts)]


def cut(store, texts=TEXTS, rule="words 4 1", kind="markdown"):
    tokenizer = Counting()
    spans, counts = KeptInRecord(store.record, "spans", rule), KeptInRecord(store.record, "counts", rule)
    chunks = chunk_documents(documents(texts, kind), tokenizer, 4, 1, kept=spans)
    tokens = count_tokens(documents(texts, kind), chunks, tokenizer, counts)
    spans.save()
    counts.save()
    return [(chunk.id, chunk.text, chunk.metadata.get("section")) for chunk in chunks], tokens.tolist(), tokenizer.asked


def test_an_unchanged_document_is_not_tokenised_again(tmp_path):
    store = open_store(tmp_path)
    first = cut(store)
    assert first[2] > 0
    store.close()
    again = open_store(tmp_path)
    assert cut(again) == (first[0], first[1], 0)
    again.close()


def test_only_what_changed_is_cut(tmp_path):
    store = open_store(tmp_path)
    cut(store)
    changed = (TEXTS[0], "Camels spit.")
    chunks, tokens, asked = cut(store, changed)
    assert (chunks[-1], tokens[-1]) == (("1.md:0", "Camels spit.", None), 2)
    assert asked == 2  # cut, then counted
    store.close()


def test_another_rule_or_format_is_another_cut(tmp_path):
    store = open_store(tmp_path)
    cut(store)
    assert cut(store, rule="words 5 1")[2] > 0
    assert cut(store, kind="text")[2] > 0
    assert document_key(documents()[1]) != document_key(documents(kind="text")[1])
    store.close()


def test_what_does_not_fit_is_made_anew(tmp_path):
    store = open_store(tmp_path)
    right = cut(store)
    for value in (b"", b"odd", b"\0\0\0\0", np.array([0, 9999], dtype="<i4").tobytes()):
        store.record.execute("UPDATE kept SET value = ? WHERE rule LIKE 'spans%'", [(value,)])
        assert cut(store)[:2] == right[:2]
    store.record.execute("UPDATE kept SET value = ? WHERE rule LIKE 'counts%'", [(b"\0\0\0\0" * 99,)])
    assert cut(store)[:2] == right[:2]
    store.close()


def test_without_a_rule_nothing_is_kept(tmp_path):
    store = open_store(tmp_path)
    cut(store, rule="")
    assert store.record.query("SELECT count(*) FROM kept") == [(0,)]
    store.close()


def test_the_same_text_twice_is_cut_once_and_counted_for_both(tmp_path):
    store = open_store(tmp_path)
    chunks, tokens, _ = cut(store, (TEXTS[0], TEXTS[0]))
    half = len(chunks) // 2
    assert [text for _, text, _ in chunks[:half]] == [text for _, text, _ in chunks[half:]]
    assert tokens[:half] == tokens[half:]
    store.close()
