"""In a notebook an event loop is running already, and what is asynchronous often works once."""

from __future__ import annotations

import pytest

from tests.notebooks.running import run_cells

SET_UP = """
from workbench import Workbench
texts = ["Llamas carry loads in the Andes.", "Alpacas give very fine wool.", "Camels store fat in humps."]
wb = Workbench(texts, store={store!r}, llm="extractive")
engine, retriever = wb.as_query_engine(), wb.as_retriever(top_k=2)
index = wb.as_vector_store_index().as_retriever(similarity_top_k=2)
"""


@pytest.mark.slow
def test_the_asynchronous_verbs_work_as_often_as_one_likes(tmp_path):
    asked = [
        'print(await engine.aquery("What do alpacas give?"))',
        'print([node.node_id for node in await retriever.aretrieve("Who carries loads?")][:1])',
        'print([node.node_id for node in await index.aretrieve("Who carries loads?")][:1])',
    ]
    said = run_cells([SET_UP.format(store=str(tmp_path / "store")), *asked, *asked, "wb.close()"])
    once = ["“Alpacas give very fine wool.” [1]", "['0:0']", "['0:0']"]
    assert said[1][: len(once[0])] == once[0]
    assert said[1:4] == [said[1], *once[1:]]
    assert said[4:7] == said[1:4]
