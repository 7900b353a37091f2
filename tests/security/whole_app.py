"""Everything that the workbench does, one after the other; run by `test_requests` in a process that is watched."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

OPTIONAL = (
    "chromadb", "llama_index.core", "llama_index.embeddings.huggingface", "langchain_core.embeddings", "openai",
    "azure.identity", "sentence_transformers", "transformers", "huggingface_hub", "umap", "plotly", "bm25s", "tiktoken",
    "nltk", "openvino", "nncf", "ipywidgets", "anywidget", "jupyterlab", "sklearn", "pandas", "docx", "pptx", "pypdf",
)  # fmt: skip
QUESTION = "What does the alpaca give?"


def libraries() -> None:
    """Import what may be there, as the workbench does: some report that they were imported."""
    from workbench.models.openvino.quiet import refuse_telemetry

    refuse_telemetry()
    for name in OPTIONAL:
        with suppress(ImportError):
            importlib.import_module(name)


def formats(home: Path) -> None:
    """Load a file of each format."""
    import docx
    import pptx

    from tests.corpus import makers
    from workbench import Workbench

    folder = home / "corpus"
    folder.mkdir()
    (folder / "a.md").write_text("# Llama\n\n![far](http://images.example/a.png) The llama carries loads.")
    (folder / "b.html").write_text(
        '<html><head><link rel=stylesheet href="http://styles.example/a.css"><base href="http://base.example/">'
        '<script src="http://scripts.example/a.js"></script></head><body><img src="http://images.example/b.png">'
        "<p>The alpaca gives fine wool.</p></body></html>"
    )
    (folder / "c.csv").write_text("id,text\n1,The camel crosses the desert.\n")
    (folder / "d.jsonl").write_text('{"text": "The vicuna is small.", "url": "http://rows.example"}\n')
    (folder / "e.xml").write_text('<!DOCTYPE a [<!ENTITY e SYSTEM "http://entities.example/e">]><a>&e;</a>')
    (folder / "f.eml").write_text("Subject: wool\nFrom: a@mail.example\n\nSee http://letters.example\n")
    (folder / "g.txt").write_bytes("Die Vicuña lebt in den Anden.".encode("utf-16"))
    (folder / "h.ipynb").write_text(json.dumps({
        "cells": [{"cell_type": "markdown", "metadata": {}, "source": ["The guanaco is wild. ![x](http://n.example)"]}],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }))  # fmt: skip
    (folder / "i.epub").write_bytes(makers.book("<p>The llama hums. <img src='http://books.example/a.png'/></p>"))
    (folder / "j.docx").write_bytes(makers.saved(docx.Document()))
    (folder / "k.pptx").write_bytes(makers.saved(pptx.Presentation()))
    for found in list(Path("data").rglob("*.pdf"))[:1]:
        shutil.copy(found, folder)
    wb = Workbench(folder, llm="extractive")
    wb.load(folder)
    assert len(wb.load_report.to_frame()) >= 8
    wb.ask(QUESTION)
    wb.close()


def app(home: Path) -> None:
    """Ask, look and save with the bundled model."""
    from workbench import Workbench

    wb = Workbench("data/camelids", llm="extractive")
    wb.models()
    wb.check_model()
    wb.explain("The alpaca gives wool.")
    for mode in ("dense", "lexical", "hybrid"):
        wb.search(QUESTION, mode=mode, mmr=0.5)
    wb.search(QUESTION, engine="hnsw")
    wb.rebuild_index()
    wb.ask(QUESTION)
    wb.map()
    assert len(wb.clusters)
    for ending in ("html", "png", "svg"):
        wb.save_map(home / f"map.{ending}")
    wb.show_code()
    wb.why_not(QUESTION, wb.chunk_list[-1].id)
    wb.more_like(wb.chunk_list[0].id)
    wb.near_duplicates()
    shown = wb.panels
    assert shown is not None
    wb.close()


def models(home: Path) -> None:
    """Use a small model of Hugging Face's kind in each engine, a language model, a reranker, int8."""
    from tests.generation.small_llama import small_llama
    from tests.models.small_models import small_cross_encoder, small_model
    from workbench import Workbench, embedding_model

    small = small_model(home / "embedder")
    chat = small_llama(home / "chat", context=4096)
    cross = small_cross_encoder(home / "cross")
    for backend in ("torch", "openvino"):
        model = embedding_model(f"huggingface:{small}", backend=backend)
        wb = Workbench(["The llama carries loads.", "The alpaca gives fine wool."], model=model, llm="extractive")
        wb.search(QUESTION, rerank=f"huggingface:{cross}")
        wb.ask(QUESTION, llm=f"huggingface:{chat}")
        wb.close()
        model.close()


def servers(home: Path) -> None:
    """Ask an Ollama server, and one with OpenAI's interface, both on this machine."""
    from tests.doubles import WordModel
    from tests.generation.chat_double import ChatDouble
    from tests.models.remote.double import RemoteDouble
    from tests.ollama.double import OllamaDouble
    from workbench import Workbench, embedding_model
    from workbench.generation.openai import OpenAIChat

    texts = ["The llama carries loads.", "The alpaca gives fine wool."]
    with OllamaDouble() as ollama, RemoteDouble() as remote, ChatDouble() as chat:
        os.environ["OLLAMA_HOST"] = ollama.url
        ports = [urlsplit(server.url).port for server in (ollama, remote, chat)]
        (home / "ports").write_text(json.dumps(ports))
        wb = Workbench(texts, model="ollama:all-minilm", llm="ollama:tiny-random")
        wb.ask(QUESTION)
        wb.judge()
        wb.attribute()
        wb.search(QUESTION, expand="queries")
        wb.compare_contexts(QUESTION)
        wb.close()
        model = embedding_model("openai:text-embedding-3-small", base_url=f"{remote.url}/v1")
        wb = Workbench(texts, model=model, llm=OpenAIChat("words", base_url=chat.url))
        wb.ask(QUESTION)
        wb.compare_maps(WordModel(64))
        wb.close()
        model.close()
    os.environ["OLLAMA_HOST"] = "http://127.0.0.1:9"


def others(home: Path) -> None:
    """Give LlamaIndex its objects, and open what Chroma holds."""
    from tests.doubles import WordModel
    from workbench import Workbench

    wb = Workbench(["The llama carries loads.", "The alpaca gives fine wool."], model=WordModel(64), llm="extractive",
                   store=home / "store")  # fmt: skip
    wb.embed()
    wb.rebuild_index()
    wb.as_retriever().retrieve(QUESTION)
    wb.as_query_engine().query(QUESTION)
    wb.as_vector_store_index().as_retriever().retrieve(QUESTION)
    wb.close()
    import chromadb
    from chromadb.config import Settings

    there = home / "store" / "chroma"
    client = chromadb.PersistentClient(str(there), Settings(_env_file=None, anonymized_telemetry=False))
    (name,) = [one.name for one in client.list_collections()]
    client.close()
    wb = Workbench.from_chroma(there, name, WordModel(64), llm="extractive")
    wb.search(QUESTION)
    wb.close()


PARTS = {
    "libraries": lambda home: libraries(),
    "formats": formats,
    "app": app,
    "models": models,
    "servers": servers,
    "others": others,
}


def main(home: str, *parts: str) -> None:
    """Run the parts named, and say each as it ends."""
    for part in parts:
        PARTS[part](Path(home))
        sys.stdout.write(f"{part}\n")
        sys.stdout.flush()
    assert threading.active_count() < 60


if __name__ == "__main__":
    main(*sys.argv[1:])
