"""The hub: sizes, revisions, downloads that break off and go on, and a cache that other tools can read."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.models.huggingface.hub_double import COMMIT, HubDouble
from tests.models.small_models import small_model
from workbench import embedding_model
from workbench.errors import Cancelled, ModelError, ModelNotFound, ServerError
from workbench.models.huggingface import hub
from workbench.models.huggingface.cache import commit_of, snapshot
from workbench.models.huggingface.checkpoints import checkpoints

pytestmark = pytest.mark.usefixtures("warm")

EXTRA = ("pytorch_model.bin", "tf_model.h5", "onnx/model.onnx", "onnx/model_qint8_avx512_vnni.onnx", "modeling_own.py")


@pytest.fixture
def double(small, tmp_path, monkeypatch):
    """A hub with the small model and all that repositories hold beside; the cache is empty."""
    folder = Path(shutil.copytree(small, tmp_path / "served"))
    for path in EXTRA:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(path.encode() * 50)
    with HubDouble(folder) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
        for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "SENTENCE_TRANSFORMERS_HOME", "HF_TOKEN"):
            monkeypatch.delenv(variable, raising=False)
        yield running


def shown(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_download_takes_what_a_run_needs_and_no_second_copy_of_the_weights(double):
    steps: list[tuple[int, int]] = []
    size = hub.download_size("org/small", token=False)
    folder = hub.download("org/small", threading.Event(), lambda done, total: steps.append((done, total)), token=False)
    assert folder == snapshot("org/small", COMMIT)
    assert shown(folder) == shown(double.folder) - set(EXTRA) - {"README.md"}
    assert (folder / "model.safetensors").read_bytes() == (double.folder / "model.safetensors").read_bytes()
    assert steps[-1] == (size, size)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert hub.download_size("org/small", token=False) == 0
    assert commit_of("org/small") == COMMIT


def test_the_cache_is_one_that_the_hubs_own_client_reads(double, tmp_path):
    from huggingface_hub import hf_hub_download, scan_cache_dir

    folder = hub.download("org/small", token=False)
    assert hf_hub_download("org/small", "config.json", cache_dir=tmp_path / "hub", local_files_only=True) == str(
        folder / "config.json"
    )
    (repo,) = scan_cache_dir(tmp_path / "hub").repos
    assert (repo.repo_id, [row.commit_hash for row in repo.revisions]) == ("org/small", [COMMIT])


def test_what_broke_off_is_gone_on_with(double):
    double.break_after = 10_000
    with pytest.raises(ServerError, match=r"broke off|cannot be reached"):
        hub.download("org/small", token=False)
    double.break_after = None
    folder = hub.download("org/small", token=False)
    ranges = [asked for _, path, asked in double.asked if path.endswith("/model.safetensors")]
    assert ranges == ["", "bytes=10000-"]
    assert (folder / "model.safetensors").read_bytes() == (double.folder / "model.safetensors").read_bytes()


def test_a_download_stops_when_told_and_leaves_no_model_that_seems_whole(double):
    cancel = threading.Event()
    with pytest.raises(Cancelled, match="Fetching it again goes on where it stopped"):
        hub.download("org/small", cancel, lambda done, total: cancel.set(), token=False)
    assert commit_of("org/small") is None
    assert hub.cached_models() == ()


def test_a_file_that_is_not_the_promised_one_is_thrown_away(double, tmp_path):
    double.spoiled = True
    with pytest.raises(ModelError, match=r"model\.safetensors of org/small came with another content"):
        hub.download("org/small", token=False)
    assert not list((tmp_path / "hub").rglob("*.incomplete"))
    assert not (snapshot("org/small", COMMIT) / "model.safetensors").exists()


@pytest.mark.parametrize("revision", [None, "refs/pr/16"])
def test_a_model_is_fetched_when_it_is_used_and_then_needs_no_network(double, revision):
    model = embedding_model("huggingface:org/small", revision=revision, backend="torch", device="cpu", token=False)
    assert double.asked == []
    vectors = model.embed(["wool"], "document")
    assert model.fingerprint()["revision"] == COMMIT
    requests = len(double.asked)
    again = embedding_model("huggingface:org/small", revision=revision, backend="torch", device="cpu", token=False)
    np.testing.assert_array_equal(again.embed(["wool"], "document"), vectors)
    assert len(double.asked) == requests


def test_checkpoints_of_a_repository_are_listed_with_the_quantised_ones_marked(double):
    rows = checkpoints("org/small", token=False)
    assert [(row.path, row.backend, row.quantised) for row in rows] == [
        ("model.safetensors", "torch", False),
        ("onnx/model.onnx", "onnx", False),
        ("onnx/model_qint8_avx512_vnni.onnx", "onnx", True),
    ]
    assert rows[1].size == len("onnx/model.onnx") * 50


def test_code_comes_only_when_it_was_asked_for(double):
    assert "modeling_own.py" in shown(hub.download("org/small", token=False, code=True))


def test_a_repository_of_pickles_alone_is_refused_before_a_byte_of_it_comes(double):
    (double.folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"org/small has no model\.safetensors.*a pickle can run code"):
        hub.download("org/small", token=False)
    assert [path for _, path, _ in double.asked if "/resolve/" in path] == []


@pytest.mark.parametrize(
    ("name", "revision", "status", "error", "message"),
    [
        ("org/other", None, 200, ModelNotFound, "The Hugging Face hub has no model 'org/other'"),
        ("org/small", "no-such-branch", 200, ModelNotFound, "huggingface:org/small has no revision 'no-such-branch'"),
        ("org/small", None, 403, ModelNotFound, "only to those who accepted its terms.*hf auth login"),
        ("org/small", None, 429, ServerError, "answered 429 for org/small. Try again in 7 seconds"),
        ("org/small", None, 500, ServerError, "answered 500 for org/small"),
    ],
)
def test_what_the_hub_refuses_is_a_sentence(double, name, revision, status, error, message):
    double.status = status
    with pytest.raises(error, match=message):
        hub.listing(name, revision, token=False)


def test_the_token_is_sent_to_the_hub_and_stands_in_no_fingerprint(double):
    model = embedding_model("huggingface:org/small", backend="torch", device="cpu", token="hf_secret")
    assert "hf_secret" not in repr(model) + repr(dict(model.fingerprint()))


def test_weights_in_sixteen_bits_are_computed_in_float32(copy):
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    halves = {name: value.half() if value.is_floating_point() else value for name, value in weights.items()}
    save_file(halves, copy / "model.safetensors", metadata={"format": "pt"})
    (copy / "config.json").write_text((copy / "config.json").read_text().replace('"float32"', '"float16"'))
    from sentence_transformers import SentenceTransformer

    wanted = SentenceTransformer(str(copy), device="cpu", model_kwargs={"dtype": "float32"})
    expected = wanted.encode(["the llama lives"], prompt="", normalize_embeddings=True, show_progress_bar=False)
    model = embedding_model(f"huggingface:{copy}", backend="torch", device="cpu")
    np.testing.assert_allclose(model.embed(["the llama lives"], "document"), expected, atol=1e-6)


def test_instructor_leaves_its_instruction_out_though_its_folder_does_not_say_so(tmp_path):
    from sentence_transformers import SentenceTransformer

    folder = small_model(tmp_path / "made").rename(tmp_path / "instructor-small")
    model = embedding_model(f"huggingface:{folder}", text_instruction="document : ")
    assert model.runtime == "torch"
    plain = SentenceTransformer(str(folder), device="cpu")
    plain.set_pooling_include_prompt(False)
    expected = plain.encode(["wool"], prompt="document : ", normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(model.embed(["document : wool"], "document"), expected, atol=1e-6)
    with pytest.raises(ModelError, match="leaves the prompt out of its vectors"):
        embedding_model(f"huggingface:{folder}", backend="openvino").embed(["wool"], "document")
