"""The lists of a Word document: [MS-DOC] 2.9.203 (lists), 2.9.150 (levels), 2.9.133 (overrides)."""

import contextlib
import re
import struct
from bisect import bisect_right
from collections.abc import Iterable

from worker.parsing.readers.office.binary_word.paragraphs import ParagraphFormat
from worker.parsing.readers.office.formats.list_labels import (
    MAX_LEVELS,
    Level,
    ListLabels,
    NumberedList,
)

_LISTS_AT, _OVERRIDES_AT = 0x2E2, 0x2EA
_LIST_SIZE, _OVERRIDE_SIZE, _LEVEL_SIZE = 28, 16, 28
_IS_SIMPLE, _IS_LEGAL = 0x01, 0x04
_LEVEL_OF, _HAS_START, _HAS_LEVEL = 0x0F, 0x10, 0x20
_MAX_LISTS, _MAX_TEXT = 4000, 255
# The names of formats by their numbers ([MS-OSHARED] 2.2.1.3).
_FORMATS = (
    *("decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "ordinal"),
    *("cardinalText", "ordinalText", "hex", "chicago", "ideographDigital", "japaneseCounting"),
    *("aiueo", "iroha", "decimalFullWidth", "decimalHalfWidth", "japaneseLegal"),
    *("japaneseDigitalTenThousand", "decimalEnclosedCircle", "decimalFullWidth2"),
    *("aiueoFullWidth", "irohaFullWidth", "decimalZero", "bullet", "ganada", "chosung"),
    *("decimalEnclosedFullstop", "decimalEnclosedParen", "decimalEnclosedCircleChinese"),
    *("ideographEnclosedCircle", "ideographTraditional", "ideographZodiac"),
    *("ideographZodiacTraditional", "taiwaneseCounting", "ideographLegalTraditional"),
    *("taiwaneseCountingThousand", "taiwaneseDigital", "chineseCounting"),
    *("chineseLegalSimplified", "chineseCountingThousand", "japaneseDigitalTenThousand"),
    *("koreanDigital", "koreanCounting", "koreanLegal", "koreanDigital2", "hebrew1"),
    *("arabicAlpha", "hebrew2", "arabicAbjad", "hindiVowels", "hindiConsonants", "hindiNumbers"),
    *("hindiCounting", "thaiLetters", "thaiNumbers", "thaiCounting", "vietnameseCounting"),
    *("numberInDash", "russianLower", "russianUpper"),
)
_NO_NUMBER = 0xFF
_PARAGRAPH_END = re.compile("[\r\x07]")
_PARAGRAPH = re.compile("([^\r\x07]*)([\r\x07])")


class ListedParagraphs:
    """The paragraphs of a text that are in lists, and the drop caps, which begin the next one."""

    def __init__(
        self, paragraphs: Iterable[ParagraphFormat] = (), labels: ListLabels | None = None
    ) -> None:
        """Take the paragraphs of the document in the order of the file, and what counts them."""
        self._paragraphs = [each for each in paragraphs if each.list or each.is_drop_cap]
        self._starts = [each.start for each in self._paragraphs]
        self._labels = labels
        self._found: dict[int, ParagraphFormat] = {}

    def find(self, text: str, position: int, width: int, at: int) -> None:
        """Look for paragraphs in a piece of the text, which begins at a place of it.

        Its characters of `width` bytes begin at a position of the document.
        """
        if not self._paragraphs:
            return
        for match in _PARAGRAPH_END.finditer(text):
            place = position + width * match.start()
            number = bisect_right(self._starts, place) - 1
            if number >= 0 and place < self._paragraphs[number].end:
                self._found[at + match.start()] = self._paragraphs[number]

    def add(self, text: str, start: int) -> str:
        """Return a part of the text, from a place on, with the numbers of its paragraphs."""
        if not self._found:
            return text
        pieces: list[str] = []
        end = 0
        for match in _PARAGRAPH.finditer(text):
            end = match.end()
            words, mark = match.groups()
            paragraph = self._found.get(start + end - 1)
            if paragraph is None or self._labels is None:
                pieces.append(match[0])
            elif paragraph.is_drop_cap:
                pieces.append(words)
            else:
                label = self._labels.next_label(str(paragraph.list), paragraph.level)
                pieces.append(f"{label} " if label and words.strip("\0 \t") else "")
                pieces += words, mark
        return "".join(pieces) + text[end:]


def read_lists(document: bytes, table: bytes) -> ListLabels:
    """Return what counts the paragraphs of lists, up to the first damaged list."""
    levels: dict[str, dict[int, Level]] = {}
    lists: dict[str, NumberedList] = {}
    with contextlib.suppress(struct.error, IndexError):
        _read_levels(document, table, levels)
        _read_overrides(document, table, lists)
    return ListLabels(lists, lambda name: levels.get(name, {}))


def _read_levels(document: bytes, table: bytes, levels: dict[str, dict[int, Level]]) -> None:
    start, length = struct.unpack_from("<2L", document, _LISTS_AT)
    if not length:
        return
    (count,) = struct.unpack_from("<H", table, start)
    count = min(count, _MAX_LISTS)
    # The levels follow the table of lists.
    at = start + 2 + _LIST_SIZE * count
    for number in range(count):
        name, flags = struct.unpack_from("<L22xB", table, start + 2 + _LIST_SIZE * number)
        found = levels[str(name)] = {}
        for place in range(1 if flags & _IS_SIMPLE else MAX_LEVELS):
            found[place], at = _read_level(table, at)


def _read_level(table: bytes, at: int) -> tuple[Level, int]:
    """Return a level, and the position after it."""
    start, code, flags = struct.unpack_from("<LBB", table, at)
    of_characters, of_paragraph = table[at + 24], table[at + 25]
    at += _LEVEL_SIZE + of_characters + of_paragraph
    (count,) = struct.unpack_from("<H", table, at)
    text = table[at + 2 : at + 2 + 2 * min(count, _MAX_TEXT)].decode("utf-16-le", "replace")
    # Characters below 9 stand for the numbers of levels.
    shown = "".join(f"%{ord(each) + 1}" if ord(each) < MAX_LEVELS else each for each in text)
    name = _FORMATS[code] if code < len(_FORMATS) else "none" if code == _NO_NUMBER else "bullet"
    return Level(start, name, shown, bool(flags & _IS_LEGAL)), at + 2 + 2 * count


def _read_overrides(document: bytes, table: bytes, lists: dict[str, NumberedList]) -> None:
    """Read the lists that paragraphs name by number from 1 on."""
    start, length = struct.unpack_from("<2L", document, _OVERRIDES_AT)
    if not length:
        return
    (count,) = struct.unpack_from("<L", table, start)
    count = min(count, _MAX_LISTS)
    at = start + 4 + _OVERRIDE_SIZE * count
    for number in range(count):
        name, changes = struct.unpack_from("<L8xB", table, start + 4 + _OVERRIDE_SIZE * number)
        levels: dict[int, Level] = {}
        starts: dict[int, int] = {}
        lists[str(number + 1)] = NumberedList(str(name), levels, starts)
        at += 4
        for _ in range(changes):
            begin, flags = struct.unpack_from("<2L", table, at)
            at += 8
            place = flags & _LEVEL_OF
            if flags & _HAS_LEVEL:
                levels[place], at = _read_level(table, at)
                begin = levels[place].start
            if flags & _HAS_START:
                starts[place] = begin
