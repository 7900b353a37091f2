"""A Chroma collection that others have filled, opened with its own ids, texts, vectors and metric."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from tests.doubles import WordModel
from tests.fresh import run_fresh
from tests.index.test_chroma_server import server
from workbench import Workbench
from workbench.errors import InputError, StoreError

__all__ = ["server"]

TEXTS = (
    "The llama carries loads in the Andes.",
    "The alpaca gives fine wool.",
    "The camel crosses the desert and stores fat.",
    "Its fleece has many colours.",
    "Wool of the alpaca, wool of the llama.",
)
QUESTIONS = ("Which animal gives wool?", "Who carries loads in the Andes?", "fat of the camel")
SETTINGS = Settings(_env_file=None, anonymized_telemetry=False)
MODEL = WordModel(64)


def vectors_of(texts=TEXTS, model=MODEL) -> np.ndarray:
    """Vectors of different lengths, so that the three metrics order differently."""
    made = model.embed(list(texts), "document")
    return made * (1 + np.arange(len(texts), dtype=np.float32) / 4)[:, None]


@pytest.fixture
def fill(tmp_path):
    """Give what fills a collection in a folder, and gives the folder."""

    def made(space=None, name="animals", texts=TEXTS, vectors=None, metadatas=None) -> Path:
        folder = tmp_path / "theirs"
        client = chromadb.PersistentClient(path=str(folder), settings=SETTINGS)
        told = {} if space is None else {"configuration": {"hnsw": {"space": space}}}
        collection = client.create_collection(name, **told)
        vectors = vectors_of(texts) if vectors is None else vectors
        ids = [f"row {number}" for number in range(len(vectors))]
        if ids:
            collection.add(ids=ids, embeddings=vectors, documents=texts and list(texts), metadatas=metadatas)
        client.close()
        return folder

    return made


class Here:
    """A child process that is none: starting one for each test would take minutes."""

    def __init__(self, name):
        pass

    def run(self, function, *args):
        return function(*args)

    def close(self):
        pass


@pytest.fixture(autouse=True)
def inline(request, monkeypatch):
    """Read in this process, but where a test asks for `child`."""
    if "child" not in request.fixturenames:
        monkeypatch.setattr("workbench.session.opening.Child", Here)


@pytest.fixture
def child():
    """Ask for the real child process."""


@pytest.fixture
def opened(tmp_path):
    """Give what opens a collection, to be closed when the test ends."""
    made = []

    def open_it(place, name="animals", model=MODEL, **options) -> Workbench:
        made.append(Workbench.from_chroma(place, name, model, store=tmp_path / "store", llm="extractive", **options))
        return made[-1]

    yield open_it
    for one in made:
        one.close()


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


OURS = {  # Chroma's distance to our score
    "cosine": lambda distance: 1 - distance,
    "ip": lambda distance: 1 - distance,
    "l2": lambda distance: -np.sqrt(distance),
    None: lambda distance: -np.sqrt(distance),
}
NAMES = {"cosine": "cosine", "ip": "dot", "l2": "-euclidean", None: "-euclidean"}


@pytest.mark.parametrize("space", [None, "cosine", "ip", "l2"])
def test_it_finds_what_chroma_finds_in_the_collection_s_own_metric(fill, opened, space):
    folder = fill(space)
    wb = opened(folder)
    client = chromadb.PersistentClient(path=str(folder), settings=SETTINGS)
    collection = client.get_collection("animals", embedding_function=None)
    for question in QUESTIONS:
        found = wb.search(question)
        theirs = collection.query(query_embeddings=MODEL.embed([question], "query"), n_results=5)
        scores = [OURS[space](distance) for distance in theirs["distances"][0]]
        assert found.score_name == NAMES[space]
        assert [passage.score for passage in found] == pytest.approx(scores, abs=2e-3)
        # Where scores are equal, Chroma's order is anybody's guess.
        pairs = zip((round(-score, 3) for score in scores), theirs["ids"][0], theirs["documents"][0], strict=True)
        ours = [(round(-passage.score, 3), passage.chunk.id, passage.chunk.text) for passage in found]
        assert [one[1:] for one in sorted(ours)] == [one[1:] for one in sorted(pairs)]
    client.close()


def test_the_stranger_s_folder_is_not_changed(fill, opened, child):
    folder = fill()
    before = state(folder)
    opened(folder).search(QUESTIONS[0])
    assert state(folder) == before


def test_its_embedding_function_is_never_made(fill, opened):
    folder = fill("cosine")
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as tables:
        ((told,),) = tables.execute("SELECT schema_str FROM collections").fetchall()
        assert '"name":"default"' in told
        planted = told.replace('"name":"default"', '"name":"no_such_function"')
        tables.execute("UPDATE collections SET schema_str = ?", (planted,))
        tables.commit()
    found = opened(folder).search("The camel crosses the desert")
    assert (found[0].chunk.id, found.score_name) == ("row 2", "cosine")
    with pytest.raises(InputError, match="It says that 'no_such_function' filled it"):
        Workbench.from_chroma(folder, "animals")


def test_chunks_of_one_document_stand_together_and_keep_their_metadata(fill, opened):
    rows = [{"source": "/home/ana/notes/a.md", "page": 1}, {"source": "/home/ana/notes/b.md"}] * 2 + [{"year": 1999}]
    wb = opened(fill(metadatas=rows))
    wb.search(QUESTIONS[0])
    assert wb.chunks["id"].tolist() == ["row 0", "row 2", "row 1", "row 3", "row 4"]
    assert wb.documents["id"].tolist() == ["a.md", "b.md", "row 4"]
    first = wb.document_list[0]
    assert first.text == f"{TEXTS[0]}\n\n{TEXTS[2]}"
    assert all(first.text[chunk.start : chunk.end] == chunk.text for chunk in wb.chunk_list[:2])
    assert dict(wb.chunk("row 0").metadata) == {"source": "a.md", "page": 1}
    assert [passage.chunk.id for passage in wb.search(QUESTIONS[0], where={"year": 1999})] == ["row 4"]


def test_two_chunks_of_one_text_keep_a_vector_each(fill, opened):
    vectors = np.random.default_rng(2).normal(size=(3, 64)).astype(np.float32)
    wb = opened(fill("cosine", texts=["Same words."] * 3, vectors=vectors))
    found = wb.search("anything")
    assert np.allclose(wb._matrix[3], vectors, atol=1e-5)
    assert len({round(float(score), 4) for score in found.scores}) == 3


def test_the_vectors_are_theirs_and_never_mix_with_ours(fill, opened):
    wb = opened(fill("ip"))
    theirs = wb.search(QUESTIONS[0])
    report = wb.embed()
    assert (report.new, report.reused) == (0, 5)
    assert wb.model.fingerprint()["source"].startswith("chroma:")
    wb.model, before = MODEL, wb.model  # the same chunks, embedded here
    ours = wb.search(QUESTIONS[0])
    assert wb.embed_report.new == 5
    assert {round(float(score), 5) for score in ours.scores} != {round(float(score), 5) for score in theirs.scores}
    wb.model = before
    assert np.array_equal(wb.search(QUESTIONS[0]).scores, theirs.scores)
    assert len(wb.store.record.models()) == 2


def test_opening_it_again_costs_no_vector(fill, opened):
    folder = fill()
    opened(folder).embed()
    assert opened(folder).embed().reused == 5


def test_the_notes_say_whose_vectors_these_are(fill, opened):
    wb = opened(fill())
    wb.search(QUESTIONS[0])
    (note,) = wb.notes
    assert note == (
        "The vectors are those of the Chroma collection 'animals', compared by euclidean as there; questions are "
        "embedded by test:words. The chunks stay as they were cut there. Chroma's l2 is the squared distance; the "
        "scores here are minus the distance itself, in the same order."
    )


def test_questions_that_cross_the_network_are_said_to(fill, opened):
    model = WordModel()
    model.server = "http://models.example:11434"
    wb = opened(fill(), model=model)
    wb.search("llama")
    assert "Chunks and questions cross the network to models.example:11434 unencrypted" in wb.notes[-1]


def test_a_model_that_did_not_fill_it_is_doubted(fill, opened):
    wb = opened(fill(vectors=np.random.default_rng(1).normal(size=(5, 64)).astype(np.float32)))
    wb.search(QUESTIONS[0])
    assert "it was filled by another model, or with something in front of the texts" in wb.notes[1]


def test_another_corpus_is_embedded_by_the_model_itself(fill, opened):
    wb = opened(fill())
    wb.search(QUESTIONS[0])
    wb.load(["Something about guanacos.", "Something else."])
    assert wb.model is MODEL
    assert wb.search("guanacos")[0].chunk.id == "0:0"
    assert wb.embed_report.new == 2


def test_chunks_stay_as_they_are_whatever_size_is_chosen(fill, opened):
    wb = opened(fill())
    wb.search(QUESTIONS[0])
    wb.chunk_size = 2
    wb.rechunk()
    assert wb.embed().reused == 5
    assert wb.chunks["text"].tolist() == list(TEXTS)


def test_a_model_by_its_id_is_ours_to_close(fill, opened):
    wb = opened(fill(vectors=np.ones((5, 384), np.float32)), model="bundled:all-MiniLM-L6-v2")
    model = wb.model
    assert (model.id, model.owned, model.variant) == ("bundled:all-MiniLM-L6-v2", True, "vectors from chroma")
    assert wb.search(QUESTIONS[0]).options["model"] == "bundled:all-MiniLM-L6-v2"


def test_the_model_can_be_explained_and_checked_like_any_other(fill, opened):
    wb = opened(fill())
    seen = wb.explain("the llama hums")
    assert (seen.sent, len(seen.spans), seen.vector.shape) == ("the llama hums", 3, (64,))
    assert wb.check_model().model == "test:words"


def test_the_map_and_the_answer_are_made_of_their_vectors(fill, opened):
    wb = opened(fill())
    assert wb.ask("Who carries loads in the Andes?").citations[0].chunk == "row 0"
    wb.map(method="pca")
    assert wb.projection.ids == tuple(f"row {number}" for number in range(5))


def test_the_code_of_a_foreign_collection_asks_its_model(fill, opened):
    wb = opened(fill("cosine", vectors=np.ones((5, 384), np.float32)), model="bundled:all-MiniLM-L6-v2")
    wb.search(QUESTIONS[0])
    assert "model = SentenceTransformer(" in wb.code()
    assert "# The chunks, as they were found." in wb.code()


# What cannot be opened ------------------------------------------------------------------------------------------


def test_a_model_must_be_named(fill):
    with pytest.raises(InputError, match="model='bundled:all-MiniLM-L6-v2'"):
        Workbench.from_chroma(fill(), "animals")


def test_a_model_of_another_length_is_refused(fill, opened):
    with pytest.raises(InputError, match="have 64 numbers, those of 'test:words' 32: it was filled by another model"):
        opened(fill(), model=WordModel(32))


def test_a_collection_without_texts_is_refused(fill, opened):
    with pytest.raises(InputError, match="None of the 5 rows of 'animals' has a text"):
        opened(fill(texts=None, vectors=vectors_of()))


def test_rows_without_a_text_are_left_out_and_reported(fill, opened, tmp_path):
    folder = fill()
    client = chromadb.PersistentClient(path=str(folder), settings=SETTINGS)
    client.get_collection("animals", embedding_function=None).add(ids=["bare"], embeddings=vectors_of(["wool"]))
    client.close()
    wb = opened(folder)
    assert "bare" not in [passage.chunk.id for passage in wb.search("wool", top_k=9)]
    skipped = [file for file in wb.load_report.files if file.status == "skipped"]
    assert [(file.path, file.reason) for file in skipped] == [
        ("bare", "it has no text, and the workbench shows and quotes texts")
    ]


def test_an_empty_collection_and_an_unknown_one_are_told_apart(fill, opened):
    folder = fill(texts=(), vectors=np.empty((0, 64)))
    with pytest.raises(InputError, match="'animals' is empty"):
        opened(folder)
    with pytest.raises(InputError, match=r"no collection 'plants' in .*theirs\. It has 'animals'\."):
        opened(folder, "plants")


def test_a_folder_that_is_no_index_is_refused(tmp_path, opened):
    with pytest.raises(InputError, match=r"holds no chroma\.sqlite3"):
        opened(tmp_path)


def test_a_damaged_index_is_one_sentence(fill, opened):
    folder = fill()
    (folder / "chroma.sqlite3").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises(StoreError, match=r"cannot be read \(.*Nothing was changed"):
        opened(folder)


FILL = """
import sys
import chromadb
from tests.interop.test_chroma import SETTINGS, TEXTS, vectors_of
client = chromadb.HttpClient(host="127.0.0.1", port=int(sys.argv[1].rpartition(":")[2]), settings=SETTINGS)
collection = client.create_collection("animals", configuration={"hnsw": {"space": "ip"}})
ids = [f"row {number}" for number in range(len(TEXTS))]
collection.add(ids=ids, embeddings=vectors_of(), documents=list(TEXTS))
"""


def test_a_server_s_collection_opens_too(opened, server, child):
    run_fresh(FILL, server)
    found = opened(server).search(QUESTIONS[1])
    assert (found[0].chunk.id, found.score_name) == ("row 0", "dot")


def test_a_server_that_is_not_there_is_one_sentence(opened):
    with pytest.raises(StoreError, match=r"collections in http://127\.0\.0\.1:9 cannot be read"):
        opened("http://127.0.0.1:9")
