"""Checks are kept by fingerprint, without anybody's figures; what is damaged is not believed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from workbench.errors import NotWritten
from workbench.models.check import keep, stored, with_figures
from workbench.models.check.answers import failed, not_asked, passed
from workbench.records import ModelCheck

FINGERPRINT = "5" * 64
CHECK = ModelCheck(
    "ollama:all-minilm",
    FINGERPRINT,
    (
        passed("order", "The vectors come in the order of the texts"),
        failed("accents", "This server reads every accented word as unknown", "Update it.", "“ñ”", ["accents"]),
        not_asked("weights", "The weights are not at hand"),
    ),
    0.31,
    "2026-11-21T07:00:00+00:00",
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    return tmp_path / "checks"


def rows(check):
    return [(probe.name, probe.passed, probe.seen, probe.advice, probe.concerns) for probe in check.probes]


def test_what_was_kept_comes_back_without_the_figures_of_a_corpus(cache):
    keep(with_figures(CHECK, ["Perú", "Lima"]))
    found = stored(FINGERPRINT)
    assert rows(found) == rows(CHECK)
    assert (found.model, found.fingerprint, found.seconds, found.when) == (
        CHECK.model,
        FINGERPRINT,
        0.31,
        CHECK.when,
    )
    assert "1 of your 2 chunks" in with_figures(found, ["Perú", "Lima"]).probes[1].seen
    assert [path.name for path in cache.iterdir()] == [f"{FINGERPRINT}.json"]


def test_a_later_check_takes_the_place_of_an_earlier_one():
    keep(CHECK)
    keep(replace(CHECK, when="2026-11-22T07:00:00+00:00", probes=CHECK.probes[:1]))
    assert (stored(FINGERPRINT).when, len(stored(FINGERPRINT).probes)) == ("2026-11-22T07:00:00+00:00", 1)


def test_another_fingerprint_has_no_check():
    keep(CHECK)
    assert stored("6" * 64) is None
    assert stored("../" + FINGERPRINT) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: "null",
        lambda text: text.replace('"passed": false', '"passed": "no"'),
        lambda text: text.replace('"format": 1', '"format": 0'),
        lambda text: text.replace(FINGERPRINT, "7" * 64),
        lambda text: text.replace('"probes"', '"problems"'),
        lambda text: text.replace('"concerns"', '"worries"'),
        lambda text: json.dumps({**json.loads(text), "probes": []}),
        lambda text: json.dumps({**json.loads(text), "seconds": "soon"}),
    ],
)
def test_a_damaged_file_is_no_check(cache, damage):
    keep(CHECK)
    file = cache / f"{FINGERPRINT}.json"
    file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")
    assert stored(FINGERPRINT) is None
    keep(CHECK)
    assert rows(stored(FINGERPRINT)) == rows(CHECK)


def test_bytes_that_are_no_text_are_no_check(cache):
    keep(CHECK)
    (cache / f"{FINGERPRINT}.json").write_bytes(b"\xff\xfe\x00")
    assert stored(FINGERPRINT) is None


def test_a_folder_that_cannot_be_written_is_said(cache):
    cache.parent.joinpath("checks").write_text("a file where the folder should be")
    with pytest.raises(NotWritten, match=r"checks could not be written .* set WORKBENCH_CACHE"):
        keep(CHECK)


def test_the_frame_has_a_row_a_probe():
    frame = CHECK.to_frame()
    assert list(frame.columns) == ["probe", "passed", "seen", "advice"]
    assert frame["probe"].tolist() == ["order", "accents", "weights"]
    assert (CHECK.passed, [probe.name for probe in CHECK.failures]) == (False, ["accents"])
