"""What a corpus can be made of, and what each mistake is answered with."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pandas as pd
import pytest
from langchain_core.documents import Document as LangChainDocument
from llama_index.core import Document as LlamaDocument
from llama_index.core.schema import TextNode

from workbench import corpus
from workbench.corpus.sources import locate
from workbench.errors import Cancelled, CorpusNotFound, InputError
from workbench.records import Document

TEXT = "The llama hums."


@pytest.fixture
def herd(tmp_path) -> Path:
    folder = tmp_path / "herd"
    (folder / "high").mkdir(parents=True)
    (folder / "llama.txt").write_text(TEXT)
    (folder / "high" / "vicuna.md").write_text("# Vicuña\n\nIt is wild.", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("source", "ids"),
    [
        ([TEXT, "Two."], ["0", "1"]),
        ((TEXT, "Two."), ["0", "1"]),
        (pd.DataFrame({"text": [TEXT, "Two."]}), ["0", "1"]),
        ([Document("ours", TEXT)], ["ours"]),
        ([LlamaDocument(text=TEXT, doc_id="theirs")], ["theirs"]),
        ([TextNode(text=TEXT, id_="node")], ["node"]),
        ([LangChainDocument(page_content=TEXT, id="chain"), LangChainDocument(page_content="Two.")], ["chain", "1"]),
    ],
    ids=["list", "tuple", "frame", "ours", "llama-index", "node", "langchain"],
)
def test_what_is_in_memory(source, ids):
    corpus.check_source(source)
    read = corpus.load(source)
    assert [document.id for document in read.documents] == ids
    assert read.documents[0].text == TEXT
    assert [file.path for file in read.report.files] == ids
    assert read.name == "memory"
    assert read.identity.startswith("memory-")


@pytest.mark.parametrize("kind", [str, Path])
def test_a_folder(herd, kind):
    read = corpus.load(kind(herd))
    assert read.name == "herd"
    assert [(document.id, document.title) for document in read.documents] == [
        ("high/vicuna.md", "Vicuña"),
        ("llama.txt", "llama.txt"),
    ]
    assert read.documents[0].metadata == {"source": "high/vicuna.md", "format": "markdown", "folder": "high"}


def test_a_single_file(herd):
    read = corpus.load(herd / "llama.txt")
    assert (read.name, [document.id for document in read.documents]) == ("llama.txt", ["llama.txt"])


def test_a_list_of_paths_is_named_below_their_common_folder(herd):
    read = corpus.load([herd / "llama.txt", herd / "high", herd / "llama.txt"])
    assert read.name == "herd"
    assert [document.id for document in read.documents] == ["llama.txt", "high/vicuna.md"]


def test_paths_within_one_another_are_read_once(herd):
    read = corpus.load([herd, herd / "high", herd / "llama.txt"])
    assert sorted(document.id for document in read.documents) == ["herd/high/vicuna.md", "herd/llama.txt"]


def test_nothing_is_a_corpus_without_documents():
    corpus.check_source(None)
    assert (corpus.load(None).documents, corpus.load(None).report.files) == ((), ())
    assert corpus.load([]).documents == ()
    assert corpus.load([]).name == "memory"
    assert [(file.status, file.reason) for file in corpus.load([]).report.files] == [("skipped", "an empty list")]


def test_the_home_folder_is_found(herd, monkeypatch):
    monkeypatch.setenv("HOME", str(herd.parent))
    assert locate("~/herd") == herd
    assert corpus.load("~/herd").name == "herd"


def test_the_samples_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    read = corpus.load("data/camelids")
    assert read.name == "camelids"
    assert locate("data/camelids") == corpus.samples()["camelids"]
    assert "species/llama.md" in {document.id for document in read.documents}
    with pytest.raises(CorpusNotFound, match=r"no file or folder 'data/unicorns'.*samples.*camelids"):
        corpus.check_source("data/unicorns")


def test_a_folder_of_ones_own_goes_before_a_sample(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "camelids").mkdir(parents=True)
    assert locate("data/camelids") == tmp_path / "data" / "camelids"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere", r"There is no file or folder 'nowhere'\. It was looked for in '.+', the notebook's folder\."),
        (Path("/nowhere/at/all"), r"There is no file or folder '/nowhere/at/all'\. Check the spelling"),
        ([Path("nowhere")], "There is no file or folder 'nowhere'"),
        ("Llamas hum.\nAlpacas too.", r"put it in a list: \[text\]"),
        ("Llamas hum. " * 500, r"put it in a list: \[text\]"),
        ("nul\0byte", "There is no file or folder"),
        ("~nobody-of-that-name/x", "There is no file or folder"),
    ],
)
def test_a_path_that_is_not_there(source, message):
    with pytest.raises(CorpusNotFound, match=message) as caught:
        corpus.check_source(source)
    assert len(str(caught.value)) < 500
    with pytest.raises(CorpusNotFound):
        corpus.load(source)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "The path of the corpus is empty"),
        (42, "cannot be made of a int"),
        (b"bytes", "cannot be made of a bytes"),
        ({"text": "x"}, "cannot be made of a dict"),
        ((text for text in "ab"), r"cannot be made of a generator. Turn it into a list"),
        (pd.Series(["a"]), r"cannot be made of a Series"),
        (Document("a", "b"), r"Put a single document into a list: \[document\]"),
        (LlamaDocument(text="b"), r"Put a single document into a list: \[document\]"),
        ([TEXT, 7], "Item 1 of the list is a int"),
        ([None], "Item 0 of the list is a NoneType"),
        ([TEXT, TEXT, Path()], "item 0 is a str, item 2 a PosixPath"),
        ([Document("a", "b"), TEXT], "item 0 is a Document, item 1 a str"),
        ([{"text": "a"}], "Item 0 of the list is a dict"),
    ],
)
def test_a_wrong_kind_says_what_was_given_and_where(source, message):
    with pytest.raises(InputError, match=message):
        corpus.check_source(source)
    with pytest.raises(InputError):
        corpus.load(source)


def test_checking_reads_nothing(herd):
    os.mkfifo(herd / "pipe")
    corpus.check_source(herd)
    corpus.check_source(str(herd / "llama.txt"))


def test_cancelling_stops_the_load(herd):
    cancel = threading.Event()
    cancel.set()
    for source in (herd, [TEXT], pd.DataFrame({"text": [TEXT]})):
        with pytest.raises(Cancelled, match="load it again"):
            corpus.load(source, cancel)


def test_progress_counts_files(herd):
    seen = []
    corpus.load(herd, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_the_store_is_known_by_the_resolved_place(herd, monkeypatch):
    monkeypatch.chdir(herd.parent)
    plain = corpus.load(herd).identity
    assert plain.startswith("herd-")
    assert len(plain) == len("herd-") + 12
    assert corpus.load("herd/../herd").identity == plain
    assert corpus.load([herd]).identity == plain
    assert corpus.load(herd / "high").identity != plain
    (herd / "llama.txt").write_text("Another text.")
    assert corpus.load(herd).identity == plain


def test_the_store_of_texts_is_known_by_their_content():
    first = corpus.load([TEXT, "Two."]).identity
    assert first == corpus.load((TEXT, "Two.")).identity
    assert first != corpus.load([TEXT + "Two."]).identity
    assert first != corpus.load(["Two.", TEXT]).identity


@pytest.mark.parametrize("name", ["my corpus: 1/2"[:12], "x" * 200, "...", "🦙", "-dash"])
def test_the_stores_name_fits_every_file_system(tmp_path, name):
    (tmp_path / name).mkdir()
    identity = corpus.load(tmp_path / name).identity
    assert len(identity.encode()) < 255
    assert not set(identity) & set('/\\:*?"<>| ')
    assert not identity.startswith((".", "-"))
