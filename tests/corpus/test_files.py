from __future__ import annotations

import hashlib
import os
import socket
import threading

import pytest

from workbench.corpus import load, reading
from workbench.errors import Cancelled
from workbench.records import Question


def put(root, **texts):
    for name, text in texts.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def lines(corpus):
    return {file.path: (file.status, file.reason) for file in corpus.report.files}


def test_a_folder_is_read_in_order_of_names(tmp_path):
    put(tmp_path, b_txt="B", a__y_md="Y", a__x__deep_txt="X", c_txt="C")
    seen = []
    corpus = load(tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert [(document.id, document.text) for document in corpus.documents] == [
        ("a/x/deep.txt", "X"),
        ("a/y.md", "Y"),
        ("b.txt", "B"),
        ("c.txt", "C"),
    ]
    assert [document.metadata.get("folder") for document in corpus.documents] == ["a", "a", None, None]
    assert [document.metadata["source"] for document in corpus.documents] == [one.id for one in corpus.documents]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert corpus.name == tmp_path.name
    assert corpus.identity == f"{tmp_path.name}-{hashlib.sha256(str(tmp_path.resolve()).encode()).hexdigest()[:12]}"


def test_absolute_paths_stay_out(tmp_path):
    put(tmp_path, a__b_txt="B", c_pdf="broken", d_csv="source\nx\n")
    corpus = load(tmp_path)
    assert str(tmp_path) not in repr((corpus.documents, corpus.report.files, corpus))


def test_hidden_files_and_folders_are_said_to_be_skipped(tmp_path):
    put(tmp_path, a_txt="A")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.txt").write_text("no")
    (tmp_path / ".env").write_text("SECRET=1")
    assert lines(load(tmp_path)) == {
        ".env": ("skipped", "hidden"),
        ".git/": ("skipped", "hidden"),
        "a.txt": ("loaded", ""),
    }


def test_links_do_not_lead_out_of_the_folder(tmp_path):
    root, outside = tmp_path / "corpus", tmp_path / "outside"
    put(root, a_txt="A", sub__b_txt="B")
    put(outside, secret_txt="secret")
    (root / "out.txt").symlink_to(outside / "secret.txt")
    (root / "outside").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "gone.txt").symlink_to(root / "nothing")
    (root / "self.txt").symlink_to(root / "self.txt")
    (root / "twin.txt").symlink_to(root / "a.txt")
    corpus = load(root)
    assert lines(corpus) == {
        "a.txt": ("loaded", ""),
        "gone.txt": ("skipped", "a link to nothing"),
        "loop": ("skipped", "a link to a folder, which is read where it is"),
        "out.txt": ("skipped", "a link out of the folder"),
        "outside": ("skipped", "a link out of the folder"),
        "self.txt": ("skipped", "a link to itself"),
        "sub/b.txt": ("loaded", ""),
        "twin.txt": ("loaded", ""),
    }
    assert [document.text for document in corpus.documents] == ["A", "B", "A"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipes_and_sockets_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.txt"))
        assert lines(load(tmp_path)) == {
            "pipe.txt": ("skipped", "not a regular file (a pipe, socket or device)"),
            "s.txt": ("skipped", "not a regular file (a pipe, socket or device)"),
        }


def test_an_unreadable_file_costs_its_own_line_only(tmp_path, monkeypatch):
    put(tmp_path, a_txt="A", b_txt="B")
    opened = os.open

    # Permissions do not hold for root, who runs the tests in containers.
    def refuse(path, *args, **kwargs):
        if str(path).endswith("a.txt"):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)
    corpus = load(tmp_path)
    assert lines(corpus) == {"a.txt": ("failed", "Permission denied"), "b.txt": ("loaded", "")}
    assert [document.text for document in corpus.documents] == ["B"]


def test_a_large_file_is_skipped(tmp_path, monkeypatch):
    put(tmp_path, a_txt="A" * 2_000_001)
    monkeypatch.setattr(reading, "MAX_BYTES", 1_000_000)
    assert lines(load(tmp_path)) == {"a.txt": ("skipped", "2 MB, and at most 1 MB are read; split it")}


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="file names are Unicode here")
def test_a_name_that_is_no_text_is_read(tmp_path):
    (tmp_path / os.fsdecode(b"vicu\xf1a.txt")).write_text("fine")
    (document,) = load(tmp_path).documents
    assert document.id == "vicu\ufffda.txt"


def test_names_are_composed(tmp_path):
    (tmp_path / "vicun\u0303a.txt").write_text("fine")
    assert load(tmp_path).documents[0].id == "vicuña.txt"


def test_an_empty_folder_is_a_corpus_that_says_so(tmp_path):
    corpus = load(tmp_path)
    assert corpus.documents == ()
    assert lines(corpus) == {f"{tmp_path.name}/": ("skipped", "an empty folder; put files into it, or choose another")}


def test_questions_are_offered_and_not_read_as_a_document(tmp_path):
    put(tmp_path, a_md="# A", sub__questions_jsonl='{"question": "no"}')
    (tmp_path / "questions.jsonl").write_text(
        '{"id": "q1", "question": "What? ", "documents": ["a.md"]}\nbroken\n[]\n{"id": "q2"}\n\n'
        '{"question": "Why?", "documents": ["b.md"]}\n{"id": "q1", "question": "Again?"}\n'
    )
    corpus = load(tmp_path)
    assert corpus.questions == (Question("q1", "What?", ("a.md",)), Question("6", "Why?", ("b.md",)))
    assert [document.id for document in corpus.documents] == ["a.md"]
    status, reason = lines(corpus)["questions.jsonl"]
    assert status == "skipped"
    assert reason == (
        "2 questions of the corpus, not a document; line 2 is not JSON; line 3 is not an object; "
        "line 4 has no question and 1 more; names documents that were not read: b.md"
    )
    assert lines(corpus)["sub/questions.jsonl"][1].startswith("questions are no document")


def test_a_single_file_is_a_corpus(tmp_path):
    put(tmp_path, a_md="# A")
    corpus = load(tmp_path / "a.md")
    assert [(document.id, document.metadata["source"]) for document in corpus.documents] == [("a.md", "a.md")]
    assert corpus.name == "a.md"


def test_several_paths_are_named_below_their_common_folder(tmp_path):
    put(tmp_path, x__a_txt="A", y__b_txt="B", y__c_txt="C", z_txt="Z")
    corpus = load([tmp_path / "x" / "a.txt", tmp_path / "y", tmp_path / "y" / "b.txt"])
    assert [document.id for document in corpus.documents] == ["x/a.txt", "y/b.txt", "y/c.txt"]
    assert corpus.name == tmp_path.name


def test_cancelling_stops_between_files(tmp_path):
    put(tmp_path, a_txt="A", b_txt="B", c_txt="C")
    cancel = threading.Event()
    seen = []

    def progress(done, total):
        seen.append(done)
        cancel.set()

    with pytest.raises(Cancelled, match="load it again"):
        load(tmp_path, cancel, progress)
    assert seen == [1]


def test_a_reason_is_one_line_whatever_a_parser_says():
    assert (
        reading.refusal("a.html", ValueError("odd\n\n  markup")).reason
        == "its content is damaged (ValueError: odd markup)"
    )
