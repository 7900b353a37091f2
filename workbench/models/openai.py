"""Embedding models of OpenAI, and of any server with its interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.models.remote.access import OpenAIAccess
from workbench.models.remote.errors import Service
from workbench.models.remote.model import RemoteModel
from workbench.models.remote.secret import Secret, guarded

if TYPE_CHECKING:
    import openai

__all__ = ["OpenAIModel"]


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
        # A traceback may show the variables of this function.
        api_key, base_url = Secret.of(api_key), guarded(base_url)
        self._access = OpenAIAccess(base_url, api_key, organization, project)
        super().__init__(name, name, self._access.address, **options)
        self.price = self._facts.price if self._facts and self._access.home else None

    def _host(self) -> str:
        return "" if self._access.home else super()._host()

    def _open(self) -> openai.OpenAI:
        return self._access.open(self._timeout, self.sends)

    def _service(self) -> Service:
        return self._access.service(self.id, self.name, self._timeout)
