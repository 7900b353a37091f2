"""What models are asked in an engine check: short texts whose right answers can be worked out beforehand."""

from __future__ import annotations

__all__ = [
    "ACCENTED",
    "ALL",
    "CAPITALS",
    "COUNTED",
    "FILLER",
    "LOOKED_AT",
    "MARKS",
    "PLAIN",
    "PLAIN_MARKS",
    "SCRIPTS",
    "TAIL",
    "UNACCENTED",
    "UNLIKE_MARKS",
]

ACCENTED = ("vicuña", "ñandú", "ñoño", "über", "façade")
"""No two are the same word, with accents or without."""

UNACCENTED = (
    ("vicuña", "vicuna"),
    ("The vicuña lives in the Andes.", "The vicuna lives in the Andes."),
)
"""Pairs that are alike to a tokenizer that takes accents away, and to no other."""

CAPITALS = (("LLAMA", "llama"), ("The Guanaco Herds", "the guanaco herds"))

MARKS = (
    (
        "IL-6 rose (p<0.05, n=40) in mice +/+ but not -/-.",
        "IL - 6 rose ( p < 0 . 05 , n = 40 ) in mice + / + but not - / - .",
    ),
    ("p<0.05", "p < 0.05"),
    ("2^10|~3`=$5", "2 ^ 10 | ~ 3 ` = $ 5"),
)
"""Marks that Unicode calls symbols, not punctuation, without and with spaces: alike to most tokenizers."""

PLAIN_MARKS = ("llamas,alpacas;camels", "llamas , alpacas ; camels")
"""The same with punctuation: whoever minds no space here must mind none around symbols."""

UNLIKE_MARKS = (("p<0.05", "p>0.05"),)

SCRIPTS = {
    "Greek": ("λαμα", "καμηλα"),
    "Cyrillic": ("лама", "верблюд"),
    "Chinese or Japanese": ("水は青い", "羊の毛"),
    "Arabic": ("جمل", "ماء"),
    "Devanagari": ("लामा", "ऊन"),
    "emoji": ("😀", "🦙"),
}
"""Two words of each, none with an accent or a vowel sign that Unicode can take off: those are asked by themselves."""

PLAIN = (
    "Llamas are members of the camelid family.",
    "How fine is the wool of an alpaca?",
    "The camel crossed the desert in nine days, and drank only twice.",
    "It rained all night.",
)
"""English without anything unusual: whatever an engine does wrong, it does this right."""

LOOKED_AT = (*PLAIN, "llama", "лама", "p>0.05")
"""Asked alone and in company: no two are alike to any model."""

COUNTED = {
    "": PLAIN[2],
    "accents": "The vicuña lives in the Andes.",
    "marks": "2^10|~3`=$5",
    "capitals": "The Guanaco Herds",
    "Cyrillic": "лама",
}
"""One text of each kind, whose tokens are counted."""

_FILLER = (
    "water stone river mountain wind salt bread house tree road light milk winter summer morning evening market letter "
    "music window garden forest island bridge paper glass iron horse sheep field rain snow cloud valley village"
)
FILLER = tuple(_FILLER.split())
"""Words that are one token in every vocabulary of English; a long text is made of them."""

TAIL = ("computer", "software", "network", "error", "memory", "disk", "server", "program")
"""Other such words, so far from the filler that a vector shows whether they were read."""


def _all() -> tuple[str, ...]:
    pairs = (*UNACCENTED, *CAPITALS, *MARKS, PLAIN_MARKS, *UNLIKE_MARKS, *SCRIPTS.values())
    # In this order texts of all lengths stand side by side, so that one that is padded to its neighbour shows it.
    return tuple(dict.fromkeys((*PLAIN[:2], *ACCENTED, *(text for pair in pairs for text in pair), *PLAIN[2:])))


ALL = _all()
"""All short texts, each once: they go to the model in one call."""
