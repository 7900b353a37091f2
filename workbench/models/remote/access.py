"""Who may ask OpenAI, or a server with its interface, and where it is: what its embedding and chat models share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.models.remote import keys
from workbench.models.remote.address import address
from workbench.models.remote.errors import Service, missing_package
from workbench.models.remote.http import http_client
from workbench.models.remote.in_clear import warn_once
from workbench.models.remote.secret import Secret, guarded

if TYPE_CHECKING:
    import openai

    from workbench.models.wire import Wire

__all__ = ["OpenAIAccess"]

_HOME = "https://api.openai.com/v1"


class OpenAIAccess:
    """An address, and the key that it is sent.

    Parameters
    ----------
    base_url
        None is the environment variable `OPENAI_BASE_URL`, and without that OpenAI's own.
    api_key
        None is the key typed at `keys.ask()`, else the environment's `OPENAI_API_KEY`, else a prompt. Over plain http
        to another machine only a key given here is sent.
    organization, project
        Of the account; None is what the environment says.

    Attributes
    ----------
    address
        Of the service.
    home
        Whether it is OpenAI itself.

    Raises
    ------
    InputError
        The address is none.
    """

    def __init__(
        self, base_url: str | Secret | None, api_key: str | Secret | None, organization: str | None, project: str | None
    ) -> None:
        self._given = api_key = Secret.of(api_key)
        self._organization, self._project = organization, project
        base_url = guarded(base_url or os.environ.get("OPENAI_BASE_URL") or _HOME)
        self.address = address(base_url, "base_url", "http://127.0.0.1:11434/v1")
        self.home = self.address.host == "api.openai.com" or self.address.host.endswith(".api.openai.com")

    def key(self) -> Secret:
        """Give the key to send, empty for none; asks for it where a person sits at a notebook."""
        if self.home:
            return keys.key_of("openai", self._given)
        if self._given or self.address.local or not self.address.secure:
            return self._given
        return keys.found("openai")

    def open(self, timeout: float, sends: str, wire: Wire | None = None) -> openai.OpenAI:
        """Make a client to send such things; `wire` learns its connection, to cut it."""
        try:
            import openai
        except ImportError:
            raise missing_package("openai", "openai") from None
        warn_once(self.address.url, sends)
        key = self.key()
        return openai.OpenAI(
            api_key=key.reveal() or "none",
            organization=self._organization,
            project=self._project,
            base_url=self.address.url,
            timeout=timeout,
            max_retries=0,  # we wait ourselves, so that a wait can be stopped and told
            http_client=http_client(self.address, timeout, wire),
        )

    def service(self, model_id: str, name: str, timeout: float) -> Service:
        """Say who is asked, for messages."""
        return Service(
            model_id,
            name,
            self.address.host,
            self.address.local,
            "Set OPENAI_API_KEY to one that holds, or run workbench.models.remote.keys.ask().",
            "Check base_url: for most servers it ends in /v1.",
            timeout,
            self._given or keys.found("openai"),
        )
