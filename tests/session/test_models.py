"""The verbs about embedding models, through the session."""

from __future__ import annotations

import numpy as np
import pytest

from tests.doubles import WordModel
from workbench import Workbench
from workbench.errors import ConsentNeeded, InputError
from workbench.models.base import Model


class Sending(WordModel, Model):
    """Would send texts to somebody else's machine, for two dollars a million tokens."""

    destination = "api.example.org"
    price = 2.0

    def __init__(self) -> None:
        super().__init__(dimensions=4096, name="sending")


def test_explain_gives_what_the_chosen_model_sees(folder, tmp_path):
    model = WordModel(query_prefix="query: ")
    with Workbench(folder, store=tmp_path / "store", model=model) as wb:
        seen = wb.explain("What do llamas carry?", role="query")
        assert (seen.sent, seen.prefix, seen.tokens, seen.limit) == ("query: What do llamas carry?", "query: ", 5, 256)
        assert seen.cut == ""
        np.testing.assert_array_equal(seen.vector, model.embed([seen.sent], "query")[0])
        assert seen.norm == pytest.approx(1)
        assert wb.explanation is seen
        long = wb.explain("wool " * 300)
        assert (long.tokens, long.limit) == (300, 256)
        assert long.cut.split() == ["wool"] * 44


@pytest.mark.parametrize("text", ["", " \n", None])
def test_nothing_cannot_be_explained(wb, text):
    with pytest.raises(InputError, match="it has no words"):
        wb.explain(text)


def test_a_check_is_kept_and_shown_again(wb, model):
    check = wb.check_model()
    assert check.model == model.id
    rows = wb.check_model().to_frame().set_index("probe")
    assert bool(rows.loc["determinism", "passed"])
    assert wb.model_check.model == model.id
    wb.model = WordModel(dimensions=8, name="other")
    wb.embed()
    assert wb.model_check is None
    wb.model = model
    wb.embed()
    again = wb.model_check
    assert (again.when, again.fingerprint) == (check.when, check.fingerprint)
    assert [probe.passed for probe in again.probes] == [probe.passed for probe in check.probes]


def test_another_model_is_checked_without_being_chosen(wb, model):
    assert wb.check_model(WordModel(name="aside")).model == "test:aside"
    assert wb.model is model
    assert wb.model_check is None


def test_an_app_checks_its_model_by_itself(wb, model):
    wb.live = True
    wb.submit("prepare").wait()
    wb.lanes["check"].wait_idle(30)
    assert wb.model_check.model == model.id


def test_chunks_that_a_model_would_cut_are_counted_and_cut_again(folder, tmp_path):
    small = WordModel(dimensions=4096, name="small")
    small.max_tokens = 5
    with Workbench(folder, store=tmp_path / "store", model=WordModel(), llm="extractive") as wb:
        wb.embed()
        wb.embed(model=small)
        assert (wb.plan.total, wb.plan.truncated, wb.embed_report.truncated) == (3, 3, 3)
        wb.rechunk()
        assert wb.plan.truncated == 0
        assert wb.chunks["tokens"].max() <= 5
        assert wb.chunk_size == 240  # the default gives way by itself
        wb.chunk_size = "document"
        wb.embed()
        assert wb.plan.truncated == 3
        wb.rechunk()
        assert (wb.chunk_size, wb.plan.truncated) == (5, 0)


def test_nothing_is_sent_before_it_is_allowed(folder, tmp_path):
    model = Sending()
    with Workbench(folder, store=tmp_path / "store", model=model, llm="extractive") as wb:
        with pytest.raises(ConsentNeeded, match=r"api\.example\.org.*3 texts") as caught:
            wb.embed()
        assert 'wb.allow("test:sending")' in str(caught.value)
        assert "$" in str(caught.value)
        assert model.sent == []
        assert wb.plan.missing_tokens == wb.chunks["tokens"].sum() == 36
        wb.allow("test:sending")
        assert wb.embed().new == 3
        assert len(model.sent) == 3


def test_an_app_does_not_probe_what_would_be_sent(folder, tmp_path):
    model = Sending()
    with Workbench(folder, store=tmp_path / "store", model=model) as wb:
        wb.live = True
        wb.submit("prepare").wait()
        wb.lanes["check"].wait_idle(30)
        assert (model.sent, wb.model_check) == ([], None)


def test_what_has_no_int8_copy_says_so(wb):
    with pytest.raises(InputError, match="has no int8 copy: only models that run here on OpenVINO"):
        wb.quantize()


@pytest.mark.parametrize("verb", ["pull", "unload"])
def test_only_what_can_be_fetched_or_unloaded_is(wb, verb):
    with pytest.raises(InputError, match="bundled:all-MiniLM-L6-v2"):
        getattr(wb, verb)("bundled:all-MiniLM-L6-v2")


def test_checkpoints_are_listed_to_choose_from(wb, tmp_path):
    (tmp_path / "model/onnx").mkdir(parents=True)
    for name, size in {"model.safetensors": 9, "onnx/model.onnx": 7, "onnx/model_qint8_avx512.onnx": 3}.items():
        (tmp_path / "model" / name).write_bytes(bytes(size))
    listed = wb.checkpoints(f"huggingface:{tmp_path / 'model'}")
    assert listed.to_dict("list") == {
        "path": ["model.safetensors", "onnx/model.onnx", "onnx/model_qint8_avx512.onnx"],
        "backend": ["torch", "onnx", "onnx"],
        "size": [9, 7, 3],
        "quantised": [False, False, True],
    }
    with pytest.raises(InputError, match="'ollama:all-minilm' has no checkpoints to choose from"):
        wb.checkpoints("ollama:all-minilm")
