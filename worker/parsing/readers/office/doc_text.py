"""Reads the text of a Word 97 document: the main part, headers, notes, comments and text boxes.

Layout: [MS-DOC] 2.5.1 (FIB), 2.3 (document parts), 2.9.38 (Clx) and 2.9.177 (Pcd). All parts are
one run of characters, which a table of pieces maps to positions in the file.
"""

import re
import struct
from dataclasses import dataclass, field
from itertools import pairwise

from olefile import OleFileIO

# The parts in their order, and where the FIB keeps their lengths.
_LENGTHS = (
    ("main", 0x4C),
    ("footnotes", 0x50),
    ("headers", 0x54),
    ("macros", 0x58),
    ("comments", 0x5C),
    ("endnotes", 0x60),
    ("boxes", 0x64),
    ("header boxes", 0x68),
)
_FLAGS, _SECOND_TABLE = 0x0A, 0x0200
_HEADERS_AT, _PIECES_AT = 0xF2, 0x1A2
_COMPRESSED = 1 << 30
_MAX_CHARACTERS = 4 << 20
_MAX_STORIES = 2000
# Six separators of notes come first; then for each section six headers and footers.
_SEPARATORS, _PER_SECTION = 6, 6
_IS_FOOTER = (False, False, True, True, False, True)
_FIELD_MARK = re.compile("([\x13\x14\x15])")
_FIELD_START, _FIELD_RESULT, _FIELD_END = "\x13\x14\x15"
# A cell ends with a mark, and a row with another.
_ROW_END = "\x07\x07"
_SIGNS = str.maketrans(
    {"\r": "\n", "\x07": " ", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\xa0": " "}
)
_HAS_WORD = re.compile(r"[^\W\d_]{3}")


class BadDocument(Exception):
    """The document is damaged, or not one of Word 97 or later."""


@dataclass(slots=True)
class DocText:
    """The main text; headers and footers; and the texts of notes, comments and text boxes."""

    main: str = ""
    headers: list[str] = field(default_factory=list)
    footers: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read_doc_text(ole: OleFileIO) -> DocText:
    """Return the texts of a document, without repetitions. Raises BadDocument."""
    try:
        return _read(ole)
    except (OSError, struct.error, ValueError, IndexError, TypeError) as error:
        raise BadDocument(str(error)) from error


def _read(ole: OleFileIO) -> DocText:
    document = ole.openstream("WordDocument").read()
    (flags,) = struct.unpack_from("<H", document, _FLAGS)
    table = ole.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
    text = _read_pieces(document, table)
    parts = {}
    start = 0
    for name, at in _LENGTHS:
        end = start + struct.unpack_from("<L", document, at)[0]
        parts[name] = text[start:end]
        start = end
    if len(text) < min(start, _MAX_CHARACTERS):
        raise BadDocument("text is missing")
    found = DocText(_clean(parts["main"]))
    for place, story in _split_headers(document, table, parts["headers"]):
        texts = found.footers if _IS_FOOTER[place] else found.headers
        plain = _clean(story)
        # Page numbers alone are no words.
        if _HAS_WORD.search(plain) and plain not in texts:
            texts.append(plain)
    for name in ("footnotes", "endnotes", "comments", "boxes", "header boxes"):
        plain = _clean(parts[name])
        if plain:
            found.others.append(plain)
    return found


def _read_pieces(document: bytes, table: bytes) -> str:
    """Return all characters of the document in the order of its parts."""
    start, length = struct.unpack_from("<2L", document, _PIECES_AT)
    clx = table[start : start + length]
    at = 0
    while clx[at] == 1:
        at += 3 + int.from_bytes(clx[at + 1 : at + 3], "little")
    if clx[at] != 2:
        raise BadDocument("no table of pieces")
    pieces = clx[at + 5 : at + 5 + int.from_bytes(clx[at + 1 : at + 5], "little")]
    count = (len(pieces) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}L", pieces)
    found = []
    room = _MAX_CHARACTERS
    for number, (first, end) in enumerate(pairwise(places)):
        size = min(end - first, room)
        if size < 0 or room <= 0:
            break
        (position,) = struct.unpack_from("<L", pieces, 4 * (count + 1) + 8 * number + 2)
        found.append(_read_piece(document, position, size))
        room -= size
    return "".join(found)


def _read_piece(document: bytes, position: int, size: int) -> str:
    if position & _COMPRESSED:
        start = (position & ~_COMPRESSED) // 2
        # Some bytes are no characters in cp1252; each must count as one.
        return document[start : start + size].decode("cp1252", "replace")
    units = document[position : position + 2 * size]
    # A character beyond the first plane counts as two here.
    return "".join(map(chr, struct.unpack(f"<{len(units) // 2}H", units[: len(units) // 2 * 2])))


def _split_headers(document: bytes, table: bytes, text: str) -> list[tuple[int, str]]:
    """Return each header or footer with its place among the six of its section."""
    start, length = struct.unpack_from("<2L", document, _HEADERS_AT)
    count = min(length // 4, _MAX_STORIES)
    if not text or not count:
        return []
    places = struct.unpack_from(f"<{count}L", table, start)
    return [
        ((number - _SEPARATORS) % _PER_SECTION, text[first:end])
        for number, (first, end) in enumerate(pairwise(places))
        if number >= _SEPARATORS
    ]


def _clean(text: str) -> str:
    """Return the visible text with line ends: of fields, only the results are shown."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _without_codes(text).replace(_ROW_END, "\n").translate(_SIGNS)
    lines = ("".join(filter(_is_visible, line)).strip() for line in text.split("\n"))
    return "\n".join(filter(None, lines))


def _is_visible(character: str) -> bool:
    return character >= " " or character == "\t"


def _without_codes(text: str) -> str:
    """Return text without the codes of fields, which may be nested ([MS-DOC] 2.8.25)."""
    shown = []
    codes: list[bool] = []
    hidden = 0
    for piece in _FIELD_MARK.split(text):
        if piece == _FIELD_START:
            codes.append(True)
            hidden += 1
        elif piece == _FIELD_RESULT and codes:
            hidden -= codes[-1]
            codes[-1] = False
        elif piece == _FIELD_END and codes:
            hidden -= codes.pop()
        elif not hidden:
            shown.append(piece)
    # A field without an end would hide all that follows.
    return _FIELD_MARK.sub("", text) if codes else "".join(shown)
