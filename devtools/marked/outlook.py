"""An Outlook message ([MS-OXMSG]) with a marker in headers, body and attachments."""

import struct
from collections.abc import Mapping

from devtools.compound_file import Tree, compound_file
from devtools.marked.document import MarkedDocument, Marks

# Properties ([MS-OXPROPS]) with their types: 001F is a Unicode string, 0102 binary, 0003 a number.
_CLASS, _SUBJECT, _BODY, _HTML = 0x001A001F, 0x0037001F, 0x1000001F, 0x10130102
_SENDER, _SENDER_ADDRESS = 0x0C1A001F, 0x0C1F001F
_TO, _CC = 0x0E04001F, 0x0E03001F
_NAME, _ADDRESS, _KIND_OF_RECIPIENT = 0x3001001F, 0x3003001F, 0x0C150003
_CODE_PAGE = 0x3FDE0003
_METHOD, _NUMBER, _DATA, _OBJECT = 0x37050003, 0x0E210003, 0x37010102, 0x3701000D
_SHORT_NAME, _LONG_NAME = 0x3704001F, 0x3707001F
_BY_VALUE, _EMBEDDED_MESSAGE = 1, 5
_UTF8 = 65001
# Attributes of a winmail.dat ([MS-OXTNEF] 2.1.3.3).
_TNEF_SUBJECT, _TNEF_PROPERTIES = 0x00018004, 0x00069003
_TNEF_ATTACHMENT, _TNEF_ATTACHMENT_TITLE = 0x00069002, 0x00018010

Values = Mapping[int, "str | bytes | int"]


def marked_msg() -> MarkedDocument:
    """Return a message with a text, a file of no known type and a message attached."""
    marks = Marks()
    recipients = (marks("recipient"), marks("copy"))
    tree: dict[str, bytes | Tree] = {
        "__nameid_version1.0": {
            "__substg1.0_00020102": b"",
            "__substg1.0_00030102": b"",
            "__substg1.0_00040102": b"",
        },
        **_properties(
            {
                _CLASS: "IPM.Note",
                _SUBJECT: marks("subject"),
                _SENDER: marks("sender"),
                _SENDER_ADDRESS: "a@b.c",
                _TO: recipients[0],
                _CC: recipients[1],
                _BODY: f"{marks('body')}\r\nsecond line\r\n",
            },
            struct.pack("<8x4L8x", len(recipients), 3, len(recipients), 3),
        ),
    }
    for number, name in enumerate(recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _properties(
            {_NAME: name, _ADDRESS: "d@e.f", _KIND_OF_RECIPIENT: number + 1}, bytes(8)
        )
    attachments = (
        _attached_file(0, f"{marks('name of a text')}.txt", b"An attached text.\r\n"),
        _attached_file(1, f"{marks('name of other')}.bin", b"\0\1\2"),
        _attached_message(2, marks("forwarded subject"), marks("forwarded text")),
    )
    for number, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = attachment
    return MarkedDocument("msg", compound_file(tree), marks)


def _attached_file(number: int, name: str, content: bytes) -> Tree:
    return _properties(
        {
            _METHOD: _BY_VALUE,
            _NUMBER: number,
            _SHORT_NAME: name,
            _LONG_NAME: name,
            _DATA: content,
        },
        bytes(8),
    )


def _attached_message(number: int, subject: str, body: str) -> Tree:
    return {
        **_properties(
            {_METHOD: _EMBEDDED_MESSAGE, _NUMBER: number, _NAME: subject, _OBJECT: 1}, bytes(8)
        ),
        f"__substg1.0_{_OBJECT:08X}": _properties(
            {_CLASS: "IPM.Note", _SUBJECT: subject, _BODY: body}, bytes(24)
        ),
    }


def marked_html_msg() -> MarkedDocument:
    """Return a message whose only body is HTML."""
    marks = Marks()
    html = f"<html><body><p>{marks('html body')}</p><table><tr><td>{marks('table cell')}</td></tr>"
    tree = _properties(
        {
            _CLASS: "IPM.Note",
            _SUBJECT: marks("subject"),
            _HTML: f"{html}</table></body></html>".encode(),
            _CODE_PAGE: _UTF8,
        },
        bytes(32),
    )
    return MarkedDocument("msg", compound_file(tree), marks)


def marked_winmail() -> MarkedDocument:
    """Return a winmail.dat of Exchange ([MS-OXTNEF])."""
    marks = Marks()
    html = f"<p>{marks('html body')}</p>".encode()
    attributes = (
        (_TNEF_SUBJECT, marks("subject").encode() + b"\0"),
        (
            _TNEF_PROPERTIES,
            struct.pack("<L", 2)
            + _encapsulated(_SENDER, marks("sender").encode("utf-16-le"))
            + _encapsulated(_HTML, html),
        ),
        (_TNEF_ATTACHMENT, bytes(14)),
        (_TNEF_ATTACHMENT_TITLE, f"{marks('name of other')}.bin".encode() + b"\0"),
    )
    data = struct.pack("<LH", 0x223E9F78, 1)
    for name, value in attributes:
        checksum = sum(value) & 0xFFFF
        data += struct.pack("<BLL", 1, name, len(value)) + value + struct.pack("<H", checksum)
    return MarkedDocument("dat", data, marks)


def _encapsulated(tag: int, value: bytes) -> bytes:
    """Return a property (2.1.3.4) with one value, padded to four bytes."""
    head = struct.pack("<HHLL", tag & 0xFFFF, tag >> 16, 1, len(value))
    return head + value + bytes(-len(value) % 4)


def _properties(values: Values, header: bytes) -> dict[str, bytes | Tree]:
    """Return the streams of properties (2.4): fixed ones are in the stream of all of them."""
    streams: dict[str, bytes | Tree] = {}
    listed = header
    for tag, value in sorted(values.items()):
        if isinstance(value, int):
            listed += struct.pack("<LLL4x", tag, 6, value)
            continue
        # A string is counted with the zero that ends it, which its stream does not have.
        is_text = isinstance(value, str)
        content = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"__substg1.0_{tag:08X}"] = content
        listed += struct.pack("<LLL4x", tag, 6, len(content) + 2 * is_text)
    return {"__properties_version1.0": listed, **streams}
