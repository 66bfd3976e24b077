"""The texts of the metafiles of Windows 3: [MS-WMF] 2.3 (records)."""

import heapq
import struct
from collections.abc import Iterator

from worker.parsing.readers.encodings.font_characters import CharacterSets
from worker.parsing.readers.metafiles.lines import DrawnLines
from worker.parsing.readers.metafiles.text_place import TextPlace

_PLACEABLE, _PLACEABLE_BYTES = b"\xd7\xcd\xc6\x9a", 22
_HEADER = struct.Struct("<3H")
_HEADER_BYTES, _HEADER_WORDS = 18, 9
_END, _FONT, _SELECT, _DELETE = 0, 0x02FB, 0x012D, 0x01F0
# What else takes a place in the table of objects: pens, brushes, patterns, palettes, regions.
_OBJECTS = frozenset({0x02FA, 0x02FC, 0x01F9, 0x0142, 0x00F7, 0x06FF})
_ALIGN, _MOVE, _TEXT, _LONG_TEXT = 0x012E, 0x0214, 0x0521, 0x0A32
_RECTANGLE, _GLYPHS, _BOTH_DIRECTIONS = 0x0006, 0x0010, 0x2000
_MAX_OBJECTS = 4096


def is_wmf(data: bytes) -> bool:
    """Tell a metafile by the header for placing it, or by its own."""
    if data.startswith(_PLACEABLE):
        return True
    if len(data) < _HEADER_BYTES:
        return False
    kind, words, version = _HEADER.unpack_from(data)
    return kind in (1, 2) and words == _HEADER_WORDS and version in (0x0100, 0x0300)


def read_wmf(data: bytes, lines: DrawnLines) -> None:
    """Add the texts of a metafile. Raises ValueError, struct.error."""
    picture = _Picture(lines)
    for kind, body in _records(data):
        picture.read(kind, body)
        if lines.is_full:
            return


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEADER_BYTES + (_PLACEABLE_BYTES if data.startswith(_PLACEABLE) else 0)
    while at + 6 <= len(data):
        words, kind = struct.unpack_from("<LH", data, at)
        if words < 3:
            raise ValueError("a record without a size")
        if kind == _END:
            return
        yield kind, data[at + 6 : at + 2 * words]
        at += 2 * words


class _Picture:
    """What the records have chosen so far: the font, the alignment, the current position."""

    def __init__(self, lines: DrawnLines) -> None:
        self._lines = lines
        self._fonts = CharacterSets()
        self._objects: set[int] = set()
        self._free: list[int] = []
        self._font = 0
        self._place = TextPlace()

    def read(self, kind: int, body: bytes) -> None:
        if kind == _FONT:
            self._add_font(body)
        elif kind in _OBJECTS:
            self._take_place()
        elif kind == _SELECT:
            number = int.from_bytes(body[:2], "little")
            self._font = number if number in self._fonts.fonts else self._font
        elif kind == _DELETE:
            number = int.from_bytes(body[:2], "little")
            self._fonts.fonts.pop(number, None)
            if number in self._objects:
                self._objects.remove(number)
                heapq.heappush(self._free, number)
        elif kind == _ALIGN:
            self._place.alignment = int.from_bytes(body[:2], "little")
        elif kind == _MOVE:
            height, left = struct.unpack_from("<2h", body)
            self._place.position = left, height
        elif kind == _TEXT:
            (count,) = struct.unpack_from("<H", body)
            height, left = struct.unpack_from("<2h", body, 2 + count + count % 2)
            self._add(left, height, body[2 : 2 + count], b"")
        elif kind == _LONG_TEXT:
            self._long_text(body)

    def _take_place(self) -> int:
        """Return the lowest number that no object has, and give it to one."""
        number = heapq.heappop(self._free) if self._free else len(self._objects)
        if number >= _MAX_OBJECTS:
            raise ValueError("too many objects")
        self._objects.add(number)
        return number

    def _add_font(self, body: bytes) -> None:
        number = self._take_place()
        font = self._fonts.font(number)
        font.name = body[18:50].partition(b"\0")[0].decode("latin-1")
        self._fonts.set_charset(number, body[13])

    def _long_text(self, body: bytes) -> None:
        height, left, count, options = struct.unpack_from("<2h2H", body)
        if options & _GLYPHS:
            self._lines.is_lost = True
            return
        start = 16 if options & _RECTANGLE else 8
        end = start + count + count % 2
        widths = b"" if options & _BOTH_DIRECTIONS else body[end : end + 2 * count]
        self._add(left, height, body[start : start + count], widths)

    def _add(self, left: int, height: int, characters: bytes, widths: bytes) -> None:
        text = self._fonts.decode(characters, self._font)
        width = sum(each[0] for each in struct.iter_unpack("<h", widths[: len(widths) // 2 * 2]))
        left, height = self._place.begin(left, height, width)
        self._lines.add(left, height, text, width or None)
