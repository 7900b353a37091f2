"""Texts of every kind: any character, half ones too, and what has a meaning somewhere."""

from __future__ import annotations

from hypothesis import strategies as st

from workbench.records import Chunk, Passage

__all__ = ["any_text", "passages", "told_text"]

TOLD = (
    "[1]", "[2-9]", "[1, 2]", "[99]",
    "“", "”", '"', "«", "»", "</passage", "<passage 1", "[system]", "[user]",
    "{question}",
    "{passages}", "{fence}", "$x$", "%{text}", "<b>", "&amp;", "javascript:", "\\", "'''", '"""', "{0}", "\n",
    "\r\n", "\t",
    "\x00", "\x1b[31m", "\u202e", "\u2028", "\x85", "\ufeff", "\ud800", "é", "e\u0301", "İ", "ß", "漢字かな",
    "한글", "🦙",
    "3,000.5", "1984", "Llamas hum.", "It is so. ", "OR", "AND", "NEAR(", "*", "^", "-", ":", "(", ")",
)  # fmt: skip
any_text = st.text(st.characters(), max_size=40)
"""Half characters too, as in file names that are not UTF-8."""
told_text = st.lists(st.sampled_from(TOLD) | st.text(max_size=6) | any_text, max_size=12).map("".join)


@st.composite
def passages(draw, most: int = 4) -> tuple[Passage, ...]:
    """Give passages of any text."""
    texts = draw(st.lists(told_text, max_size=most))
    return tuple(
        Passage(rank, 1.0 / rank, Chunk(f"d{rank}:0", draw(told_text), 0, 0, len(text), text))
        for rank, text in enumerate(texts, 1)
    )
