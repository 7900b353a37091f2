"""Pictures without a browser: what lies in them, that they say what they leave out, and that text stays text."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from tests.figures.corpus import PLACES, chunks, found, picture
from workbench.errors import InputError
from workbench.figures import describe_map, map_png, map_svg
from workbench.figures.palette import DARK, LIGHT, OKABE_ITO, mix
from workbench.records import Chunk, Cluster, Clustering, Passage, Projection, Region, Retrieval

BLUE, ORANGE, GREEN = OKABE_ITO[:3]
EVIL = "<img src=x onerror=alert(1)> $x$ %{y} </script> \u202egnp.exe\x00 ]]> \ufffe"
SVG = "{http://www.w3.org/2000/svg}"
KNOWN = {"svg", "title", "desc", "rect", "g", "path", "line", "circle", "ellipse", "polygon", "text"}


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def all_of(svg: str, tag: str) -> list[ET.Element]:
    return list(parsed(svg).iter(SVG + tag))


def words(svg: str) -> list[str]:
    return [one.text for one in all_of(svg, "text")]


def dots(svg: str) -> dict[str, list[tuple[float, float]]]:
    """Give the centres of the points by colour."""
    (group,) = [one for one in all_of(svg, "g") if one.get("class") == "points"]
    centres = {}
    for path in group:
        moves = [move.removesuffix("h0").split() for move in path.get("d").split("M")[1:]]
        centres[path.get("stroke")] = [(float(x), float(y)) for x, y in moves]
    return centres


def numbered(svg: str) -> dict[str, dict[str, str]]:
    """Give fill, stroke and stroke-width of the circle under each number."""
    circles = {(one.get("cx"), one.get("cy")): one for one in all_of(svg, "circle") if one.get("r") == "10"}
    texts = [one for one in all_of(svg, "text") if one.text.isdigit()]
    return {
        one.text: circles[one.get("x"), one.get("y")].attrib for one in texts if (one.get("x"), one.get("y")) in circles
    }


def large(n: int) -> Projection:
    places = np.random.default_rng(1).normal(size=(n, 2)).astype(np.float32)
    return Projection(tuple(f"a.md:{i}" for i in range(n)), places, method="umap")


def test_points_lie_where_the_map_has_them_in_units_equal_on_both_axes():
    svg = map_svg(picture(), chunks(), width=1000, height=500)
    a, b, c = (dots(svg)[color] for color in (BLUE, ORANGE, GREEN))
    (x0, y0), (x1, y1) = a
    unit = (x1 - x0) / 2
    assert y0 == y1
    assert b[0][1] == pytest.approx(y0 - 4 * unit, abs=0.2)  # up is less
    assert c[0] == pytest.approx((x0 + 10 * unit, y0 - 4 * unit), abs=0.2)
    assert words(svg) == ["a.md", "b.md", "c.md"]
    assert x0 > 0
    assert c[0][0] < 1000


def test_a_question_its_lines_and_the_three_states_of_its_passages():
    retrieval = found({"b.md:0": 0.9, "c.md:0": 0.6, "a.md:1": 0.3})
    svg = map_svg(picture(), chunks(), retrieval=retrieval, in_prompt={1, 2}, cited={1})
    marks = numbered(svg)
    assert list(marks) == ["3", "2", "1"]
    assert [marks[rank]["fill"] for rank in "321"] == [LIGHT.background, mix(LIGHT.background, GREEN, 0.3), ORANGE]
    assert [marks[rank]["stroke"] for rank in "321"] == [BLUE, GREEN, LIGHT.text]
    assert [marks[rank]["stroke-width"] for rank in "321"] == ["2", "2", "3.5"]
    assert [one.get("stroke-width") for one in all_of(svg, "line")] == ["1", "2", "3"]
    ends = [(one.get("x2"), one.get("y2")) for one in all_of(svg, "line")]
    assert ends == [(marks[rank]["cx"], marks[rank]["cy"]) for rank in "321"]
    (star,) = all_of(svg, "polygon")
    assert star.find(f"{SVG}title").text == "Question: Where?"
    assert "1, score 0.900: b.md" in [one.text for one in all_of(svg, "title")]
    (group,) = all_of(svg, "g")
    assert float(group.get("stroke-opacity")) == LIGHT.dimmed


def test_names_outlines_rings_and_what_it_says_of_itself():
    groups = Clustering(
        tuple(PLACES), np.zeros(5, dtype=np.int32), (Cluster(0, tuple(PLACES), ("wool",), np.array([5.0, 2.0])),)
    )
    region = Region(("a.md:0", "a.md:1"), np.zeros(2), 0.1)
    options = {"clustering": groups, "regions": [region], "selection": ["a.md:0", "gone"], "anchor": "c.md:0"}
    svg = map_svg(picture(), chunks(), title="Camelids & co", **options)
    assert "wool" in words(svg)
    assert words(svg)[-1] == "Camelids & co"
    (outline,) = all_of(svg, "ellipse")
    assert (outline.get("fill"), outline.get("stroke-dasharray")) == ("none", "6 4")
    rings = [one.get("stroke") for one in all_of(svg, "circle") if one.get("fill") == "none"]
    assert rings == [LIGHT.text, LIGHT.anchor]
    root = parsed(svg)
    assert root.find(f"{SVG}title").text == "Camelids & co"
    assert root.find(f"{SVG}desc").text == describe_map(picture())
    assert root.get("role") == "img"


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_has_the_colours_of_the_theme(dark):
    colors = DARK if dark else LIGHT
    svg = map_svg(picture(), chunks(), dark=dark, title="Map")
    assert all_of(svg, "rect")[0].get("fill") == colors.background
    assert all_of(svg, "text")[-1].get("fill") == colors.text
    image = Image.open(BytesIO(map_png(picture(), chunks(), dark=dark)))
    assert image.size == (900, 640)
    assert "#{:02x}{:02x}{:02x}".format(*image.getpixel((2, 2))) == colors.background


def test_the_png_has_the_same_points():
    svg = map_svg(picture(), chunks(), retrieval=found({"b.md:1": 0.9}), width=600, height=400)
    image = Image.open(BytesIO(map_png(picture(), chunks(), retrieval=found({"b.md:1": 0.9}), width=600, height=400)))
    for color, centres in dots(svg).items():
        for x, y in centres[:1]:
            expected = mix(LIGHT.background, color, LIGHT.dimmed)
            channels = [int(expected[i : i + 2], 16) for i in (1, 3, 5)]
            assert image.getpixel((round(x), round(y))) == pytest.approx(channels, abs=12)
    assert image.text["Description"].startswith("5 passages; 71 of 100")


def test_a_sample_says_so_and_loses_no_passage_selection_or_anchor():
    projection = large(7000)
    few = {
        i
        for row in dots(map_svg(projection, (), most=100, color="n", fields={"n": np.zeros(7000)})).values()
        for i in row
    }
    assert len(few) == 100
    ids = projection.ids[6990:]
    passages = tuple(Passage(i + 1, 0.5, Chunk(one, "a.md", 0, 0, 1, "x", {})) for i, one in enumerate(ids[:8]))
    retrieval = Retrieval("q", passages, scores=np.zeros(7000, dtype=np.float32), ids=projection.ids)
    options = {"retrieval": retrieval, "selection": ids[8:9], "anchor": ids[9], "color": "n", "most": 100}
    svg = map_svg(projection, (), fields={"n": np.arange(7000) >= 6990}, **options)
    assert len(dots(svg)[ORANGE]) == 10  # the ten that matter are all there
    assert len(dots(svg)[BLUE]) == 90
    assert sorted(numbered(svg), key=int) == [str(rank) for rank in range(1, 9)]
    assert "100 of 7,000 points are drawn" in words(svg)
    assert "100 of 7,000 points are drawn." in parsed(svg).find(f"{SVG}desc").text
    assert svg == map_svg(projection, (), fields={"n": np.arange(7000) >= 6990}, **options)
    assert not any("drawn" in word for word in words(map_svg(large(200), chunks())))


def evil() -> str:
    ids = tuple(f"{EVIL}{i}" for i in range(5))
    everything = tuple(Chunk(i, EVIL, 0, 0, 9, EVIL, {"source": EVIL}) for i in ids)
    retrieval = Retrieval(EVIL, (Passage(1, 0.5, everything[2]),), scores=np.zeros(5, dtype=np.float32), ids=ids)
    cluster = Cluster(0, ids, (), np.array([5.0, 2.0]), name=EVIL)
    projection = Projection(ids, picture().coordinates, method="umap")
    options = {"clustering": Clustering(ids, np.zeros(5, dtype=np.int32), (cluster,)), "title": EVIL}
    map_png(projection, everything, retrieval=retrieval, **options)
    return map_svg(projection, everything, retrieval=retrieval, **options)


def test_hostile_text_is_shown_letter_for_letter():
    svg = evil()
    assert {one.tag.removeprefix(SVG) for one in parsed(svg).iter()} <= KNOWN
    attributes = {name for one in parsed(svg).iter() for name in one.attrib}
    assert not any(name.startswith("on") or "href" in name for name in attributes)
    texts = "".join(parsed(svg).itertext())
    assert texts.count("<img src=x onerror=alert(1)> $x$ %{y} </script>") >= 2
    assert not set("\u202e\x00\ufffe") & set(svg)
    assert svg.count("http") == 1  # the name space


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_tiny_maps(n, dimensions):
    whole = picture(dimensions)
    small = Projection(whole.ids[:n], whole.coordinates[:n])
    svg = map_svg(small, chunks()[:n], retrieval=found({"a.md:0": 0.4}))
    assert len(numbered(svg)) == min(n, 1)
    assert len(map_png(small, chunks()[:n])) > 100


def test_depth_is_seen_from_the_corner():
    places = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    svg = map_svg(Projection(tuple("abcd"), places), (), color="n", fields={"n": ["p", "q", "r", "s"]})
    (p,), (q,), (r,), (s,) = (dots(svg)[color] for color in OKABE_ITO[:4])
    assert s[0] == p[0]  # z goes straight up, x to the lower left, y to the lower right
    assert s[1] < p[1]
    assert q[0] < p[0] < r[0]
    assert q[1] == r[1] > p[1]


def test_a_picture_too_small_is_refused():
    with pytest.raises(InputError, match=r"100 by 640 pixels shows nothing. Give at least 120 by 120\."):
        map_svg(picture(), chunks(), width=100)
