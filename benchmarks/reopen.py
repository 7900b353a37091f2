"""Fresh process to the first five passages of a stored index: ours against LlamaIndex + Chroma + HuggingFaceEmbedding.

    python -m benchmarks.reopen [corpus] [runs]

Both embed the same chunks with the same weights first (not timed). Then each is started anew, in turn, as a whole
process; medians and their ratio are printed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTION = "What animals are llamas related to?"

OURS = """
import sys
from workbench import Workbench
wb = Workbench(sys.argv[1], store=sys.argv[2])
print([passage.chunk.id for passage in wb.search(sys.argv[3], top_k=5)])
wb.close()
"""

PEER = """
import sys
import chromadb
from llama_index.core import VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore
from workbench.models.bundled_files import bundled_folder
model = HuggingFaceEmbedding(str(bundled_folder()), query_instruction="", text_instruction="", device="cpu")
collection = chromadb.PersistentClient(sys.argv[1]).get_collection("peer", embedding_function=None)
index = VectorStoreIndex.from_vector_store(ChromaVectorStore(chroma_collection=collection), embed_model=model)
print([found.node.node_id for found in index.as_retriever(similarity_top_k=5).retrieve(sys.argv[2])])
"""


def main() -> int:
    corpus = sys.argv[1] if len(sys.argv) > 1 else "data/camelids"
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        store, peer = str(Path(folder) / "store"), str(Path(folder) / "peer")
        _prepare(corpus, store, peer)
        ours, theirs, same = [], [], []
        for _ in range(runs):
            seconds, mine = _timed(OURS, corpus, store, QUESTION)
            ours.append(seconds)
            seconds, other = _timed(PEER, peer, QUESTION)
            theirs.append(seconds)
            same.append(mine == other)
    print(f"{'':36}  median   least    most  (s, {runs} runs)")
    for name, values in (("workbench", ours), ("LlamaIndex + Chroma + HuggingFace", theirs)):
        print(f"{name:36}  {statistics.median(values):6.2f}  {min(values):6.2f}  {max(values):6.2f}")
    print(f"ratio of medians: {statistics.median(theirs) / statistics.median(ours):.1f} (aim: 8 or more)")
    print(f"same five passages in the same order: {all(same)}")
    return 0


def _prepare(corpus: str, store: str, peer: str) -> None:
    import chromadb

    from workbench import Workbench

    with Workbench(corpus, store=store) as wb:
        wb.embed()
        wb.search(QUESTION)
        chunks, vectors = wb.vectors(wb.prepared, wb.known(wb.prepared))
        vectors = vectors.copy()
    collection = chromadb.PersistentClient(peer).create_collection("peer", configuration={"hnsw": {"space": "cosine"}})
    for start in range(0, len(chunks), 1000):
        part = chunks[start : start + 1000]
        collection.add(
            ids=[chunk.id for chunk in part],
            embeddings=vectors[start : start + 1000],
            documents=[chunk.text for chunk in part],
            metadatas=[{"document": chunk.document} for chunk in part],
        )


def _timed(code: str, *arguments: str) -> tuple[float, str]:
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "ANONYMIZED_TELEMETRY": "False"},
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return time.perf_counter() - began, done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
