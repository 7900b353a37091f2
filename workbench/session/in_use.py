"""The models that are in use: made at their first use, let go when others are chosen."""

from __future__ import annotations

import threading
from typing import Any

from workbench.errors import ConsentNeeded
from workbench.generation import language_model
from workbench.models import embedding_model, prepare
from workbench.models.remote.in_clear import sentence
from workbench.protocols import EmbeddingModel, LanguageModel
from workbench.records import ServerStatus
from workbench.session.prepare import Prepared
from workbench.session.state import State

__all__ = ["InUse"]


class InUse(State):
    """Makes the chosen models, and closes those that it made."""

    def __init__(self) -> None:
        super().__init__()
        self.consent: set[str] = set()
        self.in_clear: tuple[str, ...] = ()
        self.prepared: Prepared | None = None
        self._making = threading.Lock()
        self._embedding: tuple[object, EmbeddingModel] | None = None
        self._language: tuple[tuple[object, EmbeddingModel], LanguageModel] | None = None

    def embedding_model(self) -> EmbeddingModel:
        """Give the chosen embedding model, made at its first use."""
        with self._making:  # several lanes may be the first
            if self._embedding is None or self._embedding[0] is not self.model:
                self._release(embedding=True)
                self._embedding = (self.model, self._made(self.model))
            made = self._embedding[1]
        self.say_in_clear_of(made)
        return made

    def _made(self, spec: Any) -> EmbeddingModel:
        options = {"consent": True} if isinstance(spec, str) and spec in self.consent else {}
        try:
            made: Any = embedding_model(spec, **options)
        except ConsentNeeded as error:
            texts = len(self.chunk_list) or "all"
            raise ConsentNeeded(f"{error} It would be sent {texts} texts; its provider says what they cost.") from None
        if getattr(made, "destination", "") and made.id in self.consent:
            made.consent = True
        return made

    def language_model(self, given: object, embedding: EmbeddingModel) -> LanguageModel:
        """Give a language model: the one given, else the chosen one, else the best there is."""
        from workbench.session.choices import best_language_model

        spec = given or self.llm or best_language_model(self.probed())
        identity = (spec, embedding)
        if self._language is None or self._language[0] != identity:
            made = self.new_language_model(spec, embedding)
            self._release(language=True)
            self._language = (identity, made)
        return self._language[1]

    def new_language_model(self, spec: Any, embedding: EmbeddingModel) -> LanguageModel:
        """Make a language model for one use; the caller closes it."""
        options = {"consent": True} if isinstance(spec, str) and spec in self.consent else {}
        embed = lambda texts, role: embedding.embed(prepare(embedding, texts, role), role)  # noqa: E731
        made = language_model(spec, embed=embed, **options)
        self.say_in_clear_of(made)
        return made

    def say_in_clear_of(self, model: EmbeddingModel | LanguageModel) -> None:
        """Show it of what is sent to a model, where that is on a server."""
        self.say_in_clear(getattr(model, "server", ""), getattr(model, "sends", ""))

    def say_in_clear(self, server: str, what: str) -> None:
        """Show, as long as this workbench lives, that something crosses the network unencrypted."""
        said = sentence(server, what)
        if said and said not in self.in_clear:
            self.in_clear = (*self.in_clear, said)
            self.publish(notes=(*self.notes, said))

    def forget_models(self, language: bool = True) -> None:
        """Make the models anew at their next use."""
        self._release(embedding=True, language=language)
        self.prepared = None

    def _release(self, embedding: bool = False, language: bool = False) -> None:
        """Let models go; those that we made are closed, a person's own objects stay as they are."""
        if embedding and self._embedding is not None:
            if isinstance(self._embedding[0], str) or getattr(self._embedding[0], "owned", False):
                self._embedding[1].close()
            self._embedding = None
        if language and self._language is not None:
            if isinstance(self._language[0][0], str):
                self._language[1].close()
            self._language = None

    def release_models(self) -> None:
        """Let both models go."""
        self._release(embedding=True, language=True)

    def probed(self) -> ServerStatus:
        """Give what is known of the Ollama server; asked, for a second at most, unless it has answered before."""
        # One that once was silent may only have been slow, and is not to be passed over for ever.
        return self.server if self.server is not None and self.server.reachable else self.probe()

    def probe(self, timeout: float = 1.0) -> ServerStatus:
        """Ask the Ollama server what it has; `timeout` in seconds, at most."""
        from workbench.models.ollama.server import status

        found = status(timeout=timeout)
        self.publish(server=found)
        return found
