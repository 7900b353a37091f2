from __future__ import annotations

import numpy as np
import pytest

from tests.models.small_models import small_cross_encoder
from workbench.errors import InputError, ModelError, ModelNotFound
from workbench.protocols import Reranker
from workbench.retrieval.rerank import reranker

TEXTS = ["the llama carries loads", "the camel lives in the desert", "fine wool of the alpaca"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_cross_encoder(tmp_path_factory.mktemp("reranker"))


def test_a_folder_an_object_and_plain_predict_agree(folder):
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder))
    expected = model.predict([("what carries loads?", text) for text in TEXTS], show_progress_bar=False)
    for made in (reranker(str(folder)), reranker(model)):
        assert isinstance(made, Reranker)
        np.testing.assert_allclose(made.score("what carries loads?", TEXTS), expected, rtol=1e-5)
    assert reranker(str(folder)).id == str(folder)


def test_a_function_and_an_object_of_the_protocol():
    def words(question, texts):
        return [len(set(question.split()) & set(text.split())) for text in texts]

    class Own:
        id = "own"

        def score(self, question, texts):
            return np.zeros(len(texts), dtype=np.float32)

    assert reranker(words).score("the llama", TEXTS).tolist() == [2, 1, 1]
    assert reranker(words).id == "words"
    own = Own()
    assert reranker(own) is own


def test_a_model_that_is_not_here_says_how_to_get_it(monkeypatch, tmp_path):
    made = reranker("huggingface:nobody/no-such-reranker")
    with pytest.raises(ModelNotFound, match=r"wb\.pull\('huggingface:nobody/no-such-reranker'\)"):
        made.score("question", ["text"])


def test_a_model_that_sorts_into_classes_is_refused(tmp_path):
    with pytest.raises(ModelError, match="gives 3 numbers a pair"):
        reranker(str(small_cross_encoder(tmp_path, labels=3))).score("question", TEXTS)


@pytest.mark.parametrize("spec", [7, "", int])
def test_what_is_no_reranker_is_said(spec):
    with pytest.raises(InputError, match="Give the id of a cross-encoder"):
        reranker(spec)
