"""Bytes in every encoding that people save texts in."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.corpus.formats.base import Failed, Skipped
from workbench.corpus.formats.decoding import decode

WESTERN = (
    "Die Vicuña ist „klein“ – señores tejían más tarde paños más finos, pour les élèves d’été. Sie wärmt sich früh."
)
JAPANESE = (
    "ラクダは砂漠に住む動物です。リャマとアルパカは南アメリカのアンデス山脈で飼われています。毛は暖かいです。" * 3
)


@pytest.mark.parametrize(
    ("mark", "encoding", "said"),
    [
        (b"", "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32"),
        (b"", "cp1252", "cp1252"),
    ],
)
def test_western_texts(mark, encoding, said):
    assert decode(mark + WESTERN.encode(encoding)) == (WESTERN, said)


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "utf-8", "utf-16"])
def test_japanese_texts(encoding):
    text, _ = decode(JAPANESE.encode(encoding))
    assert text == JAPANESE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [WESTERN, JAPANESE + "\n" + JAPANESE, "It hums."])
def test_utf_16_and_32_without_a_mark(encoding, text):
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", JAPANESE),
        ("iso2022_jp", JAPANESE),
        ("gb2312", "骆驼是生活在沙漠中的动物。羊驼和美洲驼生活在南美洲的安第斯山脉。它们的毛很暖和。"),
        ("gbk", "駱駝是生活在沙漠中的動物。羊駝和大羊駝生活在南美洲的安地斯山脈。牠們的毛很暖和。"),
        ("gb18030", "骆驼是生活在沙漠中的动物。羊驼和美洲驼生活在南美洲的安第斯山脉。它们的毛很暖和。"),
        ("big5", "駱駝是生活在沙漠中的動物。羊駝和大羊駝生活在南美洲的安地斯山脈。牠們的毛很暖和，人們用來做衣服。"),
        ("euc_kr", "낙타는 사막에 사는 동물입니다. 라마와 알파카는 남아메리카 안데스 산맥에서 사육됩니다."),
        ("cp949", "낙타는 사막에 사는 동물입니다. 라마와 알파카는 남아메리카 안데스 산맥에서 사육됩니다."),
        ("iso2022_kr", "낙타는 사막에 사는 동물입니다. 라마와 알파카는 남아메리카 안데스 산맥에서 사육됩니다."),
        ("tis_620", "อูฐเป็นสัตว์ที่อาศัยอยู่ในทะเลทราย ลามะและอัลปากาถูกเลี้ยงในเทือกเขาแอนดีสของอเมริกาใต้"),
        ("koi8_r", "Верблюды живут в пустыне и могут долго обходиться без воды. Лама и альпака живут в Андах."),
        ("cp1256", "تعيش الجمال في الصحراء ويمكنها العيش دون ماء لفترة طويلة. تعيش اللاما في جبال الأنديز."),
        ("cp1255", "גמלים חיים במדבר ויכולים לחיות ללא מים זמן רב. הלמות חיות בהרי האנדים."),
        (
            "cp1250",
            "Wielbłądy żyją na pustyni i mogą długo obywać się bez wody. Lamy żyją w Andach, ich wełna jest ciepła.",
        ),
    ],
)
def test_texts_of_the_world(encoding, text):
    assert decode(text.encode(encoding))[0] == text


def test_a_word_in_latin_1_is_western():
    assert decode("señor".encode("latin-1")) == ("señor", "cp1252")
    assert decode("Vicuñas are the smallest camelids.".encode("latin-1"))[0] == "Vicuñas are the smallest camelids."


def test_a_long_western_text_with_one_accent_at_its_end():
    text = "The llama hums. " * 20_000 + "Vicuña."
    assert decode(text.encode("latin-1")) == (text, "cp1252")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\rc\nd", "a\nb\nc\nd"),
        (b"\r\r\n\n", "\n\n\n"),
        (b"tab\there\x1b[0m", "tab\there\x1b[0m"),
        ("a\u2028b\x85c".encode(), "a\u2028b\x85c"),
    ],
)
def test_line_ends_become_one_kind(data, text):
    assert decode(data)[0] == text


def test_a_mark_that_lies():
    with pytest.raises(Failed, match="marked as UTF-8, but byte 4 is not"):
        decode(codecs.BOM_UTF8 + b"a\xff")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_utf_8_comes_back_as_it_was(text):
    data = text.encode()
    try:
        found, encoding = decode(data)
    except Skipped:
        assert any(ord(letter) < 32 or letter == "\x7f" for letter in text)
        return
    marked = text.removeprefix("\ufeff")
    assert found == marked.replace("\r\n", "\n").replace("\r", "\n")
    assert encoding == "utf-8"


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_give_a_text_or_a_reason(data):
    try:
        text, _ = decode(data)
    except (Skipped, Failed):
        return
    text.encode()
    assert "\r" not in text
    assert "\0" not in text
