"""The map as a file: of the kind its name says, with its question, and with nothing in it that could run."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from tests.figures.corpus import chunks, found, picture
from workbench.errors import InputError
from workbench.figures import map_figure, map_png, map_svg, passage_states, write_map, write_map_html
from workbench.figures.palette import LIGHT, OKABE_ITO
from workbench.records import Answer, Chunk, Citation, Passage, PromptRequest, Retrieval

EVIL = "<img src=x onerror=alert(1)> $x$ %{y} </script>\u202e<script>alert(2)</script>"
BLUE, ORANGE, GREEN = OKABE_ITO[:3]


def answered(retrieval: Retrieval, text="Llamas hum [1].", cited=(1,), in_prompt=2, **more) -> Answer:
    prompt = PromptRequest(retrieval.query, retrieval.passages[:in_prompt], ())
    citations = tuple(Citation(number, 0, 3, "a") for number in cited)
    return Answer(text, citations=citations, prompt=prompt, retrieval=retrieval, model="a model", **more)


class Page(HTMLParser):
    """The text of each element with a class, the attributes of every tag, outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style"} & set(self.open) and data.strip():
            self.text.append(data)


def written(tmp_path, retrieval=None, answer=None) -> tuple[str, Page]:
    figure = map_figure(picture(), chunks(), retrieval=retrieval)
    page = write_map_html(figure, tmp_path / "map.html", retrieval, answer).read_text(encoding="utf-8")
    return page, Page(page)


def test_the_name_says_what_kind_of_file_it_is(tmp_path):
    options = {"retrieval": found({"b.md:0": 0.9}), "title": "Map", "width": 300, "height": 200}
    svg = write_map(tmp_path / "map.svg", picture(), chunks(), **options)
    assert svg.read_text(encoding="utf-8") == map_svg(picture(), chunks(), **options)
    png = write_map(tmp_path / "map.PNG", picture(), chunks(), **options)
    assert png.read_bytes() == map_png(picture(), chunks(), **options)
    html = write_map(str(tmp_path / "map.html"), picture(), chunks(), **options, most=3).read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "<title>Map</title>" in html
    for name in ("map.pdf", "map"):
        with pytest.raises(InputError, match=rf"'{name}' does not say .* \.png, \.svg or \.html\."):
            write_map(tmp_path / name, picture(), chunks(), **options)
    assert not (tmp_path / "map").exists()


def test_an_answer_says_which_passages_are_cited(tmp_path):
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6, "a.md:1": 0.3})
    answer = answered(retrieval)
    assert passage_states(answer, retrieval) == ({1, 2}, {1})
    path = write_map(tmp_path / "map.svg", picture(), chunks(), answer=answer)
    expected = map_svg(picture(), chunks(), retrieval=retrieval, in_prompt={1, 2}, cited={1})
    assert path.read_text(encoding="utf-8") == expected
    told = write_map(tmp_path / "map.svg", picture(), chunks(), answer=answer, cited=None, in_prompt=None)
    assert told.read_text(encoding="utf-8") == map_svg(picture(), chunks(), retrieval=retrieval)


def test_an_answer_to_another_question_or_an_unfinished_one_says_less():
    retrieval, other = found({"b.md:0": 0.9}), found({"b.md:0": 0.9})
    assert passage_states(answered(other), retrieval) == (None, None)
    assert passage_states(None, retrieval) == (None, None)
    assert passage_states(Answer("x", retrieval=retrieval), retrieval) == (None, None)
    assert passage_states(answered(retrieval, streaming=True), retrieval) == ({1}, None)
    invalid = Answer(
        "x [9]", citations=(Citation(9, 2, 5, None),), prompt=answered(retrieval).prompt, retrieval=retrieval
    )
    assert passage_states(invalid, retrieval) == ({1}, frozenset())


def test_question_answer_and_passages_stand_below_the_map(tmp_path):
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6, "a.md:1": 0.3})
    _, page = written(tmp_path, answer=answered(retrieval))
    after = page.text[page.text.index("Where?") :]
    assert after == [
        "Where?", "Answer by a model", "Llamas hum [1].",
        "1", " · cosine 0.900 · b.md · cited", "Chunk 2 of b.md.",
        "2", " · cosine 0.600 · c.md · in the prompt, not cited", "Chunk 4 of c.md.",
        "3", " · cosine 0.300 · a.md · not in the prompt", "Chunk 1 of a.md.",
    ]  # fmt: skip
    items = [attributes for tag, attributes in page.tags if tag == "li"]
    assert [one["data-rank"] for one in items] == ["1", "2", "3"]
    assert all(one["tabindex"] == "0" for one in items)


def test_a_question_alone_and_one_that_found_nothing(tmp_path):
    _, page = written(tmp_path, found({"b.md:0": 0.9}))
    assert page.text[-3:] == ["1", " · cosine 0.900 · b.md", "Chunk 2 of b.md."]
    _, page = written(tmp_path, Retrieval("Why?", ()))
    assert page.text[-2:] == ["Why?", "No passage was found."]
    _, page = written(tmp_path)
    assert page.text[-1].startswith("5 passages")


def test_hostile_text_is_text_in_the_page(tmp_path):
    chunk = Chunk("b.md:0", EVIL, 0, 0, 9, f"{EVIL}\nsecond line", {"source": EVIL, "section": EVIL, "page": 3})
    retrieval = Retrieval(EVIL, (Passage(1, 0.5, chunk),))
    raw, page = written(tmp_path, answer=answered(retrieval, EVIL, problem=EVIL))
    shown = EVIL.replace("\u202e", " ")
    assert f"{shown}\nsecond line" in page.text
    assert f" · cosine 0.500 · {shown} · {shown} · p. 3 · cited" in page.text
    assert page.text.count(shown) == 3  # question, answer, problem
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert not any(tag == "img" for tag, _ in page.tags)
    assert "\u202e" not in raw
    assert "alert(2)</script>" not in raw


def test_the_page_may_load_nothing(tmp_path):
    raw, page = written(tmp_path, found({"b.md:0": 0.9}))
    (policy,) = [one["content"] for tag, one in page.tags if tag == "meta" and "http-equiv" in one]
    assert policy.startswith("default-src 'none';")
    assert not any({"src", "href"} & set(attributes) for _, attributes in page.tags)
    settings = json.loads(re.search(r'id="settings">(.*?)</script>', raw).group(1))
    assert settings["sizes"] == [20, 30]
    assert settings["themes"]["light"]["layout"]["font.color"] == LIGHT.muted
