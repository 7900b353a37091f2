"""Tables as spreadsheets, scripts and people write them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.corpus.formats.base import RawFile, Skipped
from workbench.corpus.formats.csv_rows import read_csv
from workbench.corpus.formats.json_rows import read_json, read_jsonl


def rows(content, name="a.csv", read=read_csv):
    data = content if isinstance(content, bytes) else content.encode()
    return [part.text for part in read(RawFile(name, data)).parts]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("animal,says\nllama,hum\n", ["animal: llama\nsays: hum"]),
        ("animal,says\r\nllama,hum\r\n", ["animal: llama\nsays: hum"]),
        ("animal,says\rllama,hum", ["animal: llama\nsays: hum"]),
        ("\n\nanimal,says\n\nllama,hum\n\n", ["animal: llama\nsays: hum"]),
        ('animal,says\nllama,"hum,\nthen ""spit"""\n', ['animal: llama\nsays: hum,\nthen "spit"']),
        ("animal;says\nllama;hum, spit\n", ["animal: llama\nsays: hum, spit"]),
        ("animal\tsays\nllama\thum\n", ["animal: llama\nsays: hum"]),
        ("animal\nllama\ncamel\n", ["animal: llama", "animal: camel"]),
        (" animal , says \n llama , hum \n", ["animal: llama\nsays: hum"]),
        ("a,b\nx\u2028y,z\n", ["a: x\u2028y\nb: z"]),
    ],
)
def test_a_row_is_a_line_for_each_value(content, expected):
    assert rows(content) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_mark_is_no_part_of_the_first_name(encoding):
    assert rows("señal,says\nllama,hum\n".encode(encoding)) == ["señal: llama\nsays: hum"]


def test_tsv_has_tabs_whatever_else_it_holds():
    assert rows("a,b\tc\n1,2\tx\n", "a.tsv") == ["a,b: 1,2\nc: x"]


def test_a_quote_that_is_never_closed_keeps_the_rest():
    assert rows('animal,says\nllama,"hum\ncamel,groan\n') == ["animal: llama\nsays: hum\ncamel,groan"]


def test_the_processs_limit_of_a_value_is_left_as_it_was():
    before = csv.field_size_limit()
    assert len(rows(f'text\n"{"x" * 200_000}"\n')[0]) == 200_000
    assert csv.field_size_limit() == before


def test_numbers_are_numbers_only_where_the_whole_column_is():
    (first, second) = read_csv(RawFile("a.csv", b"kg,code,mix,big\n1,01,2,1e400\n2.5,02,x,1\n")).parts
    assert [first.metadata[name] for name in ("kg", "code", "mix")] == [1.0, "01", "2"]
    assert [second.metadata[name] for name in ("kg", "code", "mix")] == [2.5, "02", "x"]
    assert "big" not in first.metadata


def test_a_column_named_row_keeps_its_values():
    (part,) = read_csv(RawFile("a.csv", b"row,animal\n17,llama\n")).parts
    assert (part.metadata["row"], part.metadata["column.row"]) == (1, 17)


def test_a_row_keeps_its_number_when_others_have_no_text():
    parts = read_csv(RawFile("a.csv", b"text,n\n,1\nhum,2\n")).parts
    assert [(part.key, part.text) for part in parts] == [("2", "hum")]


@pytest.mark.parametrize("content", ["\n", "a,b\n", "a,b", "\n\n\n"])
def test_a_table_without_rows_is_skipped(content):
    with pytest.raises(Skipped):
        rows(content)


CELLS = st.text(st.sampled_from('ab,;"\n\t|é \u2028'), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6))
def test_what_the_csv_module_writes_is_read_back(table):
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([["left", "right"], *table])
    parts = {part.key: part for part in read_csv(RawFile("a.csv", written.getvalue().encode())).parts}
    for number, (left, right) in enumerate(table, 1):
        part = parts.get(str(number))
        expected = {name: value.strip() for name, value in (("left", left), ("right", right)) if value.strip()}
        assert {name: part.metadata[name] for name in expected} == expected if part else not expected


def test_good_lines_are_kept_and_bad_ones_named():
    read = read_jsonl(RawFile("a.jsonl", b'{"text": "One"}\n{"text": \n\n{"text": "Four"}\n[1]\nnull\n'))
    assert [(part.key, part.text) for part in read.parts] == [("1", "One"), ("4", "Four")]
    assert read.note == "line 2 is not JSON; entry 5 has no text; entry 6 has no text"


def test_lines_may_hold_line_separators():
    assert rows('{"text": "a\u2028b"}\n', "a.jsonl", read_jsonl) == ["a\u2028b"]


def test_entries_without_a_text_field_are_told_like_rows():
    assert rows('[{"animal": "llama", "kg": 130, "wild": false}]', "a.json", read_json) == [
        "animal: llama\nkg: 130\nwild: False"
    ]


def test_numbers_that_json_does_not_know_are_dropped():
    (part,) = read_jsonl(RawFile("a.jsonl", b'{"text": "x", "a": NaN, "b": Infinity, "c": 1e999, "d": 1}')).parts
    assert part.metadata == {"d": 1, "row": 1}
