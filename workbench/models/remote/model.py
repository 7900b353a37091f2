"""What embedding models have in common that a service with OpenAI's interface runs."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import Cancelled, InputError, ModelError
from workbench.models.base import Model
from workbench.models.remote import fitting, keys, waiting
from workbench.models.remote.cl100k import openai_tokenizer, without_halves
from workbench.models.remote.consent import require
from workbench.models.remote.errors import Failure, Service, failed
from workbench.models.remote.facts import FACTS, MOST_TEXTS, MOST_TOKENS
from workbench.models.remote.replies import vectors_of
from workbench.models.remote.unknown import limit_of, tokenizer_of

if TYPE_CHECKING:
    import numpy as np
    import openai

    from workbench.models.remote.address import Address
    from workbench.protocols import Role, Tokenizer

__all__ = ["RemoteModel"]


class RemoteModel(Model):
    """An embedding model behind `/embeddings`. Nothing is sent in the constructor.

    Parameters
    ----------
    name
        What the service calls it; its id is `provider:name`.
    kind
        Name by which its limits and price are known.
    address
        Of the service. On this machine neither key nor consent is asked for.
    dimensions
        Length to which the service cuts vectors, for models trained for it; None is their own.
    batch_size
        Texts a request, 1 to 2048.
    max_tokens
        Longest text; None is the model's own limit, or 512 where it is not known.
    truncate
        Whether to cut texts that are too long; if not, they raise ModelError.
    query_prefix, document_prefix
        What the caller puts in front; None is what the model was trained with.
    tokenizer
        None is the model's own where it is at hand, else an estimate.
    timeout
        Longest silence of the service in seconds.
    max_retries
        How often a request is sent again that was refused for now (429), failed (5xx) or broke off.
    consent
        Whether texts may go there.

    Raises
    ------
    InputError
        An option out of its range.
    """

    provider = ""

    def __init__(
        self,
        name: str,
        kind: str,
        address: Address,
        *,
        dimensions: int | None = None,
        batch_size: int = 100,
        max_tokens: int | None = None,
        truncate: bool = True,
        query_prefix: str | None = None,
        document_prefix: str | None = None,
        tokenizer: Tokenizer | None = None,
        timeout: float = 60.0,
        max_retries: int = 5,
        consent: bool = False,
    ) -> None:
        self.id = f"{self.provider}:{name}"
        self.name, self.kind, self.address = name, kind, address
        self.destination = "" if address.local else address.host
        self.consent = consent
        self.batch_size = batch_size
        self._facts = FACTS.get(kind)
        self._shorter = dimensions
        self._check(dimensions, batch_size, max_tokens, timeout, max_retries)
        self._limit = max_tokens
        self._truncate = truncate
        self._timeout, self._max_retries = timeout, max_retries
        self._prefixes(query_prefix, document_prefix)
        self._tokenizer = tokenizer
        self._seen: int | None = None
        self._client: openai.OpenAI | None = None
        self._lock = threading.Lock()

    def _check(self, dimensions: int | None, batch: int, limit: int | None, timeout: float, retries: int) -> None:
        ranges = (
            ("batch_size", batch, 1 <= batch <= MOST_TEXTS, f"1 to {MOST_TEXTS}"),
            ("dimensions", dimensions, dimensions is None or dimensions >= 1, "1 or more"),
            ("max_tokens", limit, limit is None or limit >= 1, "1 or more"),
            ("timeout", timeout, 0 < timeout < float("inf"), "seconds above 0"),
            ("max_retries", retries, retries >= 0, "0 or more"),
        )
        for option, given, right, wanted in ranges:
            if not right:
                raise InputError(f"{option} is {given} for {self.id}; give {wanted}, or leave it out.")
        facts = self._facts
        if dimensions is None or facts is None:
            return
        if not facts.shortens and dimensions != facts.dimensions:
            raise InputError(
                f"dimensions is {dimensions}, but vectors of {self.id} have {facts.dimensions} numbers and cannot be "
                "cut. Leave it out, or choose text-embedding-3-small or text-embedding-3-large."
            )
        if dimensions > facts.dimensions:
            raise InputError(
                f"dimensions is {dimensions}, but vectors of {self.id} have {facts.dimensions} numbers. Give no more."
            )

    def _prefixes(self, query: str | None, document: str | None) -> None:
        from workbench.models.prompts import prefixes

        trained = prefixes(self.kind)
        self.query_prefix = trained[0] if query is None else query
        self.document_prefix = trained[1] if document is None else document

    @property
    def server(self) -> str:
        """Base address of the service."""
        return self.address.url

    @property
    def dimensions(self) -> int | None:
        """Length of a vector; None until the first reply of a model that is not known here."""
        return self._shorter or (self._facts.dimensions if self._facts else self._seen)

    @property
    def max_tokens(self) -> int:
        """Longest text in tokens."""
        return self._limit or (self._facts.max_tokens if self._facts else limit_of(self.kind))

    @property
    def special_tokens(self) -> int:
        """Tokens added to every text: none by OpenAI's models, no more than two by others."""
        return 0 if self._facts else 2

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's own where it is at hand, else an estimate."""
        if self._tokenizer is None:
            self._tokenizer = openai_tokenizer() if self._facts else tokenizer_of(self.kind)
        return self._tokenizer

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that changes a vector; the service does not say which weights it runs."""
        return {
            "provider": self.provider,
            "model": self.id,
            "host": self._host(),
            # Not `self.dimensions`, which an unknown model learns from its first reply.
            "dimensions": self._shorter or (self._facts.dimensions if self._facts else None),
            "max_tokens": self.max_tokens,
            "truncation": "end" if self._truncate else "none",
            "query_prefix": self.query_prefix,
            "document_prefix": self.document_prefix,
            "normalised": True if self._facts else "as the server gives it",
        }

    def _host(self) -> str:
        """Give the base address without its scheme."""
        return self.address.url.partition("://")[2].lower()

    def embed(self, texts: Sequence[str], role: Role) -> np.ndarray:  # noqa: ARG002 - the prefix is in the text
        """Give float32 (len(texts), dimensions), in order, as the service gives them.

        Raises
        ------
        ConsentNeeded
            Texts would leave this machine and nobody has allowed that; nothing is sent then.
        ModelNotFound
            The service does not have the model.
        ServerError
            It does not answer, breaks off, refuses, or does not let the request in.
        ModelError
            There is no key, a text is empty or too long, the model makes no vectors, or the reply cannot be stored.
        Cancelled
            A wait for the service was stopped, or the model was closed meanwhile.
        """
        import numpy as np

        from workbench.index.validation import check_vectors

        if not texts:
            return np.zeros((0, self.dimensions or 0), dtype=np.float32)
        require(self, texts)
        sent = self._fit(texts)
        parts = fitting.requests(sent, self.tokenizer, self.batch_size, MOST_TOKENS)
        rows = []
        for part in parts:
            vectors = check_vectors(vectors_of(self._send(part), len(part), self.id, self.address.host), part, self)
            self._seen = vectors.shape[1]
            rows.append(vectors)
        return np.concatenate(rows)

    def served_tokens(self, texts: Sequence[str]) -> list[int] | None:
        """Give the tokens that the service counts in each text, one request a text; None where it does not say."""
        require(self, texts)
        usages = [getattr(self._send([text]), "usage", None) for text in self._fit(texts)]
        counts = [getattr(usage, "prompt_tokens", None) for usage in usages]
        return [count for count in counts if type(count) is int] if all(type(one) is int for one in counts) else None

    @property
    def request_options(self) -> dict[str, Any]:
        """What goes with the texts of every request."""
        return {"model": self.name} | ({} if self._shorter is None else {"dimensions": self._shorter})

    def _fit(self, texts: Sequence[str]) -> list[str]:
        clean = [without_halves(text) for text in texts]
        if self.destination and "" in clean:
            raise ModelError(
                f"Text {clean.index('') + 1} of {len(clean)} is empty, which {self.id} refuses. Nothing was sent. "
                "Leave empty texts out."
            )
        if self._truncate:
            return fitting.cut(clean, self.tokenizer, max(1, self.max_tokens - self.special_tokens))
        error = fitting.too_long(clean, self)
        if error is not None:
            raise error
        return clean

    def _send(self, texts: list[str]) -> Any:
        """Give the reply to one request; sent again where that may help, after the time that the service asks for."""
        attempt = 0
        while True:
            reply = self._try(texts)
            if not isinstance(reply, Failure):
                return reply
            if attempt >= reply.tries:
                raise reply.error
            wait = waiting.backoff(attempt) if reply.wait is None else reply.wait
            waiting.pause(min(wait, waiting.LONGEST), reply.why)
            attempt += 1

    def _try(self, texts: list[str]) -> Any:
        client = self._connect()
        import openai  # by now it is known to be there

        try:
            return client.embeddings.create(input=texts, encoding_format="base64", **self.request_options)
        except (openai.OpenAIError, ValueError, RecursionError) as error:  # brackets without end
            failure = failed(error, self._service(), self._max_retries)
        except RuntimeError as error:
            if not client.is_closed():
                raise
            failure = Failure(Cancelled(f"{self.id} was closed while it was at work ({error}). Embed again to go on."))
        if failure.status == 401:
            keys.forget(self.provider)
            self.close()
        return failure

    def _connect(self) -> openai.OpenAI:
        with self._lock:
            if self._client is None:
                self._client = self._open()
            return self._client

    @abstractmethod
    def _open(self) -> openai.OpenAI:
        """Make the client."""

    @abstractmethod
    def _service(self) -> Service:
        """Say who is asked, for messages."""

    def close(self) -> None:
        """Close the connections; the next text opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()
