"""Texts that would run, load or disguise something if anything took them for more than text.

Each holds a word of its own, its mark, by which a test finds out whether a reader can still read it.
"""

from __future__ import annotations

__all__ = ["BEACON", "FORMULAS", "canaries", "for_a_file", "line", "mark", "marks"]

BEACON = "http://127.0.0.1:9/beacon"
"""Where a canary calls if it may; give the address of a server that counts in its place."""
RUN = "window.canary='{name}'"
"""What a canary does if it runs."""

_TABLE = {
    "html": "<h1>CANhtml</h1><b onclick={run}>",
    "script": "<script>{run}</script>CANscript",
    "img": "<img src=x onerror={run}>CANimg",
    "remoteimg": "<img src={beacon}/img>CANremoteimg",
    "svg": "<svg onload={run}><image href={beacon}/svg /><text>CANsvg</text></svg>",
    "iframe": '<iframe src="{beacon}/frame" srcdoc="<script>parent.{run}</script>"></iframe>CANiframe',
    "style": "<style>@import '{beacon}/style'; .wb-app{{display:none}}</style>CANstyle",
    "css": "<i style=\"background:url({beacon}/css);position:fixed;inset:0\">CANcss</i>url('{beacon}/url')",
    "link": '<a href="javascript:{run}">CANlink</a> javascript:{run}',
    "datalink": '<a href="data:text/html,<script>{run}</script>">CANdatalink</a>',
    "mdlink": "[CANmdlink](javascript:{run}) <javascript:{run}>",
    "mdimage": "![CANmdimage]({beacon}/md) [ref]: {beacon}/ref",
    "mathjax": r"CANmathjax $\href{{javascript:{run}}}{{x}}$ \(\alpha^2\) $$\frac{{1}}{{2}}$$ \[\beta\]",
    "plotly": '<b>CANplotly</b><br><a href="{beacon}/plotly">a</a><sub>b</sub>',
    "template": "%{{text}} %{{x:.2f}} %{{customdata[0]}} %{{y|%Y}} CANtemplate",
    "mustache": "{{{{7*7}}}} ${{7*7}} <%= 7*7 %> {{{{constructor.constructor('{run}')()}}}} CANmustache",
    "closing": "--></style></script></textarea></title></svg></pre><script>{run}</script>CANclosing",
    "entities": "&lt;CANentities&gt; &#x3C;img src=x onerror={run}&#x3E; &amp;amp; &xxe;",
    "xml": "]]><!DOCTYPE x [<!ENTITY e SYSTEM '{beacon}/xml'>]><?xml-stylesheet href='{beacon}/xsl'?>CANxml&e;",
    "attribute": "\"' onmouseover={run} autofocus onfocus={run} style='display:none' CANattribute",
    "ansi": "\x1b[31mCANansi\x1b[0m \x1b]8;;{beacon}/ansi\x07link\x1b]8;;\x07\x1b[2J\x1b[8m",
    "override": "photo\u202egnp.CANoverride",
    "isolate": "a\u2067\u2068b\u202b CANisolate",
    "hidden": "in\u200bvis\u200dible\u2060\ufeff\u00ad CANhidden",
    "controls": "\x01\x07\x08\x0b\x0c\x7f\x85\x9b CANcontrols",
    "lines": "one\u2028two\u2029three\rCANlines",
    "rtl": "שלום עולם ערבית العربية CANrtl",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 ȩ̷̛͓͖́ CANemoji",
    "long": "W" * 150 + "CANlong",
    "formula": '=HYPERLINK("{beacon}/csv?"&A1,"CANformula")',
    "nul": "CANnul\x00end",
    "half": "\ud83dCANhalf\udc4d",
}
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)")
"""How a cell of a table begins that a spreadsheet would work out."""


def canaries(beacon: str = BEACON) -> dict[str, str]:
    """Give name and text of every canary, with the address at which those call that can."""
    return {name: text.format(run=RUN.format(name=name), beacon=beacon) for name, text in _TABLE.items()}


def mark(name: str) -> str:
    """Give the word by which a canary is known."""
    return f"CAN{name}"


def marks(*left_out: str) -> list[str]:
    """Give all marks, but those of some canaries."""
    return [mark(name) for name in _TABLE if name not in left_out]


def line(beacon: str = BEACON, *left_out: str) -> str:
    """Give all canaries but some in one text."""
    return " ¦ ".join(text for name, text in canaries(beacon).items() if name not in left_out)


def for_a_file(text: str) -> str:
    """Give a text as a file may be named: no slash, no NUL, nothing that UTF-8 has not, not too long."""
    named = text.replace("/", "∕").replace("\x00", "").encode("utf-8", "ignore").decode()
    return named.encode()[-200:].decode("utf-8", "ignore").strip(" .\r")
