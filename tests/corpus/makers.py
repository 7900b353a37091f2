"""Files in every format that is read, made by the tests themselves."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'


def saved(document) -> bytes:
    """Give a python-docx or python-pptx document as bytes."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    """Give an archive of names and texts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, text in members.items():
            made.writestr(name, text)
    return out.getvalue()


def rezipped(data, **changed) -> bytes:
    """Give an archive with members replaced, named with `__` for `/` and `_` for `.`."""
    with zipfile.ZipFile(io.BytesIO(data)) as given:
        members = {name: given.read(name) for name in given.namelist()}
    return zipped(members | {name.replace("__", "/").replace("_", "."): text for name, text in changed.items()})


def book(*chapters, title="Camelids", **more) -> bytes:
    """Give an EPUB of XHTML bodies."""
    items = "".join(
        f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    refs = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        f'<?xml version="1.0"?><package><metadata><dc:title>{title}</dc:title></metadata>'
        f"<manifest>{items}</manifest><spine>{refs}</spine></package>"
    )
    pages = {
        f"OPS/text/c {n}.xhtml": f'<?xml version="1.0"?><html><head><title/></head><body>{body}</body></html>'
        for n, body in enumerate(chapters)
    }
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OPS/book.opf": package}
        | pages
        | more
    )


def message(text="It hums.", html=None, **headers) -> EmailMessage:
    """Give an e-mail."""
    made = EmailMessage()
    for name, value in {"Subject": "Llamas", "From": "Ann <ann@farm.example>", **headers}.items():
        made[name] = value
    if text is not None:
        made.set_content(text)
    if html is not None:
        made.add_alternative(html, subtype="html") if text is not None else made.set_content(html, subtype="html")
    return made
