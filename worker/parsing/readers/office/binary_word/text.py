"""Reads the text of a Word 97 document: the main part, headers, notes, comments and text boxes.

Layout: [MS-DOC] 2.5.1 (FIB), 2.3 (document parts), 2.9.38 (Clx) and 2.9.177 (Pcd). All parts are
one run of characters, which a table of pieces maps to positions in the file. Hidden and deleted
characters are left out.
"""

import contextlib
import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from olefile import OleFileIO

from worker.parsing.readers.field_codes import field_text
from worker.parsing.readers.fonts.symbol_fonts import translate
from worker.parsing.readers.office.binary_word.form_fields import read_form_field
from worker.parsing.readers.office.binary_word.formats import Run, read_runs
from worker.parsing.readers.office.binary_word.lists import ListedParagraphs, read_lists
from worker.parsing.readers.office.binary_word.paragraphs import read_paragraphs
from worker.parsing.readers.office.binary_word.sections import read_shown_headers
from worker.parsing.readers.office.binary_word.styles import StyleSheet
from worker.parsing.readers.office.shape_properties import shape_texts

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
_HEADERS_AT, _PIECES_AT, _DRAWINGS_AT = 0xF2, 0x1A2, 0x22A
_COMPRESSED = 1 << 30
_MAX_CHARACTERS = 4 << 20
_MAX_STORIES = 2000
# Six separators of notes come first; then for each section six headers and footers.
_SEPARATORS, _PER_SECTION = 6, 6
_IS_FOOTER = (False, False, True, True, False, True)
_FIELD_MARK = re.compile("([\x13\x14\x15])")
_FIELD_START, _FIELD_RESULT, _FIELD_END = "\x13\x14\x15"
_MAX_FIELD_DEPTH = 50
# Marks of paragraphs, cells, pages and fields stay where hidden characters are.
_STAYS = frozenset("\r\x07\x0c\x13\x14\x15")
# Characters for private use stand for check boxes and lists, so that all others keep their places.
_DATA_MARK = "\x01"
# Each stands for a character of a symbol font.
_SYMBOL_MARK = "("
# In line, and beside the text.
_PICTURES = "\x01\x08"
_FORM_FIELD = re.compile("[\U00100000-\U0010fffd]")
_FIRST_FORM_FIELD, _MAX_FORM_FIELDS = 0x100000, 0xFFFE
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
    """The main text; headers and footers; and the texts of notes, comments and text boxes.

    `are_formats_lost` tells that hidden text could not be told from other text, `has_pictures`
    that the document shows pictures.
    """

    main: str = ""
    headers: list[str] = field(default_factory=list)
    footers: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    are_formats_lost: bool = False
    has_pictures: bool = False


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
    formats = _Formats(document, table, _read_data(ole))
    text = _read_pieces(document, table, formats)
    parts = _split_parts(document, text, formats)
    found = DocText(_clean(parts["main"], formats.shown), are_formats_lost=formats.are_lost)
    found.has_pictures = any(mark in text for mark in _PICTURES)
    shown = read_shown_headers(document, table)
    for section, place, story in _split_headers(document, table, parts["headers"]):
        if not shown.shows(section, place):
            continue
        texts = found.footers if _IS_FOOTER[place] else found.headers
        plain = _clean(story, formats.shown)
        # Page numbers alone are no words.
        if _HAS_WORD.search(plain) and plain not in texts:
            texts.append(plain)
    for name in ("footnotes", "endnotes", "comments", "boxes", "header boxes"):
        plain = _clean(parts[name], formats.shown)
        if plain:
            found.others.append(plain)
    # A byte before each drawing tells whether it is in the headers.
    start, length = struct.unpack_from("<2L", document, _DRAWINGS_AT)
    found.others += shape_texts(table[start : start + length])
    return found


def _split_parts(document: bytes, text: str, formats: "_Formats") -> dict[str, str]:
    """Return the parts of the text by name, with the labels of lists except in headers."""
    parts = {}
    start = 0
    for name, at in _LENGTHS:
        end = start + struct.unpack_from("<L", document, at)[0]
        part = text[start:end]
        parts[name] = part if name == "headers" else formats.labels.add(part, start)
        start = end
    if len(text) < min(start, _MAX_CHARACTERS):
        raise BadDocument("text is missing")
    return parts


def _read_data(ole: OleFileIO) -> bytes:
    """Return the stream with the data of form fields, if there is one."""
    return ole.openstream("Data").read() if ole.exists("Data") else b""


class _Formats:
    """Puts zeros for hidden characters, and characters for private use for form fields.

    `shown` is what the form fields show, in the order of these characters.
    """

    def __init__(self, document: bytes, table: bytes, data: bytes) -> None:
        self.shown: list[str] = []
        self.are_lost = False
        self.labels = ListedParagraphs()
        self._data = data
        styles = StyleSheet(document, table)
        try:
            paragraphs = read_paragraphs(document, table, styles)
            hidden = [(each.start, each.end) for each in paragraphs if each.style in styles.hidden]
            self._runs = read_runs(document, table, styles.hidden, hidden)
            self.labels = ListedParagraphs(paragraphs, read_lists(document, table))
        except (struct.error, IndexError):
            self._runs, self.are_lost = [], True
        self._starts = [run.start for run in self._runs]

    def apply(self, text: str, position: int, width: int) -> str:
        """Return a piece of the text, whose characters of `width` bytes begin at a position."""
        end = position + width * len(text)
        first = max(0, bisect_right(self._starts, position) - 1)
        last = bisect_left(self._starts, end)
        if first >= last:
            return text
        characters = list(text)
        for run in self._runs[first:last]:
            start, stop = max(run.start, position), min(run.end, end)
            begin, stop = (start - position) // width, (stop - position) // width
            if run.font and not (run.is_hidden or run.symbol):
                # Letters and their marks may become one; all that follow keep their places.
                shown = translate("".join(characters[begin:stop]), run.font)
                characters[begin:stop] = shown[: stop - begin].ljust(stop - begin, "\0")
                continue
            for place in range(begin, stop):
                self._put(characters, place, run)
        return "".join(characters)

    def _put(self, characters: list[str], place: int, run: Run) -> None:
        if run.is_hidden:
            if characters[place] not in _STAYS:
                characters[place] = "\0"
        elif run.symbol:
            if characters[place] == _SYMBOL_MARK:
                characters[place] = run.symbol
        elif (
            run.data_at is not None
            and characters[place] == _DATA_MARK
            and len(self.shown) < _MAX_FORM_FIELDS
        ):
            with contextlib.suppress(struct.error, IndexError):
                text = read_form_field(self._data, run.data_at)
                characters[place] = chr(_FIRST_FORM_FIELD + len(self.shown)) if text else "\0"
                self.shown += [text] if text else []


def _read_pieces(document: bytes, table: bytes, formats: _Formats) -> str:
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
    found: list[str] = []
    room = _MAX_CHARACTERS
    for number, (first, end) in enumerate(pairwise(places)):
        size = min(end - first, room)
        if size < 0 or room <= 0:
            break
        (position,) = struct.unpack_from("<L", pieces, 4 * (count + 1) + 8 * number + 2)
        found.append(_read_piece(document, position, size, formats, _MAX_CHARACTERS - room))
        room -= len(found[-1])
    return "".join(found)


def _read_piece(document: bytes, position: int, size: int, formats: _Formats, at: int) -> str:
    """Return the characters of a piece, which is at a place of the text."""
    if position & _COMPRESSED:
        start = (position & ~_COMPRESSED) // 2
        # Some bytes are no characters in cp1252; each must count as one.
        text = document[start : start + size].decode("cp1252", "replace")
        formats.labels.find(text, start, 1, at)
        return formats.apply(text, start, 1)
    units = document[position : position + 2 * size]
    # A character beyond the first plane counts as two here.
    characters = struct.unpack(f"<{len(units) // 2}H", units[: len(units) // 2 * 2])
    text = "".join(map(chr, characters))
    formats.labels.find(text, position, 2, at)
    return formats.apply(text, position, 2)


def _split_headers(document: bytes, table: bytes, text: str) -> list[tuple[int, int, str]]:
    """Return each header or footer with the number of its section and its place among the six."""
    start, length = struct.unpack_from("<2L", document, _HEADERS_AT)
    count = min(length // 4, _MAX_STORIES)
    if not text or not count:
        return []
    places = struct.unpack_from(f"<{count}L", table, start)
    return [
        (*divmod(number - _SEPARATORS, _PER_SECTION), text[first:end])
        for number, (first, end) in enumerate(pairwise(places))
        if number >= _SEPARATORS
    ]


def _clean(text: str, shown: Sequence[str]) -> str:
    """Return the visible text with line ends: of fields, the results; `shown` by form fields."""
    text = _without_codes(text).replace(_ROW_END, "\n").translate(_SIGNS)
    text = _FORM_FIELD.sub(lambda match: shown[ord(match[0]) - _FIRST_FORM_FIELD], text)
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = ("".join(filter(_is_visible, line)).strip() for line in text.split("\n"))
    return "\n".join(filter(None, lines))


def _is_visible(character: str) -> bool:
    return character >= " " or character == "\t"


@dataclass(slots=True)
class _Field:
    """A field: what was read of its codes, and of its result if that has begun."""

    codes: list[str] = field(default_factory=list)
    result: list[str] | None = None

    @property
    def open_part(self) -> list[str]:
        return self.codes if self.result is None else self.result

    def shown(self) -> str:
        """Return the result of the field, or else what its codes or its form field say."""
        result = "".join(self.result or ())
        if result.strip():
            return result
        codes = "".join(self.codes)
        return "".join(_FORM_FIELD.findall(codes)) or field_text(codes)


def _without_codes(text: str) -> str:
    """Return text without the codes of fields, which may be nested ([MS-DOC] 2.8.25)."""
    shown: list[str] = []
    fields: list[_Field] = []
    for piece in _FIELD_MARK.split(text):
        if piece == _FIELD_START and len(fields) < _MAX_FIELD_DEPTH:
            fields.append(_Field())
        elif piece == _FIELD_RESULT and fields:
            fields[-1].result = []
        elif piece == _FIELD_END and fields:
            done = fields.pop().shown()
            (fields[-1].open_part if fields else shown).append(done)
        elif not _FIELD_MARK.fullmatch(piece):
            (fields[-1].open_part if fields else shown).append(piece)
    # A field without an end would hide all that follows.
    return _FIELD_MARK.sub("", text) if fields else "".join(shown)
