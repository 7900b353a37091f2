import base64
import re

import ipywidgets.widgets.widget as kernel_side
import pytest
from ipywidgets import HBox, Text, VBox

from tests.figures.corpus import chunks, picture
from tests.widgets.fake import FakeWorkbench
from workbench.records import Progress
from workbench.widgets._base import Panel, close_widget
from workbench.widgets._render import element, summary_html, summary_lines
from workbench.widgets._words import bytes_text, count, duration, job_text
from workbench.widgets.theme import app_box, stylesheet


class Shown(Panel):
    def __init__(self, wb):
        super().__init__(wb)
        self.seen = []
        self.widget = VBox([HBox([Text()]), Text()])
        self.watch(("query", "status"), lambda change: self.seen.append((change["name"], change["new"])))


@pytest.fixture
def widgets():
    """The ids of the widgets that were made since and are still open."""
    before = set(kernel_side._instances)
    return lambda: set(kernel_side._instances) - before


def test_watch_tells_of_inputs_and_outputs_until_closed():
    wb = FakeWorkbench()
    panel = Shown(wb)
    wb.query = "llamas"
    wb.publish(status="Ready")
    panel.close()
    wb.query = "camels"
    assert panel.seen == [("query", "llamas"), ("status", "Ready")]


def test_close_takes_children_layouts_and_styles_along(widgets):
    panel = Shown(FakeWorkbench())
    assert len(widgets()) == 10  # two boxes, two texts, their layouts, the styles of the texts
    panel.close()
    assert widgets() == set()
    panel.close()


def test_the_app_box_closes_with_its_theme(widgets):
    box = app_box(Text())
    assert "wb-app" in box._dom_classes
    close_widget(box)
    assert widgets() == set()


def test_the_stylesheet_starts_with_the_theme_and_stays_below_the_app():
    sheet = stylesheet()
    assert sheet.index("--wb-accent: #0072b2") < sheet.index(".wb-status")
    assert sheet.count("{") == sheet.count("}")


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (4_100_000, "4.1 MB"), (12.6e9, "13 GB")]
)
def test_bytes(size, said):
    assert bytes_text(size) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.62, "0.6 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")],
)
def test_durations(seconds, said):
    assert duration(seconds) == said


def test_counts_agree_with_their_noun():
    assert [count(1, "file"), count(2318, "chunk"), count(0, "query", "queries")] == [
        "1 file",
        "2,318 chunks",
        "0 queries",
    ]


def test_a_job_says_how_far_how_fast_and_how_long():
    job = Progress("embed", "Embedding", 640, 980, "chunks", 52.4, 6.5)
    assert job_text(job) == "640 of 980 · 52 chunks a second · 6.5 s left"
    assert job_text(Progress("pull", "x", 27_400_000, 274_000_000, "bytes", 1_500_000.0)) == (
        "27 MB of 274 MB · 1.5 MB a second"
    )


def test_elements_escape_all_that_is_not_an_element():
    assert element("p", element("b", "<i>"), "a & b") == "<p><b>&lt;i&gt;</b>a &amp; b</p>"


def test_the_summary_says_what_is_there_and_runs_nothing():
    wb = FakeWorkbench(corpus_name="<script>alert(1)</script>", embedded=0)
    assert summary_lines(wb) == [
        "Workbench: <script>alert(1)</script>",
        "Corpus: 0 documents, 0 chunks",
        "Model: all-MiniLM-L6-v2",
        "Embedded: 0 of 0",
    ]
    assert "<script" not in summary_html(wb)


def test_a_panel_closes_after_its_workbench_too():
    wb = FakeWorkbench()
    panel = Shown(wb)
    wb.unobserve_all()
    panel.close()


def test_a_page_without_a_kernel_has_a_picture_of_the_map():
    wb = FakeWorkbench(chunks=chunks(), projection=picture())
    assert "<img" not in summary_html(FakeWorkbench(chunks=chunks()))
    found = summary_html(wb)
    (inside,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', found)
    assert b"<circle" in base64.b64decode(inside)
    (said,) = re.findall(r'alt="([^"]+)"', found)
    assert said.startswith("5 passages; 71 of 100 true neighbours")


def test_a_colour_that_no_chunk_has_leaves_the_picture_out_and_hides_nothing_else():
    wb = FakeWorkbench(chunks=chunks(), projection=picture())
    wb.color = "soruce"
    found = summary_html(wb)
    assert "<img" not in found
    assert "The live panels need a running kernel" in found
