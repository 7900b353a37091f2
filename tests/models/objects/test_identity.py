"""Two objects whose vectors may differ have two fingerprints, and one object keeps its own."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.embeddings.mock_embed_model import MockEmbedding

from tests.doubles import WordModel
from tests.notebooks.running import run_cells
from workbench import embedding_model
from workbench.index.fingerprint import fingerprint_id
from workbench.models.code_digest import CodeDigest
from workbench.models.settings import is_secret, settings_of


class Holder:
    """Whatever it is given is an attribute."""

    def __init__(self, **attributes):
        vars(self).update(attributes)

    def embed_documents(self, texts):
        return [[1.0, 2.0] for _ in texts]

    def embed_query(self, text):
        return [1.0, 2.0]


class Counting(Holder):
    """Keeps count of its calls, and what it was sent, as people do."""

    calls = 0

    def embed_documents(self, texts):
        self.calls += 1
        self.seen = [*getattr(self, "seen", []), *texts]
        return super().embed_documents(texts)


def identity(thing, **options):
    return fingerprint_id(embedding_model(thing, **options).fingerprint())


def made(source: str, name: str = "Mine", **outside):
    """Run source as a notebook's cell is run, and give an object of its class."""
    scope = {"__name__": "__main__", "Holder": Holder, **outside}
    exec(compile(source, "<a cell>", "exec"), scope)
    return scope[name]()


ENCLOSED = (
    "def make(start):\n    class Mine(Holder):\n        def embed_query(self, text):\n            return start\n"
    "    return Mine\n"
)
METHOD = "class Mine(Holder):\n    def embed_query(self, text):\n        return "


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{METHOD}[1.0, 2.0]", f"{METHOD}[2.0, 1.0]"),
        ("class Mine(Holder):\n    start = 'a: '", "class Mine(Holder):\n    start = 'b: '"),
        (f"START = 'a: '\n{METHOD}START + text", f"START = 'b: '\n{METHOD}START + text"),
        (f"{METHOD}[START for _ in text]\nSTART = 1", f"{METHOD}[START for _ in text]\nSTART = 2"),
        (f"def help(): return 1\n{METHOD}help()", f"def help(): return 2\n{METHOD}help()"),
        (f"{ENCLOSED}Mine = make('a')", f"{ENCLOSED}Mine = make('b')"),
        (
            "class Above(Holder):\n    def embed_query(self, text): return 1\nclass Mine(Above): pass",
            "class Above(Holder):\n    def embed_query(self, text): return 2\nclass Mine(Above): pass",
        ),
        (
            "class Mine(Holder):\n    @property\n    def start(self): return 'a'",
            "class Mine(Holder):\n    @property\n    def start(self): return 'b'",
        ),
        (
            "class Mine(Holder):\n    def f(self, start='a'): pass",
            "class Mine(Holder):\n    def f(self, start='b'): pass",
        ),
    ],
    ids=[
        "method",
        "class value",
        "constant",
        "constant in a loop",
        "function",
        "enclosed",
        "base",
        "property",
        "default",
    ],
)
def test_changed_code_is_another_model(one, other):
    assert identity(made(one)) == identity(made(one))
    assert identity(made(one)) != identity(made(other))


def test_a_comment_or_another_line_changes_nothing():
    assert identity(made(f"{METHOD}[1.0]")) == identity(made(f"\n# why\n{METHOD}[1.0]  # so"))


def test_a_constant_set_reads_alike_in_every_interpreter():
    source = f"{METHOD}[1.0] if text in {{'a', 'b', 'c', 'd'}} else [2.0]"
    cell = (
        "from workbench.models.code_digest import CodeDigest\n"
        f"class Holder: pass\n{source}\n"
        "print(CodeDigest(Mine).digest)"
    )
    assert len({run_cells([cell])[0] for _ in range(2)}) == 1


def test_a_class_changed_in_a_notebook_is_another_model():
    made_in_a_cell = (
        "class Mine:\n"
        "    def embed_documents(self, texts): return [[{0}.0] for _ in texts]\n"
        "    def embed_query(self, text): return [{0}.0]\n"
        "embedding_model(Mine()).fingerprint()['code']"
    )
    said = run_cells(["from workbench import embedding_model", *map(made_in_a_cell.format, (1, 2, 1))])[1:]
    assert said[0] == said[2] != said[1]
    assert all(len(digest) == 14 for digest in said)  # 12 digits in quotes


def test_a_librarys_class_is_told_by_its_version():
    about = embedding_model(MockEmbedding(embed_dim=4)).fingerprint()
    from importlib.metadata import version

    assert (about["engine"], about["code"]) == (f"llama-index-core {version('llama-index-core')}", "")
    assert embedding_model(Holder()).fingerprint()["engine"] == ""


class Page(BaseEmbedding):
    """As on LlamaIndex's page on custom embeddings: the instruction is private."""

    _instruction: str = PrivateAttr()

    def __init__(self, instruction="Represent it: ", **fields):
        super().__init__(**fields)
        self._instruction = instruction

    def _get_text_embedding(self, text):
        return WordModel().embed([self._instruction + text], "document")[0]

    _get_query_embedding = _get_text_embedding

    async def _aget_query_embedding(self, query):
        return self._get_query_embedding(query)


def test_a_private_instruction_of_ones_own_class_counts():
    assert identity(Page()) == identity(Page(embed_batch_size=3))
    assert identity(Page()) != identity(Page("Other: "))
    assert identity(Holder(_start="a")) != identity(Holder(_start="b"))


def test_what_embedding_changes_is_no_setting():
    counting = Counting(start="a")
    model = embedding_model(counting, batch_size=2)
    first = fingerprint_id(model.fingerprint())
    model.embed(["one", "two", "three"], "document")
    assert (counting.calls, counting.seen) == (2, ["one", "two", "three"])
    assert fingerprint_id(model.fingerprint()) == first
    counting.start = "b"
    assert fingerprint_id(model.fingerprint()) != first


def test_a_count_is_no_setting_while_it_counts():
    class Asking(Holder):
        calls = 0

        def embed_documents(self, texts):
            self.calls += 1
            found.append(fingerprint_id(model.fingerprint()))
            return super().embed_documents(texts)

    found = []
    model = embedding_model(Asking(calls=0))
    found.append(fingerprint_id(model.fingerprint()))
    model.embed(["a"], "document")
    assert found[0] == found[1]


def test_the_models_that_an_object_uses_are_in_its_fingerprint():
    class Inside(Holder):
        pass

    class Named(Holder):
        def embed_query(self, text):
            return model.embed([text], "query")[0]

    model = embedding_model(Holder(start="a"))
    assert embedding_model(Inside(model=model)).fingerprint()["models"] == {"model": dict(model.fingerprint())}
    named = embedding_model(Named()).fingerprint()
    assert named["models"] == {"model": dict(model.fingerprint())}
    bundled = embedding_model("bundled:all-MiniLM-L6-v2")
    through = embedding_model(Inside(model=bundled.as_llama_index())).fingerprint()["models"]
    assert through == {"model": dict(bundled.fingerprint())}


class Colour(Enum):
    RED = "red"


@dataclass
class Config:
    start: str
    api_key: str = "sk-very-secret"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ((1, 2.5), [1, 2.5]),
        ({1: "a"}, {"1": "a"}),
        ({"b", "a"}, ["a", "b"]),
        (PurePosixPath("models/a"), "models/a"),
        (Colour.RED, "red"),
        (np.float32(0.5), 0.5),
        (float("inf"), "inf"),
        (Config("a: "), {"start": "a: "}),
        ({"headers": {"Authorization": "Bearer x", "x-api-key": "y", "Accept": "z"}}, {"headers": {"Accept": "z"}}),
        ("https://me:secret@host/v1", "https://host/v1"),
        (list(range(1000)), "list of 1000"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_settings_are_written_as_json_without_secrets(value, written):
    assert settings_of(Holder(setting=value)) == {"setting": written}


def test_types_of_torch_are_settings_and_objects_are_not():
    import torch

    holder = Holder(kwargs={"torch_dtype": torch.float16, "client": object()}, client=object())
    assert settings_of(holder) == {"kwargs": {"torch_dtype": "torch.float16"}}


def test_a_long_setting_is_told_by_its_digest():
    (one,), (other,) = (settings_of(Holder(text=letter * 5000)).values() for letter in "ab")
    assert one != other
    assert one.startswith("sha256:")


def test_slots_are_attributes_too():
    class Slotted:
        __slots__ = ("api_key", "start", "unset")

        def __init__(self):
            self.start, self.api_key = "a", "very secret"

    assert settings_of(Slotted()) == {"start": "a"}


@pytest.mark.parametrize("name", ["api_key", "apiKey", "openai_api_key", "APIKEY", "hf_token", "password", "x-api-key"])
def test_names_of_secrets(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", ["max_tokens", "tokenizer", "author", "monkey", "keyword_weight", "model_name"])
def test_names_of_no_secrets(name):
    assert not is_secret(name)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text().map("setting {}".format), PLAIN, max_size=4))
def test_any_settings_make_a_fingerprint_that_stays(settings):
    about = embedding_model(Holder(**settings)).fingerprint()
    assert json.loads(json.dumps(about, allow_nan=False)) == about
    assert fingerprint_id(about) == identity(Holder(**settings))


def test_a_model_of_an_object_can_be_pickled():
    model = embedding_model(Holder(start="a"), name="mine", batch_size=3)
    again = pickle.loads(pickle.dumps(model))
    assert (again.id, again.batch_size, again.fingerprint()) == ("own:mine", 3, model.fingerprint())
    np.testing.assert_array_equal(again.embed(["a"], "document"), [[1.0, 2.0]])


def test_the_digest_of_a_class_that_refers_to_itself_ends():
    class Again(Holder):
        def embed_query(self, text):
            return super().embed_query(Again.__name__ + self.embed_query.__name__)

    assert len(CodeDigest(Again).digest) == 12
