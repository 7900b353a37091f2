"""Nothing leaves this machine before somebody has heard where it goes and what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench import Workbench, embedding_model
from workbench.errors import ConsentNeeded, InputError, ModelError
from workbench.models.catalogue import known
from workbench.models.openai import OpenAIModel
from workbench.models.remote.address import address
from workbench.models.remote.consent import estimate, require
from workbench.models.remote.facts import FACTS

NAME = "openai:text-embedding-3-small"


def test_the_question_says_where_how_much_and_what_it_costs():
    model = embedding_model(NAME)
    assert (model.destination, model.price, model.consent) == ("api.openai.com", 0.02, False)
    with pytest.raises(ConsentNeeded) as caught:
        model.embed(["llama " * 1000] * 500, "document")
    assert str(caught.value) == (
        f"{NAME} runs at api.openai.com, and nobody has allowed yet that texts go there. It would be sent 500 texts "
        '(501,000 tokens), for about $0.0100. Allow it with wb.allow("openai:text-embedding-3-small"), or '
        "choose a model that runs here."
    )
    with pytest.raises(ConsentNeeded):
        model.served_tokens(["a llama"])


def test_the_cost_is_the_price_of_the_tokens_that_are_read():
    model = embedding_model("openai:text-embedding-3-large")
    found = estimate(model, ["llama", "llama " * 20_000])
    assert found.tokens == model.tokenizer.count(["llama"])[0] + 8191
    assert found.exact
    assert found.dollars == pytest.approx(found.tokens * 0.13 / 1e6)


@pytest.mark.parametrize(
    ("price", "texts", "said"),
    [
        (None, 1, "1 text (1,000 tokens), at a price that is not known here"),
        (0.02, 1, "1 text (1,000 tokens), for less than $0.0001"),
        (0.13, 20, "20 texts (20,000 tokens), for about $0.0026"),
        (2.0, 1000, "1,000 texts (1,000,000 tokens), for about $2.00"),
    ],
)
def test_how_an_estimate_reads(price, texts, said):
    model = WordModel()
    model.max_tokens, model.price = 1000, price
    assert str(estimate(model, ["word " * 1000] * texts)) == said


def test_what_stays_here_or_is_allowed_is_not_asked_for():
    require(WordModel(), ["a"])
    require(OpenAIModel("text-embedding-3-small", base_url="http://localhost:1234/v1"), ["a"])
    model = embedding_model(NAME, consent=True)
    require(model, ["a"])
    model.consent = False
    with pytest.raises(ConsentNeeded):
        require(model, ["a"])


def test_a_workbench_asks_before_the_first_text_and_again_without_a_key(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("OPENAI_API_KEY", raising=False)
        wb = Workbench(["The llama carries loads.", "An alpaca gives wool."], store=tmp_path / "s", model=NAME)
        try:
            with pytest.raises(ConsentNeeded, match=r"sent 2 texts \(\d+ tokens\), for less than \$0\.0001"):
                wb.embed()
            wb.allow(NAME)
            with pytest.raises(ModelError, match="There is no key for openai"):
                wb.embed()
            assert wb.embedded == 0
        finally:
            wb.close()


def test_prices_and_lengths_agree_with_the_catalogue():
    for name, facts in FACTS.items():
        entry = known(f"openai:{name}")
        assert entry is not None
        assert (entry.price, entry.dimensions) == (facts.price, facts.dimensions)


def test_the_price_is_openais_own():
    assert OpenAIModel("text-embedding-3-small", base_url="https://eu.api.openai.com/v1").price == 0.02
    other = OpenAIModel("text-embedding-3-small", base_url="https://api.openai.com.example/v1")
    assert (other.price, other.destination) == (None, "api.openai.com.example")


def test_the_environments_address_is_the_one_that_is_named(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example/v1")
    assert embedding_model(NAME).destination == "proxy.example"


@pytest.mark.parametrize(
    ("given", "host", "local", "secure"),
    [
        ("http://127.0.0.1:11434/v1/", "127.0.0.1:11434", True, True),
        ("http://localhost/v1", "localhost", True, True),
        ("http://[::1]:8000/v1", "[::1]:8000", True, True),
        ("http://192.168.0.7:8000/v1", "192.168.0.7:8000", False, False),
        ("https://API.openai.com/v1", "api.openai.com", False, True),
        ("http://127.0.0.1.example/v1", "127.0.0.1.example", False, False),
    ],
)
def test_what_is_this_machine(given, host, local, secure):
    found = address(given, "base_url", "x")
    assert (found.host, found.local, found.secure) == (host, local, secure)


@pytest.mark.parametrize(
    "given", ["", "host", "ftp://host", "http://", "http://h:99999", "http://h?key=1", "http://[::1"]
)
def test_what_is_no_address(given):
    with pytest.raises(InputError, match="endpoint is not an address"):
        address(given, "endpoint", "https://x")


def test_the_workbench_takes_a_model_with_options(double, tmp_path):
    model = embedding_model(NAME, base_url=f"{double.url}/v1", batch_size=2)
    texts = ["The llama carries loads.", "An alpaca gives wool.", "A camel stores fat."]
    wb = Workbench(texts, store=tmp_path / "s", model=model)
    try:
        assert wb.embed().new == 3
        assert double.sizes == [2, 1]
        found = wb.search("alpaca wool", top_k=1)
        assert [passage.chunk.text for passage in found] == [texts[1]]
        expected = WordModel(1536).embed(["alpaca wool", texts[1]], "query")
        assert next(iter(found)).score == pytest.approx(float(np.dot(*expected)), abs=1e-6)
    finally:
        wb.close()
        model.close()
