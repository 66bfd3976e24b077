"""Documents of Hangul, binary and in XML, with a marker in each place."""

import struct
import zlib

from devtools.compound_file import compound_file
from devtools.marked.document import MarkedDocument, Marks
from devtools.sample_files import zip_of

_PARAGRAPH, _WORDS, _CONTROL, _EQUATION = 66, 67, 71, 88
_TABLE, _NOTE = "tbl ", "fn  "
_NAMES = "".join(
    f' xmlns:{prefix}="http://www.hancom.co.kr/hwpml/2011/{name}"'
    for prefix, name in {"hp": "paragraph", "hs": "section"}.items()
)


def marked_hwp() -> MarkedDocument:
    """Return a hwp of two sections."""
    marks = Marks()
    equation = marks("equation")
    first = (
        _paragraph(f"{marks('body')}\t", _TABLE)
        + _record(_CONTROL, _TABLE[::-1].encode(), level=1)
        + _paragraph(marks("table cell"))
        + _paragraph("\uac00", _NOTE)
        + _paragraph(marks("note"))
        + _record(_EQUATION, struct.pack("<LH", 0, len(equation)) + equation.encode("utf-16-le"))
    )
    second = _paragraph(marks("second section") + " " * 4100)
    sections = {
        f"Section{number}": zlib.compress(section)[2:-4]
        for number, section in enumerate((first, second))
    }
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<LL", 0x05000300, 1) + bytes(216)
    return MarkedDocument("hwp", compound_file({"FileHeader": header, "BodyText": sections}), marks)


def marked_hwpx() -> MarkedDocument:
    """Return a hwpx of two sections."""
    marks = Marks()
    header = f"<hp:header>{_list(marks('header'))}</hp:header>"
    note = f"<hp:footNote>{_list(marks('note'))}</hp:footNote>"
    cell = f"<hp:tc>{_list(marks('table cell'))}</hp:tc>"
    box = f"<hp:drawText>{_list(marks('text box'))}</hp:drawText>"
    first = (
        f"<hp:p><hp:run><hp:ctrl>{header}</hp:ctrl></hp:run><hp:run><hp:t>{marks('body')}"
        f"<hp:lineBreak/>{marks('after a break')}</hp:t></hp:run>"
        f"<hp:run><hp:ctrl>{note}</hp:ctrl></hp:run>"
        f"<hp:run><hp:tbl><hp:tr>{cell}</hp:tr></hp:tbl></hp:run>"
        f"<hp:run><hp:rect>{box}</hp:rect></hp:run>"
        f"<hp:run><hp:equation><hp:script>{marks('equation')}</hp:script></hp:equation></hp:run>"
        "</hp:p>"
    )
    members = {"mimetype": "application/hwp+zip", "version.xml": "<v/>"}
    for number, content in enumerate((first, _p(marks("second section")))):
        members[f"Contents/section{number}.xml"] = f"<hs:sec{_NAMES}>{content}</hs:sec>"
    return MarkedDocument("hwpx", zip_of(members), marks)


def _paragraph(words: str, control: str = "") -> bytes:
    """Return a paragraph (4.2): its words, and the place of a table or a note at its end."""
    text = words.replace("\t", f"\t{' ' * 6}\t").encode("utf-16-le")
    if control:
        text += b"\x0b\0" + control[::-1].encode() + bytes(8) + b"\x0b\0"
    return _record(_PARAGRAPH, bytes(22)) + _record(_WORDS, text + b"\r\0", level=1)


def _record(kind: int, content: bytes, level: int = 0) -> bytes:
    """Return a record (4.1); long ones have their size in a number of their own."""
    size = len(content)
    if size < 0xFFF:
        return struct.pack("<L", kind | level << 10 | size << 20) + content
    return struct.pack("<LL", kind | level << 10 | 0xFFF << 20, size) + content


def _list(words: str) -> str:
    return f"<hp:subList>{_p(words)}</hp:subList>"


def _p(words: str) -> str:
    return f"<hp:p><hp:run><hp:t>{words}</hp:t></hp:run></hp:p>"
