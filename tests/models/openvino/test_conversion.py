"""Any sentence-transformers model becomes an OpenVINO one that gives its vectors, or stays what it is."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from tests.models.openvino.conftest import KINDS
from tests.models.small_models import small_model
from workbench.errors import Cancelled, ModelError
from workbench.models.openvino import conversion
from workbench.models.openvino.conversion import Unsupported, converted
from workbench.models.openvino.encoder import OpenVinoEncoder

TEXTS = ["the llama lives in the andes.", "wool", "", "a camel carries loads , " * 40, "vicuña ラマ 12 %", "query : x"]


@pytest.mark.parametrize("name", KINDS)
def test_vectors_are_those_of_sentence_transformers(made, name):
    from sentence_transformers import SentenceTransformer

    source, folder = made(name)
    encoder = OpenVinoEncoder(folder)
    whole = SentenceTransformer(str(source), device="cpu", model_kwargs={"dtype": "float32"})
    right = whole.encode(TEXTS, show_progress_bar=False)
    assert encoder.encode(TEXTS).dtype == np.float32
    np.testing.assert_allclose(encoder.encode(TEXTS), right, atol=1e-5)
    assert (encoder.dimensions, encoder.max_tokens, encoder.special_tokens) == (right.shape[1], 64, 2)


def test_it_is_named_and_made_once(made, monkeypatch):
    source, folder = made("bert, mean, unit length")
    assert folder.name == f"small-0123456789ab-{conversion.CONVERSION}"
    monkeypatch.setenv("WORKBENCH_CACHE", str(folder.parent.parent))
    monkeypatch.setattr(conversion, "run_apart", lambda *_: pytest.fail("converted again"))
    assert converted(source, "org/small", "0123456789abcdef") == folder
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
        "compiled.lock",
        "encoder.json",
        "model.bin",
        "model.xml",
        "tokenizer.json",
    ]


def test_a_pooling_that_leaves_the_prompt_out_stays_on_torch_and_is_not_tried_again(warm, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    source = small_model(tmp_path, include_prompt=False)
    with pytest.raises(Unsupported, match=r'leaves the prompt out.*Use it with backend="torch"'):
        converted(source, "small", "0" * 12)
    monkeypatch.setattr(conversion, "run_apart", lambda *_: pytest.fail("tried again"))
    with pytest.raises(Unsupported, match="leaves the prompt out"):
        converted(source, "small", "0" * 12)


def test_the_models_default_prompt_is_left_to_the_prefixes(warm, tmp_path, monkeypatch):
    from sentence_transformers import SentenceTransformer

    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    source = small_model(tmp_path, prompts={"query": "query : ", "document": ""})
    about = source / "config_sentence_transformers.json"
    said = json.loads(about.read_text(encoding="utf-8"))
    about.write_text(json.dumps({**said, "default_prompt_name": "query"}), encoding="utf-8")
    found = OpenVinoEncoder(converted(source, "small", "0" * 12)).encode(TEXTS)
    right = SentenceTransformer(str(source), device="cpu").encode(TEXTS, prompt="", show_progress_bar=False)
    np.testing.assert_allclose(found, right, atol=1e-5)


def test_one_compiled_copy_is_kept_however_the_folder_is_spelled(warm, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    folder = converted(small_model(tmp_path), "small", "0" * 12)
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    for spelling in (folder, tmp_path / "link", folder / ".." / folder.name):
        OpenVinoEncoder(spelling)
    assert len(list((folder / "compiled").iterdir())) == 1


def test_pickled_weights_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    source = small_model(tmp_path)
    (source / "model.safetensors").rename(source / "pytorch_model.bin")
    with pytest.raises(ModelError, match="could not be converted for OpenVINO"):
        converted(source, "small", "0" * 12)


def test_a_folder_that_cannot_be_written_is_a_sentence(made, tmp_path, monkeypatch):
    source, _ = made("bert, mean, unit length")
    (tmp_path / "cache").write_text("a file stands in the way")
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"could not be converted.*set WORKBENCH_CACHE to use another"):
        converted(source, "small", "0" * 12)


def test_a_cancelled_conversion_ends_its_process(made, tmp_path, monkeypatch):
    source, _ = made("bert, mean, unit length")
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled, match="choose it again"):
        converted(source, "small", "0" * 12, cancel)
    assert not list((tmp_path / "models").glob("*/model.xml"))
