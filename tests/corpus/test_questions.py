from __future__ import annotations

import pytest

from workbench.corpus.questions import parse_questions, unknown_documents
from workbench.records import Question


def test_lines_become_questions():
    text = '{"id": "q1", "question": " Who hums? ", "documents": ["a.md"]}\n\n{"id": 7, "question": "Why?"}\n'
    assert parse_questions(text) == ((Question("q1", "Who hums?", ("a.md",)), Question("7", "Why?", ())), [])


def test_the_line_stands_for_an_id_that_is_missing():
    text = '{"question": "One?"}\n{"id": null, "question": "Two?"}'
    assert [question.id for question in parse_questions(text)[0]] == ["1", "2"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 1 is not JSON"),
        ("[]", "line 1 is not an object"),
        ('{"id": "q"}', "line 1 has no question"),
        ('{"question": " "}', "line 1 has no question"),
        ('{"question": 7}', "line 1 has no question"),
        ('{"question": "Who?", "documents": "a.md"}', "line 1 has documents that are not a list of ids"),
        ('{"question": "Who?", "documents": [1]}', "line 1 has documents that are not a list of ids"),
    ],
)
def test_a_broken_line_is_named_and_the_others_kept(line, problem):
    questions, problems = parse_questions(line + '\n{"question": "Who?"}')
    assert [question.question for question in questions] == ["Who?"]
    assert problems == [problem]


def test_an_id_that_repeats_is_named():
    questions, problems = parse_questions('{"id": "q", "question": "One?"}\n{"id": "q", "question": "Two?"}')
    assert [question.question for question in questions] == ["One?"]
    assert problems == ["line 2 repeats the id 'q'"]


def test_documents_that_are_not_there_are_named():
    questions = (Question("q", "Who?", ("a.md", "z.md", "y.md")),)
    assert unknown_documents(questions, ["a.md"]) == "names documents that were not read: y.md; z.md"
    assert unknown_documents(questions, ["a.md", "y.md", "z.md"]) == ""
