"""Nothing that is read from a file runs: no pickle, and no code that a model's folder or a collection names."""

from __future__ import annotations

import ast
import json
import pickle
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest

from tests.doubles import WordModel
from tests.generation.small_llama import small_llama
from tests.models.small_models import small_cross_encoder, small_model
from tests.project.files import PACKAGE, imports
from tests.security.evil import evil_pickle, name_own_code, spoil
from workbench import Workbench, embedding_model
from workbench.errors import InputError, ModelError, StoreError
from workbench.generation import language_model
from workbench.interop.chroma_collection import read_collection
from workbench.jobs.child import Child
from workbench.records import Message, PromptRequest
from workbench.retrieval.rerank import reranker

TEXTS = ["The llama carries loads in the Andes.", "The alpaca gives fine wool."]
SERIALISERS = {"pickle", "cPickle", "_pickle", "dill", "joblib", "cloudpickle", "shelve", "marshal", "jsonpickle"}
RUNNING = {"eval", "exec", "compile", "__import__", "torch.load", "torch.save", "yaml.load"}
UNPICKLING = {"read_pickle", "to_pickle", "unsafe_load", "full_load"}


@pytest.fixture
def canary(tmp_path):
    """Give the path of a file that must not be there at the end."""
    path = tmp_path / "canary"
    yield path
    assert not path.exists(), "code from a file has run"


def test_the_canary_works(tmp_path):
    pickle.loads(evil_pickle(tmp_path / "canary"))
    assert (tmp_path / "canary").read_text() == "ran"


# The source ---------------------------------------------------------------------------------------------------------


def of_danger(path: Path) -> list[str]:
    """Give the calls and imports of a file that read or write pickles, or run what they are given."""
    found = sorted({name.partition(".")[0] for name in imports(path)} & SERIALISERS)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            trusted = given.get("trust_remote_code", "False") not in ("False", "bool(options.trust_remote_code)")
            last = called.rpartition(".")[2]
            if called in RUNNING or last in UNPICKLING or "allow_pickle" in given or trusted:
                found.append(ast.unparse(node))
    return found


def test_no_file_of_ours_reads_or_writes_a_pickle_or_trusts_a_models_code():
    found = {path.name: of_danger(path) for path in PACKAGE.rglob("*.py")}
    assert len(found) > 200
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from joblib import load", "np.load(path, allow_pickle=True)", "torch.load(path)",
        "eval(text)", "pd.read_pickle(path)", "AutoModel.from_pretrained(folder, trust_remote_code=True)",
        "yaml.unsafe_load(text)",
    ],
)  # fmt: skip
def test_the_look_at_our_files_finds_what_it_looks_for(tmp_path, line):
    (tmp_path / "x.py").write_text(line)
    assert of_danger(tmp_path / "x.py") != []


# Corpora and stores -------------------------------------------------------------------------------------------------


def test_a_corpus_with_pickles_is_read_without_them(tmp_path, canary):
    folder = tmp_path / "corpus"
    folder.mkdir()
    names = spoil(folder, canary)
    (folder / "llama.md").write_text(TEXTS[0])
    wb = Workbench(folder, store=tmp_path / "store", model=WordModel(64), llm="extractive")
    wb.embed()
    report = wb.load_report.to_frame().set_index("path")["status"].to_dict()
    assert report == {"llama.md": "loaded", **dict.fromkeys(names, "skipped")}
    wb.close()


def test_a_store_with_pickles_in_it_is_opened_without_them(tmp_path, canary):
    store = tmp_path / "store"
    wb = Workbench(TEXTS, store=store, model=WordModel(64), llm="extractive")
    wb.embed()
    wb.map()
    wb.close()
    laid = [path for path in store.rglob("*") if path.is_file() and path.suffix in (".npy", ".npz", ".pickle", ".pkl")]
    assert laid == []  # nothing of ours is of a kind that could be one
    for place in (store, *(path for path in store.rglob("*") if path.is_dir())):
        spoil(place, canary)
        (place / "index_metadata.pickle").write_bytes(evil_pickle(canary))
    wb = Workbench(TEXTS, store=store, model=WordModel(64), llm="extractive")
    assert wb.search("Who gives wool?").passages[0].chunk.text == TEXTS[1]
    assert wb.rebuild_index() == 2
    assert len(wb.search("Who gives wool?", engine="hnsw").passages) == 2
    wb.close()


def test_no_file_that_the_workbench_writes_is_a_pickle(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    wb = Workbench(TEXTS, store=tmp_path / "store", model=WordModel(64), llm="extractive")
    wb.ask("Who gives wool?")
    wb.check_model()
    wb.save_map(tmp_path / "map.html")
    wb.close()
    ours = [path for path in tmp_path.rglob("*") if path.is_file() and "chroma" not in path.parts]
    assert len(ours) > 3
    assert [path.name for path in ours if path.read_bytes()[:1] == b"\x80" or b"PICKLE" in path.read_bytes()[:8]] == []


# A stranger's Chroma ------------------------------------------------------------------------------------------------


def filled(folder: Path) -> Path:
    """Fill a collection as its owner would, in a process that is ours to spoil."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(path=str(folder), settings=Settings(_env_file=None, anonymized_telemetry=False))
    # So few, that the index is written to the disk at once, with what Chroma calls index_metadata.pickle.
    told = {"hnsw": {"space": "cosine", "sync_threshold": 4, "batch_size": 3}}
    collection = client.create_collection("animals", configuration=told, embedding_function=None)
    vectors = WordModel(64).embed([f"{text} {number}" for number in range(8) for text in TEXTS], "document")
    ids = [f"row {number}" for number in range(len(vectors))]
    collection.add(ids=ids, embeddings=vectors, documents=[TEXTS[0]] * len(ids))
    client.close()
    return folder


def test_a_strangers_chroma_folder_runs_nothing(tmp_path, canary):
    folder = filled(tmp_path / "theirs")
    model = small_model(tmp_path / "model")
    name_own_code(model, canary)
    evil = {"type": "known", "name": "sentence_transformer", "config": {
        "model_name": str(model), "device": "cpu", "normalize_embeddings": False, "kwargs": {"trust_remote_code": True},
    }}  # fmt: skip
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as tables, tables:
        (told,) = tables.execute("SELECT schema_str FROM collections").fetchone()
        assert told.count('{"type":"legacy"}') == 2
        spoilt = told.replace('{"type":"legacy"}', json.dumps(evil))
        tables.execute("UPDATE collections SET schema_str = ?", (spoilt,))
        tables.execute("UPDATE collections SET config_json_str = ?", (json.dumps({"embedding_function": evil}),))
    pickles = list(folder.rglob("index_metadata.pickle"))
    assert len(pickles) == 1  # it is Chroma's own, and no Python reads it
    spoil(folder, canary)
    child = Child("chroma")
    out = tmp_path / "out"
    out.mkdir()
    told = child.run(read_collection, str(folder), "animals", str(out))
    assert told == {"metric": "cosine", "filled_by": "sentence_transformer"}
    assert np.load(out / "vectors.npy").shape == (16, 64)
    pickles[0].write_bytes(evil_pickle(canary))
    with suppress(StoreError):  # what Chroma's engine makes of it is its own affair; nothing runs
        child.run(read_collection, str(folder), "animals", str(out))
    child.close()


# Models -------------------------------------------------------------------------------------------------------------


def torn(folder: Path, canary: Path) -> Path:
    """Have pickles alone for weights."""
    for path in [*folder.rglob("*.safetensors")]:
        path.with_name("pytorch_model.bin").write_bytes(evil_pickle(canary))
        path.unlink()
    return folder


def say(model) -> str:
    request = PromptRequest("Who?", (), (Message("user", "Who gives wool?"),), answer_tokens=2)
    return "".join(piece.text for piece in model.stream(request, threading.Event()))


@pytest.mark.parametrize("backend", [None, "torch", "openvino"])
def test_an_embedding_model_of_pickles_is_refused(tmp_path, canary, backend):
    folder = torn(small_model(tmp_path / "model", dense=8), canary)
    with pytest.raises(ModelError, match="pickle can run code"):
        embedding_model(f"huggingface:{folder}", backend=backend).embed(TEXTS, "document")


def test_pickles_in_a_module_behind_the_transformer_are_refused(tmp_path, canary):
    folder = small_model(tmp_path / "model", dense=8)
    (dense,) = folder.glob("*Dense*")
    torn(dense, canary)
    with pytest.raises(ModelError, match=r"Dense/pytorch_model\.bin"):
        embedding_model(f"huggingface:{folder}", backend="torch").embed(TEXTS, "document")


def test_a_language_model_of_pickles_is_refused(tmp_path, canary):
    folder = torn(small_llama(tmp_path / "model"), canary)
    with pytest.raises(ModelError, match="can run code"):
        say(language_model(f"huggingface:{folder}", embed=None))


def test_a_reranker_of_pickles_is_refused(tmp_path, canary):
    folder = torn(small_cross_encoder(tmp_path / "model"), canary)
    with pytest.raises(ModelError, match="no cross-encoder that can be used"):
        reranker(f"huggingface:{folder}").score("wool?", TEXTS)


@pytest.mark.parametrize("backend", [None, "torch", "openvino"])
def test_an_embedding_models_own_code_is_not_run(tmp_path, canary, backend):
    folder = small_model(tmp_path / "model")
    name_own_code(folder, canary)
    with closing(embedding_model(f"huggingface:{folder}", backend=backend)) as model, suppress(ModelError):
        assert model.embed(TEXTS, "document").shape == (2, 32)


def test_a_module_that_a_model_names_is_not_imported(tmp_path, canary):
    folder = small_model(tmp_path / "model")
    name_own_code(folder, canary)
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    modules.append({"idx": len(modules), "name": str(len(modules)), "path": "", "type": "evil.Module"})
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelError):
        embedding_model(f"huggingface:{folder}", backend="torch").embed(TEXTS, "document")


def test_a_language_models_own_code_is_not_run_and_nobody_is_asked(tmp_path, canary, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *args: pytest.fail("somebody was asked at a prompt"))
    folder = small_llama(tmp_path / "model")
    name_own_code(folder, canary)
    told = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**told, "model_type": "evil"}))
    with pytest.raises(ModelError, match="could not be loaded"):
        say(language_model(f"huggingface:{folder}", embed=None))


def test_a_rerankers_own_code_is_not_run(tmp_path, canary):
    folder = small_cross_encoder(tmp_path / "model")
    name_own_code(folder, canary)
    with suppress(ModelError):
        assert len(reranker(f"huggingface:{folder}").score("wool?", TEXTS)) == 2


@pytest.mark.parametrize("options", [
    {"trust_remote_code": True},
    {"model_kwargs": {"trust_remote_code": True}},
    {"config_kwargs": {"trust_remote_code": True}},
    {"tokenizer_kwargs": {"trust_remote_code": True}},
])  # fmt: skip
def test_a_models_own_code_is_asked_for_in_words(tmp_path, canary, options):
    folder = small_model(tmp_path / "model")
    name_own_code(folder, canary)
    with pytest.raises(InputError, match="run its code"):
        embedding_model(f"huggingface:{folder}", **options)
