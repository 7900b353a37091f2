"""Whatever a folder holds: one line of the report for each file, and names that every later stage can store."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import corpus
from workbench.corpus.docstrings import docstring_documents

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names of files")


def lines(folder):
    return {file.path: (file.status, file.reason) for file in corpus.load(folder).report.files}


@linux
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"two\nlines.txt", "two\nlines.txt"),
        (b"'single' \"double\".txt", "'single' \"double\".txt"),
        ("🦙.txt".encode(), "🦙.txt"),
        (b"vicu\xf1a.txt", "vicu\ufffda.txt"),
        (b"back\\slash.txt", "back\\slash.txt"),
        (b"  .txt", "  .txt"),
        (b"a#1.txt", "a#1.txt"),
        (b"<img onerror=x>.txt", "<img onerror=x>.txt"),
        (b"%2e%2e.txt", "%2e%2e.txt"),
        (b"x" * 240 + b".txt", "x" * 240 + ".txt"),
        (b"UPPER.TXT", "UPPER.TXT"),
    ],
)
def test_names_with_odd_characters(tmp_path, name, expected):
    (tmp_path / os.fsdecode(name)).write_text("The llama hums.")
    (document,) = corpus.load(tmp_path).documents
    assert document.id == expected
    assert document.metadata["source"] == expected
    repr(document).encode()
    f"{document.id}{document.title}{corpus.load(tmp_path).identity}".encode()


@linux
def test_two_names_that_read_the_same_are_both_read(tmp_path):
    for name in (b"a\xf1.txt", b"a\xf2.txt"):
        (tmp_path / os.fsdecode(name)).write_text(f"Text {name[1]}.")
    read = corpus.load(tmp_path)
    assert [document.id for document in read.documents] == ["a\ufffd.txt", "a\ufffd~2.txt"]
    assert [document.text for document in read.documents] == ["Text 241.", "Text 242."]
    assert len(read.report.files) == 2


@linux
def test_a_name_and_its_decomposed_twin_are_both_read(tmp_path):
    (tmp_path / "vicu\u00f1a.txt").write_text("One.")
    (tmp_path / "vicun\u0303a.txt").write_text("Two.")
    read = corpus.load(tmp_path)
    assert sorted(document.text for document in read.documents) == ["One.", "Two."]
    assert len({document.id for document in read.documents}) == 2


def test_a_row_never_shares_the_id_of_a_file(tmp_path):
    (tmp_path / "a.csv").write_text("animal,sound\nllama,hum\n")
    (tmp_path / "a.csv#1").write_text("not read: its suffix is none that we know")
    (tmp_path / "b.txt").write_text("Text.")
    read = corpus.load(tmp_path)
    assert len({document.id for document in read.documents}) == len(read.documents)


def test_a_folder_named_like_a_file_is_a_folder(tmp_path):
    (tmp_path / "notes.md").mkdir()
    (tmp_path / "notes.md" / "llama.txt").write_text("It hums.")
    assert lines(tmp_path) == {"notes.md/llama.txt": ("loaded", "")}


def test_suffixes_that_are_not_read_are_named(tmp_path):
    for name in ("a.png", "b.DOC", "c.tar.gz", "d.xlsx"):
        (tmp_path / name).write_bytes(b"PK\x03\x04\0\0")
    assert lines(tmp_path) == {
        "a.png": ("skipped", "not a text format we read: .png"),
        "b.DOC": ("skipped", "not a text format we read: .doc; save it as .docx"),
        "c.tar.gz": ("skipped", "not a text format we read: .gz"),
        "d.xlsx": ("skipped", "not a text format we read: .xlsx; save its tables as .csv"),
    }


def test_a_picture_that_says_it_is_text_is_found_out(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01" + bytes(range(256)) * 9)
    assert lines(tmp_path) == {"a.txt": ("skipped", "binary, not text (it has NUL bytes)")}


def test_caches_of_tools_are_said_to_be_skipped(tmp_path):
    for name in ("__pycache__", "node_modules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text("no")
    assert lines(tmp_path) == {
        "__pycache__/": ("skipped", "made by a tool, not a person"),
        "node_modules/": ("skipped", "made by a tool, not a person"),
    }


def test_a_folder_two_hundred_levels_deep(tmp_path):
    deep = tmp_path
    for level in range(200):
        deep /= f"level{level}"
    deep.mkdir(parents=True)
    (deep / "llama.txt").write_text("It hums.")
    (document,) = corpus.load(tmp_path).documents
    assert document.text == "It hums."
    assert document.metadata["folder"] == "level0"
    assert document.id.count("/") == 200


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_says_so(tmp_path):
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "shut.txt").write_text("x")
    (tmp_path / "shut.txt").chmod(0)
    try:
        assert lines(tmp_path) == {
            "closed/": ("failed", "Permission denied"),
            "shut.txt": ("failed", "Permission denied"),
        }
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_only_blank_files_are_a_corpus_without_documents(tmp_path):
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.md").write_text(" \n\f\u00a0")
    read = corpus.load(tmp_path)
    assert read.documents == ()
    assert lines(tmp_path) == {"a.txt": ("skipped", "empty"), "b.md": ("skipped", "empty")}


def test_a_single_bad_file_is_a_corpus_that_says_why(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"garbage")
    read = corpus.load(tmp_path / "a.pdf")
    assert read.documents == ()
    (report,) = read.report.files
    assert (report.path, report.status) == ("a.pdf", "failed")


def test_a_single_hidden_file_is_read_when_it_is_asked_for(tmp_path):
    (tmp_path / ".notes.txt").write_text("It hums.")
    (tmp_path / ".notes").mkdir()
    (tmp_path / ".notes" / "a.txt").write_text("It spits.")
    assert corpus.load(tmp_path / ".notes.txt").documents[0].text == "It hums."
    assert corpus.load(tmp_path / ".notes").documents[0].text == "It spits."


def test_a_single_file_of_questions_is_no_document(tmp_path):
    (tmp_path / "questions.jsonl").write_text('{"question": "Why?", "documents": []}')
    read = corpus.load(tmp_path / "questions.jsonl")
    assert read.documents == ()
    assert [question.question for question in read.questions] == ["Why?"]


NAMES = st.sampled_from(["a.txt", "b.md", "c.csv", "d.jsonl", "e.png", ".hidden", "f.html", "questions.jsonl", "x.pdf"])
BODIES = st.sampled_from(
    [b"", b" \n", b"It hums.", b"a,b\n1,2\n", b'{"text": "x"}\n{', b"\0\1", b"\xff\xfe\xfd", b"<p>x"]
)
TREES = st.recursive(
    st.dictionaries(NAMES, BODIES, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from(["one", "two.md", "three"]), inner, max_size=2) | inner,
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_every_file_has_exactly_one_line(tree):
    with tempfile.TemporaryDirectory() as folder:
        count = _grow(Path(folder), tree)
        read = corpus.load(folder)
        assert len(read.report.files) == max(count, 1)
        assert len({file.path for file in read.report.files}) == len(read.report.files)
        assert all(file.reason for file in read.report.files if file.status != "loaded")
        ids = [document.id for document in read.documents]
        assert len(set(ids)) == len(ids)
        assert {one.metadata["source"] for one in read.documents} == {
            file.path for file in read.report.files if file.status == "loaded"
        }
        assert all(document.text.strip() for document in read.documents)


def _grow(folder, tree):
    count = 0
    for name, inner in tree.items():
        if isinstance(inner, dict):
            (folder / name).mkdir()
            count += _grow(folder / name, inner)
        else:
            (folder / name).write_bytes(inner)
            count += 1
    return count


def test_the_same_packages_are_the_same_corpus():
    first = corpus.load(list(docstring_documents(["filelock", "anywidget"])))
    again = corpus.load(list(docstring_documents(["filelock", "anywidget"])))
    assert first.identity == again.identity
    assert first.identity != corpus.load(list(docstring_documents(["filelock"]))).identity
    assert len(first.identity.removeprefix("memory-")) == 12


def test_samples_are_folders_with_questions():
    found = corpus.samples()
    assert {"camelids", "solar-system"} <= set(found)
    assert all((path / "questions.jsonl").is_file() for path in found.values())


@pytest.mark.parametrize("name", sorted(corpus.samples()))
def test_every_sample_is_read_whole(name):
    read = corpus.load(corpus.samples()[name])
    assert read.report.count("failed") == 0
    assert [file.path for file in read.report.files if file.status == "skipped"] == ["questions.jsonl"]
    assert len(read.questions) >= 30
    ids = {document.id for document in read.documents}
    assert all(
        set(question.documents) <= ids | {one.metadata["source"] for one in read.documents}
        for question in read.questions
    )
    assert read.report.files[[file.path for file in read.report.files].index("questions.jsonl")].reason == (
        f"{len(read.questions)} questions of the corpus, not a document"
    )


def test_the_latin_1_text_of_the_camelids_is_read_right():
    read = corpus.load(corpus.samples()["camelids"] / "culture" / "chaku.txt")
    assert "vicuña" in read.documents[0].text
    assert "\ufffd" not in read.documents[0].text
