"""An index of LlamaIndex that others have made, opened with its own nodes, vectors and model."""

from __future__ import annotations

import pytest
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import TextNode

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import InputError
from workbench.models.as_llama_index import as_llama_index

DOCUMENTS = [
    Document(text="The llama carries loads in the Andes.", doc_id="a", metadata={"kind": "llama"}),
    Document(text="The alpaca gives fine wool.", doc_id="b", metadata={"kind": "alpaca"}),
    Document(text="The camel stores fat in its hump.", doc_id="c", metadata={"kind": "camel"}),
]
QUESTIONS = ("Who carries loads?", "wool of the alpaca", "fat")


class Counted(BaseEmbedding):
    """A model of a person's own: as many numbers as letters that it counts."""

    def _get_text_embedding(self, text: str) -> list[float]:
        return [1.0 + text.lower().count(letter) for letter in "acflmopwx"]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


@pytest.fixture
def opened(tmp_path):
    """Give what opens an index, to be closed when the test ends."""
    made = []

    def open_it(index, model=None):
        made.append(Workbench.from_index(index, model, store=tmp_path / "store", llm="extractive"))
        return made[-1]

    yield open_it
    for one in made:
        one.close()


def index_of(model, **options):
    return VectorStoreIndex.from_documents(
        DOCUMENTS, embed_model=model, transformations=[SentenceSplitter(chunk_size=64, chunk_overlap=0)], **options
    )


@pytest.mark.parametrize("model", [Counted(), as_llama_index(WordModel(64))], ids=["their own", "ours"])
def test_an_index_in_memory_gives_the_same_passages_and_scores(opened, model):
    index = index_of(model)
    wb = opened(index)
    for question in QUESTIONS:
        theirs = index.as_retriever(similarity_top_k=3).retrieve(question)
        found = wb.search(question)
        ours = sorted((round(-one.score, 4), one.chunk.id, one.chunk.document) for one in found)
        assert ours == sorted((round(-one.score, 4), one.node_id, one.node.ref_doc_id) for one in theirs)
    assert len(wb.notes) == 1  # what was embedded is known (metadata, then text), so the model is not doubted
    assert wb.chunk_list[0].metadata["kind"] == "llama"


def test_an_index_in_chroma_gives_the_same_passages(opened, tmp_path):
    import chromadb
    from chromadb.config import Settings
    from llama_index.vector_stores.chroma import ChromaVectorStore

    settings = Settings(_env_file=None, anonymized_telemetry=False)
    client = chromadb.PersistentClient(path=str(tmp_path / "theirs"), settings=settings)
    store = ChromaVectorStore(chroma_collection=client.create_collection("animals"))
    index = index_of(Counted(), storage_context=StorageContext.from_defaults(vector_store=store))
    wb = opened(index)
    for question in QUESTIONS:
        theirs = index.as_retriever(similarity_top_k=3).retrieve(question)
        found = wb.search(question)
        assert found.score_name == "-euclidean"
        assert [passage.chunk.id for passage in found] == [node.node_id for node in theirs]
        assert [passage.chunk.text for passage in found] == [node.text for node in theirs]
    assert wb.documents["id"].tolist() == ["a", "b", "c"]
    assert set(wb.chunk_list[0].metadata) >= {"kind", "source"}
    assert "_node_content" not in wb.chunk_list[0].metadata
    client.close()


def test_there_and_back_again_is_the_same_index(opened, tmp_path):
    first = opened(index_of(Counted()))
    again = first.as_vector_store_index().as_retriever(similarity_top_k=3)
    for question in QUESTIONS:
        assert [node.node_id for node in again.retrieve(question)] == [
            passage.chunk.id for passage in first.search(question)
        ]


def test_a_node_without_a_vector_is_left_out_and_reported(opened):
    index = index_of(Counted())
    index.docstore.add_documents([TextNode(id_="bare", text="No vector for this.")])
    wb = opened(index)
    wb.search("fat")
    assert [file.reason for file in wb.load_report.files if file.status == "skipped"] == ["it has no vector"]


def test_another_model_can_be_named_but_not_one_of_another_length(opened):
    with pytest.raises(InputError, match="have 9 numbers, those of 'test:words' 64"):
        opened(index_of(Counted()), WordModel(64))


def test_what_is_no_index_is_refused(opened):
    with pytest.raises(InputError, match=r"The index is a list\. Give a VectorStoreIndex"):
        opened([])


def test_a_store_that_cannot_be_read_is_named(opened, tmp_path):
    index = opened(index_of(Counted())).as_vector_store_index()
    with pytest.raises(InputError, match=r"keeps its vectors in a WorkbenchVectorStore; the workbench can read"):
        opened(index)
