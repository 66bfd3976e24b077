"""The texts of enhanced metafiles: [MS-EMF] 2.3 (records), [MS-EMFPLUS] 2.3.4.14 (DrawString)."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from worker.parsing.readers.encodings.font_characters import CharacterSets
from worker.parsing.readers.fonts.symbol_fonts import translate
from worker.parsing.readers.metafiles.lines import DrawnLines
from worker.parsing.readers.metafiles.text_place import TextPlace

_SIGNATURE_AT, _SIGNATURE = 40, b" EMF"
_HEADER, _END, _COMMENT = 1, 14, 70
_ALIGN, _MOVE, _SELECT, _FONT = 22, 27, 37, 82
# Of characters with one byte and with two.
_TEXT, _WIDE_TEXT, _TEXTS, _WIDE_TEXTS, _SMALL_TEXT = 83, 84, 96, 97, 108
# Texts of one record may lie over each other, so reading them may take longer than the file is.
_MAX_TEXTS, _MAX_LETTERS = 1_000, 4_096
_PLUS_AT, _PLUS = 12, b"EMF+"
_PLUS_HEADER, _PLUS_STRING = 12, 0x401C
_GLYPHS, _BOTH_DIRECTIONS, _SMALL, _NO_BOUNDS = 0x0010, 0x2000, 0x0200, 0x0100
_TEXT_AT, _TEXTS_AT, _TEXT_SIZE = 36, 40, 40


def is_emf(data: bytes) -> bool:
    """Tell an enhanced metafile by its header."""
    return data[_SIGNATURE_AT : _SIGNATURE_AT + 4] == _SIGNATURE and data[0] == _HEADER


def read_emf(data: bytes, lines: DrawnLines) -> None:
    """Add the texts of an enhanced metafile.

    Those of EMF+ count where there are no others: files for old and new programs hold both.
    Raises ValueError, struct.error.
    """
    picture = _Picture(lines)
    plus: list[bytes] = []
    for kind, record in _records(data):
        act = picture.acts.get(kind)
        if act is not None:
            act(record)
        elif kind == _COMMENT and record[_PLUS_AT : _PLUS_AT + 4] == _PLUS:
            plus.append(record[_PLUS_AT + 4 :])
        if lines.is_full:
            return
    if not picture.has_text:
        _read_plus(b"".join(plus), lines)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<2L", data, at)
        if size < 8:
            raise ValueError("a record without a size")
        yield kind, data[at : at + size]
        if kind == _END:
            return
        at += size


@dataclass(slots=True)
class _Picture:
    """What the records have chosen so far: the font, the alignment, the current position."""

    lines: DrawnLines
    has_text: bool = False
    acts: Mapping[int, Callable[[bytes], None]] = field(init=False)
    _fonts: CharacterSets = field(default_factory=CharacterSets)
    _font: int = 0
    _place: TextPlace = field(default_factory=TextPlace)

    def __post_init__(self) -> None:
        self.acts = {
            _ALIGN: self._align,
            _MOVE: self._move,
            _SELECT: self._select,
            _FONT: self._add_font,
            _TEXT: lambda record: self._text(record, _TEXT_AT, is_wide=False),
            _WIDE_TEXT: lambda record: self._text(record, _TEXT_AT, is_wide=True),
            _TEXTS: lambda record: self._texts(record, is_wide=False),
            _WIDE_TEXTS: lambda record: self._texts(record, is_wide=True),
            _SMALL_TEXT: self._small_text,
        }

    def _align(self, record: bytes) -> None:
        (self._place.alignment,) = struct.unpack_from("<L", record, 8)

    def _move(self, record: bytes) -> None:
        left, height = struct.unpack_from("<2l", record, 8)
        self._place.position = left, height

    def _select(self, record: bytes) -> None:
        (number,) = struct.unpack_from("<L", record, 8)
        # Pens and brushes have numbers of the same table.
        if number in self._fonts.fonts:
            self._font = number

    def _add_font(self, record: bytes) -> None:
        (number,) = struct.unpack_from("<L", record, 8)
        font = self._fonts.font(number)
        font.name = record[40:104].decode("utf-16-le", "replace").partition("\0")[0]
        self._fonts.set_charset(number, record[35])

    def _texts(self, record: bytes, *, is_wide: bool) -> None:
        (count,) = struct.unpack_from("<L", record, _TEXT_AT)
        for number in range(min(count, len(record) // _TEXT_SIZE, _MAX_TEXTS)):
            self._text(record, _TEXTS_AT + number * _TEXT_SIZE, is_wide=is_wide)

    def _text(self, record: bytes, at: int, *, is_wide: bool) -> None:
        """Add the text of an EmrText object ([MS-EMF] 2.2.5)."""
        left, height, count, start, options = struct.unpack_from("<2l3L", record, at)
        count = min(count, _MAX_LETTERS)
        (widths_at,) = struct.unpack_from("<L", record, at + 36)
        characters = record[start : start + count * (2 if is_wide else 1)]
        step = 8 if options & _BOTH_DIRECTIONS else 4
        widths = record[widths_at : widths_at + count * step] if widths_at else b""
        width = sum(each[0] for each in struct.iter_unpack("<l", widths[: len(widths) // 4 * 4]))
        # Widths in both directions are not added up.
        width = 0 if options & _BOTH_DIRECTIONS else width
        self._add(left, height, characters, options, is_wide=is_wide, width=width)

    def _small_text(self, record: bytes) -> None:
        left, height, count, options = struct.unpack_from("<2l2L", record, 8)
        start = 36 if options & _NO_BOUNDS else 52
        is_wide = not options & _SMALL
        characters = record[start : start + count * (2 if is_wide else 1)]
        self._add(left, height, characters, options, is_wide=is_wide)

    def _add(
        self,
        left: int,
        height: int,
        characters: bytes,
        options: int,
        *,
        is_wide: bool,
        width: int = 0,
    ) -> None:
        """Add a text that a record puts at a place; its width is 0 where the file is silent."""
        if options & _GLYPHS:
            self.lines.is_lost |= bool(characters.strip(b"\0"))
            return
        if is_wide:
            text = characters.decode("utf-16-le", "replace")
            text = translate(text, self._fonts.font(self._font).name)
        else:
            text = self._fonts.decode(characters, self._font)
        left, height = self._place.begin(left, height, width)
        self.has_text |= bool(text.strip())
        self.lines.add(left, height, text, width or None)


def _read_plus(data: bytes, lines: DrawnLines) -> None:
    """Add the strings of EMF+ records, which may reach over the ends of comments."""
    at = 0
    while at + _PLUS_HEADER <= len(data) and not lines.is_full:
        kind, _, size = struct.unpack_from("<2HL", data, at)
        if size < _PLUS_HEADER:
            raise ValueError("a record without a size")
        if kind == _PLUS_STRING:
            count, left, top = struct.unpack_from("<L2f", data, at + _PLUS_HEADER + 8)
            start = at + _PLUS_HEADER + 28
            text = data[start : start + 2 * count].decode("utf-16-le", "replace")
            lines.add(round(left), round(top), text, None)
        at += size
