"""Whatever the prompt is made of, the lines give it back letter for letter, and no text becomes code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.export.literals import is_plain, text_lines
from workbench.export.prompt_code import prompt_part
from workbench.records import Chunk, Message, Passage, PromptRequest

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("{}'\"\\\n #[]%1"), max_size=300)


def passages(*pairs: tuple[str, str]) -> tuple[Passage, ...]:
    """Make passages of (document, text)."""
    return tuple(
        Passage(rank, 1 / rank, Chunk(f"{name}:0", name, 0, 0, len(text), text))
        for rank, (name, text) in enumerate(pairs, start=1)
    )


def written(prompt: PromptRequest, found: int | None = None) -> list[dict[str, str]]:
    """Run the lines, and give what they call `messages`."""
    part = prompt_part(prompt, found or len(prompt.passages))
    space = {
        "QUESTION": prompt.question,
        "passages": [(one.chunk.document, one.chunk.text) for one in prompt.passages] + [("more", "more")] * 9,
    }
    if found is None:
        space["passages"] = space["passages"][: len(prompt.passages)]
    exec("\n".join((*part.imports, *part.lines)), space)
    return space["messages"]


def request_of(question: str, found: tuple[Passage, ...], block: str, end: str) -> PromptRequest:
    """Make a prompt as a builder does, of a format string."""
    quoted = "".join(block.format(n=one.rank, document=one.chunk.document, text=one.chunk.text) for one in found)
    return PromptRequest(question, found, (Message("system", "Be {brief}."), Message("user", f"Read:{quoted}{end}")))


def sent(prompt: PromptRequest) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in prompt.messages]


BLOCK = "\n\n[{n}] {document}\n{text}"
FENCED = '\n<passage-a1b2 number="{n}" source="{document}">\n{text}\n</passage-a1b2>'


@pytest.mark.parametrize("block", [BLOCK, FENCED])
def test_the_way_of_quoting_is_found_so_that_another_question_can_be_put(block):
    found = passages(("a/llama.md", "Llamas hum."), ("b.md#1", "Alpacas spit."), ("c", "Camels walk."))
    prompt = request_of("Who hums?", found, block, "\n\nQuestion: Who hums?")
    part = prompt_part(prompt, 3)
    code = "\n".join(part.lines)
    assert "{n}" in code
    assert "{document}" in code
    assert "Llamas hum." not in code
    assert "Who hums?" not in code
    assert written(prompt) == sent(prompt)


def test_a_passage_that_was_written_otherwise_stands_as_it_was_sent():
    found = passages(("a", "Source 1 says so."), ("b", "Alpacas spit."))
    content = "Read:\n[1] a\nSource\\ 1 says so.\n[2] b\nAlpacas spit.\nQ: why?"
    prompt = PromptRequest("why?", found, (Message("user", content),))
    assert written(prompt) == sent(prompt)


def test_what_did_not_fit_is_left_out_and_said():
    found = passages(("a", "Llamas hum."), ("b", "Alpacas spit."))
    prompt = request_of("Who?", found, BLOCK, "\n\nQuestion: Who?")
    code = "\n".join(prompt_part(prompt, 5).lines)
    assert "# Only the first 2 of 5 passages fitted the model's context; none was cut." in code
    assert written(prompt, found=5) == sent(prompt)


@given(
    st.lists(st.tuples(TEXT.filter(bool), TEXT.filter(bool)), max_size=4),
    TEXT,
    st.sampled_from([BLOCK, FENCED, "{document}{text}", "{text}"]),
)
def test_any_prompt_comes_back_letter_for_letter(pairs, question, block):
    prompt = request_of(question, passages(*pairs), block, f"\n\nQuestion: {question}")
    assert written(prompt) == sent(prompt)


@given(st.text(max_size=600))
def test_a_long_text_is_its_lines(text):
    assert eval("(" + "\n".join(text_lines(text)) + ")") == text


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_what_is_plain_is_itself_again(value):
    if is_plain(value):
        assert eval(repr(value)) == value
    else:
        assert "nan" in repr(value) or "inf" in repr(value)
