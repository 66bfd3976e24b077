"""The properties of an Outlook message ([MS-OXPROPS], [MS-OXCMSG]) as a letter.

Files of Outlook (msg) and attachments of Exchange (winmail.dat) hold the same properties.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from worker.parsing.readers.mail.charsets import code_page_name, decode_markup, decode_text
from worker.parsing.readers.mail.compressed_rtf import BadCompression, decompress_rtf
from worker.parsing.readers.mail.content import Room, fuller
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.rtf.reader import rtf_text

STRING8, UNICODE, BINARY, TIME, LONG, BOOLEAN = 0x001E, 0x001F, 0x0102, 0x0040, 0x0003, 0x000B

MESSAGE_CLASS, SUBJECT, SENT, DELIVERED = 0x001A, 0x0037, 0x0039, 0x0E06
# Of the message that a report is about, and what the report says.
ORIGINAL_SUBJECT, REPORT_TEXT = 0x0049, 0x1001
SENDER_NAME, SENDER_ADDRESS, SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
AUTHOR_NAME, AUTHOR_ADDRESS, AUTHOR_SMTP = 0x0042, 0x0065, 0x5D02
DISPLAY_TO, DISPLAY_CC, DISPLAY_BCC = 0x0E04, 0x0E03, 0x0E02
BODY, RTF, HTML = 0x1000, 0x1009, 0x1013
CODE_PAGE, INTERNET_CODE_PAGE = 0x3FFD, 0x3FDE
DISPLAY_NAME, ADDRESS, SMTP_ADDRESS, RECIPIENT_TYPE = 0x3001, 0x3003, 0x39FE, 0x0C15
CONTENT, METHOD, LONG_NAME, SHORT_NAME = 0x3701, 0x3705, 0x3707, 0x3704
MIME_TYPE, CONTENT_ID, HIDDEN = 0x370E, 0x3712, 0x7FFE

# Properties of appointments and tasks ([MS-OXPROPS]) by the sets that define them.
EVENT_LINES = {
    bytes.fromhex("0220060000000000c000000000000046"): {
        0x820D: "Start",
        0x820E: "End",
        0x8232: "Recurrence",
        0x8208: "Where",
    },
    bytes.fromhex("0320060000000000c000000000000046"): {
        0x8104: "Start",
        0x8105: "Due",
        0x811F: "Owner",
    },
}
_RECIPIENTS = {1: "To", 2: "CC", 3: "BCC"}
_MAX_RTF_BYTES = 16 * 1024 * 1024
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Properties:
    """`find` returns the bytes of a property by its tag, nothing if there is none.

    A tag is the identifier in the upper 16 bits and the type in the lower.
    """

    find: Callable[[int], bytes]
    code_page: int = 0

    def raw(self, name: int, kind: int) -> bytes:
        """Return the bytes of a property of one type, nothing if it is missing."""
        return self.find(name << 16 | kind)

    def text(self, name: int) -> str:
        """Return a property as text, nothing if it is missing."""
        wide = self.raw(name, UNICODE)
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        page = self.number(CODE_PAGE) or self.code_page or self.number(INTERNET_CODE_PAGE)
        return decode_text(self.raw(name, STRING8).rstrip(b"\0"), code_page_name(page))

    def number(self, name: int) -> int:
        """Return an integer, 0 if it is missing."""
        return int.from_bytes(self.raw(name, LONG)[:4], "little")

    def is_set(self, name: int) -> bool:
        """Tell whether a boolean is true."""
        return self.raw(name, BOOLEAN)[:1] not in (b"", b"\0")

    def time(self, name: int) -> str:
        """Return a point of time by ISO 8601, nothing if it is missing or none."""
        raw = self.raw(name, TIME)
        if len(raw) < 8 or not any(raw):
            return ""
        try:
            ticks = struct.unpack_from("<Q", raw)[0]
            return (_EPOCH + timedelta(seconds=ticks // 10_000_000)).isoformat()
        except OverflowError:
            return ""


def header_lines(message: Properties, recipients: list[Properties]) -> list[tuple[str, str]]:
    """Return subject, sender, recipients and date of a message."""
    to = {"To": DISPLAY_TO, "CC": DISPLAY_CC, "BCC": DISPLAY_BCC}
    named: dict[str, list[str]] = {label: [] for label in to}
    for recipient in recipients:
        label = _RECIPIENTS.get(recipient.number(RECIPIENT_TYPE) & 0xF)
        if label:
            named[label].append(_who(recipient, DISPLAY_NAME, SMTP_ADDRESS, ADDRESS))
    sender = _who(message, AUTHOR_NAME, AUTHOR_SMTP, AUTHOR_ADDRESS) or _who(
        message, SENDER_NAME, SENDER_SMTP, SENDER_ADDRESS
    )
    subject = message.text(SUBJECT) or message.text(ORIGINAL_SUBJECT)
    lines = [("Subject", subject), ("From", sender)]
    lines += [
        (label, ", ".join(filter(None, named[label])) or message.text(name))
        for label, name in to.items()
    ]
    lines.append(("Date", message.time(SENT) or message.time(DELIVERED)))
    return [(label, " ".join(value.split())) for label, value in lines]


def event_lines(
    message: Properties, name_of: Callable[[bytes, int], int | None]
) -> list[tuple[str, str]]:
    """Return time and place of an appointment or a task.

    `name_of` returns the name of a property of a set by its number there, None if there is none.
    """
    names = [
        (label, name_of(of_set, number))
        for of_set, labels in EVENT_LINES.items()
        for number, label in labels.items()
    ]
    return [
        (label, message.time(name) or message.text(name))
        for label, name in names
        if name is not None
    ]


def body_text(message: Properties, lost: list[str]) -> str:
    """Return the body in the form that says most: plain text, HTML, or RTF if there is no HTML.

    Adds a sentence to `lost` when a body is there and none can be read.
    """
    body = (message.text(BODY) or message.text(REPORT_TEXT)).strip()
    markup = _markup(message, lost)
    if markup:
        return fuller(body, visible_text(markup, is_mail=True)[0])
    packed = message.raw(RTF, BINARY)
    if packed:
        try:
            return fuller(body, rtf_text(decompress_rtf(packed, _MAX_RTF_BYTES)).strip())
        except BadCompression:
            if not body:
                lost.append("the text of the mail is damaged and was not read")
    return body


def _markup(message: Properties, lost: list[str]) -> str:
    raw = Room().cut(message.raw(HTML, BINARY), lost)
    if not raw:
        return message.text(HTML)
    if raw.startswith(b"<\0"):
        return raw.decode("utf-16-le", "replace")
    declared = message.number(INTERNET_CODE_PAGE)
    raw = raw.rstrip(b"\0")
    # What the markup itself declares is right more often.
    text = decode_markup(raw, None)
    return decode_markup(raw, code_page_name(declared)) if "\ufffd" in text else text


def _who(of: Properties, name: int, *addresses: int) -> str:
    """Return a name with an address like `Ann <a@b.c>`; addresses within Exchange say nothing."""
    shown = of.text(name).strip()
    found = (of.text(address).strip() for address in addresses)
    address = next((each for each in found if "@" in each), "")
    if not address or address.casefold() in shown.casefold():
        return shown
    return f"{shown} <{address}>" if shown else address
