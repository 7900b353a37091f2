"""DataFrames of every shape that a notebook holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench import corpus
from workbench.errors import InputError


def ids(frame):
    return [document.id for document in corpus.load(frame).documents]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (pd.RangeIndex(2), ["0", "1"]),
        (pd.Index([10, 20]), ["10", "20"]),
        (pd.Index(["x", "y"]), ["x", "y"]),
        (pd.Categorical(["low", "high"]), ["low", "high"]),
        (pd.to_datetime(["2024-01-01", "2024-01-02"]), ["2024-01-01 00:00:00", "2024-01-02 00:00:00"]),
        (pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]), ["a, 1", "a, 2"]),
        (pd.Index([1.0, 2.5]), ["1.0", "2.5"]),
    ],
)
def test_the_index_names_documents_without_an_id_column(index, expected):
    assert ids(pd.DataFrame({"text": ["One.", "Two."]}, index=index)) == expected


def test_an_id_column_goes_before_the_index():
    frame = pd.DataFrame({"id": ["a", "b"], "text": ["One.", "Two."]}, index=["x", "y"])
    assert ids(frame) == ["a", "b"]
    assert "id" not in corpus.load(frame).documents[0].metadata


def test_ids_of_whole_numbers_stay_whole_beside_gaps():
    frame = pd.DataFrame({"id": pd.array([1, 2], dtype="Int64"), "text": ["One.", "Two."]})
    assert ids(frame) == ["1", "2"]
    assert ids(pd.DataFrame({"id": [1.0, 2.0], "text": ["One.", "Two."]})) == ["1.0", "2.0"]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_an_id_that_is_missing_is_refused_with_its_rows(missing):
    frame = pd.DataFrame({"id": ["a", missing, missing], "text": ["One.", "Two.", "Three."]})
    with pytest.raises(InputError, match=r"column `id` of the DataFrame has no value in 2 rows \(the first is row 1"):
        corpus.check_source(frame)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"id": ["a", "a", "b"], "text": list("xyz")}), r"column `id`.*1 values more than once: 'a'"),
        (pd.DataFrame({"text": list("xyz")}, index=[0, 0, 1]), r"index.*1 values more than once: '0'.*reset_index"),
        (pd.DataFrame({"id": [1, "1"], "text": list("xy")}), "more than once: '1'"),
        (pd.DataFrame({"title": ["a"], "body": ["b"]}), r"2 columns of strings \('title', 'body'\)"),
        (pd.DataFrame({"kg": [1], "legs": [4]}), r"no column of strings.*its columns are 'kg', 'legs'"),
        (pd.DataFrame({"id": ["a"], "kg": [1]}), "no column of strings"),
        (pd.DataFrame({"body": ["a", 3]}), "no column of strings"),
        (pd.DataFrame([["a", "b"]], columns=["text", "text"]), "columns of the same name"),
        (pd.DataFrame({"kind": pd.Categorical(["a"])}), "no column of strings"),
        (pd.DataFrame({f"c{n}": [n] for n in range(9)}), r"'c4' and 4 more"),
    ],
)
def test_a_frame_that_leaves_a_doubt_names_its_columns(frame, message):
    with pytest.raises(InputError, match=message):
        corpus.check_source(frame)
    with pytest.raises(InputError, match=message):
        corpus.load(frame)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"text": []}),
        pd.DataFrame({"text": pd.Series(dtype="str"), "kg": pd.Series(dtype=float)}),
        pd.DataFrame(),
        pd.DataFrame(columns=["id", "title"]),
    ],
    ids=["text", "typed", "nothing", "columns"],
)
def test_a_frame_without_rows_is_a_corpus_without_documents(frame):
    corpus.check_source(frame)
    read = corpus.load(frame)
    assert read.documents == ()
    assert [(file.path, file.status, file.reason) for file in read.report.files] == [
        ("DataFrame", "skipped", "a DataFrame without rows")
    ]


@pytest.mark.parametrize("kind", ["str", "object", "string", "category"])
def test_texts_of_every_type_of_column(kind):
    frame = pd.DataFrame({"text": pd.Series(["One.", None, " "]).astype(kind)})
    read = corpus.load(frame)
    assert [document.text for document in read.documents] == ["One."]
    assert [(file.path, file.status, file.reason) for file in read.report.files] == [
        ("0", "loaded", ""),
        ("1", "skipped", "no value in the column 'text'"),
        ("2", "skipped", "empty"),
    ]


def test_the_text_column_may_hold_gaps_and_be_the_only_one_of_strings():
    frame = pd.DataFrame({"body": ["One.", None], "kind": pd.Categorical(["a", "b"]), "kg": [1, 2]})
    (document,) = corpus.load(frame).documents
    assert (document.text, document.metadata["kind"], document.metadata["kg"]) == ("One.", "a", 1)


def test_columns_may_be_named_source_and_format():
    frame = pd.DataFrame({"text": ["One.", "Two."], "source": ["a.md", None], "format": ["blog", "blog"]})
    first, second = corpus.load(frame).documents
    assert (first.metadata["source"], first.metadata["format"]) == ("a.md", "blog")
    assert second.metadata["source"] == "1"


def test_titles_come_from_title_then_name():
    frame = pd.DataFrame({"text": ["One.", "Two."], "title": ["First", None], "name": ["a", "b"]})
    assert [document.title for document in corpus.load(frame).documents] == ["First", "b"]


def test_columns_may_have_names_that_are_no_strings():
    frame = pd.DataFrame([["One.", 1], ["Two.", 2]])
    first, second = corpus.load(frame).documents
    assert (first.text, first.metadata["1"], second.metadata["1"]) == ("One.", 1, 2)


def test_no_absolute_path_is_kept():
    frame = pd.DataFrame({"text": ["One."], "path": ["/home/ana/farm/a.md"]})
    assert "ana" not in repr(corpus.load(frame).documents)


def test_the_frame_is_left_as_it_was():
    frame = pd.DataFrame({"text": ["One.", None], "kg": [1, None]})
    before = frame.copy(deep=True)
    corpus.load(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_what_only_looks_like_a_frame_is_none():
    class DataFrame:
        text = "x"

    with pytest.raises(InputError, match="cannot be made of a DataFrame"):
        corpus.check_source(DataFrame())


def test_a_subclass_is_a_frame():
    class Herd(pd.DataFrame):
        pass

    assert ids(Herd({"text": ["One."]})) == ["0"]


def test_rows_named_by_paths_keep_ids_of_their_own():
    frame = pd.DataFrame({"text": ["One.", "Two."]}, index=["/home/ana/a.md", "/srv/else/a.md"])
    read = corpus.load(frame)
    assert [document.id for document in read.documents] == ["a.md", "a.md~2"]
    assert [file.path for file in read.report.files] == ["a.md", "a.md~2"]


def test_a_frame_with_id_and_text():
    frame = pd.DataFrame(
        {
            "id": [10, 11, 12, 13],
            "text": ["Llamas hum.", None, " ", 5],
            "kg": [130.5, 1, 2, 3],
            "legs": np.array([4, 4, 4, 4]),
            "wild": [False, True, True, True],
            "seen": pd.to_datetime(["2024-05-01", None, None, None]),
            "note": [None, "x", "y", "z"],
        }
    )
    read = corpus.load(frame)
    (document,) = read.documents
    assert (document.id, document.text) == ("10", "Llamas hum.")
    assert document.metadata == {
        "source": "10",
        "format": "table",
        "kg": 130.5,
        "legs": 4,
        "wild": False,
        "seen": "2024-05-01 00:00:00",
    }
    assert [type(document.metadata[name]) for name in ("kg", "legs", "wild")] == [float, int, bool]
    assert [(file.path, file.status, file.reason) for file in read.report.files] == [
        ("10", "loaded", ""),
        ("11", "skipped", "no value in the column 'text'"),
        ("12", "skipped", "empty"),
        ("13", "skipped", "the column 'text' holds a int, not a text"),
    ]
