"""The corpus and the model of the kept stores. Never change a line: the stores were made with them.

A corpus or model for the next store goes into a file of its own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

from workbench.records import Chunk, Document

QUESTIONS = ("Which animal gives fine wool?", "desert")
DOCUMENTS = tuple(
    Document(name, text, metadata={"source": name, "herd": herd, "seen": seen})
    for name, text, herd, seen in (
        ("llama.md", "The llama carries loads in the Andes. It hums when it is worried.", "south", 3),
        ("alpaca.md", "The alpaca gives fine wool. Its fleece has many colours.", "south", 4),
        (
            "vicuna.md",
            "The vicuña is wild. Its wool is the finest, and its fleece is shorn every third year.",
            "south",
            1,
        ),
        ("guanaco.md", "The guanaco is wild too. It runs as fast as a horse.", "south", 2),
        ("dromedary.md", "The dromedary has one hump. It crosses the desert and stores fat in its hump.", "north", 5),
        ("bactrian.md", "The Bactrian camel has two humps. It crosses a cold desert in winter.", "north", 2),
        ("wild.md", "The wild camel drinks salt water. It lives in the Gobi desert and hides from people.", "north", 1),
        (
            "milk.md",
            "Camels give milk. The milk is drunk fresh or sour, and some of it is made into cheese.",
            "north",
            7,
        ),
        ("feet.md", "Soft pads keep the feet of a camel from sinking into sand. A llama has two toes.", "both", 2),
        ("gait.md", "All of them pace. Both legs of one side move together, so that a rider sways.", "both", 2),
        ("語.md", "ラクダは砂漠を渡る。アルパカの毛は細い。 Emoji: 🐫🦙. Combining: é.", "both", 1),
    )
)
MORE = Document("hybrid.md", "The cama is half camel, half llama.", metadata={"source": "hybrid.md", "herd": "both"})

STRANGE = Chunk("caf\udce9:0", "caf\udce9", 0, 0, 15, "half \ud83d of it all", {"source": "caf\udce9", "n": 0.5})

_WORD = re.compile(r"\w+")


class KeptTokenizer:
    """A token is a word."""

    exact = True
    identity = "kept words 1"

    def offsets(self, texts: Sequence[str]) -> list[np.ndarray]:
        return [np.array([found.span() for found in _WORD.finditer(text)], np.int32).reshape(-1, 2) for text in texts]

    def count(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([len(spans) for spans in self.offsets(texts)], dtype=np.int32)


class KeptModel:
    """Each lower-cased word adds 1 to one of 32 places, its CRC-32 modulo 32; then unit length."""

    id = "test:kept"
    dimensions = 32
    max_tokens = 256
    special_tokens = 0
    batch_size = 8
    query_prefix = document_prefix = ""

    def __init__(self) -> None:
        self.tokenizer = KeptTokenizer()
        self.sent: list[str] = []

    def fingerprint(self) -> Mapping[str, object]:
        return {"provider": "test", "model": self.id, "dimensions": self.dimensions, "places": "crc32", "version": 1}

    def embed(self, texts: Sequence[str], role: str) -> np.ndarray:
        self.sent.extend(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.lower()):
                vectors[row, zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.dimensions] += 1
            vectors[row, 0] += not vectors[row].any()
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def close(self) -> None:
        pass
