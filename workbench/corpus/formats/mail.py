"""E-mail: single messages, and mailboxes with a document a message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.corpus.clean import clean_text
from workbench.corpus.formats.base import MOST_ROWS, Content, Failed, Part, RawFile, Skipped, some
from workbench.corpus.formats.decoding import decode
from workbench.corpus.formats.html_text import html_text, parse_html

if TYPE_CHECKING:
    from email.message import EmailMessage

__all__ = ["read_mailbox", "read_message"]

_SHOWN = ("Subject", "From", "To", "Date")
_START = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\d{4}[^\n]*\n")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def read_message(file: RawFile) -> Content:
    """Read a message as one document: subject, sender, receivers and date, then its text.

    The plain text is taken where there is one, else that of its HTML. Attachments are named in the report.
    """
    part, attached = _message(file.data, "")
    if part is None:
        raise Skipped("no text in the message" if attached else "no e-mail message: it has neither headers nor text")
    return Content((part,), "e-mail", _said(attached))


def read_mailbox(file: RawFile) -> Content:
    """Read a mailbox (mbox) as a document a message, numbered from 1."""
    marks = list(_START.finditer(file.data))
    if not marks or marks[0].start():
        raise Failed("not a mailbox: it does not begin with a line `From ...`; save its messages as .eml")
    parts, attached, problems = [], [], []
    if len(marks) > MOST_ROWS:
        raise Failed(f"more than {MOST_ROWS:,} messages; split it")
    ends = [*(mark.start() for mark in marks[1:]), len(file.data)]
    for number, (mark, end) in enumerate(zip(marks, ends, strict=True), 1):
        file.check()
        try:
            part, names = _message(_QUOTED.sub(rb"\1", file.data[mark.end() : end]), str(number))
        except (Failed, RecursionError) as error:
            problems.append(f"message {number} could not be read ({type(error).__name__})")
            continue
        attached.extend(names)
        if part is not None:
            parts.append(part)
    return Content(tuple(parts), "e-mail", "; ".join(filter(None, (some(problems), _said(attached)))))


def _message(data: bytes, key: str) -> tuple[Part | None, list[str]]:
    """Give a message as a document, None without text, and the names of its attachments."""
    from email import message_from_bytes
    from email.errors import MessageError
    from email.policy import default

    message = message_from_bytes(data, policy=default)
    try:
        head = {name: value for name in _SHOWN if (value := _words(str(message[name] or "")))}
        text = _body(message)
        attached = [_words(part.get_filename() or "without a name") for part in message.walk() if part.is_attachment()]
        sent = message["Date"].datetime if message["Date"] else None
    except (MessageError, ValueError, LookupError, AttributeError, TypeError) as error:
        # The library's parser of headers raises whatever a broken one leads it to.
        raise Failed(f"a damaged message ({type(error).__name__}); save it again in the mail program") from error
    if not text and "Subject" not in head:
        return None, attached
    lines = "\n".join(f"{name}: {value}" for name, value in head.items())
    metadata: dict[str, object] = {name.lower(): head[name] for name in ("From", "To") if name in head}
    metadata |= {"date": sent.isoformat()} if sent else {}
    metadata |= {"message": int(key)} if key else {}
    return Part(f"{lines}\n\n{text}".strip(), head.get("Subject", ""), key, metadata), attached


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    data = part.get_payload(decode=True) if part is not None else None
    if part is None or not isinstance(data, bytes) or not data.strip():
        return ""
    try:
        text, _ = decode(data, part.get_content_charset() or "")
    except Skipped as error:
        raise Failed(f"its text is {error}") from error
    return html_text(parse_html(text)).strip() if part.get_content_subtype() == "html" else text.strip()


def _words(text: str) -> str:
    return " ".join(clean_text(text).split())


def _said(attached: list[str]) -> str:
    names = some([repr(name) for name in attached])
    return f"attachments not read: {names}; save them beside the message" if attached else ""
