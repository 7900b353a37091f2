"""Where a provider's key comes from: given, asked for, in the environment, or typed at a prompt, in this order."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
import threading

from workbench.errors import InputError, ModelError
from workbench.models.remote.secret import Secret

__all__ = ["VARIABLES", "ask", "forget", "found", "key_of"]

VARIABLES = {"openai": "OPENAI_API_KEY", "azure": "AZURE_OPENAI_API_KEY"}
"""Provider to the environment variable that holds its key."""

_typed: dict[str, Secret] = {}


def ask(provider: str = "openai") -> None:
    """Ask for a provider's key at a prompt that does not show it, and keep it until this process ends.

    Parameters
    ----------
    provider
        `openai` or `azure`.

    Raises
    ------
    InputError
        No such provider, or nothing was typed.
    """
    if provider not in VARIABLES:
        raise InputError(f"No key is kept for {provider!r}. Give one of: {', '.join(VARIABLES)}.")
    typed = Secret(getpass.getpass(f"Key for {provider} (not shown, not stored): "))
    if not typed:
        raise InputError(f"No key was typed for {provider}. Ask again, or set {VARIABLES[provider]}.")
    _typed[provider] = typed


def forget(provider: str) -> None:
    """Drop a key that was typed, as when the service refused it."""
    _typed.pop(provider, None)


def found(provider: str) -> Secret:
    """Give the key that was typed, else the environment's; an empty one where there is none."""
    return _typed.get(provider) or Secret(os.environ.get(VARIABLES[provider], ""))


def key_of(provider: str, given: Secret) -> Secret:
    """Give the key to use, asking for it where a person sits at a notebook.

    Parameters
    ----------
    provider
        `openai` or `azure`.
    given
        The model's own option, empty if there was none.

    Raises
    ------
    ModelError
        There is no key, and nobody can be asked here.
    """
    key = given or found(provider)
    if key:
        return key
    if _at_prompt():
        with contextlib.suppress(NotImplementedError):  # a notebook that runs by itself has nobody to ask
            ask(provider)
            return _typed[provider]
    call = "ask()" if provider == "openai" else f"ask({provider!r})"
    raise ModelError(
        f"There is no key for {provider}. Set the environment variable {VARIABLES[provider]}, or run this in a cell, "
        f"which asks for it without showing it: from workbench.models.remote import keys; keys.{call}"
    )


def _at_prompt() -> bool:
    """Whether this is the main thread of a notebook's kernel: a prompt from elsewhere would wait for ever unseen."""
    if threading.current_thread() is not threading.main_thread() or "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and hasattr(shell, "kernel")
