"""`azure:` against a real server on loopback: deployment, version, key or token."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.models.remote.double import KEY, Fault
from workbench import embedding_model
from workbench.errors import ConsentNeeded, InputError, ModelError, ModelNotFound, ServerError
from workbench.models.azure import AzureModel
from workbench.models.openai import OpenAIModel

TEXTS = ["The llama carries loads.", "An alpaca gives wool.", "A camel stores fat."]
REMOTE = "https://mine.openai.azure.com/"


@pytest.fixture
def azure(double, opened):
    def make(name="my-deployment", **options):
        return opened(AzureModel(name, endpoint=double.url, max_retries=0, **options))

    return make


def test_the_deployment_is_in_the_path_and_the_key_in_its_header(azure, double):
    double.key = KEY
    model = azure(model="text-embedding-3-small", api_key=KEY, batch_size=2)
    np.testing.assert_array_equal(model.embed(TEXTS, "document"), WordModel(1536).embed(TEXTS, "document"))
    assert double.sizes == [2, 1]
    asked = double.asked[0]
    assert asked.path == "/openai/deployments/my-deployment/embeddings"
    assert asked.query == {"api-version": ["2024-10-21"]}
    assert asked.headers["api-key"] == KEY
    assert KEY not in repr(model)


def test_the_environment_says_where_and_which_version(double, monkeypatch, opened):
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", double.url)
    monkeypatch.setenv("OPENAI_API_VERSION", "2030-01-01")
    opened(embedding_model("azure:my-deployment")).embed(TEXTS, "document")
    assert double.asked[0].query == {"api-version": ["2030-01-01"]}
    opened(embedding_model("azure:my-deployment", api_version="2031-01-01")).embed(TEXTS, "document")
    assert double.asked[1].query == {"api-version": ["2031-01-01"]}


def test_limits_and_price_are_those_of_the_model_that_is_deployed():
    plain = AzureModel("my-deployment", endpoint=REMOTE)
    assert (plain.id, plain.destination, plain.price, plain.dimensions) == (
        "azure:my-deployment",
        "mine.openai.azure.com",
        None,
        None,
    )
    told = AzureModel("my-deployment", endpoint=REMOTE, model="text-embedding-3-large")
    assert (told.price, told.dimensions, told.max_tokens, told.tokenizer.exact) == (0.13, 3072, 8191, True)
    assert told.fingerprint() != plain.fingerprint()
    assert told.fingerprint()["host"] == "mine.openai.azure.com"
    with pytest.raises(InputError, match="cannot be cut"):
        AzureModel("my-deployment", endpoint=REMOTE, model="text-embedding-ada-002", dimensions=5)


def test_consent_comes_first_and_names_the_resource():
    model = AzureModel("my-deployment", endpoint=REMOTE, model="text-embedding-3-small")
    with pytest.raises(ConsentNeeded, match=r"azure:my-deployment runs at mine\.openai\.azure\.com.*sent 3 texts"):
        model.embed(TEXTS, "document")
    model.consent = True
    with pytest.raises(ModelError, match=r"There is no key for azure\. Set the environment .* AZURE_OPENAI_API_KEY"):
        model.embed(TEXTS, "document")


def test_a_token_is_asked_for_before_each_request_and_never_shown(azure, double):
    tokens = iter(["first-token-0123456", "second-token-012345"])
    double.key = "first-token-0123456"
    model = azure(credential=lambda: next(tokens))
    model.embed(TEXTS, "document")
    assert double.asked[0].headers["authorization"] == "Bearer first-token-0123456"
    assert "api-key" not in double.asked[0].headers
    with pytest.raises(ServerError, match=r"Incorrect API key provided: \*\*\* .*Log in with az login") as caught:
        model.embed(TEXTS, "document")
    assert double.asked[1].headers["authorization"] == "Bearer second-token-012345"
    assert "second-token" not in str(caught.value)


def test_a_login_that_fails_is_one_sentence(azure, double):
    def refuse():
        raise RuntimeError("no account\nmore lines")

    with pytest.raises(ServerError, match=r"No Entra token for 127.* \(no account\)\. Log in") as caught:
        azure(credential=refuse).embed(TEXTS, "document")
    assert caught.value.__context__ is None
    assert double.asked == []


def test_entra_uses_the_default_credential_for_azures_ai_services(azure, double, monkeypatch):
    import azure.identity
    from azure.core.credentials import AccessTokenInfo

    scopes: list[str] = []
    closed = threading.Event()

    class Credential:
        """Stands in for a login, which needs a person and a network."""

        def get_token_info(self, *wanted, options=None):
            scopes.extend(wanted)
            return AccessTokenInfo("entra-token-0123456", 4_000_000_000)

        def get_token(self, *wanted, **options):
            raise AssertionError(wanted)

        def close(self):
            closed.set()

    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", Credential)
    model = AzureModel("my-deployment", endpoint=double.url, credential="entra")
    model.embed(TEXTS, "document")
    model.close()
    assert double.asked[0].headers["authorization"] == "Bearer entra-token-0123456"
    assert scopes == ["https://cognitiveservices.azure.com/.default"]
    assert closed.is_set()


@pytest.mark.parametrize(
    ("make", "absent", "line"),
    [
        (lambda: OpenAIModel("words", base_url="http://127.0.0.1:9/v1"), "openai", "rag-workbench[openai]"),
        (lambda: AzureModel("d", endpoint="http://127.0.0.1:9"), "openai", "rag-workbench[azure]"),
        (
            lambda: AzureModel("d", endpoint="http://127.0.0.1:9", credential="entra"),
            "azure.identity",
            "rag-workbench[azure]",
        ),
    ],
)
def test_a_missing_extra_names_the_line_that_installs_it(make, absent, line, monkeypatch):
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(ModelError) as caught:
        make().embed(["x"], "document")
    assert str(caught.value).endswith(f'Install it with: pip install "{line}"')


def test_a_deployment_that_is_not_there(azure):
    with pytest.raises(ModelNotFound, match="has no model 'nobody'"):
        azure("nobody").embed(TEXTS, "document")


def test_a_chat_deployment_makes_no_vectors(azure, double):
    said = "The embeddings operation does not work with the specified model, gpt-35-turbo."
    double.fail(Fault(400, said, "OperationNotSupported"))
    with pytest.raises(ModelError, match=r"azure:my-deployment makes no vectors \(400: The embeddings operation"):
        azure().embed(TEXTS, "document")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, r"azure:d needs an endpoint='https://NAME\.openai\.azure\.com', or AZURE_OPENAI_ENDPOINT"),
        ({"endpoint": "mine.openai.azure.com"}, "endpoint is not an address"),
        ({"endpoint": REMOTE, "credential": "login"}, 'credential is "entra" or a function'),
        ({"endpoint": REMOTE, "credential": "entra", "api_key": KEY}, "stands in place of api_key"),
    ],
)
def test_options_that_cannot_be_used(options, said):
    with pytest.raises(InputError, match=said):
        AzureModel("d", **options)


def test_another_path_of_the_resource_is_told_apart_from_a_missing_deployment(azure, double):
    double.fail(Fault(404, "Resource not found", "404"))
    with pytest.raises(
        ServerError, match=r"\(404: Resource not found\)\. Check endpoint, .* and api_version"
    ) as caught:
        azure().embed(TEXTS, "document")
    assert not isinstance(caught.value, ModelNotFound)
