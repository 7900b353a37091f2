"""The live map: it follows the workbench in single messages, and the workbench follows the pointer."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from plotly.callbacks import InputDeviceState, Points

from tests.figures.corpus import PLACES, chunks, found, picture
from tests.widgets.fake import FakeWorkbench
from workbench.figures import map_traces
from workbench.figures.palette import DARK, LIGHT, OKABE_ITO
from workbench.records import Answer, Chunk, Citation, Clustering, Projection, PromptRequest
from workbench.widgets.map_figure import height_for
from workbench.widgets.map_panel import MapPanel

BLUE, ORANGE, GREEN = OKABE_ITO[:3]
EVIL = "<img src=x onerror=alert(1)> $x$"


@pytest.fixture
def wb():
    wb = FakeWorkbench(chunks=chunks(year=[1, 2, 3, 4, 5]), projection=picture())
    wb.publish(colors=("source", "similarity", "year"))
    return wb


@pytest.fixture
def panel(wb):
    panel = MapPanel(wb)
    yield panel
    panel.close()


def trace(panel, name):
    return next(one for one in panel.figure.widget.data if one.name == name)


def point(panel, event, name, *rows, keys=None):
    """Do what plotly does when the page reports an event: it calls every trace, most of them with nothing."""
    for index, one in enumerate(panel.figure.widget.data):
        inds = list(rows) if one.name == name else []
        points = Points(inds, [], [], one.name, index)
        if event in {"on_click", "on_hover", "on_unhover"}:
            getattr(one, f"_dispatch_{event}")(points, keys or InputDeviceState())
        elif event == "on_selection":
            one._dispatch_on_selection(points, None)
        else:
            one._dispatch_on_deselect(points)


def is_missing(value):
    """Whether a value in a message stands for `this trace keeps its own`."""
    return type(value) is object


@pytest.fixture
def sent(panel, monkeypatch):
    """Collect the update messages that the figure sends, as (trace names, properties)."""
    messages = []
    send = panel.figure.widget._send_update_msg

    def note(restyle_data, relayout_data, trace_indexes=None, **rest):
        names = [panel.figure.names[i] for i in trace_indexes or []]
        messages.append((names, restyle_data, relayout_data))
        return send(restyle_data, relayout_data, trace_indexes, **rest)

    monkeypatch.setattr(panel.figure.widget, "_send_update_msg", note)
    return messages


def test_the_live_map_has_what_the_static_one_has(panel):
    expected = map_traces(picture(), chunks())
    assert trace(panel, "points").x.tolist() == expected["points"]["x"].tolist()
    assert trace(panel, "points").marker.color.tolist() == expected["points"]["marker"]["color"].tolist()
    assert list(trace(panel, "points").text) == expected["points"]["text"]
    assert panel.method.value == "UMAP"
    assert panel._summary.value.startswith("5 passages; 71 of 100 true neighbours")
    assert panel.figure.widget._config["showSendToCloud"] is False
    assert panel.figure.widget._config["typesetMath"] is False


def test_a_question_is_one_message_that_leaves_the_points_where_they_are(wb, panel, sent):
    wb.publish(retrieval=found({"b.md:0": 0.9, "c.md:0": 0.6}))
    assert len(sent) == 1
    names, _, layout = sent[0]
    assert set(names) == {"points", "lines 0", "lines 2", "passages", "query"}
    assert layout == {}
    changed = {key for key, values in sent[0][1].items() if not is_missing(values[names.index("points")])}
    assert changed == {"marker.opacity"}
    assert trace(panel, "passages").text == ("2", "1")
    assert panel._summary.value.endswith("The star is approximate: it lies among the passages most like the question.")


def test_the_second_question_leaves_no_line_of_the_first(wb, panel):
    wb.publish(retrieval=found({"b.md:0": 0.9, "c.md:0": 0.6, "a.md:0": 0.1}))
    wb.publish(retrieval=found({"c.md:0": 0.5}))
    ends = [list(trace(panel, f"lines {i}").x[1::4]) for i in range(3)]
    assert ends == [[], [], [10]]
    assert trace(panel, "passages").text == ("1",)
    wb.publish(retrieval=None)
    assert [len(trace(panel, f"lines {i}").x) for i in range(3)] == [0, 0, 0]
    assert trace(panel, "points").marker.opacity == LIGHT.opacity


def test_passages_outside_the_prompt_become_hollow_once_while_an_answer_streams(wb, panel, sent):
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6})
    wb.publish(retrieval=retrieval)
    prompt = PromptRequest("q", retrieval.passages[:1], ())
    for text in ("Lla", "Llamas", "Llamas are"):
        wb.publish(answer=Answer(text, prompt=prompt, retrieval=retrieval, streaming=True))
    assert len(sent) == 2
    assert trace(panel, "passages").marker.color == (LIGHT.background, ORANGE)


def test_cited_passages_are_full_and_the_others_light(wb, panel, sent):
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6})
    wb.publish(retrieval=retrieval)
    prompt = PromptRequest("q", retrieval.passages, ())
    cited = (Citation(1, 5, 8, "b.md:0"), Citation(9, 9, 12, None))
    for citations in ((), cited[:1], cited):
        wb.publish(
            answer=Answer("Wool [1][9]", citations=citations, prompt=prompt, retrieval=retrieval, streaming=True)
        )
    assert len(sent) == 2  # the question and the first citation: the prompt and one that is not valid change nothing
    second, first = trace(panel, "passages").marker.color
    assert first == ORANGE
    assert second not in (GREEN, LIGHT.background)


def test_an_answer_to_an_earlier_question_hollows_nothing(wb, panel):
    earlier = found({"a.md:0": 0.9})
    wb.publish(retrieval=found({"b.md:0": 0.9, "c.md:0": 0.6}))
    wb.publish(answer=Answer("old", prompt=PromptRequest("q", earlier.passages, ()), retrieval=earlier))
    assert trace(panel, "passages").marker.color == (GREEN, ORANGE)


def test_clicking_opens_the_chunk(wb, panel):
    point(panel, "on_click", "points", 3)
    assert wb.opened == "b.md:1"
    wb.publish(retrieval=found({"b.md:0": 0.9, "c.md:0": 0.6}))
    point(panel, "on_click", "passages", 0)
    assert wb.opened == "c.md:0"


@pytest.mark.parametrize("held", ["shift", "ctrl", "meta"])
def test_a_click_with_a_key_held_adds_to_the_selection_and_takes_out_again(wb, panel, held):
    keys = InputDeviceState(**{held: True})
    wb.selection = ["a.md:0"]
    point(panel, "on_click", "points", 3, keys=keys)
    assert wb.selection == ("a.md:0", "b.md:1")
    wb.publish(retrieval=found({"b.md:0": 0.9, "c.md:0": 0.6}))
    point(panel, "on_click", "passages", 0, keys=keys)
    assert wb.selection == ("a.md:0", "b.md:1", "c.md:0")
    point(panel, "on_click", "points", 3, keys=keys)
    assert wb.selection == ("a.md:0", "c.md:0")
    assert wb.opened == ""


def test_a_lasso_selects_and_the_selection_is_ringed(wb, panel):
    point(panel, "on_selection", "points", 4, 0)
    assert wb.selection == ("c.md:0", "a.md:0")
    assert trace(panel, "selected").x.tolist() == [0, 10]
    assert panel.clear.layout.display is None
    panel.clear.click()
    assert wb.selection == ()
    assert trace(panel, "selected").x.tolist() == []
    assert panel.clear.layout.display == "none"
    wb.selection = ["b.md:0"]
    assert trace(panel, "selected").y.tolist() == [4]
    point(panel, "on_selection", "")  # plotly's echo once the outline is gone
    assert wb.selection == ("b.md:0",)
    point(panel, "on_deselect", "")
    assert wb.selection == ()


def test_hovering_a_passage_focuses_it_and_a_focus_from_elsewhere_grows_it(wb, panel, sent):
    wb.publish(retrieval=found({"b.md:0": 0.9, "c.md:0": 0.6}))
    sent.clear()
    point(panel, "on_hover", "passages", 1)
    assert wb.focus == 1
    point(panel, "on_unhover", "passages", 1)
    assert wb.focus == 0
    point(panel, "on_hover", "points", 4)  # where the marker of passage 2 lies
    assert wb.focus == 2
    point(panel, "on_unhover", "points", 4)
    point(panel, "on_hover", "points", 0)
    assert wb.focus == 0
    assert sent == []  # nothing under the pointer is redrawn
    wb.focus = 2
    assert trace(panel, "passages").marker.size == (30, 20)
    point(panel, "on_hover", "passages", 1)
    assert trace(panel, "passages").marker.size == (20, 20)


def test_colour_by_another_field_and_back(wb, panel, sent):
    panel.colors.value = "year"
    assert wb.color == "year"
    assert trace(panel, "points").marker.color.tolist() == pytest.approx([0.1, 0.325, 0.55, 0.775, 1.0])
    assert len(sent) == 1
    wb.color = "source"
    assert panel.colors.value == "source"


def test_new_fields_to_colour_by_do_not_choose_one(wb, panel):
    wb.color = "year"
    wb.publish(colors=("source", "similarity", "folder", "year"))
    assert panel.colors.options == ("source", "similarity", "folder", "year")
    assert (panel.colors.value, wb.color) == ("year", "year")


def test_a_field_that_is_gone_is_said_and_the_map_stays(wb, panel):
    wb.color = "folder"
    assert panel._summary.value.startswith("The map cannot be coloured by 'folder': no chunk has it.")
    assert len(trace(panel, "points").x) == 5


def test_a_new_layout_of_the_same_chunks_wanders_into_the_same_figure(wb, panel, monkeypatch):
    animated = []
    monkeypatch.setattr(panel.figure.widget, "_send_animate_msg", lambda **message: animated.append(message))
    before = panel.figure
    moved = Projection(ids=tuple(PLACES), coordinates=picture().coordinates * 2, method="umap", trust=0.8)
    wb.publish(projection=moved)
    assert panel.figure is before
    assert len(animated) == 1
    assert trace(panel, "points").x.tolist() == [0, 4, 0, 4, 20]
    assert "80 of 100" in panel._summary.value


def test_three_dimensions_and_back_reuse_their_figures(wb, panel):
    flat = panel.figure
    panel.depth.value = True
    assert wb.dimensions == 3
    wb.publish(projection=picture(3))
    assert panel.frame.children == (panel.figure.widget,)
    assert trace(panel, "points").type == "scatter3d"
    wb.publish(projection=picture())
    assert panel.figure is flat
    assert trace(panel, "points").type == "scatter"


def test_the_theme_and_the_width_of_the_page_are_followed(wb, panel):
    wb.publish(retrieval=found({"b.md:0": 0.9}))
    panel.surroundings.dark = True
    assert trace(panel, "query").marker.color == DARK.text
    assert trace(panel, "points").marker.opacity == DARK.dimmed
    panel.surroundings.width = 480
    assert (panel.figure.widget.layout.width, panel.figure.widget.layout.height) == (480, height_for(480))
    assert [height_for(width) for width in (100, 500, 2000)] == [260, 400, 560]


def test_a_page_that_opens_late_gets_the_state_of_now(wb, panel):
    wb.publish(retrieval=found({"b.md:0": 0.9}))
    state = panel.figure.widget.get_state()
    data = {one["name"]: one for one in state["_widget_data"]}
    assert list(data["passages"]["text"]) == ["1"]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny_corpora(n):
    whole = picture()
    wb = FakeWorkbench(chunks=chunks()[:n])
    panel = MapPanel(wb)
    assert panel._summary.value == "No passages to show yet."
    wb.publish(projection=Projection(ids=whole.ids[:n], coordinates=whole.coordinates[:n]))
    wb.publish(retrieval=found({"a.md:0": 0.5}))
    assert len(trace(panel, "points").x) == n
    assert trace(panel, "passages").text == ("1",) * min(n, 1)
    panel.close()


def test_twenty_thousand_points_are_webgl_and_a_question_does_not_send_them_again():
    ids = tuple(f"a.md:{i}" for i in range(20_000))
    everything = tuple(Chunk(name, "a.md", i, 0, 4, "text", {"source": "a.md"}) for i, name in enumerate(ids))
    places = np.random.default_rng(0).normal(size=(20_000, 2)).astype(np.float32)
    wb = FakeWorkbench(chunks=everything, projection=Projection(ids=ids, coordinates=places))
    panel = MapPanel(wb)
    messages = []
    panel.figure.widget._send_update_msg = lambda **message: messages.append(message)
    wb.publish(retrieval=found({"a.md:0": 0.5}))
    assert trace(panel, "points-gl").visible is True
    assert trace(panel, "passages-gl").text == ("1",)
    assert max(np.size(value) for values in messages[0]["restyle_data"].values() for value in values) < 10
    point(panel, "on_selection", "points-gl", *range(500))
    assert len(wb.selection) == 500
    panel.close()


def test_hostile_text_stays_text():
    ids = tuple(f"{EVIL}:{i}" for i in range(5))
    everything = tuple(Chunk(i, EVIL, n, 0, 9, EVIL, {"source": EVIL, EVIL: EVIL}) for n, i in enumerate(ids))
    wb = FakeWorkbench(chunks=everything, projection=Projection(ids=ids, coordinates=picture().coordinates))
    wb.publish(colors=("source", "similarity", EVIL))
    panel = MapPanel(wb)
    panel.colors.value = EVIL
    whole = panel.figure.widget.get_state()
    state = str([whole["_widget_data"], whole["_widget_layout"]])
    assert "&lt;img src=x onerror=alert(1)&gt; &#36;x&#36;" in state
    assert "<img" not in state
    assert "$" not in state
    assert panel.colors.options[2] == EVIL  # ipywidgets sets options as text
    panel.close()


def test_closing_leaves_nothing_behind(wb):
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    panel = MapPanel(wb)
    wb.publish(projection=picture(3))
    panel.close()
    assert set(_instances) == before
    wb.publish(projection=picture())  # nobody listens
    assert wb._trait_notifiers.get("projection", {}).get("change", []) == []


def test_nothing_to_draw_builds_no_figure():
    panel = MapPanel(FakeWorkbench(chunks=chunks()))
    assert (panel._figures, panel.frame.children) == ({}, ())
    assert panel._summary.value == "No passages to show yet."
    panel.wb.publish(projection=picture())
    assert panel.frame.children == (panel.figure.widget,)
    assert len(trace(panel, "points").x) == 5
    panel.close()


def test_the_first_picture_waits_for_what_figures_need_and_holds_nobody_up(wb, monkeypatch):
    waiting = []
    monkeypatch.setattr("workbench.widgets.map_view.when_importable", lambda then, failed: waiting.append(then))
    panel = MapPanel(wb)
    wb.publish(retrieval=found({"b.md:0": 0.9}))
    assert (panel.frame.children, len(waiting)) == ((), 1)  # asked for once
    waiting[0]()
    assert panel.frame.children == (panel.figure.widget,)
    assert trace(panel, "passages").text == ("1",)
    panel.close()
    other = MapPanel(wb)
    other.close()
    waiting[1]()
    assert other.frame.children == ()  # closed meanwhile


def test_an_installation_that_cannot_draw_says_so(wb, monkeypatch):
    def broken():
        raise ImportError("No module named 'plotly'")

    broken.cache_info = lambda: SimpleNamespace(currsize=0)
    monkeypatch.setattr("workbench.widgets.map_figure.figure_class", broken)
    said = threading.Event()
    wb.observe(lambda _: said.set(), names="error")
    panel = MapPanel(wb)
    assert said.wait(60)
    assert "ImportError: No module named 'plotly'" in str(wb.error)
    panel.close()


def test_the_colour_of_clusters_finds_them_where_nobody_has(wb, panel):
    panel.colors.options = (*panel.colors.options, "cluster")
    panel.colors.value = "cluster"
    assert wb.calls == [("cluster",)]
    wb.publish(clustering=Clustering(picture().ids, np.full(5, -1, dtype=np.int32), ()))
    wb.color = "source"
    wb.color = "cluster"
    assert wb.calls == [("cluster",)]
