"""The lines that have the language model answer."""

from __future__ import annotations

from workbench.export.literals import Part, call, comment
from workbench.records import PromptRequest

__all__ = ["answer_part"]


def answer_part(model: str, prompt: PromptRequest) -> Part:
    """Give the lines that set `answer` from `messages`.

    Parameters
    ----------
    model
        Id of the language model, `provider:name`.
    prompt
        Says the temperature, the seed, and how many tokens there are.
    """
    provider, _, name = model.partition(":")
    known = {"ollama": _ollama, "huggingface": _huggingface, "openai": _openai}
    if name and provider in known:
        return known[provider](name, prompt)
    if model == "extractive":
        said = (
            "No language model answered: 'extractive', which quotes the sentences of these passages that are closest "
            "to the question, is the workbench's own. Any model can be given the messages."
        )
    else:
        said = f"The language model was {model!r}, an object or a program of its own: give it the messages."
    return Part((), (*comment(said), "print(messages[-1]['content'])"))


def _ollama(name: str, prompt: PromptRequest) -> Part:
    options: dict[str, object] = {"temperature": prompt.temperature, "seed": prompt.seed}
    if prompt.context_tokens:
        options["num_ctx"] = prompt.context_tokens
    if prompt.answer_tokens:
        options["num_predict"] = prompt.answer_tokens
    lines = [
        *comment(
            "num_ctx is said, because the server's own default would drop what does not fit, and answer all the same. "
            "OLLAMA_HOST says where the server is."
        ),
        f"options = {options!r}",
        f"reply = ollama.chat(model={name!r}, messages=messages, options=options, think=False)",
        "answer = reply.message.content",
        "print(answer)",
    ]
    return Part(("import ollama",), tuple(lines))


def _huggingface(name: str, prompt: PromptRequest) -> Part:
    sampling = "do_sample=False"
    seeded: tuple[str, ...] = ()
    if prompt.temperature > 0:
        sampling = f"do_sample=True, temperature={prompt.temperature!r}"
        seeded = (f"torch.manual_seed({prompt.seed!r})",)
    lines = [
        *comment(
            "The chat template is the model's own; enable_thinking is for those that would think aloud first. Without "
            "max_new_tokens, generate stops after 20."
        ),
        f"tokenizer = {call('AutoTokenizer.from_pretrained', name)}",
        f"writer = {call('AutoModelForCausalLM.from_pretrained', name, dtype='float32')}",
        "asked = tokenizer.apply_chat_template(",
        "    messages, add_generation_prompt=True, return_dict=True, return_tensors='pt', enable_thinking=False",
        ")",
        *seeded,
        f"written = writer.generate(**asked, max_new_tokens={prompt.answer_tokens or 512!r}, {sampling})",
        "answer = tokenizer.decode(written[0, asked['input_ids'].shape[1]:], skip_special_tokens=True)",
        "print(answer)",
    ]
    imports = ["from transformers import AutoModelForCausalLM, AutoTokenizer", *(["import torch"] if seeded else [])]
    return Part(tuple(imports), tuple(lines))


def _openai(name: str, prompt: PromptRequest) -> Part:
    named = {"temperature": prompt.temperature, "seed": prompt.seed}
    if prompt.answer_tokens:
        named["max_completion_tokens"] = prompt.answer_tokens
    given = call("", **named)[1:-1]
    lines = [
        *comment(
            "This sends the prompt to the server of OPENAI_BASE_URL, by default OpenAI's, with OPENAI_API_KEY. Other "
            "servers than OpenAI's know max_completion_tokens as max_tokens."
        ),
        f"reply = OpenAI().chat.completions.create(model={name!r}, messages=messages, {given})",
        "answer = reply.choices[0].message.content",
        "print(answer)",
    ]
    return Part(("from openai import OpenAI",), tuple(lines))
