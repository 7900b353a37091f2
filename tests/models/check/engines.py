"""Small engines with true tokenizers, right in everything until one thing is made wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

from workbench.models.bundled_files import tokenizer_file
from workbench.models.tokens import FileTokenizer

__all__ = ["TokenModel", "byte_tokenizer", "cased_tokenizer", "recorded", "uncased_tokenizer"]

RECORDINGS = Path(__file__).parents[2] / "ollama" / "recordings" / "embed.json"
DIMENSIONS = 64


def uncased_tokenizer(folder: Path) -> FileTokenizer:
    """BERT's: takes capitals and accents away, and minds no spaces around marks."""
    return FileTokenizer(tokenizer_file())


def cased_tokenizer(folder: Path) -> FileTokenizer:
    """The same, but keeps capitals, of which its vocabulary has none."""
    spec = json.loads(tokenizer_file().read_text(encoding="utf-8"))
    spec["normalizer"] |= {"lowercase": False, "strip_accents": True}
    path = folder / "cased.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    return FileTokenizer(path)


def byte_tokenizer(folder: Path) -> FileTokenizer:
    """A token a byte: everything is told apart, spaces too."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: place for place, letter in enumerate([*alphabet, "<s>", "</s>"])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.add_special_tokens(["<s>", "</s>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    ends = [("<s>", vocabulary["<s>"]), ("</s>", vocabulary["</s>"])]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    path = folder / "bytes.json"
    tokenizer.save(str(path))
    return FileTokenizer(path)


class TokenModel:
    """A token is a vector of chance numbers, turned by its place; a text is their sum, brought to unit length.

    Parameters
    ----------
    tokenizer
        True: its ids are what is summed.
    read
        What the engine makes of a text before it is split; wrong unless it is the text.
    spoil
        What it makes of the vectors of a call; `(texts, vectors) -> vectors`.
    reads
        Tokens after which it cuts, special tokens included, whatever `max_tokens` says.
    """

    batch_size = 16
    special_tokens = 2
    max_tokens = 128
    dimensions = DIMENSIONS
    query_prefix = document_prefix = ""

    def __init__(
        self,
        tokenizer: FileTokenizer,
        read: Callable[[str], str] = str,
        spoil: Callable[[Sequence[str], np.ndarray], np.ndarray] = lambda _, vectors: vectors,
        reads: int = 128,
        name: str = "test:tokens",
        truncation: str = "end",
    ) -> None:
        self.id, self.tokenizer, self.read, self.spoil, self.reads = name, tokenizer, read, spoil, reads
        self.truncation = truncation
        self.calls: list[list[str]] = []
        chance = np.random.default_rng(7)
        self._tokens = chance.standard_normal((tokenizer.raw.get_vocab_size(), DIMENSIONS)).astype(np.float32)
        self._places = 1 + 0.3 * chance.standard_normal((600, DIMENSIONS)).astype(np.float32)

    def fingerprint(self) -> Mapping[str, object]:
        return {"provider": "test", "model": self.id, "truncation": self.truncation, "max_tokens": self.max_tokens}

    def embed(self, texts: Sequence[str], role: str) -> np.ndarray:
        self.calls.append(list(texts))
        return self.spoil(texts, np.stack([self._vector(self.read(text)) for text in texts]))

    def close(self) -> None:
        pass

    def _vector(self, text: str) -> np.ndarray:
        ids = self.tokenizer.raw.encode(text).ids
        kept = [*ids[:-1][: self.reads - 1], ids[-1]]
        summed = (self._tokens[kept] * self._places[: len(kept)]).sum(axis=0)
        return summed / np.linalg.norm(summed)


def recorded() -> dict[str, np.ndarray]:
    """Give the vectors that a running Ollama 0.24.0 gave for the texts of the `probe-*` exchanges."""
    found: dict[str, np.ndarray] = {}
    for exchange in json.loads(RECORDINGS.read_text(encoding="utf-8")):
        if exchange["name"].startswith("probe-"):
            reply = json.loads("".join(exchange["response"]["chunks"]))
            rows = np.array(reply["embeddings"], dtype=np.float32)
            found |= dict(zip(exchange["request"]["body"]["input"], rows, strict=True))
    return found
