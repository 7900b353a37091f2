"""LlamaIndex objects over our index give what the workbench gives."""

from __future__ import annotations

import asyncio

import pytest
from llama_index.core import Settings, VectorStoreIndex
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeRelationship, QueryBundle
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters

from workbench.errors import InputError, ModelError

QUESTIONS = ("What does the alpaca give?", "Who carries loads?", "fat in a hump", "the camel and the llama")


@pytest.fixture(autouse=True)
def settings_untouched(monkeypatch):
    """See that nothing sets, or has to fill in, any of LlamaIndex's global settings."""
    names = ("_llm", "_embed_model", "_callback_manager", "_node_parser", "_transformations")
    for name in names:
        monkeypatch.setattr(Settings, name, None)
    yield
    assert [getattr(Settings, name) for name in names] == [None] * len(names)


def same(nodes, retrieval) -> None:
    """See that nodes are the passages: ids, order, texts, scores."""
    assert len(retrieval) > 0
    assert [node.node_id for node in nodes] == [passage.chunk.id for passage in retrieval]
    assert [node.text for node in nodes] == [passage.chunk.text for passage in retrieval]
    assert [node.score for node in nodes] == pytest.approx([passage.score for passage in retrieval], abs=1e-6)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_retriever_an_index_and_a_search_find_the_same(wb, question, metric):
    found = wb.search(question, metric=metric)
    retriever, index = wb.as_retriever(metric=metric), wb.as_vector_store_index(metric)
    assert isinstance(retriever, BaseRetriever)
    assert isinstance(index, VectorStoreIndex)
    same(retriever.retrieve(question), found)
    same(index.as_retriever(similarity_top_k=5).retrieve(question), found)
    same(asyncio.run(index.as_retriever(similarity_top_k=5).aretrieve(question)), found)


def test_a_retriever_takes_every_option_of_a_search(wb):
    ids = ["herds/llama.md:0", "herds/alpaca.md:0"]
    for options in ({"top_k": 1}, {"mmr": 0.3}, {"threshold": 0.2}, {"where": {"folder": "herds"}}, {"within": ids}):
        same(wb.as_retriever(**options).retrieve(QUESTIONS[1]), wb.search(QUESTIONS[1], **options))


def test_a_retriever_follows_the_settings_of_the_workbench_and_leaves_its_panels_alone(wb):
    retriever = wb.as_retriever()
    shown = wb.search(QUESTIONS[0])
    wb.top_k = 1
    assert [node.node_id for node in retriever.retrieve(QUESTIONS[1])] == ["herds/llama.md:0"]
    assert wb.retrieval is shown
    assert len(wb.past) == 1


def test_a_node_has_the_metadata_the_place_and_the_document_of_its_chunk(wb):
    chunk = wb.search("fat in a hump")[0].chunk
    node = wb.as_retriever().retrieve("fat in a hump")[0].node
    assert (node.node_id, node.metadata) == ("deserts/camel.txt:0", dict(chunk.metadata))
    assert (node.start_char_idx, node.end_char_idx) == (chunk.start, chunk.end)
    assert node.relationships[NodeRelationship.SOURCE].node_id == node.ref_doc_id == "deserts/camel.txt"
    assert node.get_content("embed") == chunk.text  # what our model was given, so what another would be


def test_questions_at_once_all_get_their_answers(wb):
    async def ask() -> list:
        return await asyncio.gather(*(wb.as_retriever().aretrieve(question) for question in QUESTIONS))

    for nodes, question in zip(asyncio.run(ask()), QUESTIONS, strict=True):
        same(nodes, wb.search(question))


def test_an_unknown_option_is_named(wb):
    with pytest.raises(InputError, match=r"search has no option similarity_top_k\. It takes .*top_k"):
        wb.as_retriever(similarity_top_k=3)
    with pytest.raises(InputError, match="top_k is 0"):
        wb.as_retriever(top_k=0)


def test_a_retriever_will_not_embed_another_text_than_the_question(wb):
    with pytest.raises(InputError, match="2 custom_embedding_strs"):
        wb.as_retriever().retrieve(QueryBundle("a", custom_embedding_strs=["b", "c"]))


# Query engine ---------------------------------------------------------------------------------------------------


def test_a_query_engine_answers_as_ask_does(wb):
    engine = wb.as_query_engine(top_k=2)
    answer = wb.ask(QUESTIONS[0], top_k=2)
    response = engine.query(QUESTIONS[0])
    assert isinstance(engine, BaseQueryEngine)
    assert str(response) == answer.text != ""
    same(response.source_nodes, answer.retrieval)
    assert response.metadata["model"] == "extractive"
    assert 1 in response.metadata["cited"]


def test_a_query_about_nothing_that_passes_says_so(wb):
    response = wb.as_query_engine(threshold=0.99).query(QUESTIONS[0])
    assert response.response.startswith("Nothing was found")
    assert response.source_nodes == []


class Broken:
    id = "test:broken"
    context_tokens = 0

    def count_tokens(self, text):
        return 0

    def stream(self, request, cancel):
        raise ModelError("the wire was cut")
        yield

    def close(self):
        pass


def test_half_an_answer_is_no_response(wb):
    with pytest.raises(ModelError, match="test:broken did not finish its answer: the wire was cut"):
        wb.as_query_engine(llm=Broken()).query(QUESTIONS[0])


def test_an_index_names_no_language_model_of_its_own(wb):
    index = wb.as_vector_store_index()
    for make in (index.as_query_engine, index.as_chat_engine):
        with pytest.raises(InputError, match="would take one of OpenAI"):
            make()


# The vector store -----------------------------------------------------------------------------------------------


def filtered(*filters, condition="and"):
    return MetadataFilters(filters=[MetadataFilter(**one) for one in filters], condition=condition)


def test_filters_mean_what_they_mean_in_a_search(wb):
    index = wb.as_vector_store_index()
    for filters, where in (
        (filtered({"key": "folder", "value": "herds"}), {"folder": "herds"}),
        (filtered({"key": "format", "value": ["text"], "operator": "in"}), {"format": ["text"]}),
        (
            filtered({"key": "folder", "value": "herds"}, {"key": "document", "value": "herds/llama.md"}),
            {"folder": "herds", "document": "herds/llama.md"},
        ),
    ):
        nodes = index.as_retriever(similarity_top_k=5, filters=filters).retrieve(QUESTIONS[1])
        same(nodes, wb.search(QUESTIONS[1], where=where))


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (filtered({"key": "page", "value": 3, "operator": ">"}), "the operator '>' on 'page'"),
        (filtered({"key": "a", "value": 1}, {"key": "b", "value": 2}, condition="or"), "the condition 'or'"),
        (filtered({"key": "a", "value": 1}, condition="not"), "the condition 'not'"),
        (filtered({"key": "a", "value": 1}, {"key": "a", "value": 2}), "two demands on the field 'a'"),
        (filtered({"key": "a", "value": ["x"]}), "with the operator '==' on 'a'"),
    ],
)
def test_a_filter_that_cannot_be_kept_is_refused(wb, filters, said):
    with pytest.raises(InputError, match="cannot search by") as refused:
        wb.as_vector_store_index().as_retriever(filters=filters).retrieve("loads")
    assert said in str(refused.value)


def test_ids_and_documents_narrow_a_query(wb):
    index = wb.as_vector_store_index()
    nodes = index.as_retriever(doc_ids=["herds/alpaca.md"]).retrieve("loads")
    assert [node.node_id for node in nodes] == ["herds/alpaca.md:0"]
    assert [node.node_id for node in index.vector_store.get_nodes(["deserts/camel.txt:0"])] == ["deserts/camel.txt:0"]
    assert len(index.vector_store.get_nodes()) == 3


def test_mmr_is_the_workbench_s_own(wb):
    index = wb.as_vector_store_index()
    nodes = index.as_retriever(
        vector_store_query_mode="mmr", vector_store_kwargs={"mmr_threshold": 0.2}, similarity_top_k=3
    )
    same(nodes.retrieve(QUESTIONS[3]), wb.search(QUESTIONS[3], mmr=0.2, top_k=3))


def test_a_mode_that_the_store_lacks_is_refused(wb):
    with pytest.raises(InputError, match="cannot search in the mode 'hybrid'"):
        wb.as_vector_store_index().as_retriever(vector_store_query_mode="hybrid").retrieve("loads")


def test_the_record_is_not_written_from_outside(wb):
    index = wb.as_vector_store_index()
    with pytest.raises(InputError, match="1 nodes cannot be added: this index reads"):
        index.insert_nodes([wb.as_retriever(top_k=1).retrieve("loads")[0].node])
    with pytest.raises(InputError, match=r"'herds/llama\.md' cannot be deleted"):
        index.delete_ref_doc("herds/llama.md")
    with pytest.raises(InputError, match="1 nodes cannot be deleted"):
        index.delete_nodes(["herds/llama.md:0"])


def test_a_vector_of_another_model_is_refused(wb):
    bundle = QueryBundle("loads", embedding=[1.0, 0.0])
    with pytest.raises(InputError, match="has 2 numbers, those of this store 4096"):
        wb.as_vector_store_index().as_retriever().retrieve(bundle)


def test_an_index_stays_what_it_was_when_the_workbench_turns_to_another_corpus(wb):
    index = wb.as_vector_store_index()
    before = [node.node_id for node in index.as_retriever(similarity_top_k=5).retrieve(QUESTIONS[0])]
    wb.load(["something else"])
    assert [node.node_id for node in index.as_retriever(similarity_top_k=5).retrieve(QUESTIONS[0])] == before


def test_a_closed_workbench_says_so(wb):
    retriever = wb.as_retriever()
    wb.close()
    with pytest.raises(InputError, match="is closed"):
        retriever.retrieve("loads")
