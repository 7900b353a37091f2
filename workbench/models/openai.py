"""Embedding models of OpenAI, and of any server with its interface."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from workbench.models.remote import keys
from workbench.models.remote.address import address
from workbench.models.remote.errors import Service, missing_package
from workbench.models.remote.http import http_client
from workbench.models.remote.model import RemoteModel
from workbench.models.remote.secret import Secret

if TYPE_CHECKING:
    import openai

__all__ = ["OpenAIModel"]

_HOME = "https://api.openai.com/v1"


class OpenAIModel(RemoteModel):
    """`openai:text-embedding-3-small` and others, or with `base_url` any model of a compatible server.

    Parameters
    ----------
    name
        As the service knows it.
    base_url
        Address of the server, most often ending in `/v1`; None is the environment variable `OPENAI_BASE_URL`, and
        without that OpenAI's own. On this machine neither key nor consent is needed.
    api_key
        None is the key typed at `workbench.models.remote.keys.ask()`, else the environment variable
        `OPENAI_API_KEY`, else, in a notebook, a prompt at the first use. Over plain http to another machine only a
        key given here is sent.
    organization, project
        Of the account; None is what the environment says.
    **options
        See `RemoteModel`.

    Raises
    ------
    InputError
        An option out of its range, or an address that is none.
    """

    provider = "openai"

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        api_key: str | Secret | None = None,
        organization: str | None = None,
        project: str | None = None,
        **options: Any,
    ) -> None:
        self._given = api_key = Secret.of(api_key)
        place = address(base_url or os.environ.get("OPENAI_BASE_URL") or _HOME, "base_url", "http://127.0.0.1:11434/v1")
        self._organization, self._project = organization, project
        self._home = place.host == "api.openai.com" or place.host.endswith(".api.openai.com")
        super().__init__(name, name, place, **options)
        self.price = self._facts.price if self._facts and self._home else None

    def _host(self) -> str:
        return "" if self._home else super()._host()

    def _key(self) -> Secret:
        if self._home:
            return keys.key_of("openai", self._given)
        if self._given or self.address.local or not self.address.secure:
            return self._given
        return keys.found("openai")

    def _open(self) -> openai.OpenAI:
        try:
            import openai
        except ImportError:
            raise missing_package("openai", "openai") from None
        key = self._key()
        return openai.OpenAI(
            api_key=key.reveal() or "none",
            organization=self._organization,
            project=self._project,
            base_url=self.address.url,
            timeout=self._timeout,
            max_retries=0,  # we wait ourselves, so that a wait can be stopped and told
            http_client=http_client(self.address, self._timeout),
        )

    def _service(self) -> Service:
        return Service(
            self.id,
            self.name,
            self.address.host,
            self.address.local,
            "Set OPENAI_API_KEY to one that holds, or run workbench.models.remote.keys.ask().",
            "Check base_url: for most servers it ends in /v1.",
            self._timeout,
            self._given or keys.found("openai"),
        )
