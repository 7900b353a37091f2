"""PDFs written object by object, which no library would write."""

from __future__ import annotations

from collections.abc import Sequence

FONT = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"


def raw(*objects: bytes) -> bytes:
    """Give a PDF of these objects, numbered from 1; the first is its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, inside in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, inside)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
        + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    )


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """Give a stream object with these entries."""
    return b"<</Length %d %b>>\nstream\n%b\nendstream" % (len(data), extra, data)


def page(content: bytes, extra: bytes = b"", resources: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """Give a PDF of one page; `more` objects are numbered from 6."""
    return raw(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R"
        b" /Resources <</Font <</F 5 0 R>> %b>>>>" % resources,
        stream(content, extra),
        FONT,
        *more,
    )
