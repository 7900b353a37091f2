"""The lines that have a language model answer."""

from __future__ import annotations

import threading

import pytest

from tests.export.cells import run_cells
from tests.generation.chat_double import ChatDouble
from tests.generation.small_llama import small_llama
from workbench.export.answer_code import answer_part
from workbench.generation.huggingface import HuggingFaceChat
from workbench.records import Message, PromptRequest

PROMPT = PromptRequest("Who?", (), (Message("user", "Who?"),), context_tokens=2048, answer_tokens=99, seed=7)
WARM = PromptRequest("Who?", (), (Message("user", "Who?"),), answer_tokens=9, temperature=0.5, seed=7)
HOSTILE = "x'); import os; os.abort() #\n"


def lines(model, prompt=PROMPT) -> str:
    part = answer_part(model, prompt)
    code = "\n".join((*part.imports, *part.lines))
    compile(code, "cell", "exec")
    return code


def test_ollama_is_told_all_that_its_server_would_choose():
    code = lines("ollama:llama3.2")
    assert "options = {'temperature': 0.0, 'seed': 7, 'num_ctx': 2048, 'num_predict': 99}" in code
    assert "ollama.chat(model='llama3.2', messages=messages, options=options, think=False)" in code


def test_a_model_of_hugging_face_runs_with_its_own_template():
    code = lines("huggingface:some/model")
    assert "AutoModelForCausalLM.from_pretrained('some/model', dtype='float32')" in code
    assert "max_new_tokens=99, do_sample=False)" in code
    warm = lines("huggingface:some/model", WARM)
    assert "torch.manual_seed(7)\n" in warm
    assert "max_new_tokens=9, do_sample=True, temperature=0.5)" in warm


def test_openai_gets_temperature_seed_and_length():
    code = lines("openai:gpt-4o-mini")
    assert "model='gpt-4o-mini', messages=messages, temperature=0.0, seed=7, max_completion_tokens=99)" in code


@pytest.mark.parametrize("model", ["extractive", "llama_index:Mine", f"test:{HOSTILE}", "ollama:"])
def test_what_no_library_has_ends_with_the_prompt(model):
    code = lines(model)
    assert code.splitlines()[-1] == "print(messages[-1]['content'])"
    assert all(line.startswith(("# ", "print(")) for line in code.splitlines())


@pytest.mark.parametrize("provider", ["ollama", "huggingface", "openai"])
def test_a_hostile_name_stays_a_name(provider):
    assert repr(HOSTILE) in lines(f"{provider}:{HOSTILE}")


def cell(model: str, prompt: PromptRequest) -> str:
    messages = [{"role": one.role, "content": one.content} for one in prompt.messages]
    return f"messages, scores = {messages!r}, []\n{lines(model, prompt)}"


def test_the_lines_for_hugging_face_write_what_the_workbench_wrote(tmp_path):
    folder = str(small_llama(tmp_path / "small"))
    chat = HuggingFaceChat(folder)
    prompts = {"greedy": PROMPT, "warm": WARM}
    ran = run_cells({name: cell(f"huggingface:{folder}", one) for name, one in prompts.items()}, tmp_path)
    for name, prompt in prompts.items():
        ours = "".join(piece.text for piece in chat.stream(prompt, threading.Event()))
        assert ran[name].problem == ""
        assert ran[name].answer == ours != ""
    chat.close()


def test_the_lines_for_openai_send_the_request_and_read_the_reply(tmp_path):
    with ChatDouble(text="A llama hums.") as double:
        ran = run_cells(
            {"cell": cell("openai:small", PROMPT)}, tmp_path, OPENAI_BASE_URL=double.url, OPENAI_API_KEY="none"
        )["cell"]
    assert ran.problem == ""
    assert ran.answer == "A llama hums."
    assert double.asked == [
        {
            "messages": [{"role": "user", "content": "Who?"}],
            "model": "small",
            "temperature": 0.0,
            "seed": 7,
            "max_completion_tokens": 99,
        }
    ]
