"""When there is code to show."""

from __future__ import annotations

import pytest

from tests.doubles import WordModel
from workbench.errors import InputError


def test_before_a_question_there_is_none(wb):
    wb.embed()
    with pytest.raises(InputError, match="Nothing was asked yet"):
        wb.show_code()


def test_the_code_is_that_of_the_last_search_or_answer(wb):
    wb.search("Who carries loads?", top_k=2)
    assert "QUESTION = 'Who carries loads?'\nTOP_K = 2\n" in wb.show_code()
    assert "messages = " not in wb.code()
    wb.ask("What gives wool?")
    assert "QUESTION = 'What gives wool?'\nTOP_K = 5\n" in wb.code()
    assert "messages = " in wb.code()
    wb.recall(1)
    assert "QUESTION = 'Who carries loads?'" in wb.code()


def test_a_question_of_another_model_has_none(wb):
    wb.search("Who carries loads?")
    wb.model = WordModel(name="others")
    with pytest.raises(InputError, match="another one since this question was asked"):
        wb.code()


def test_an_index_on_a_server_is_asked_there(folder, model):
    from workbench import Workbench

    made = Workbench(folder, store="https://chroma.example:8443", model=model, llm="extractive")
    made.search("Who carries loads?")
    assert "client = chromadb.HttpClient(host='chroma.example', port=8443, ssl=True)" in made.code()
    made.close(finish=False)
