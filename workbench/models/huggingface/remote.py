"""What the hub is asked over HTTP: the files of a revision, and one file's bytes. Short waits, clear sentences."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

import httpx

from workbench.errors import ModelError, ModelNotFound, ServerError
from workbench.models.huggingface.cache import is_commit, offline
from workbench.models.ollama.hosts import is_loopback
from workbench.models.remote.secret import Secret
from workbench.seam import passing

__all__ = ["Listing", "NoNetwork", "Remote", "RemoteFile", "Token"]

CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0
_DEFAULT = "https://huggingface.co"

Token = str | Secret | bool | None
"""Of the hub; None is the one that is logged in, False is none."""


class NoNetwork(ServerError, ModelNotFound):
    """The hub cannot be reached, so what is not in the cache cannot be had."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository.

    Attributes
    ----------
    path
        Below the repository.
    size
        Bytes.
    etag
        The name of its blob in the cache: SHA-256 of large files (64 hex digits), git's blob id of others (40).
    """

    path: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a revision, and its commit (40 hex digits)."""

    commit: str
    files: tuple[RemoteFile, ...]


class Remote:
    """One connection to the hub, or to the mirror that `HF_ENDPOINT` names.

    Parameters
    ----------
    token
        None is the token that is logged in, False is none. It is sent to the hub alone, not where it redirects to.
    """

    def __init__(self, token: Token = None) -> None:
        self.endpoint = (os.environ.get("HF_ENDPOINT") or _DEFAULT).rstrip("/")
        self._client = httpx.Client(
            headers={"user-agent": "rag-workbench", **_authorisation(token)},
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=True,  # to where the files are; httpx takes the token off on the way to another host
            trust_env=not is_loopback(self.endpoint),  # a proxy cannot reach a mirror on this machine
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def listing(self, name: str, revision: str | None) -> Listing:
        """Ask for the commit of a revision, and the files with their sizes.

        Raises
        ------
        NoNetwork
            The hub does not answer, or `HF_HUB_OFFLINE` is set.
        ModelNotFound
            There is no such repository or revision, or it is not shown without a token.
        ServerError
            The hub answers with an error.
        """
        url = f"{self.endpoint}/api/models/{name}/revision/{quote(revision or 'main', safe='')}"
        with self._said(name, revision):
            passing("reply", url)
            reply = self._client.get(url, params={"blobs": "true"})
            _raise_for(reply, name, revision)
            return _read_listing(reply, name)

    @contextmanager
    def stream(self, name: str, commit: str, path: str, start: int) -> Iterator[httpx.Response]:
        """Open a file's bytes from `start` on; the status is 206 where the server goes on there, else 200."""
        url = f"{self.endpoint}/{name}/resolve/{commit}/{quote(path)}"
        headers = {"accept-encoding": "identity"} | ({"range": f"bytes={start}-"} if start else {})
        with self._said(name, commit):
            passing("reply", url)
            with self._client.stream("GET", url, headers=headers) as reply:
                _raise_for(reply, name, commit)
                try:
                    yield reply
                except httpx.TransportError as error:
                    raise ServerError(
                        f"{path} of {name} broke off ({type(error).__name__}). Fetch it again to go on where it "
                        "stopped."
                    ) from error

    @contextmanager
    def _said(self, name: str, revision: str | None) -> Iterator[None]:
        if offline():
            raise NoNetwork(
                f"huggingface:{name} is not in the cache{_at(revision)}, and HF_HUB_OFFLINE forbids the network. Unset "
                "it to fetch the model, or give the folder of a copy: huggingface:/path/to/folder."
            )
        try:
            yield
        except httpx.TransportError as error:
            raise NoNetwork(
                f"huggingface:{name} is not in the cache{_at(revision)}, and {_shown(self.endpoint)} cannot be reached "
                f"({type(error).__name__}). Connect to the network and try again, or give the folder of a copy: "
                "huggingface:/path/to/folder."
            ) from error


def _authorisation(token: Token) -> dict[str, str]:
    if token is False:
        return {}
    if isinstance(token, Secret):
        token = token.reveal()
    elif not isinstance(token, str):
        from huggingface_hub import get_token

        token = get_token()
    return {"authorization": f"Bearer {token}"} if token else {}


def _raise_for(reply: httpx.Response, name: str, revision: str | None) -> None:
    if reply.is_success:
        return
    code = reply.headers.get("x-error-code", "")
    if code == "RevisionNotFound":
        raise ModelNotFound(f"huggingface:{name} has no revision {revision!r}. Look at its page for branches and tags.")
    if code == "GatedRepo" or reply.status_code == httpx.codes.FORBIDDEN:
        raise ModelNotFound(
            f"huggingface:{name} is shown only to those who accepted its terms. Accept them on its page, then log in "
            "with: hf auth login"
        )
    if reply.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND):
        raise ModelNotFound(
            f"The Hugging Face hub has no model {name!r}, or does not show it without a token. Check the name; for "
            "a private model log in with: hf auth login"
        )
    wait = reply.headers.get("retry-after")
    raise ServerError(
        f"The Hugging Face hub answered {reply.status_code} for {name}. Try again in "
        f"{f'{wait} seconds' if wait else 'a few minutes'}; what has been fetched is kept."
    )


def _read_listing(reply: httpx.Response, name: str) -> Listing:
    found = _rows(reply)
    if isinstance(found, Exception):  # not its cause: what a reply holds is no one's to see
        raise ModelError(f"The hub's list of the files of {name} cannot be read ({found!r}). Try again later.")
    files, commit = found
    if not is_commit(commit) or not all(map(_fit, files)):
        raise ModelError(f"The hub's list of the files of {name} is not of the form expected; nothing was fetched.")
    return Listing(commit, files)


def _rows(reply: httpx.Response) -> tuple[tuple[RemoteFile, ...], str] | Exception:
    try:
        told = reply.json()
        files = tuple(
            RemoteFile(
                path=str(file["rfilename"]),
                size=int((file.get("lfs") or file)["size"]),
                etag=str((file.get("lfs") or {}).get("sha256") or file["blobId"]),
            )
            for file in told["siblings"]
        )
        return files, str(told["sha"])
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        return error


def _fit(file: RemoteFile) -> bool:
    """Tell whether a file can be kept under its path and its blob's name, and nowhere else."""
    parts = file.path.split("/")
    inside = not {"", ".", ".."} & set(parts) and file.path.isprintable() and not set("\\:") & set(file.path)
    return inside and file.etag.isascii() and file.etag.isalnum() and file.size >= 0


def _shown(endpoint: str) -> str:
    """Give an address without the user and password that it may hold."""
    scheme, mark, rest = endpoint.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def _at(revision: str | None) -> str:
    return f" at {revision!r}" if revision and not is_commit(revision) else ""
