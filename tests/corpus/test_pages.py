"""Pages of the web, whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.corpus.formats.base import RawFile
from workbench.corpus.formats.html_text import read_html


def read(source):
    (part,) = read_html(RawFile("a.html", source if isinstance(source, bytes) else source.encode())).parts
    return part


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One.</p>\n\n\n<p></p><div><div><p>Two.</p></div></div>", "One.\n\nTwo."),
        ("a<br><br><br>b", "a\nb"),
        ('See <a href="https://farm.example">the farm</a>, <i>please</i>.', "See the farm, please."),
        ("caf&eacute; &lt;b&gt; &#x1F999; &amp;amp; &nbsp;x", "café <b> 🦙 &amp; x"),
        ("<ul><li>a<li>b</ul><ol><li><p>c</p></ol>", "- a\n- b\n\n- c"),
        ("<table><tr><td>a<td><td>c</table>", "a | c"),
        ("<dl><dt>Llama</dt><dd>It hums.</dd></dl>", "Llama\n\nIt hums."),
        ("<h2>A <br> <span>head</span>\n line</h2>text", "## A head line\n\ntext"),
        ("<pre>one\n\n\n  two</pre>", "one\n\n\n  two"),
        ("un<b>broken</b> <b> spaced </b>out", "unbroken spaced out"),
        ("<p>kept<script>if (a < b) alert('</p>')</script></p>", "kept"),
        ("<noscript>no</noscript><template>no</template><svg><title>no</title></svg>yes", "yes"),
        ("<!-- no --><![CDATA[no]]><?php no ?>yes", "yes"),
        ('<img src=x onerror="alert(1)" alt="A llama">text', "text"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("no tags at all", "no tags at all"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("</p></div>stray", "stray"),
        ("<![if !mso]>yes<![endif]> <![[[ <b>and</b> <![%this;[", "yes <![[[ and <![%this;["),
    ],
)
def test_text_is_what_a_reader_sees(source, text):
    assert read(source).text == text


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("<title>Llama</title><h1>Head</h1>", "Llama"),
        ("<title> \n </title><h1>Head <i>line</i></h1>", "Head line"),
        ("<title>A &amp;\n B</title>", "A & B"),
        ("<h2>Second</h2>", ""),
    ],
)
def test_titles(source, title):
    assert read(source).title == title


TAGS = st.sampled_from(
    [
        "p",
        "div",
        "b",
        "i",
        "ul",
        "li",
        "table",
        "tr",
        "td",
        "h1",
        "h3",
        "br",
        "pre",
        "script",
        "span",
        "dd",
        "a",
        "head",
    ]
)
WORDS = st.sampled_from(["llama", " ", "\n", " hums ", "&amp;", "é"])
SOURCES = st.lists(
    TAGS.map(lambda tag: f"<{tag}>") | TAGS.map(lambda tag: f"</{tag}>") | WORDS,
    max_size=30,
).map("".join)


@given(SOURCES)
def test_any_soup_of_tags_gives_tidy_text(source):
    text = read(source).text
    if "pre" not in source:
        assert text == text.strip()
        assert "\n\n\n" not in text
        assert "  " not in text
        assert all(line == line.strip() for line in text.split("\n") if line not in ("-", "#", "###"))
    if not {"script", "head", "svg"} & set(source.replace("<", ">").replace("/", "").split(">")):
        assert text.count("llama") == source.count("llama")


@pytest.mark.parametrize("source", ['<?xml version="1.0"?><page>text</page>', "https://farm.example/a.html", "a.html"])
def test_pages_that_are_hardly_pages_are_read_without_a_warning(source):
    assert read(source).text in {"text", source}
