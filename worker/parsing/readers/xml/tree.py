"""Parses XML into trees, with the mistakes that programs make in it."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser, fromstring

_CHUNK = 1 << 16
# Programs write what XML does not allow: control characters, plain or as numbers, a bare `&`, and
# white space before the declaration.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE = re.compile(rb"&#(?:(\d{1,7})|[xX]([\da-fA-F]{1,6}));")
_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d+|#[xX][\da-fA-F]+);)")


def parse_xml(data: bytes) -> Element:
    """Return the root element of XML, which may hold characters that XML does not allow.

    Raises ParseError, ValueError, LookupError.
    """
    try:
        return fromstring(data)  # noqa: S314  expat bounds the growth of entities
    except ParseError:
        if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise
        mended = _CONTROL.sub(b"", data.decode("utf-8", "replace").lstrip().encode())
        mended = _BARE.sub(b"&amp;", _REFERENCE.sub(_allowed, mended))
        if mended == data:
            raise
        return fromstring(mended)  # noqa: S314


def parse_partly(data: bytes) -> tuple[Element | None, bool]:
    """Return the root element of XML as far as it can be parsed, and whether it is whole."""
    try:
        return parse_xml(data), True
    except (ParseError, ValueError, LookupError):
        pass
    root: Element | None = None
    is_whole = False
    parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
    try:
        for at in range(0, len(data), _CHUNK):
            # The parser raises what is wrong when its events are asked for.
            parser.feed(data[at : at + _CHUNK])
            for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                root = element if root is None else root
                is_whole = event == "end" and element is root
    except (ParseError, ValueError, LookupError):
        pass
    return root, is_whole


def _allowed(reference: re.Match[bytes]) -> bytes:
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    is_character = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return reference[0] if is_character or 0xFFFF < code <= 0x10FFFF else b""
