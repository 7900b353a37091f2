"""Embedding models that are deployed in Azure OpenAI."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import InputError, ServerError
from workbench.models.remote import keys
from workbench.models.remote.address import address
from workbench.models.remote.errors import Service, missing_package
from workbench.models.remote.http import http_client
from workbench.models.remote.in_clear import warn_once
from workbench.models.remote.model import RemoteModel
from workbench.models.remote.secret import Secret, guarded, scrubbed

if TYPE_CHECKING:
    import openai

__all__ = ["AzureModel"]

_VERSION = "2024-10-21"
_SCOPE = "https://cognitiveservices.azure.com/.default"
_EXAMPLE = "https://NAME.openai.azure.com"


class AzureModel(RemoteModel):
    """`azure:my-deployment`.

    Parameters
    ----------
    deployment
        Its name in the resource.
    model
        Which model is deployed there, for its limits and price: `text-embedding-3-small` and so on. None takes the
        deployment's name for it.
    endpoint
        Of the resource; None is the environment variable `AZURE_OPENAI_ENDPOINT`.
    api_version
        None is the environment variable `OPENAI_API_VERSION`, and without that 2024-10-21.
    api_key
        As for `OpenAIModel`, from `AZURE_OPENAI_API_KEY`.
    credential
        `"entra"` logs in through azure-identity's `DefaultAzureCredential` in place of a key; a function without
        arguments gives the token itself.
    **options
        See `RemoteModel`.

    Raises
    ------
    InputError
        No endpoint, or an option out of its range.
    """

    provider = "azure"

    def __init__(
        self,
        deployment: str,
        *,
        model: str | None = None,
        endpoint: str | None = None,
        api_version: str | None = None,
        api_key: str | Secret | None = None,
        credential: Literal["entra"] | Callable[[], str] | None = None,
        **options: Any,
    ) -> None:
        # A traceback may show the variables of this function.
        self._given = api_key = Secret.of(api_key)
        endpoint = guarded(endpoint or os.environ.get("AZURE_OPENAI_ENDPOINT"))
        if credential is not None and (api_key or not (credential == "entra" or callable(credential))):
            raise InputError('credential is "entra" or a function that gives a token, and stands in place of api_key.')
        if not endpoint:
            raise InputError(f"azure:{deployment} needs an endpoint={_EXAMPLE!r}, or AZURE_OPENAI_ENDPOINT set to it.")
        self.api_version = api_version or os.environ.get("OPENAI_API_VERSION") or _VERSION
        self._credential = credential
        self._token = Secret("")
        self._login: Any = None
        place = address(endpoint, "endpoint", _EXAMPLE)
        super().__init__(deployment, model or deployment, place, **options)
        self.price = self._facts.price if self._facts and self.destination else None

    def fingerprint(self) -> Mapping[str, object]:
        """Give everything that changes a vector."""
        return {**super().fingerprint(), "deployed": self.kind}

    def _open(self) -> openai.AzureOpenAI:
        try:
            import openai
        except ImportError:
            raise missing_package("openai", "azure") from None
        warn_once(self.server, self.sends)
        return openai.AzureOpenAI(
            azure_endpoint=self.address.url,
            azure_deployment=self.name,
            api_version=self.api_version,
            timeout=self._timeout,
            max_retries=0,  # we wait ourselves, so that a wait can be stopped and told
            http_client=http_client(self.address, self._timeout),
            **self._access(),
        )

    def _access(self) -> dict[str, Any]:
        if self._credential is not None:
            give = self._entra() if self._credential == "entra" else self._credential
            return {"azure_ad_token_provider": lambda: self._fresh(give)}  # type: ignore[arg-type]
        if self.address.local or not self.address.secure:
            return {"api_key": self._given.reveal() or "none"}
        return {"api_key": keys.key_of("azure", self._given).reveal()}

    def _entra(self) -> Callable[[], str]:
        try:
            from azure.identity import DefaultAzureCredential, get_bearer_token_provider
        except ImportError:
            raise missing_package("azure-identity", "azure") from None
        self._login = DefaultAzureCredential()
        return get_bearer_token_provider(self._login, _SCOPE)

    def _fresh(self, give: Callable[[], str]) -> str:
        """Ask for a token before each request; the giver keeps it as long as it holds."""
        try:
            token = give()
        except Exception as error:  # noqa: BLE001 - whatever a person's function raises is told as ours
            said = scrubbed(str(error).partition("\n")[0].rstrip("."), self._token)
            refusal = ServerError(
                f"No Entra token for {self.address.host} ({said}). Log in, for example with: az login"
            )
        else:
            self._token = Secret(token)
            return token
        raise refusal

    def _service(self) -> Service:
        entra = "Log in with az login, as an account with the role Cognitive Services OpenAI User."
        key = 'Set AZURE_OPENAI_API_KEY to one that holds, or run workbench.models.remote.keys.ask("azure").'
        return Service(
            self.id,
            self.name,
            self.address.host,
            self.address.local,
            entra if self._credential is not None else key,
            "Check endpoint, the address of the resource without a path, and api_version.",
            self._timeout,
            self._token or self._given or keys.found("azure"),
        )

    def close(self) -> None:
        """Close the connections, those of the login included."""
        super().close()
        login, self._login = self._login, None
        if login is not None:
            login.close()
