"""Hugging Face models on both runtimes, with every option."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.models.huggingface.conftest import COMMIT
from tests.models.small_models import small_model
from workbench import Workbench, embedding_model
from workbench.errors import InputError, ModelError, ModelNotFound
from workbench.models import bundled_files, prepare
from workbench.models.huggingface.model import HuggingFaceModel

pytestmark = pytest.mark.usefixtures("warm")

TEXTS = ["the llama lives in the andes.", "wool", "a camel carries loads , " * 40, "vicuna"]


def made(folder, **options) -> HuggingFaceModel:
    model = embedding_model(f"huggingface:{folder}", **options)
    assert isinstance(model, HuggingFaceModel)
    return model


def right(folder, texts=TEXTS, **options):
    from sentence_transformers import SentenceTransformer

    encode = {"normalize_embeddings": True, "show_progress_bar": False, "prompt": ""}
    return SentenceTransformer(str(folder), device="cpu", **options).encode(texts, **encode)


def test_a_token_among_a_librarys_own_options_reaches_it(small, monkeypatch):
    given = {}

    class Library:
        def __init__(self, name, **options):
            given.update(options)
            raise RuntimeError("this is far enough")

    monkeypatch.setattr("llama_index.embeddings.huggingface.HuggingFaceEmbedding", Library)
    model = made(small, backend="torch", device="cpu", token="hf_one", model_kwargs={"token": "hf_two"})
    with pytest.raises(ModelError, match="far enough"):
        model.embed(TEXTS, "document")
    assert (given["token"], given["model_kwargs"]["token"]) == ("hf_one", "hf_two")


@pytest.mark.parametrize("backend", [None, "torch", "openvino"])
def test_vectors_are_those_of_sentence_transformers_on_every_runtime(small, backend):
    model = made(small, backend=backend, device="cpu")
    np.testing.assert_allclose(model.embed(TEXTS, "document"), right(small), atol=1e-5)
    assert model.runtime == ("torch" if backend == "torch" else "openvino")
    assert (model.dimensions, model.max_tokens, model.special_tokens) == (32, 64, 2)
    assert model.any_batch is (backend != "torch")
    model.close()


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_the_bundled_weights_as_a_folder_give_the_bundled_vectors(backend):
    texts = ["A vicuña lives in the Andes.", "word " * 400, "short"]
    model = made(bundled_files.checked_files(), backend=backend, device="cpu", batch_size=42)
    ours = embedding_model("bundled:all-MiniLM-L6-v2").embed(texts, "document")
    np.testing.assert_allclose(model.embed(texts, "document"), ours, atol=1e-4)
    assert (model.batch_size, model.max_tokens) == (42, 256)
    model.close()


def test_the_prompts_of_the_model_are_shown_and_sent_once(small):
    model = made(small)
    assert (model.query_prefix, model.document_prefix) == ("query : ", "")
    sent = prepare(model, ["wool"], "query")
    assert sent == ["query : wool"]
    expected = right(small, ["query : wool"])
    for backend in ("openvino", "torch"):
        np.testing.assert_allclose(made(small, backend=backend).embed(sent, "query"), expected, atol=1e-5)
    assert made(small, query_instruction="", text_instruction="a : ").document_prefix == "a : "
    assert made(small, query_instruction="").query_prefix == ""
    assert made(small, query_prefix="what : ").query_prefix == "what : "


def test_a_prompt_that_the_pooling_leaves_out_is_left_out(tmp_path):
    from sentence_transformers import SentenceTransformer

    folder = small_model(tmp_path, include_prompt=False)
    model = made(folder, text_instruction="document : ")
    assert model.runtime == "torch"
    expected = SentenceTransformer(str(folder), device="cpu").encode(
        ["wool", "a camel"], prompt="document : ", normalize_embeddings=True, show_progress_bar=False
    )
    np.testing.assert_allclose(
        model.embed(prepare(model, ["wool", "a camel"], "document"), "document"), expected, atol=1e-5
    )
    with pytest.raises(ModelError, match="leaves the prompt out"):
        made(folder, backend="openvino").embed(["wool"], "document")


@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_shorter_vectors_and_raw_ones(small, backend):
    short = made(small, backend=backend, truncate_dim=8)
    vectors = short.embed(TEXTS, "document")
    assert (vectors.shape, short.dimensions) == ((4, 8), 8)
    np.testing.assert_allclose(vectors, right(small, truncate_dim=8), atol=1e-5)
    assert short.fingerprint()["dimensions"] == 8


@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_a_shorter_limit_cuts_earlier(small, backend):
    model = made(small, backend=backend, max_length=10)
    long, cut = model.embed(
        ["the llama carries loads and wool " * 8, "the llama carries loads and wool the llama"], "document"
    )
    assert model.max_tokens == 10
    np.testing.assert_allclose(long, cut, atol=1e-5)
    assert made(small, max_length=9999).max_tokens == 64


def test_without_normalisation_lengths_are_the_models_own(tmp_path):
    folder = small_model(tmp_path, normalize=False)
    raw = made(folder, normalize=False).embed(TEXTS, "document")
    unit = made(folder).embed(TEXTS, "document")
    assert np.ptp(np.linalg.norm(raw, axis=1)) > 0.01
    np.testing.assert_allclose(raw / np.linalg.norm(raw, axis=1, keepdims=True), unit, atol=1e-5)
    assert made(folder, normalize=False).fingerprint() != made(folder).fingerprint()


def test_fingerprints_tell_weights_runtimes_and_options_apart(small, tmp_path):
    other = small_model(tmp_path, pooling="cls")
    prints = [
        json.dumps(dict(model.fingerprint()), sort_keys=True)
        for model in (
            made(small),
            made(other),
            made(small, backend="torch"),
            made(small, backend="torch", config_kwargs={"hidden_dropout_prob": 0.5}),
            made(small, max_length=10),
            made(small, text_instruction="a : "),
        )
    ]
    assert len(set(prints)) == 6
    assert str(small.parent) not in "".join(prints)
    assert json.loads(prints[0])["backend"] == "openvino"
    assert json.loads(prints[3])["options"] == {"config_kwargs": {"hidden_dropout_prob": 0.5}}
    assert json.dumps(dict(made(small).fingerprint()), sort_keys=True) == prints[0]


def test_other_keywords_go_down_to_sentence_transformers(small):
    with pytest.raises(ModelError, match=r"could not be loaded.*no_such_option"):
        made(small, backend="torch", no_such_option=1).embed(["wool"], "document")
    with pytest.raises(InputError, match="takes no no_such_option"):
        made(small, backend="openvino", no_such_option=1).embed(["wool"], "document")


@pytest.mark.parametrize("revision", [None, "main", "refs/pr/16", COMMIT])
def test_a_moving_revision_stands_as_its_commit(cached, revision):
    model = embedding_model("huggingface:org/small", revision=revision)
    assert model.fingerprint()["revision"] == COMMIT
    assert model.fingerprint()["model"] == "org/small"
    np.testing.assert_allclose(
        model.embed(["wool"], "document"),
        right(cached / "models--org--small" / "snapshots" / COMMIT, ["wool"]),
        atol=1e-5,
    )


def test_another_cache_folder(cached, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(cached.parent / "nowhere"))
    with pytest.raises(ModelNotFound, match="huggingface:org/small is not in the cache, and HF_HUB_OFFLINE"):
        embedding_model("huggingface:org/small").embed(["wool"], "query")
    assert embedding_model("huggingface:org/small", cache_folder=str(cached)).embed(["wool"], "query").shape == (1, 32)


def test_no_network_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with pytest.raises(ModelNotFound, match=r"cannot be reached.*Connect to the network.*huggingface:/path/to/folder"):
        embedding_model("huggingface:BAAI/bge-small-en-v1.5").fingerprint()


def test_a_name_that_cannot_be_one():
    with pytest.raises(InputError, match=r"no folder 'no/such/folder/here'.*owner/name"):
        embedding_model("huggingface:no/such/folder/here").fingerprint()


def test_weights_as_a_pickle_are_refused(copy):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    for backend in (None, "torch"):
        with pytest.raises(
            ModelError, match=r"pytorch_model\.bin, a format that is not read here: a pickle can run code"
        ):
            made(copy, backend=backend).embed(["wool"], "document")


def test_a_folder_without_weights_or_without_a_model(copy, tmp_path):
    (copy / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"holds no weights.*has no model.safetensors"):
        made(copy).embed(["wool"], "document")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"has no config\.json, so that it is no model's folder"):
        made(tmp_path / "empty").embed(["wool"], "document")


def test_a_chat_model_does_not_embed(copy):
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "architectures": ["LlamaForCausalLM"]}))
    (copy / "modules.json").unlink()
    with pytest.raises(ModelError, match=r"is a chat model \(LlamaForCausalLM\) and was not trained to embed"):
        made(copy).embed(["wool"], "document")


def test_torn_weights_are_a_sentence(copy):
    (copy / "model.safetensors").write_bytes(b"torn")
    with pytest.raises(ModelError, match=r"copy could not be (loaded|converted)"):
        made(copy).embed(["wool"], "document")


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_optimums_absence_names_the_command(copy, backend):
    (copy / "onnx").mkdir()
    (copy / "onnx/model.onnx").write_bytes(b"x")
    (copy / "openvino_model.xml").write_text("x")
    (copy / "openvino_model.bin").write_bytes(b"x")
    name = {"onnx": "model.onnx", "openvino": "openvino_model.xml"}[backend]
    with pytest.raises(ModelNotFound, match=r"which is not installed here.*make optimum"):
        made(copy, backend=backend, model_kwargs={"file_name": name}).embed(["wool"], "document")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "tensorflow"}, "backend is 'tensorflow'; give one of 'torch', 'onnx', 'openvino'"),
        ({"trust_remote_code": True}, "lets Python from the model's repository run.*'run its code'"),
        ({"dtype": "float16", "device": "cpu"}, "dtype is 'float16' on a CPU, where it is slower"),
        ({"dtype": "float8"}, "dtype is 'float8'; give one of 'float32'"),
        ({"dtype": "int8"}, "needs calibration="),
        ({"dtype": "int8", "calibration": ["x"], "backend": "torch"}, "made for OpenVINO from the plain weights"),
        ({"model_kwargs": {"file_name": "model.onnx"}}, "a checkpoint is for backend='onnx'"),
        ({"max_length": 0}, "max_length is 0; give a whole number"),
        ({"batch_size": "many"}, "batch_size is 'many'"),
    ],
)
def test_options_that_do_not_fit(small, options, message):
    with pytest.raises(InputError, match=message):
        made(small, **options)


def test_half_precision_without_a_gpu_says_why(small):
    import torch

    if torch.cuda.is_available():
        assert made(small, dtype="float16").embed(TEXTS, "document").dtype == np.float32
        return
    with pytest.raises(ModelError, match=r"float16, which is for a GPU, and this machine has none"):
        made(small, dtype="float16").embed(["wool"], "document")


@pytest.mark.slow
def test_an_int8_copy(small, tmp_path):
    model = made(small)
    texts = [f"the llama {a} in the {b}" for a in ("lives", "carries", "gives") for b in ("andes", "desert", "camel")]
    twin = model.quantized(texts)
    assert (twin.variant, twin.calibration_texts) == ("int8", 9)
    one, other = model.embed(texts, "document"), twin.embed(texts, "document")
    assert 0.9 < (one * other).sum(axis=1).min() < 1
    again = made(small, dtype="int8", calibration=twin.calibration)
    np.testing.assert_array_equal(again.embed(texts, "document"), other)
    assert again.fingerprint() == twin.fingerprint() != model.fingerprint()
    with pytest.raises(InputError, match="runs on torch; int8 copies are made of models that run on OpenVINO"):
        made(small, backend="torch").quantized(texts)


def test_a_workbench_takes_a_folder_and_lists_what_is_cached(small, cached, tmp_path):
    with Workbench(["the llama lives", "a camel carries"], store=tmp_path / "s", model=f"huggingface:{small}") as wb:
        assert wb.embed().new == 2
        assert wb.model_info.query_prefix == "query : "
        row = wb.models().set_index("id").loc["huggingface:org/small"]
        assert (bool(row.ready), int(row.dimensions), int(row.max_tokens), row.query_prefix) == (
            True,
            32,
            64,
            "query : ",
        )
