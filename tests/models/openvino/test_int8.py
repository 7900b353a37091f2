"""The int8 copy of the bundled model, calibrated on the sample corpus."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from workbench import Workbench, embedding_model
from workbench.errors import Cancelled, InputError, ModelNotFound
from workbench.models.openvino import int8
from workbench.models.openvino.drift import overlap

BUNDLED = "bundled:all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    with Workbench("data/camelids", store=tmp_path_factory.mktemp("store")) as wb:
        wb.refresh()
        return [chunk.text for chunk in wb.chunk_list]


@pytest.fixture(scope="module")
def sample(texts):
    """A quarter of them, those that a workbench takes: it then has that int8 copy already."""
    return [texts[at] for at in np.unique(np.linspace(0, len(texts) - 1, len(texts) // 4).astype(int))]


@pytest.fixture(scope="module")
def twin(sample):
    return embedding_model(BUNDLED).quantized(sample)


@pytest.mark.slow
def test_neighbours_stay_and_vectors_are_others(twin, texts):
    plain = embedding_model(BUNDLED)
    one, other = (model.embed(texts, "document") for model in (plain, twin))
    cosines = (one * other).sum(axis=1)
    assert 0.98 < cosines.min() < cosines.max() < 1
    assert overlap(one, other) > 0.9
    np.testing.assert_allclose(np.linalg.norm(other, axis=1), 1, atol=1e-5)


@pytest.mark.slow
def test_an_earlier_calibration_is_found_by_its_name(twin, texts):
    again = embedding_model(BUNDLED, dtype="int8", calibration=twin.calibration)
    np.testing.assert_array_equal(again.embed(texts[:9], "document"), twin.embed(texts[:9], "document"))
    assert dict(again.fingerprint()) == dict(twin.fingerprint())
    assert (again.variant, repr(again)) == ("int8", "BundledModel('bundled:all-MiniLM-L6-v2', int8)")
    plain = embedding_model(BUNDLED).fingerprint()
    assert twin.fingerprint().items() - plain.items() == {("dtype", "int8"), ("calibration", twin.calibration)}
    assert "calibration" not in plain


@pytest.mark.slow
def test_the_same_texts_are_one_calibration(twin, sample, monkeypatch):
    monkeypatch.setattr(int8, "run_apart", lambda *_: pytest.fail("calibrated again"))
    assert embedding_model(BUNDLED).quantized(sample).calibration == twin.calibration


@pytest.mark.slow
def test_a_corpus_is_quantised_compared_and_accepted(twin, sample, tmp_path):
    with Workbench("data/camelids", store=tmp_path / "store", llm="extractive") as wb:
        wb.embed()
        found = wb.quantize(sample=len(sample))
        assert wb.quantization is found
        assert found.calibration == twin.calibration
        assert found.compared == len(wb.chunk_list)
        assert found.overlap > 0.9
        assert wb.model == BUNDLED
        wb.accept(found)
        report = wb.embed()
        assert (report.new, report.reused) == (0, 0) or report.new == len(wb.chunk_list)
        assert wb.model_info.variant == "int8"
        wb.model = BUNDLED
        assert wb.embed().reused == len(wb.chunk_list)
        wb.accept(found)
        with pytest.raises(InputError, match="has no int8 copy"):
            wb.quantize()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"dtype": "int8"}, InputError, "int8 needs a calibration"),
        ({"calibration": ["x"]}, InputError, "int8 needs a calibration, and nothing else does"),
        ({"dtype": "float16"}, InputError, "dtype is 'float16'; on OpenVINO it is one of float32, int8"),
    ],
)
def test_options_that_do_not_fit(options, error, message):
    with pytest.raises(error, match=message):
        embedding_model(BUNDLED, **options)


def test_an_unknown_calibration_says_how_to_make_one():
    model = embedding_model(BUNDLED, dtype="int8", calibration="0" * 12)
    with pytest.raises(ModelNotFound, match=r"no int8 copy 000000000000.*wb\.quantize\(\)"):
        model.embed(["llama"], "query")
    with pytest.raises(InputError, match="12 hex digits of an earlier one"):
        embedding_model(BUNDLED, dtype="int8", calibration="../..").embed(["llama"], "query")


def test_no_texts_are_no_calibration():
    with pytest.raises(InputError, match="no texts to calibrate on"):
        embedding_model(BUNDLED).quantized([" "])


def test_without_nncf_the_line_that_installs_it_is_named(monkeypatch):
    def missing(name):
        raise int8.PackageNotFoundError(name)

    monkeypatch.setattr(int8, "version", missing)
    with pytest.raises(ModelNotFound, match=r'pip install "rag-workbench\[int8\]"'):
        embedding_model(BUNDLED).quantized(["A text."])


def test_a_cancelled_calibration_leaves_nothing(texts, tmp_path):
    cancel = threading.Event()
    cancel.set()
    model = embedding_model(BUNDLED)
    model.embed(["warm"], "query")
    before = sorted(int8_folders())
    with pytest.raises(Cancelled):
        model.quantized(texts[:3], cancel)
    assert sorted(int8_folders()) == before


def int8_folders():
    from workbench.paths import models_folder

    return [path.name for path in models_folder().glob("*int8*")]
