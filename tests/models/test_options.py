import inspect
import re
from contextlib import suppress
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.models import PROVIDERS
from workbench.models.bundled import BundledModel
from workbench.models.huggingface.options import Options as HuggingFaceOptions
from workbench.models.ollama.model import OllamaEmbedding
from workbench.models.options import OPTIONS, chosen


def test_empty_fields_and_defaults_are_left_out():
    typed = {"query_prefix": "", "batch_size": "  ", "truncate": True, "host": None}
    assert chosen("ollama", typed) == {}


def test_each_kind_becomes_its_own_value():
    typed = {
        "query_prefix": "find: ",
        "host": " 127.0.0.1 ",
        "batch_size": " 42 ",
        "keep_alive": "-1",
        "truncate": False,
        "timeout": "2.5",
    }
    assert chosen("ollama", typed) == {
        "query_prefix": "find: ",
        "host": "127.0.0.1",
        "batch_size": 42,
        "keep_alive": -1.0,
        "truncate": False,
        "timeout": 2.5,
    }
    assert chosen("huggingface", {"backend": "openvino", "device": "cpu"}) == {"backend": "openvino", "device": "cpu"}


def test_two_quotes_mean_no_prefix_rather_than_the_models_own():
    assert chosen("ollama", {"query_prefix": '""'}) == {"query_prefix": ""}


def test_what_the_library_takes_in_a_dictionary_goes_there():
    typed = {"file_name": "onnx/model_O3.onnx", "backend": "onnx"}
    assert chosen("huggingface", typed) == {"model_kwargs": {"file_name": "onnx/model_O3.onnx"}, "backend": "onnx"}


@pytest.mark.parametrize(
    ("provider", "typed", "said"),
    [
        (
            "ollama",
            {"batch_size": "many"},
            "batch_size is 'many'; give a whole number of 1 or more, or leave it empty.",
        ),
        ("ollama", {"batch_size": "2.5"}, "batch_size is '2.5'; give a whole number of 1 or more, or leave it empty."),
        ("ollama", {"timeout": "nan"}, "timeout is 'nan'; give a number of 0.001 or more, or leave it empty."),
        ("huggingface", {"backend": "jax"}, "backend is 'jax'; choose one of torch, onnx, openvino."),
        ("bundled", {"device": "cpu"}, "bundled has no option 'device'. Its options are: none."),
    ],
)
def test_what_cannot_be_used_is_said(provider, typed, said):
    with pytest.raises(InputError, match=re.escape(said)):
        chosen(provider, typed)


@given(st.sampled_from(sorted(OPTIONS)), st.data())
def test_whatever_is_typed_gives_keywords_or_one_of_our_errors(provider, data):
    names = [option.name for option in OPTIONS[provider]]
    values = st.text(max_size=8) | st.booleans() | st.none() | st.integers().map(str)
    typed = data.draw(st.dictionaries(st.sampled_from(names), values) if names else st.just({}))
    with suppress(InputError):
        assert None not in chosen(provider, typed).values()


@pytest.mark.parametrize("provider", sorted(set(OPTIONS) & set(PROVIDERS)))
def test_every_option_is_a_keyword_of_its_provider(provider):
    keywords = set()
    for kind in makes(provider).__mro__:
        keywords |= set(inspect.signature(kind.__init__).parameters)
    if provider == "huggingface":
        keywords |= set(HuggingFaceOptions.__dataclass_fields__)
    assert {option.inside or option.name for option in OPTIONS[provider]} <= keywords


def makes(provider):
    """Give the class of a provider's models."""
    module, _, name = PROVIDERS[provider].partition(":")
    made = getattr(import_module(module), name)
    return made if isinstance(made, type) else {"bundled": BundledModel, "ollama": OllamaEmbedding}[provider]


def test_no_form_asks_for_a_key():
    names = {option.name for options in OPTIONS.values() for option in options}
    assert not names & {"api_key", "key", "token", "password", "secret"}
