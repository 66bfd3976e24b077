"""Walks through the tokens of RTF: groups, destinations, fonts, paragraphs, notes.

Microsoft RTF 1.9.1; HTML within RTF: [MS-OXRTFEX] 2.1.3.
"""

import copy
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from worker.parsing.readers.encodings.font_characters import CharacterSets
from worker.parsing.readers.rtf.fields import OpenField, OpenFields
from worker.parsing.readers.rtf.groups import NO_LEVEL, Group, RtfFlow
from worker.parsing.readers.rtf.printed import PrintedTexts
from worker.parsing.readers.rtf.shape_properties import ShapeProperties
from worker.parsing.readers.rtf.words import (
    ASIDES,
    CAPTURED,
    CELLS,
    CHARACTERS,
    DESTINATIONS,
    FIELD,
    FOOTERS,
    FOR_RTF_ONLY,
    FORM_WORDS,
    HEADERS,
    LINES,
    PARAGRAPHS,
    PASSED,
    PROPERTY,
    REASONS,
    ROWS,
    SETS,
    SHOWN,
    SWITCHED,
    SYMBOLS,
)

_TOKEN = re.compile(
    rb"\\([a-zA-Z]+)(-?\d{1,10})?\d* ?|((?:\\'[0-9a-fA-F]{2})+)|\\([^a-zA-Z])|([{}])|([^\\{}]+)",
    re.DOTALL,
)
# The groups of a token: a word and its number, bytes in hexadecimal, a symbol, a brace, text.
_WORD, _NUMBER, _BYTES, _SYMBOL, _BRACE, _TEXT = range(1, 7)
# More than twice the text limit of a document; the rest would be cut anyway.
_MAX_CHARACTERS = 1 << 21
_MAX_HEADINGS, _MAX_HEADING_CHARACTERS = 60, 200
_HEADING_STYLE = re.compile(r"(heading [123]|title|subtitle)\b", re.IGNORECASE)
_LINE_ENDS = re.compile(rb"[\r\n]+")
_MAX_NAME = 100


@dataclass(slots=True)
class RtfContent:
    """What a document shows; `is_cut` if its end is missing."""

    text: str
    headings: tuple[str, ...]
    headers: list[str]
    footers: list[str]
    is_cut: bool


class Walker:
    """Walks through the tokens once; groups are kept on a list, so they may nest to any depth.

    `body` is the running text. With `is_html`, it is the HTML that the RTF wraps.
    """

    def __init__(self, *, is_html: bool) -> None:
        self.body = RtfFlow()
        self._is_html = is_html
        self._sets = CharacterSets()
        self._printed = PrintedTexts()
        self._headings: list[str] = []
        self._styles: dict[int, str] = {}
        self._properties = ShapeProperties()
        self._fields = OpenFields()
        self._size = 0
        self._run = bytearray()
        self._starred = False
        self._to_skip = 0
        self._in_table = False
        self._group = Group(self.body)
        # A group is copied at its first change only: a file of brackets takes little memory.
        self._is_shared = False
        self._outer: list[Group] = []
        self._words = self._list_words()

    def read(self, data: bytes) -> None:
        at = 0
        while at < len(data) and self._size < _MAX_CHARACTERS:
            at = self._read_until_binary(data, at)
        self._flush()

    def content(self) -> RtfContent:
        is_cut = bool(self._outer) and self._size < _MAX_CHARACTERS
        while self._outer:
            self._close()
        self._end_paragraph(self.body)
        return RtfContent(
            self.body.text(),
            tuple(self._headings),
            self._printed.headers(),
            self._printed.footers(),
            is_cut,
        )

    def _read_until_binary(self, data: bytes, start: int) -> int:
        """Read tokens up to binary data or enough text; return where to go on."""
        for match in _TOKEN.finditer(data, start):
            kind = match.lastindex
            if kind == _TEXT:
                self._add_bytes(_LINE_ENDS.sub(b"", match[_TEXT]))
            elif kind == _BRACE:
                if match[_BRACE] == b"{":
                    self._open()
                else:
                    self._close()
            elif kind == _BYTES:
                digits = match[_BYTES].replace(b"\\'", b"").decode("ascii")
                self._add_bytes(bytes.fromhex(digits))
            elif kind == _SYMBOL:
                self._symbol(match[_SYMBOL])
            else:
                name, number = match.group(_WORD, _NUMBER)
                if name == b"bin":
                    return match.end() + max(0, int(number or 0))
                self._word(name, None if number is None else int(number))
            if self._size >= _MAX_CHARACTERS:
                break
        return len(data)

    def _open(self) -> None:
        if self._run:
            self._flush()
        self._to_skip = 0
        self._outer.append(self._group)
        self._is_shared = True

    def _close(self) -> None:
        if self._run:
            self._flush()
        self._starred = False
        self._to_skip = 0
        if not self._outer:
            return
        inner, self._group = self._group, self._outer.pop()
        self._is_shared = True
        if inner.flow is not self._group.flow:
            self._end_flow(inner)
        while (field := self._fields.pop_ended(len(self._outer))) is not None:
            self._end_field(inner, field)
        if inner.destination == b"fldinst" and not self._group.destination:
            self._fields.begin_result(len(self._outer), len(self._group.flow.pieces))
        if inner.destination in PROPERTY and not self._group.destination:
            words = self._properties.end(inner.destination)
            if words:
                self._group.flow.asides.append(words)

    def _own(self) -> Group:
        """Return the group, to change it."""
        if self._is_shared:
            self._group = copy.copy(self._group)
            self._is_shared = False
        return self._group

    def _end_flow(self, group: Group) -> None:
        flow = group.flow
        self._end_paragraph(flow)
        text = flow.text()
        if flow.kind in HEADERS or flow.kind in FOOTERS:
            self._printed.add(flow.kind, text)
        elif text:
            self._group.flow.asides.append(text)

    def _end_field(self, group: Group, field: OpenField) -> None:
        pieces = group.flow.pieces
        has_result = any(pieces[at].strip() for at in range(field.start, len(pieces)))
        if not group.destination and not has_result:
            self._emit(field.text)

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in PARAGRAPHS:
            self._break(symbol)
        elif symbol in b"\\{}":
            self._add_bytes(symbol)
        elif symbol in SYMBOLS:
            self._add_character(SYMBOLS[symbol])

    def _word(self, name: bytes, number: int | None) -> None:
        if self._starred or name in DESTINATIONS:
            self._starred = False
            self._flush()
            self._enter(name)
        elif (act := self._words.get(name)) is not None:
            if self._run:
                self._flush()
            act(name, number)

    def _list_words(self) -> Mapping[bytes, Callable[[bytes, int | None], None]]:
        return {
            b"u": self._add_unicode,
            **dict.fromkeys(CHARACTERS, self._add_named),
            **dict.fromkeys(LINES | PARAGRAPHS, self._break_at),
            **{name: self._hide for name in REASONS if self._is_html or name != b"htmlrtf"},
            **dict.fromkeys((b"f", b"plain", b"fcharset", b"cpg", b"deff"), self._set_font),
            **dict.fromkeys((b"ansicpg", *SETS), self._set_code_page),
            **dict.fromkeys(
                (b"pard", b"s", b"outlinelevel", b"intbl", b"dropcapli"), self._set_paragraph
            ),
            **dict.fromkeys(SWITCHED.values(), lambda name, _: self._printed.switch_on(name)),
            b"uc": self._set_fallback,
            **dict.fromkeys(FORM_WORDS, self._set_form),
        }

    def _hide(self, name: bytes, number: int | None) -> None:
        group, reason = self._own(), REASONS[name]
        group.hidden = group.hidden & ~reason if number == 0 else group.hidden | reason

    def _set_font(self, name: bytes, number: int | None) -> None:
        group = self._group
        if name == b"f":
            self._own().font = number
        elif name == b"plain":
            group = self._own()
            group.font = None
            group.hidden &= FOR_RTF_ONLY
        elif name == b"deff":
            self._sets.default_font = number or 0
        elif group.destination == b"fonttbl":
            if name == b"cpg":
                self._sets.font(group.font or 0).code_page = number
            else:
                self._sets.set_charset(group.font or 0, number or 0)

    def _set_code_page(self, name: bytes, number: int | None) -> None:
        self._sets.code_page = SETS.get(name, number or 0)

    def _set_paragraph(self, name: bytes, number: int | None) -> None:
        if name == b"pard":
            self._in_table = False
            group = self._group
            if group.style or group.level < NO_LEVEL or group.is_drop_cap:
                group = self._own()
                group.style, group.level, group.is_drop_cap = 0, NO_LEVEL, False
        elif name == b"dropcapli":
            self._own().is_drop_cap = bool(number)
        elif name == b"intbl":
            self._in_table = True
        elif name == b"s":
            self._own().style = number or 0
        else:
            self._own().level = NO_LEVEL if number is None else number

    def _set_form(self, name: bytes, number: int | None) -> None:
        if self._group.destination == b"formfield":
            self._fields.codes.properties[name] = number or 0

    def _set_fallback(self, name: bytes, number: int | None) -> None:
        del name
        self._own().fallback = max(0, 1 if number is None else number)

    def _enter(self, name: bytes) -> None:
        """Begin a destination; within one that is not shown, all others are not shown either."""
        group = self._group
        if group.destination == b"upr" and name == b"ud":
            self._own().destination = b""
        elif group.destination in FIELD and not (name in FIELD and name != b"fldinst"):
            self._own().destination = b"hidden"
        elif name in FIELD and (name == b"fldinst") == (not group.destination):
            self._own().destination = name
        elif group.destination == b"fonttbl":
            self._own().destination = b"hidden"  # Other names of the font.
        elif group.destination or name in PASSED:
            return
        elif name in HEADERS or name in FOOTERS or name in ASIDES:
            self._in_table = False
            if group.flow.kind in ASIDES:
                # Texts of texts of texts would be copied again and again.
                self._end_paragraph(group.flow)
            else:
                self._own().flow = RtfFlow(kind=name)
        elif name in CAPTURED or (name == b"htmltag" and self._is_html):
            self._own().destination = name
        else:
            self._own().destination = b"hidden"

    def _add_bytes(self, data: bytes) -> None:
        self._starred = False
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        if self._group.destination != b"hidden":
            self._run += data

    def _add_named(self, name: bytes, number: int | None) -> None:
        del number
        if name in CELLS:
            self._group.flow.drop_line_end()  # Some programs end a cell's last paragraph, too.
        self._add_character(CHARACTERS[name])

    def _add_character(self, character: str) -> None:
        if self._to_skip:
            self._to_skip -= 1
            return
        self._flush()
        self._emit(character)

    def _add_unicode(self, name: bytes, number: int | None) -> None:
        del name
        code = (number or 0) & 0xFFFF
        # Symbol fonts have their bytes in this private area.
        is_symbol = 0xF020 <= code <= 0xF0FF
        self._emit(self._sets.symbol(code & 0xFF, self._group.font) if is_symbol else chr(code))
        self._to_skip = self._group.fallback

    def _break_at(self, name: bytes, number: int | None) -> None:
        del number
        self._break(name)

    def _break(self, name: bytes) -> None:
        self._flush()
        self._to_skip = 0
        group = self._group
        if group.destination not in SHOWN or group.hidden & FOR_RTF_ONLY:
            return
        if self._is_html:
            group.flow.pieces.append("\n")
        elif name == b"par" and group.is_drop_cap:
            return  # The next paragraph goes on with the word.
        elif name in ROWS:
            group.flow.end_paragraph("\n")
        elif name in LINES or (self._in_table and name == b"par"):
            group.flow.pieces.append("\n")
        else:
            self._end_paragraph(group.flow)

    def _end_paragraph(self, flow: RtfFlow) -> None:
        style = self._styles.get(self._group.style, "").strip()
        if flow is self.body and (self._group.level < 3 or _HEADING_STYLE.match(style)):
            heading = flow.paragraph()
            if 0 < len(heading) <= _MAX_HEADING_CHARACTERS and len(self._headings) < _MAX_HEADINGS:
                self._headings.append(heading)
        flow.end_paragraph()

    def _flush(self) -> None:
        if self._run:
            text = self._sets.decode(bytes(self._run), self._group.font)
            self._run.clear()
            self._emit(text)

    def _emit(self, text: str) -> None:
        group = self._group
        if group.destination in SHOWN:
            if group.hidden or not self._outer:
                return
            if self._is_html and not group.destination:
                text = html.escape(text, quote=False)
            group.flow.pieces.append(text)
            self._size += len(text)
        elif group.destination == b"fonttbl":
            font = self._sets.font(group.font or 0)
            font.name = (font.name + text)[:_MAX_NAME]
        elif group.destination == b"stylesheet":
            self._styles[group.style] = (self._styles.get(group.style, "") + text)[:_MAX_NAME]
        elif group.destination in PROPERTY:
            self._properties.add(text)
        elif group.destination == b"fldinst":
            self._fields.codes.add_code(text)
        elif group.destination == b"ffl":
            self._fields.codes.add_entry(text)
