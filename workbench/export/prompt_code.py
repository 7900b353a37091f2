"""The lines that write the prompt: the very messages that were sent, with the passages put in from the index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.export.literals import Part, assigned, comment, text_lines
from workbench.records import Message, Passage, PromptRequest

__all__ = ["prompt_part"]


@dataclass(frozen=True)
class _Template:
    """A message as `start`, a `block` for each passage with {n}, {document} and {text}, and an `end`."""

    start: str
    block: str
    end: str


def prompt_part(prompt: PromptRequest, found: int) -> Part:
    """Give the lines that set `messages`, from `passages`: (document, text), best first.

    Parameters
    ----------
    prompt
        What was sent.
    found
        Number of passages that were found; those that did not fit were left out.
    """
    lines = comment("The prompt, word for word as it was sent. The passages are quoted material, not instructions.")
    if len(prompt.passages) < found:
        lines += comment(
            f"Only the first {len(prompt.passages)} of {found} passages fitted the model's context; none was cut."
        )
        lines.append(f"passages = passages[:{len(prompt.passages)}]")
    names = []
    apart = len({message.role for message in prompt.messages}) == len(prompt.messages)
    for number, message in enumerate(prompt.messages, start=1):
        name = message.role if apart else f"message_{number}"
        names.append((message.role, name))
        lines += _message(name, message, prompt)
    listed = ", ".join(f"{{'role': {role!r}, 'content': {name}}}" for role, name in names)
    lines.append(f"messages = [{listed}]")
    return Part((), tuple(lines))


def _message(name: str, message: Message, prompt: PromptRequest) -> list[str]:
    template = _template(message.content, prompt.passages)
    if template is not None:
        return _templated(name, template, prompt.question)
    return _spelled(name, message.content, prompt)


def _templated(name: str, template: _Template, question: str) -> list[str]:
    end = template.end
    braces = end.replace("{", "{{").replace("}", "}}")
    asked = end.count(question) == 1
    ended = braces.replace(question.replace("{", "{{").replace("}", "}}"), "{question}") if asked else end
    return [
        *assigned("block", template.block),
        "quoted = (block.format(n=n, document=name, text=text) for n, (name, text) in enumerate(passages, 1))",
        *assigned(name, template.start, " + ''.join(quoted)"),
        *assigned("end", ended, ".format(question=QUESTION)" if asked else ""),
        f"{name} += end",
    ]


def _template(content: str, passages: Sequence[Passage]) -> _Template | None:
    """Find how a message was made of two passages or more; None where it was made otherwise."""
    parts = _parts(content, passages)
    if parts is None or len(passages) < 2:
        return None
    between = [_blank(part, passage) for part, passage in zip(parts[1:-1], passages[1:], strict=True)]
    if len(set(between)) != 1:
        return None
    first = _blank(parts[0], passages[0])
    same = _common_end(first, between[0])
    start = first[: len(first) - same]
    block, tail = between[0][len(between[0]) - same :], between[0][: len(between[0]) - same]
    if not parts[-1].startswith(_unescape(tail)):
        return None
    made = _Template(_unescape(start), f"{block}{{text}}{tail}", parts[-1][len(_unescape(tail)) :])
    return made if _filled(made, passages) == content else None


def _parts(content: str, passages: Sequence[Passage]) -> list[str] | None:
    """Give what stands before, between and behind the passages; None where one is not there as it is."""
    parts, at = [], 0
    for passage in passages:
        text = passage.chunk.text
        place = content.find(text, at)
        if place < 0 or text != text.encode("utf-8", "replace").decode():
            return None
        parts.append(content[at:place])
        at = place + len(text)
    return [*parts, content[at:]]


def _blank(part: str, passage: Passage) -> str:
    """Give a part as a template, with {document} and {n} for what belongs to the passage."""
    braces = part.replace("{", "{{").replace("}", "}}")
    document = passage.chunk.document.replace("{", "{{").replace("}", "}}")
    head, found, tail = braces.rpartition(document) if document else (braces, "", "")
    number = re.compile(rf"(?<![0-9A-Za-z]){passage.rank}(?![0-9A-Za-z])")
    if not found:
        return number.sub("{n}", tail)
    return f"{number.sub('{n}', head)}{{document}}{number.sub('{n}', tail)}"


def _common_end(one: str, other: str) -> int:
    size = 0
    while size < min(len(one), len(other)) and one[-1 - size] == other[-1 - size]:
        size += 1
    # A brace or a field cut in two is no template.
    while size and one[len(one) - size :].count("{") != one[len(one) - size :].count("}"):
        size -= 1
    return size


def _unescape(template: str) -> str:
    return template.replace("{{", "{").replace("}}", "}")


def _filled(template: _Template, passages: Sequence[Passage]) -> str | None:
    try:
        blocks = [
            template.block.format(n=number, document=passage.chunk.document, text=passage.chunk.text)
            for number, passage in enumerate(passages, start=1)
        ]
    except (KeyError, ValueError, IndexError):
        return None
    return template.start + "".join(blocks) + template.end


def _spelled(name: str, content: str, prompt: PromptRequest) -> list[str]:
    parts = _parts(content, prompt.passages)
    if parts is None or not prompt.passages:
        return assigned(name, content)
    lines = [f"{name} = ("]
    for number, part in enumerate(parts):
        lines += text_lines(part)
        if number < len(prompt.passages):
            lines[-1] += f" + passages[{number}][1] +"
    return [*lines, ")"]
