"""What a terminal, a page or Jupyter would obey in a text is a sign, and half a character stops nothing."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser.canaries import canaries, line, marks
from tests.browser.hostile import HostileWriter, evil_map
from tests.widgets.scene import asked, scene
from workbench.errors import InputError, WorkbenchError
from workbench.figures.text import plain
from workbench.generation.answers import stream_answer
from workbench.records import Answer, Piece
from workbench.shown import escaped, joined, sendable, visible, whole
from workbench.widgets._label import PlainLabel
from workbench.widgets._render import summary_html, summary_lines
from workbench.widgets.status_panel import StatusPanel

ANY = st.text(st.characters(exclude_categories=()) | st.sampled_from("\ud83d\udc4d\u202e\x1b\r\n"))
OBEYED = set(
    map(chr, [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)


def test_signs_worked_out_by_hand():
    assert visible("\x1b[31mred\x00\x7f\x9b") == "␛[31mred␀␡\ufffd"
    assert visible("photo\u202egnp.exe \u2067a\u2069") == "photo\ufffdgnp.exe \ufffda\ufffd"
    assert visible("tab\tline\r\nend\n") == "tab\tline\r\nend\n"
    assert visible("safe\rEVIL") == "safe␍EVIL"
    assert visible("שלום \u200f👩‍👧 e\u0301") == "שלום \u200f👩‍👧 e\u0301"
    assert escaped("<b>\x1b\"'&") == "&lt;b&gt;␛&quot;&#x27;&amp;"


@pytest.mark.parametrize(
    ("text", "met", "made"),
    [("\ud83d\udc4d", "👍", "👍"), ("\ud83d", "\ud83d", "\ufffd"), ("\udc4d\ud83d", "\udc4d\ud83d", "\ufffd\ufffd")],
)
def test_halves_that_meet_are_joined_and_others_replaced(text, met, made):
    assert (joined(text), whole(text)) == (met, made)


@given(ANY)
def test_what_is_shown_can_be_sent_holds_nothing_obeyed_and_stays(text):
    shown = visible(text)
    shown.encode()
    assert not OBEYED & set(shown)
    assert visible(shown) == shown
    assert html.unescape(escaped(shown)) == html.unescape(html.escape(shown))


@given(ANY, ANY)
def test_state_that_can_be_sent_is_itself_and_all_other_loses_halves_alone(name, text):
    state = {name: [text, 1, None, {"a": text}]}
    sent = sendable(state)
    json.dumps(sent, ensure_ascii=False).encode()
    if not re.search("[\ud800-\udfff]", name + text):
        assert sent is state


def test_errors_of_ours_say_signs():
    assert str(InputError(f"There is no {line()}.")) == visible(f"There is no {line()}.")
    assert isinstance(WorkbenchError("a"), Exception)


def test_an_emoji_that_two_pieces_share_is_whole_and_half_a_one_is_replaced():
    class Halves(HostileWriter):
        id = "test:halves"

        def __init__(self, *pieces):
            self.pieces = pieces

        def stream(self, request, cancel):
            yield from map(Piece, self.pieces)
            yield Piece(done=True, reason="stop")

    from threading import Event

    _, _, answer = evil_map()
    *_, last = stream_answer(answer.retrieval, Halves("good \ud83d", "\udc4d, bad \ud83d"), Event())
    assert last.text == "good 👍, bad \ufffd"


def test_a_panel_sends_what_jupyter_can():
    wb = scene()
    panel = StatusPanel(wb)
    wb.publish(error=RuntimeError(line()))
    json.dumps(panel.live.get_state("state"), ensure_ascii=False).encode()
    assert all(mark in panel.live.state["error"] for mark in marks())
    panel.close()


def test_labels_and_summaries_are_not_set_as_formulas():
    label = PlainLabel("$x$ \u202e")
    assert label._dom_classes == ("tex2jax_ignore", "mathjax_ignore")
    label.say("\x1b$y$")
    assert label.value == "␛$y$"
    label.close()
    wb = asked()
    wb.publish(answer=replace(wb.answer, text=line(), model=line()))
    said = summary_html(wb)
    assert said.startswith('<div class="tex2jax_ignore mathjax_ignore">')
    assert all(mark in said for mark in marks())
    assert not OBEYED & set(said + "".join(summary_lines(wb)))
    assert re.findall(r"<(?!/?(?:div|p|b|ul|li|small|img)\b)", said) == []


def test_records_in_a_cell_escape_every_canary():
    _, _, answer = evil_map()
    for shown in (answer, answer.retrieval):
        said = shown._repr_html_()
        said.encode()
        assert "tex2jax_ignore mathjax_ignore" in said
        assert re.findall(r"<(?:script|img|svg|iframe|style|a|i|h1)\b(?! scoped)", said) == []
    assert not OBEYED & set(repr(answer) + repr(answer.retrieval) + answer._repr_html_())
    assert isinstance(answer, Answer)


@pytest.mark.parametrize("text", canaries().values(), ids=canaries())
def test_plotly_strings_hold_no_markup(text):
    said = plain(text)
    said.encode()
    assert not set("<>$%") & set(said)
    assert not OBEYED & set(said)
