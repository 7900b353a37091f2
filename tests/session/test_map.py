"""The map's verbs: pictures that stay where they were, and what can be asked of them."""

from __future__ import annotations

import shutil
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import Cancelled, InputError
from workbench.index.layouts import load_layout, load_neighbours
from workbench.jobs.lane import Job
from workbench.session.draw import layout_apart, settings_of
from workbench.session.map_fields import ANCHORED, CUT, DISTORTION, RETRIEVED, field_values

ANIMALS = ("llama", "alpaca", "camel", "guanaco", "vicuna", "dromedary")
PLACES = ("desert", "mountain", "farm", "river", "valley")
TEXTS = [
    f"the {animal} of the {place} {'eats grass and leaves' if number % 2 else 'carries loads and wool'}"
    for number, (animal, place) in enumerate((animal, place) for animal in ANIMALS for place in PLACES)
]
LATER = ["the llama of the valley sleeps", "the alpaca of the river drinks"]


def open_wb(folder, texts=TEXTS, **options):
    return Workbench(texts, store=folder, model=WordModel(dimensions=256), llm="extractive", **options)


def hold(wb, monkeypatch):
    """Give an event for when UMAP begins, and one that lets it go on."""
    begun, go_on = threading.Event(), threading.Event()
    run = wb.children["map"].run

    def held(function, *given, **options):
        if function is layout_apart:
            begun.set()
            assert go_on.wait(60)
        return run(function, *given, **options)

    monkeypatch.setattr(wb.children["map"], "run", held)
    return begun, go_on


@pytest.fixture(scope="module")
def laid(tmp_path_factory):
    """A workbench with a UMAP picture, and the folder of its store."""
    folder = tmp_path_factory.mktemp("laid") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.session.work.fill_index", lambda wb, job, rebuild: len(wb.chunk_list))
        with open_wb(folder) as wb:
            wb.map(method="umap")
            yield wb, folder


@pytest.fixture
def copied(laid, tmp_path):
    """The folder of a copy of its store, to be changed."""
    return shutil.copytree(laid[1], tmp_path / "copied", ignore=shutil.ignore_patterns("*.lock"))


def test_pca_comes_first_with_a_trust_figure(tmp_path):
    with open_wb(tmp_path / "store") as wb:
        wb.map()
        assert (wb.projection.method, len(wb.projection)) == ("pca", len(TEXTS))
        assert 0 < wb.projection.trust <= 1
        assert wb.projection.kept is None


def test_a_map_of_other_texts_is_another_map(tmp_path, monkeypatch):
    (tmp_path / "corpus").mkdir()
    for number, text in enumerate(TEXTS):
        (tmp_path / "corpus" / f"{number}.txt").write_text(text)
    with open_wb(tmp_path / "store", tmp_path / "corpus") as wb:
        wb.embed()
        begun, go_on = hold(wb, monkeypatch)
        first = wb.submit("map", "umap")
        assert begun.wait(60)
        (tmp_path / "corpus" / "3.txt").write_text(LATER[0])
        wb.refresh()
        wb.embed()
        second = wb.submit("map", "umap")
        go_on.set()
        second.wait()
        assert (first is second, first.overtaken) == (False, True)
        stored = load_layout(wb.store.record, wb.prepared.collection.name, settings_of(wb))
        assert stored.keys == tuple(wb.prepared.keys)


def test_an_interrupt_stops_what_has_just_begun(tmp_path, monkeypatch):
    with open_wb(tmp_path / "store") as wb:
        wb.embed()
        lane = wb.lanes["map"]
        submit = lane.submit

        def interrupted(*given):
            begun.append(submit(*given))
            raise KeyboardInterrupt

        begun = []
        monkeypatch.setattr(lane, "submit", interrupted)
        with pytest.raises(KeyboardInterrupt):
            wb.map(method="umap")
        assert begun[0].done.wait(30)
        with pytest.raises(Cancelled):
            begun[0].wait()
        assert wb.progress["map"].state == "cancelled"


def test_a_static_map_leaves_the_one_alone_that_is_being_laid_out(tmp_path, monkeypatch):
    with open_wb(tmp_path / "store") as wb:
        wb.embed()
        begun, go_on = hold(wb, monkeypatch)
        job = wb.submit("map", "umap")
        assert begun.wait(60)
        shown = wb.projection
        figure = wb.map(query="what carries loads?")
        assert {len(trace.x) for trace in figure.data if trace.name == "points"} == {len(TEXTS)}
        assert wb.projection is shown
        assert (shown.method, job.overtaken) == ("pca", False)
        wb.publish(projection=None)
        wb.save_map(tmp_path / "map.html")  # with a picture of its own, though the live one is not there yet
        assert wb.projection.method == "pca"
        go_on.set()
        assert job.wait() is wb.projection
        assert wb.projection.method == "umap"


def test_umap_knows_all_neighbours_and_everything_is_stored(laid):
    wb, _ = laid
    name = wb.prepared.collection.name
    stored = load_layout(wb.store.record, name, settings_of(wb))
    assert wb.projection.method == stored.layout.method == "umap"
    assert np.array_equal(stored.layout.coordinates, wb.projection.coordinates)
    assert np.array_equal(stored.layout.kept, wb.projection.kept)
    assert wb.projection.trust == pytest.approx(wb.projection.kept.mean())
    near, _ = load_neighbours(wb.store.record, name)
    assert near.ids == wb.projection.ids
    assert np.array_equal(near.indices, wb.neighbourhood.indices)
    assert near.k == len(TEXTS) - 1


def test_a_stored_picture_comes_back_without_a_child_process(laid, monkeypatch):
    wb, folder = laid
    before = wb.projection
    with open_wb(folder) as again:
        monkeypatch.setattr(again.children["map"], "run", lambda *_, **__: pytest.fail("laid out again"))
        again.map()
        assert again.projection.method == "umap"
        assert np.array_equal(again.projection.coordinates, before.coordinates)
        again.map(method="umap")
        assert np.array_equal(again.projection.kept, before.kept)


def test_what_is_added_moves_nothing_that_was_there(laid, copied):
    wb, _ = laid
    before = dict(zip(wb.projection.ids, wb.projection.coordinates.tolist(), strict=True))
    with open_wb(copied, [*TEXTS, *LATER]) as more:
        more.map()
        assert more.projection.placed.tolist() == [False] * len(TEXTS) + [True, True]
        after = dict(zip(more.projection.ids, more.projection.coordinates.tolist(), strict=True))
        assert {name: after[name] for name in before} == before
        assert np.isfinite(more.projection.coordinates).all()
        assert more.projection.trust is not None
        # the placed picture was not kept under the first corpus's neighbours: all are found again when asked for
        more.map(method="umap")
        assert {name: tuple(after[name]) for name in before} == {name: tuple(before[name]) for name in before}
        assert more.projection.kept is not None
        with open_wb(copied, [*TEXTS, *LATER]) as third:
            third.map()
            assert third.projection.placed.sum() == 2


def test_laying_out_anew_is_the_persons_choice(copied):
    with open_wb(copied, [*TEXTS, *LATER]) as more:
        more.map(method="umap")
        assert more.projection.placed is not None
        more.map(method="umap", refit=True)
        assert more.projection.placed is None


def test_a_changed_text_is_placed_anew_and_a_gone_one_drops_out(laid, copied):
    wb, _ = laid
    texts = ["the camel of the river eats grass and leaves", *TEXTS[1:-1]]
    before = wb.projection
    with open_wb(copied, texts) as other:
        other.map()
        assert other.projection.ids == before.ids[:-1]
        assert other.projection.placed.tolist() == [True] + [False] * (len(texts) - 1)
        assert np.array_equal(other.projection.coordinates[1:], before.coordinates[1:-1])


def test_a_corpus_that_is_mostly_new_gets_a_picture_of_its_own(copied):
    with open_wb(copied, [*TEXTS[:5], *(f"a wholly other text number {n} about bread" for n in range(9))]) as other:
        other.map()
        assert (other.projection.method, other.projection.placed) == ("pca", None)


def test_other_parameters_are_another_picture_and_both_stay(laid):
    wb, _ = laid
    first = wb.projection
    try:
        wb.map(method="umap", n_neighbors=5, seed=7)
        assert wb.projection.parameters["n_neighbors"] == 5
        assert not np.array_equal(wb.projection.coordinates, first.coordinates)
        wb.map(n_neighbors=15, seed=42)
        assert np.array_equal(wb.projection.coordinates, first.coordinates)
    finally:
        wb.choose(n_neighbors=15, map_seed=42)


def test_an_abandoned_fit_leaves_the_picture(tmp_path, monkeypatch):
    with open_wb(tmp_path / "store") as wb:
        wb.map()
        flat = wb.projection

        def never(*_, cancel, **__):
            wb.cancel("map")
            raise Cancelled("stopped")

        monkeypatch.setattr(wb.children["map"], "run", never)
        with pytest.raises(Cancelled):
            wb.map(method="umap")
        assert np.array_equal(wb.projection.coordinates, flat.coordinates)
        assert wb.progress["map"].state == "cancelled"


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_tiny_corpus_has_a_map(tmp_path, count):
    with open_wb(tmp_path / "store", TEXTS[:count]) as wb:
        figure = wb.map(query=TEXTS[0] if count else None)
        assert len(wb.projection) == count
        assert np.isfinite(wb.projection.coordinates).all()
        assert len(figure.data) > 0
        if count:
            assert wb.clusters["cluster"].tolist() == [-1]
            assert wb.near_duplicates().empty


def test_colours_are_made_of_the_state(laid):
    wb, _ = laid
    wb.search("llama desert", top_k=2)
    found = [passage.chunk.id for passage in wb.retrieval]
    counts = dict(zip(wb.projection.ids, field_values(wb, RETRIEVED)[RETRIEVED].tolist(), strict=True))
    assert {name for name, count in counts.items() if count} >= set(found)
    assert field_values(wb, CUT)[CUT].tolist() == [0] * len(TEXTS)
    assert np.allclose(field_values(wb, DISTORTION)[DISTORTION], 1 - wb.projection.kept)
    assert field_values(wb, "source") == {}


def test_looking_from_one_chunk(laid):
    wb, _ = laid
    seen = wb.similar_to("0:0")
    assert (wb.color, wb.anchor) == (ANCHORED, "0:0")
    row = seen.ids.index("0:0")
    vectors = wb.vectors(wb.prepared, wb.known(wb.prepared))[1]
    expected = vectors @ vectors[row] / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vectors[row])
    assert np.allclose(seen.similarity, expected, atol=1e-5)
    frame = seen.to_frame()
    assert list(frame.columns) == ["id", "cosine", "place", "far"]
    assert frame["cosine"].is_monotonic_decreasing
    assert "0:0" not in set(frame["id"])
    values = field_values(wb, ANCHORED)[ANCHORED]
    assert np.allclose(values, expected, atol=1e-5)
    with pytest.raises(InputError, match="no chunk 'nowhere'"):
        wb.similar_to("nowhere")


def test_neighbours_of_the_selection(laid):
    wb, _ = laid
    wb.selection = ["0:0", "1:0"]
    frame = wb.nearest(k=3)
    assert len(frame) == 3
    assert not set(frame["id"]) & {"0:0", "1:0"}
    assert frame["text"].tolist() == [wb.chunk(one).text for one in frame["id"]]
    wb.submit("select_near", ("0:0",)).wait()
    assert len(wb.selection) >= 11
    wb.selection = ()
    with pytest.raises(InputError, match="Select some on the map"):
        wb.nearest()


def test_duplicates_and_outliers_are_lists(tmp_path):
    odd = "quantum chromodynamics gluon"
    with open_wb(tmp_path / "store", [*TEXTS, TEXTS[3], TEXTS[3], odd]) as wb:
        copies = wb.near_duplicates(0.99)
        assert copies["text"].tolist() == [TEXTS[3]] * 3
        assert copies["group"].tolist() == [0, 0, 0]
        assert wb.outliers(1)["text"].tolist() == [odd]
        with pytest.raises(InputError, match="a cosine from -1 to 1"):
            wb.near_duplicates(2)
        with pytest.raises(InputError, match="1 or more"):
            wb.outliers(0)


def test_clusters_are_a_frame_and_extractive_names_none(laid):
    wb, _ = laid
    frame = wb.clusters
    assert list(frame.columns) == ["cluster", "label", "size", "keywords", "exemplar", "ids"]
    assert frame["size"].sum() == len(TEXTS)
    assert sorted(one for ids in frame["ids"] for one in ids) == sorted(wb.projection.ids)
    if wb.clustering.clusters:
        with pytest.raises(InputError, match="cannot think of a name"):
            wb.name_clusters()


@pytest.mark.parametrize("ask", [lambda wb: wb.clusters, lambda wb: wb.map(color="cluster")], ids=["table", "map"])
def test_a_search_for_clusters_that_was_overtaken_is_gone_on_with(laid, monkeypatch, ask):
    wb, _ = laid
    wb.map(method="umap")
    wb.publish(clustering=None)
    submit, begun = wb.submit, []

    def overtaken_once(verb, *args, **options):
        if verb != "cluster" or begun:
            return submit(verb, *args, **options)
        begun.append(Job("cluster", lambda job: None, overtaken=True))
        begun[0].cancel.set()
        begun[0].run()
        return begun[0]

    monkeypatch.setattr(wb, "submit", overtaken_once)
    ask(wb)
    assert len(begun) == 1
    assert wb.clustering is not None
    wb.color = "source"


def test_two_models_side_by_side(laid):
    wb, _ = laid
    before, near = wb.projection, wb.neighbourhood
    twin = wb.compare_maps(WordModel(dimensions=16))
    assert twin.left.ids == twin.right.ids == before.ids
    assert np.array_equal(twin.left.coordinates, before.coordinates)
    assert wb.projection is before
    assert wb.neighbourhood is near
    assert 0 < twin.kept.mean() < 1
    frame = twin.to_frame()
    assert frame["kept"].is_monotonic_increasing
    with pytest.raises(InputError, match="Choose a second model"):
        wb.compare_maps(wb.embedding_model())


def test_the_map_is_saved_in_three_forms(laid, tmp_path):
    wb, _ = laid
    wb.search("the llama of the desert", top_k=2)
    svg = wb.save_map(tmp_path / "map.svg")
    assert "the llama of the desert" in "".join(ET.fromstring(svg.read_text("utf-8")).itertext())
    assert wb.save_map(tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    page = Path(wb.save_map(tmp_path / "map.html", title="Herds")).read_text("utf-8")
    assert "<title>Herds</title>" in page
    assert "the llama of the desert" in page
    with pytest.raises(InputError, match="png"):
        wb.save_map(tmp_path / "map.pdf")
    name, content = wb.submit("picture", "png").wait()
    assert name.endswith("-map.png")
    assert content.startswith(b"\x89PNG")
    assert wb.saved == (name, content)
