"""Embedding models that an Ollama server runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, ModelError, ServerError
from workbench.models.base import Model
from workbench.models.ollama.errors import ContextOverflow, Crashed, NoRoute, no_embedding
from workbench.models.ollama.requests import Request, embed_request
from workbench.models.ollama.served import DEFAULT_CONTEXT, ServedModel
from workbench.models.remote.in_clear import EMBEDDED

if TYPE_CHECKING:
    import numpy as np

    from workbench.models.ollama.served import ModelFacts
    from workbench.protocols import Role, Tokenizer

__all__ = ["OllamaEmbedding"]

# The digest and the version are asked for again after this long: a model may have been pulled anew meanwhile.
FRESH_SECONDS = 5.0


class OllamaEmbedding(ServedModel, Model):
    """An embedding model of an Ollama server, as `protocols.EmbeddingModel`.

    The server is asked at first use, not here. `/api/embed` is sent `truncate: false`, because the server's own
    cutting is silent and fails on some texts; texts longer than the model reads are cut here, by `tokenizer`.

    Parameters
    ----------
    name
        As `ollama list` shows it.
    tokenizer
        The model's own (`exact`), or an estimate.
    host
        As in `resolve_host`; None means `OLLAMA_HOST`.
    query_prefix, document_prefix
        What the model was trained to see in front; the caller puts it there.
    batch_size
        Texts a request: the server works through one request at a time, so small ones let a question in between.
    keep_alive
        How long the server keeps the model loaded: seconds, or `"5m"`; None is the server's own default.
    dimensions
        Length to which the server cuts vectors (and brings them to unit length again); None is their own.
    truncate
        Whether to cut texts that are too long; if not, they raise ModelError.
    consent
        Whether texts may go to a model in the cloud.
    timeout
        Longest silence of the server in seconds; None is long enough to load a large model.

    Raises
    ------
    ConsentNeeded
        If the name is that of a model in the cloud and `consent` is False.
    InputError
        If `batch_size` or `dimensions` is below 1.
    """

    sends = EMBEDDED

    def __init__(
        self,
        name: str,
        *,
        tokenizer: Tokenizer,
        host: str | None = None,
        query_prefix: str = "",
        document_prefix: str = "",
        batch_size: int = 8,
        keep_alive: float | str | None = None,
        dimensions: int | None = None,
        truncate: bool = True,
        consent: bool = False,
        timeout: float | None = None,
    ) -> None:
        super().__init__(name, host, keep_alive, timeout, consent=consent)
        for option, given in (("batch_size", batch_size), ("dimensions", dimensions)):
            if given is not None and given < 1:
                raise InputError(f"{option} is {given} for {self.id}; give 1 or more, or leave it out.")
        self.tokenizer = tokenizer
        self.query_prefix = query_prefix
        self.document_prefix = document_prefix
        self.batch_size = batch_size
        self._truncate = truncate
        self._shorter = dimensions
        self._asked = 0.0

    @property
    def dimensions(self) -> int | None:
        """Length of a vector; asks the server the first time, and raises as `embed` does."""
        own = self._known().dimensions
        return own if self._shorter is None or own is None else min(own, self._shorter)

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, with special tokens: what the server is sure to read, or the model's own limit."""
        facts = self._known()
        return min(facts.context, facts.num_ctx or DEFAULT_CONTEXT)

    @property
    def special_tokens(self) -> int:
        """Tokens that the model adds to a text: [CLS] and [SEP] for BERT; others add no more than two."""
        return 2

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that changes a vector; the digest and version are no older than five seconds.

        With the server gone, what it said last still names the vectors that it made.
        """
        facts = self._fresh()
        return {
            "provider": "ollama",
            "model": self.id,
            "digest": facts.digest,
            "engine": f"ollama {facts.version}",
            "dimensions": self.dimensions,
            "max_tokens": self.max_tokens,
            "truncation": "end" if self._truncate else "none",
            "query_prefix": self.query_prefix,
            "document_prefix": self.document_prefix,
            "normalised": True,
        }

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:  # noqa: ARG002 - the prefix is in the text
        """Give float32 (len(texts), dimensions), unit length, in order.

        Raises
        ------
        ModelNotFound
            If the server does not have the model.
        ServerError
            If it does not answer, breaks off, is busy, or its model process ended twice.
        ModelError
            If a text is too long and may not be cut, the model is a language model, or the reply is not one finite
            vector of norm above 0 a text.
        ConsentNeeded
            If the server says that the model runs elsewhere and nobody has allowed that; nothing is sent then.
        """
        import numpy as np

        self._known()
        rows = [
            self._batch(list(texts[start : start + self.batch_size]), start, len(texts))
            for start in range(0, len(texts), self.batch_size)
        ]
        if not rows:
            return np.zeros((0, self.dimensions or 0), dtype=np.float32)
        return np.concatenate(rows)

    def served_tokens(self, texts: Sequence[str]) -> list[int] | None:
        """Give the tokens that the server reads in each text, special tokens included; None where it does not say.

        One request a text, since the server gives one sum for a request.
        """
        self._known()  # asks for consent where the server says that the model runs elsewhere
        counts = []
        for text in texts:
            try:
                reply = self._connect().reply("POST", "/api/embed", self.request([text]).body, self.name)
            except NoRoute:
                return None
            counts.append(reply.get("prompt_eval_count"))
        return counts if all(type(count) is int for count in counts) else None

    def request(self, texts: Sequence[str]) -> Request:
        """Give the request that `embed` sends for one batch of texts, which have their prefix and fit; sends nothing.

        Raises
        ------
        InputError
            If `OLLAMA_HOST` is no address.
        """
        from workbench.models.ollama.hosts import resolve_host

        return embed_request(
            resolve_host(self._host),
            self.name,
            texts,
            keep_alive=self.keep_alive,
            dimensions=self._shorter,
        )

    def _batch(self, texts: list[str], first: int, total: int) -> np.ndarray:
        sent = self._cut(texts) if self._truncate else texts
        try:
            return self._send(sent)
        except Crashed:
            return self._send(sent)  # the server has started the model again
        except ContextOverflow as error:
            raise self._too_long(sent, first, total) from error

    def _send(self, texts: list[str]) -> np.ndarray:
        try:
            reply = self._connect().reply("POST", "/api/embed", self.request(texts).body, self.name)
        except NoRoute:
            return self._send_one_by_one(texts)
        return self._checked(reply.get("embeddings"), len(texts), self.dimensions)

    def _send_one_by_one(self, texts: list[str]) -> np.ndarray:
        """Use the route of servers before 0.3, which takes one text, and neither cuts vectors nor normalises them."""
        rows = [
            self._connect()
            .reply("POST", "/api/embeddings", {"model": self.name, "prompt": text, **self._keep}, self.name)
            .get("embedding")
            for text in texts
        ]
        import numpy as np

        vectors = self._checked(rows, len(texts), self._known().dimensions)[:, : self._shorter]
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def _checked(self, rows: Any, expected: int, wanted: int | None) -> np.ndarray:
        """Give the vectors of a reply, or say what is wrong with it: a short one would misalign texts and vectors."""
        import numpy as np

        given = len(rows) if isinstance(rows, list) else 0
        if given != expected:
            raise self._bad(f"{given} vectors for {expected} texts")
        try:
            vectors = np.array(rows, dtype=np.float32)  # a null becomes NaN
        except (TypeError, ValueError) as error:
            raise self._bad("vectors of different lengths, or no numbers") from error
        if vectors.ndim != 2 or (wanted is not None and vectors.shape[1] != wanted):
            raise self._bad(f"vectors of shape {vectors.shape}, expected ({expected}, {wanted})")
        if not np.isfinite(vectors).all():
            raise self._bad("a vector that is not finite (NaN)")
        if not (np.linalg.norm(vectors, axis=1) > 0).all():
            raise self._bad("a vector of zeros")
        if wanted is None:
            self._facts = replace(self._known(), dimensions=int(vectors.shape[1]))
        return vectors

    def _bad(self, what: str) -> ModelError:
        return ModelError(f"{self.id} at {self._connect().host} gave {what}. Nothing of this reply is used; try again.")

    def _cut(self, texts: list[str]) -> list[str]:
        """Cut each text after the last token that the model reads."""
        room = max(1, self.max_tokens - self.special_tokens)
        # A token is at least one character, so most texts need no counting.
        long = [row for row, text in enumerate(texts) if len(text) > room]
        cut = list(texts)
        for row, spans in zip(long, self.tokenizer.offsets([texts[row] for row in long]), strict=True):
            if len(spans) > room:
                cut[row] = texts[row][: int(spans[room - 1][1])]
        return cut

    def _too_long(self, texts: list[str], first: int, total: int) -> ModelError:
        counts = [int(count) + self.special_tokens for count in self.tokenizer.count(texts)]
        worst = max(range(len(texts)), key=counts.__getitem__)
        about = "" if self.tokenizer.exact else "about "
        said = f"Text {first + worst + 1} of {total} has {about}{counts[worst]} tokens"
        if counts[worst] <= self.max_tokens:
            return ContextOverflow(
                f"{said}, and {self.id} reads {self.max_tokens}, but the server says that it is too long: it gives the "
                "model less room than that. Choose a smaller chunk size, or a larger OLLAMA_CONTEXT_LENGTH."
            )
        return ContextOverflow(f"{said} and {self.id} reads at most {self.max_tokens}. Choose a smaller chunk size.")

    def _fresh(self) -> ModelFacts:
        if self._facts is None or monotonic() - self._asked > FRESH_SECONDS:
            try:
                return self._read()
            except ServerError:
                if self._facts is None:
                    raise
        return self._facts

    def _read(self) -> ModelFacts:
        facts = super()._read()
        if not facts.embeds:
            self._facts = None
            raise no_embedding(self.id)
        self._asked = monotonic()
        return facts
