"""A process that opens stores, one a line of its input, and says what it saw: it may die of one, its parent may not.

    python -m tests.faults.opener <corpus> <store to make> record|index

For each store: open, look at every vector that is held to be known, embed, search, draw, and compare all of it with the
corpus itself. The answer is a line of JSON.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np

from tests.doubles import WordModel, WordTokenizer
from workbench import Workbench
from workbench.errors import WorkbenchError
from workbench.index.chroma import chroma_folder
from workbench.index.chroma_settings import client_settings
from workbench.index.layouts import save_layout
from workbench.jobs.child import Child
from workbench.projection import pca

PICTURE = {"method": "pca", "dimensions": 2}
QUESTION = "which llama number 17 hums"


class Tokenizer(WordTokenizer):
    """Says which it is, so that boundaries and counts are kept."""

    identity = "words"


class Model(WordModel):
    """The words' double with a tokenizer whose boundaries are kept."""

    def __init__(self) -> None:
        super().__init__(32)
        self.tokenizer = Tokenizer()


class NoIndex:
    """Stands in for the child that fills Chroma, where Chroma is not the subject."""

    started = False

    def run(self, function, store, name, server, stop, cancel, spare):
        chroma_folder(Path(store)).mkdir(exist_ok=True)
        return 0

    def close(self):
        pass


class Shared(Child):
    """One child for all workbenches of this process: importing Chroma takes seconds."""

    def run(self, function, /, *args, **options):
        return super().run(soon, function, *args, **options)

    def close(self):
        """Live on."""

    def end(self) -> None:
        super().close()


def soon(function, *args):
    """Call it where Chroma writes its files after ten rows; runs in the child."""
    from workbench.index import chroma

    chroma._HNSW = {"space": "cosine", "sync_threshold": 10}
    return function(*args)


def read_index(store: str, collection: str) -> list[tuple[str, str, list[float]]]:
    """Read a collection as any other tool would; runs in the child."""
    import chromadb

    client = chromadb.PersistentClient(str(chroma_folder(Path(store))), client_settings())
    try:
        page = client.get_collection(collection, embedding_function=None).get(include=["embeddings", "documents"])
        vectors = np.round(np.asarray(page["embeddings"], np.float64), 4).tolist()
        return sorted(zip(page["ids"], page["documents"], vectors, strict=True))
    finally:
        client.close()


def workbench(corpus: str, store: str, index: object) -> Workbench:
    wb = Workbench(corpus, store=store, model=Model(), llm="extractive")
    wb.choose(chunk_size=16, chunk_overlap=4)
    wb.children["index"] = index
    return wb


def seen(wb: Workbench) -> dict[str, object]:
    """Give all that a person is shown."""
    found = wb.search(QUESTION, top_k=5)
    chunks, vectors = wb.vectors(wb.prepared, wb.known(wb.prepared))
    wb.map(method="pca")
    return {
        "ids": [chunk.id for chunk in chunks],
        "texts": [chunk.text for chunk in chunks],
        "counts": wb.token_counts.tolist(),
        "found": [passage.chunk.id for passage in found],
        "vectors": np.array(vectors).tolist(),
        "trust": wb.projection.trust,
        "drawn": np.round(wb.projection.coordinates, 4).tolist(),
    }


def truth(wb: Workbench) -> dict[str, object]:
    texts = [chunk.text for chunk in wb.chunk_list]
    vectors = Model().embed(texts, "document")
    drawn = pca(vectors, tuple(chunk.id for chunk in wb.chunk_list), 2, measure=False)
    return {**seen(wb), "vectors": vectors.tolist(), "drawn": np.round(drawn.coordinates, 4).tolist()}


def differences(wb: Workbench, wanted: dict[str, object]) -> list[str]:
    """Name what is not as it should be, before and after what is missing is embedded."""
    wb.submit("prepare").wait()
    record, now = wb.store.record, wb.prepared
    known = record.known(now.fingerprint_id, now.keys)
    held = record.vectors(now.fingerprint_id, [key for key, has in zip(now.keys, known, strict=True) if has])
    wrong = []
    if held.tolist() != [vector for vector, has in zip(wanted["vectors"], known, strict=True) if has]:
        wrong.append("vectors held")
    wb.embed()
    now_seen = seen(wb)
    wrong += [name for name, value in wanted.items() if now_seen[name] != value]
    if wb.submit("fill_index").wait() and record.chunks(now.collection.name) != wb.chunk_list:
        wrong.append("rows")
    if isinstance(wb.children["index"], Shared):
        found = wb.search(QUESTION, top_k=5, engine="hnsw")
        wrong += ["hnsw"] if [passage.chunk.id for passage in found] != wanted["found"] else []
        there = wb.children["index"].run(read_index, str(wb.store.path), now.collection.name)
        vectors = np.round(np.asarray(wanted["vectors"], np.float64), 4).tolist()
        same = there == sorted(zip(wanted["ids"], wanted["texts"], vectors, strict=True))
        wrong += [] if same else ["index"]
    return wrong


def look(corpus: str, store: str, wanted: dict[str, object], index: object) -> dict[str, object]:
    wb = workbench(corpus, store, index)
    said: dict[str, object] = {"died": "", "wrong": [], "error": "", "kind": ""}
    try:
        said["wrong"] = differences(wb, wanted)
    except WorkbenchError as error:
        said["error"], said["kind"] = str(error), type(error).__name__
    said |= {"sent": len([text for text in wb.model.sent if text != QUESTION]), "notes": list(wb.notes)}
    wb.close()
    said["asides"] = sorted(path.name for path in Path(store).rglob("*damaged*"))
    return said


def main() -> None:
    corpus, made, with_index = sys.argv[1], sys.argv[2], sys.argv[3] == "index"
    index = Shared("index") if with_index else NoIndex()
    shutil.rmtree(made, ignore_errors=True)
    shutil.rmtree(f"{made}-killed", ignore_errors=True)
    wb = workbench(corpus, made, index)
    wb.embed()
    wanted = truth(wb)
    wb.submit("fill_index").wait()
    save_layout(wb.store.record, wb.prepared.collection.name, PICTURE, wb.projection, wb.prepared.keys)
    shutil.copytree(made, f"{made}-killed")  # as a process leaves it that is killed
    wb.close()
    say({"chunks": len(wanted["ids"])})
    for line in sys.stdin:
        say(look(corpus, line.strip(), wanted, index))
    if with_index:
        index.end()


def say(what: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
