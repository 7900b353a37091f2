"""Whatever a corpus, a frame or a question holds: figures and files that are whole, and cells that parse."""

from __future__ import annotations

import ast
import io
import json
import math
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.doubles import WordModel
from tests.faults.effort import effort
from tests.faults.texts import any_text, told_text
from workbench.corpus.frames import read_frame
from workbench.errors import InputError
from workbench.export import Done, code_of
from workbench.figures import describe_map, map_figure
from workbench.figures.labels import place_labels, text_width
from workbench.figures.picture import map_png, map_svg
from workbench.frames import chunks_frame, documents_frame
from workbench.records import Chunk, Cluster, Clustering, Document, Passage, Projection, Retrieval

fuzz = settings(
    max_examples=effort(20, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
slow = settings(fuzz, max_examples=effort(6, 60))
number = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(2**70), 2**70) | st.booleans()
value = st.none() | number | told_text | st.lists(st.integers(), max_size=2)


@st.composite
def maps(draw):
    """Give a picture, its chunks with odd metadata, a retrieval and clusters of odd names."""
    count = draw(st.integers(0, 6))
    names = [f"{draw(any_text)}:{at}" for at in range(count)]
    field = draw(told_text)
    chunks = tuple(
        Chunk(name, draw(told_text), at, 0, 1, draw(told_text), {"source": draw(told_text), field: draw(value)})
        for at, name in enumerate(names)
    )
    place = st.floats(-1e6, 1e6, width=32)
    coordinates = np.array([[draw(place), draw(place)] for _ in names], dtype=np.float32).reshape(count, 2)
    projection = Projection(tuple(names), coordinates, "umap", trust=draw(st.none() | st.floats(0, 1)))
    found = chunks[: draw(st.integers(0, count))]
    retrieval = Retrieval(
        draw(told_text),
        tuple(Passage(rank, 0.5, chunk) for rank, chunk in enumerate(found, 1)),
        scores=np.linspace(1, -1, count, dtype=np.float32),
        ids=tuple(names),
    )
    labels = np.array([draw(st.integers(-1, 0)) for _ in names], dtype=np.int32)
    ids = tuple(name for name, label in zip(names, labels, strict=True) if label == 0)
    cluster = Cluster(
        0, ids, tuple(draw(st.lists(told_text, max_size=2))), np.zeros(2, np.float32), "", draw(told_text)
    )
    color = draw(st.sampled_from(["source", "similarity", "cluster", "document", field]))
    options = {"color": color, "retrieval": retrieval, "clustering": Clustering(tuple(names), labels, (cluster,))}
    return projection, chunks, {**options, "title": draw(st.none() | told_text), "dark": draw(st.booleans())}


@slow
@given(drawn=maps())
def test_a_map_can_be_written_and_holds_numbers_of_sense(drawn):
    projection, chunks, options = drawn
    try:
        figure = map_figure(projection, chunks, **options)
    except InputError:
        return
    text = figure.to_json()
    json.loads(text)
    assert "<script" not in text
    places = [np.asarray(trace.x, dtype=float) for trace in figure.data if getattr(trace, "x", None) is not None]
    assert not any(np.isinf(place).any() for place in places)
    assert describe_map(projection, options["retrieval"])


@slow
@given(drawn=maps())
def test_pictures_are_whole_files_of_their_kind(drawn):
    projection, chunks, options = drawn
    try:
        svg = map_svg(projection, chunks, width=200, height=160, **options)
        png = map_png(projection, chunks, width=200, height=160, **options)
    except InputError:
        return
    root = ET.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {one.tag.rpartition("}")[2] for one in root.iter()} & {"script", "foreignObject", "image", "a"} == set()
    assert not [name for one in root.iter() for name in one.attrib if name.startswith("on") or "href" in name]
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        assert image.size == (200, 160)


@fuzz
@given(
    texts=st.lists(told_text, max_size=6),
    places=st.lists(st.tuples(st.floats(-50, 400), st.floats(-50, 300)), min_size=6, max_size=6),
    size=st.floats(6, 30),
)
def test_labels_lie_in_the_frame_and_on_no_other(texts, places, size):
    found = place_labels(texts, places[: len(texts)], (300.0, 200.0), size)
    for at, label in enumerate(found):
        assert label.text == texts[label.row]
        assert math.isfinite(text_width(label.text, size))
        box = label.box
        assert box.left >= 0 and box.top >= 0 and box.right <= 300 and box.bottom <= 200  # noqa: PT018
        assert not any(box.overlaps(other.box) for other in found[:at])


columns = st.lists(st.sampled_from(["text", "id", "title", "x", "metadata.x", 0, 1.5, None, ("a", 1), ""]), max_size=4)


@fuzz
@given(names=columns, given=st.data())
def test_a_frame_of_any_shape_gives_documents_or_says_why_not(names, given):
    rows = given.draw(st.integers(0, 4))
    frame = pd.DataFrame([[given.draw(value) for _ in names] for _ in range(rows)], columns=names or None)
    if given.draw(st.booleans()) and rows:
        frame.index = pd.Index([given.draw(st.integers(0, 3) | told_text) for _ in range(rows)], dtype=object)
    try:
        documents, reports = read_frame(frame, lambda: None)
    except InputError:
        return
    assert len(reports) == max(1, rows)
    assert len({one.id for one in documents}) == len(documents)
    for one in documents:
        assert one.text.strip()
        json.dumps([one.id, one.text, dict(one.metadata)], ensure_ascii=False, allow_nan=False).encode()
    assert len(documents_frame(documents)) == len(documents)


@fuzz
@given(texts=st.lists(told_text, max_size=4), metadata=st.dictionaries(any_text, value, max_size=3))
def test_frames_hold_what_the_records_hold(texts, metadata):
    chunks = [Chunk(f"d:{at}", "d", at, 0, len(text), text, metadata) for at, text in enumerate(texts)]
    frame = chunks_frame(chunks, np.arange(len(texts), dtype=np.int32), 2)
    assert list(frame["text"]) == texts
    assert list(frame["truncated"]) == [at > 2 for at in range(len(texts))]
    frame.to_html()
    documents = [Document(f"d{at}", text, "", metadata) for at, text in enumerate(texts)]
    assert list(documents_frame(documents)["text"]) == texts


@fuzz
@given(
    question=told_text,
    path=told_text.map(lambda text: f"/{text}"),
    name=told_text,
    mode=st.sampled_from(["dense", "lexical", "hybrid"]),
    where=st.none() | st.dictionaries(told_text, told_text | st.lists(told_text, max_size=2), max_size=2),
    prefix=told_text,
)
def test_a_cell_parses_and_holds_every_value_as_a_literal(question, path, name, mode, where, prefix):
    usual = {"metric": "cosine", "top_k": 3, "engine": "exact", "weights": (1.0, 1.0), "group": True, "expand": ()}
    options = {**usual, **dict.fromkeys(("mmr", "threshold", "within", "rerank")), "mode": mode, "where": where}
    retrieval = Retrieval(question, (), options=options)
    model = WordModel(4, name=name, query_prefix=prefix)
    done = Done(path, name, {"size": 3, "overlap": 0}, model, retrieval, language="english")
    try:
        cell = code_of(done)
    except InputError:
        return
    tree = ast.parse(cell)
    held = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert {question, path, name} <= held
