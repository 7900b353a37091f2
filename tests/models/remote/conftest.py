"""A double to ask, and an environment without keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.models.remote.double import RemoteDouble
from workbench.models.openai import OpenAIModel
from workbench.models.remote import keys

VARIABLES = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_API_VERSION",
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_ENDPOINT",
    "AZURE_OPENAI_AD_TOKEN",
)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what a person's own environment says."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keys, "_typed", {})


@pytest.fixture
def double() -> Iterator[RemoteDouble]:
    with RemoteDouble() as server:
        yield server


@pytest.fixture
def opened() -> Iterator[Callable[[Any], Any]]:
    """Give what notes a model, to be closed when the test ends."""
    with ExitStack() as stack:
        yield lambda made: stack.enter_context(closing(made))


@pytest.fixture
def model(double: RemoteDouble) -> Iterator[OpenAIModel]:
    """Give text-embedding-3-small of the double, which sends nothing again."""
    made = OpenAIModel("text-embedding-3-small", base_url=f"{double.url}/v1", max_retries=0, timeout=5)
    yield made
    made.close()
