"""The lines for each kind of embedding model."""

from __future__ import annotations

import pytest

from tests.doubles import WordModel
from workbench import embedding_model
from workbench.export.question_code import question_part
from workbench.models.bundled_files import bundled_folder

HOSTILE = "x'); import os; os.abort() #\n{model}"


def lines(model) -> str:
    part = question_part(model)
    code = "\n".join((*part.imports, *part.lines))
    compile(code, "cell", "exec")
    return code


def test_the_bundled_model_is_read_from_the_files_that_came_with_it():
    code = lines(embedding_model("bundled:all-MiniLM-L6-v2"))
    assert f"model = SentenceTransformer({str(bundled_folder())!r})" in code
    assert "model.max_seq_length = 256" in code
    assert "vector = model.encode(QUESTION, prompt='', normalize_embeddings=True)" in code


def test_an_int8_copy_is_said_to_differ():
    assert "# The workbench ran an int8 copy" in lines(
        embedding_model("bundled:all-MiniLM-L6-v2", dtype="int8", calibration="0123456789ab")
    )


def test_ollama_says_what_is_sent_beside_the_question():
    made = embedding_model("ollama:mxbai-embed-large", dimensions=256, keep_alive="5m")
    code = lines(made)
    prefix = "Represent this sentence for searching relevant passages: "
    assert f"reply = ollama.embed(model='mxbai-embed-large', input={prefix!r} + QUESTION, truncate=False" in code
    assert "dimensions=256" in code
    assert "keep_alive='5m'" in code
    made.close()


def test_an_address_of_its_own_is_named():
    made = embedding_model("ollama:all-minilm", host="http://10.0.0.7:11434")
    assert "server = ollama.Client(host='http://10.0.0.7:11434')\n" in lines(made)
    assert "reply = server.embed(" in lines(made)
    assert "10.0.0.7" not in lines(embedding_model("ollama:all-minilm"))


def test_openai_takes_its_key_from_the_environment():
    code = lines(embedding_model("openai:text-embedding-3-small", api_key="sk-secret", dimensions=512))
    assert "embeddings.create(input=[QUESTION], model='text-embedding-3-small', dimensions=512)" in code
    assert "This sends the question to 'api.openai.com'" in code
    assert "secret" not in code


def test_azure_names_the_deployment_and_no_key():
    made = embedding_model("azure:mine", endpoint="https://some.openai.azure.com", api_key="secret", api_version="2030")
    code = lines(made)
    assert (
        "AzureOpenAI(azure_endpoint='https://some.openai.azure.com', azure_deployment='mine', api_version='2030')"
        in code
    )
    assert "secret" not in code


def test_an_object_cannot_be_made_again_and_the_cell_says_so():
    code = lines(WordModel())
    assert "an object of yours" in code
    with pytest.raises(NotImplementedError, match="the vector of QUESTION"):
        exec(code, {})


@pytest.mark.parametrize("provider", ["ollama", "openai"])
def test_a_hostile_name_stays_a_name(provider):
    assert repr(HOSTILE) in lines(embedding_model(f"{provider}:{HOSTILE}"))


def test_a_hostile_name_of_an_object_stays_in_its_comment():
    made = WordModel()
    made.id = f"test:{HOSTILE}"
    assert all(line.startswith(("#", "raise")) for line in lines(made).splitlines())
