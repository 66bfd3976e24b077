"""A document of Word 97 ([MS-DOC]) with a marker in each of its stories."""

import struct
from collections.abc import Mapping, Sequence

from devtools.compound_file import compound_file
from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.old_office.drawing import container, decorative_text

# Positions in the file information block that list the tables of the table stream (2.5.6).
_STYLES, _FOOTNOTE_MARKS, _FOOTNOTES, _COMMENT_MARKS, _COMMENTS = 1, 2, 3, 4, 5
_SECTIONS, _HEADERS, _CHARACTERS, _PARAGRAPHS, _FONTS = 6, 11, 12, 13, 15
_SETTINGS, _PIECES, _AUTHORS, _ENDNOTE_MARKS, _ENDNOTES = 31, 33, 36, 46, 47
_DRAWINGS, _LISTS, _LIST_NUMBERS = 50, 73, 74
_TABLES = 93
_TEXT_AT = 1024
_NO_FORMAT_AT = 1000  # two zeros: an empty list of a section's properties
_PAGE = 512
_NOTE_MARK, _COMMENT_MARK = "\x02", "\x05"
_FORM_FIELD_MARK = "\x01"
HIDDEN, DELETED, STYLED = "hidden words", "deleted words", "words of a hidden style"
FIRST_PAGE, EVEN_PAGES = "head of first pages", "foot of even pages"
"""What no person sees in the document; it shows the same headers and footers on all pages."""

TEMPERATURE, SHOWN_TEMPERATURE = "25 (C", "25 °C"
"""A symbol of a font as it is stored, and as a person sees it."""

TICKED, SHOWN_TICKED = "\uf0fe ticked", "☑ ticked"
"""Text in a symbol font."""

LETTERED, SHOWN_LETTERED = "Vieät Nam", "Việt Nam"
"""Text in a font from before Unicode, whose marks follow their letters."""

DROPPED, SHOWN_DROPPED = ("O\r", "nce upon\r"), "Once upon"
"""A drop cap and the paragraph after it."""

LISTED, SHOWN_LISTED = ("first item\r", "second item\r"), "§ 3 first item\n§ 4 second item"
"""Paragraphs of a list that begins with 3."""

# Properties of characters (2.6.1): deleted, hidden, and with the data at a place.
_IS_DELETED, _IS_HIDDEN = struct.pack("<HB", 0x0800, 1), struct.pack("<HB", 0x083C, 1)
_IS_DEGREE = struct.pack("<HBHHH", 0x0855, 1, 0x6A09, 0, 0xF0B0)
# Of paragraphs (2.6.2): a drop cap of three lines, and the first list.
_IS_DROP_CAP, _IS_LISTED = struct.pack("<HH", 0x442C, 3 << 3 | 1), struct.pack("<HH", 0x460B, 1)
_IS_REVERSED = struct.pack("<HB", 0x083C, 0x81)
_IS_WINGDINGS = struct.pack("<HH", 0x4A4F, 1)
_IS_VNI = struct.pack("<HH", 0x4A4F, 2)
_HAS_DATA = struct.pack("<HBHBHL", 0x0855, 1, 0x0806, 1, 0x6A03, 0)


def marked_doc() -> MarkedDocument:
    """Return a doc with headers, a footnote, an endnote, a comment and a form field."""
    marks = Marks()
    main, headers = _main_story(marks), _page_headers(marks)
    notes = {
        place: f"{_COMMENT_MARK if place == 'comment' else _NOTE_MARK}{marks(place)}\r"
        for place in ("footnote", "endnote", "comment")
    }
    stories = (main, notes["footnote"], "".join(headers) + "\r", notes["comment"], notes["endnote"])
    text = "".join(stories) + "\r"
    end = _TEXT_AT + 2 * len(text)
    pages = -(-end // _PAGE)
    tables = {
        _STYLES: struct.pack("<H9HH", 18, 2, 10, 0, 0, 0, 0, 0, 0, 0, 0) + _hidden_style(),
        **_tables_of_notes(main, notes),
        _FONTS: struct.pack("<2H", 3, 0)
        + b"".join(map(_font, ("Symbol", "Wingdings", "VNI-Times"))),
        _HEADERS: _plc([*_ends(headers), len(stories[2]) + 1]),
        _SECTIONS: _plc([0, len(main)], [struct.pack("<HLHL", 0, _NO_FORMAT_AT, 0, 0)]),
        # The second byte has a bit for each separator, which other readers count.
        _SETTINGS: struct.pack("<BB8xH488x", 0, 0x3F, 720),
        _PIECES: _pieces(len(text)),
        # A byte before each drawing tells whether it is in the headers (2.9.172).
        _DRAWINGS: container(0xF000) + b"\0" + decorative_text(marks("decorative text")),
        # The levels of a list follow its table, which does not count them.
        _LISTS: struct.pack("<HL4x18xBB", 1, 7, 1, 0) + _list_level("§ \0", 3),
        _LIST_NUMBERS: struct.pack("<LL8xBBBBL", 1, 7, 0, 0, 0, 0, 0),
        _CHARACTERS: _plc([_TEXT_AT, end], [struct.pack("<L", pages)]),
        _PARAGRAPHS: _plc([_TEXT_AT, end], [struct.pack("<L", pages + 1)]),
    }
    places, table_stream = _lay_out(tables)
    stream = _information(places, [len(story) for story in stories]).ljust(_TEXT_AT, b"\0")
    stream = (stream + text.encode("utf-16-le")).ljust(pages * _PAGE, b"\0")
    streams = {
        "WordDocument": stream + _format_pages(text, marks),
        "1Table": table_stream,
        "Data": _list_data("other", marks("chosen value")),
    }
    return MarkedDocument("doc", compound_file(streams), marks)


def _main_story(marks: Marks) -> str:
    main = f"{marks('body')}\ra{_NOTE_MARK}b{_NOTE_MARK}c{_COMMENT_MARK}\r"
    main += f"\x13 HYPERLINK a \x14{marks('field')}\x15\r\f{marks('second page')}\r"
    main += f"{HIDDEN}{DELETED}\x13 FORMDROPDOWN {_FORM_FIELD_MARK}\x14\x15\r"
    main += f"{TEMPERATURE}\r{STYLED}{marks('shown in a hidden style')}\r"
    return f"{main}{TICKED}\r{LETTERED}\r{''.join(DROPPED)}{''.join(LISTED)}"


def _page_headers(marks: Marks) -> list[str]:
    """Return six separators of notes, then even, odd and first headers and footers (2.3.3)."""
    headers = [""] * 7 + [f"{marks('header')}\r\r", f"{EVEN_PAGES}\r\r"]
    return [*headers, f"{marks('footer')}\r\r", f"{FIRST_PAGE}\r\r", ""]


def _tables_of_notes(main: str, notes: Mapping[str, str]) -> dict[int, bytes]:
    """Return where the text refers to the notes and the comment, and where each of them ends."""
    marked = (_NOTE_MARK, _COMMENT_MARK)
    first, second, third = (at for at, letter in enumerate(main) if letter in marked)
    ends = {place: _plc([0, len(story) - 1, len(story) + 2]) for place, story in notes.items()}
    return {
        _FOOTNOTE_MARKS: _plc([first, len(main)], [b"\1\0"]),
        _FOOTNOTES: ends["footnote"],
        _ENDNOTE_MARKS: _plc([second, len(main)], [b"\1\0"]),
        _ENDNOTES: ends["endnote"],
        _COMMENT_MARKS: _plc([third, len(main)], [_comment_by("A")]),
        _COMMENTS: ends["comment"],
        _AUTHORS: struct.pack("<H", 3) + "Ann".encode("utf-16-le"),
    }


def _format_pages(text: str, marks: Marks) -> bytes:
    """Return the pages with the formats of characters and of paragraphs."""
    shown = marks["shown in a hidden style"]
    formats = {HIDDEN: _IS_HIDDEN, DELETED: _IS_DELETED, _FORM_FIELD_MARK: _HAS_DATA}
    formats |= {"(": _IS_DEGREE, shown: _IS_REVERSED, TICKED[0]: _IS_WINGDINGS, LETTERED: _IS_VNI}
    listed = dict.fromkeys(LISTED, (0, _IS_LISTED))
    return _runs(text, formats) + _paragraphs(
        text, {f"{STYLED}{shown}\r": (1, b""), DROPPED[0]: (0, _IS_DROP_CAP), **listed}
    )


def _plc(positions: Sequence[int], data: Sequence[bytes] = ()) -> bytes:
    """Return a table of positions and what belongs to each (2.2.2)."""
    return struct.pack(f"<{len(positions)}L", *positions) + b"".join(data)


def _ends(texts: Sequence[str]) -> list[int]:
    ends = [0]
    for text in texts:
        ends.append(ends[-1] + len(text))
    return ends


def _comment_by(initials: str) -> bytes:
    """Return the author of a comment (2.9.4): initials, and the first name in the list."""
    name = struct.pack("<H", len(initials)) + initials.encode("utf-16-le")
    return name.ljust(20, b"\0") + struct.pack("<HHHl", 0, 0, 0, -1)


def _pieces(length: int) -> bytes:
    """Return the table of pieces (2.9.38): one piece of two bytes a character."""
    piece = _plc([0, length], [struct.pack("<HLH", 0, _TEXT_AT, 0)])
    return struct.pack("<BL", 2, len(piece)) + piece


def _runs(text: str, formats: Mapping[str, bytes]) -> bytes:
    """Return a page of formats (2.9.33, 2.9.174): properties of some words of the text."""
    places, properties = [0], [b""]
    for words, own in formats.items():
        at = text.index(words)
        places += [at, at + len(words)]
        properties += [own, b""]
    page = bytearray(_PAGE)
    struct.pack_into(
        f"<{len(places) + 1}L",
        page,
        0,
        *(_TEXT_AT + 2 * at for at in places),
        _TEXT_AT + 2 * len(text),
    )
    free = _PAGE - 2
    for number, own in enumerate(properties):
        if own:
            free = (free - len(own) - 1) // 2 * 2
            page[free : free + len(own) + 1] = bytes([len(own)]) + own
            page[4 * (len(places) + 1) + number] = free // 2
    page[-1] = len(properties)
    return bytes(page)


def _hidden_style() -> bytes:
    """Return a style of paragraphs (2.9.260) that hides their text: the second one, number 1."""
    name = "Guidance"
    style = struct.pack("<5HH", 0xFFE, 1 | 0xFFF << 4, 2 | 1 << 4, 0, 0, len(name))
    style += name.encode("utf-16-le") + struct.pack("<HHHH", 0, 2, 1, len(_IS_HIDDEN))
    style += _IS_HIDDEN + b"\0"
    return struct.pack("<H", len(style)) + style


def _paragraphs(text: str, formats: Mapping[str, tuple[int, bytes]]) -> bytes:
    """Return a page of paragraphs (2.9.175): some have a style and properties, in their order."""
    places, contents = [0], [b""]
    for words, (style, own) in formats.items():
        at = text.index(words)
        if at == places[-1]:
            places.pop()
            contents.pop()
        places += [at, at + len(words)]
        contents += [struct.pack("<H", style) + own, b""]
    page = bytearray(_PAGE)
    ends = [_TEXT_AT + 2 * at for at in (*places, len(text))]
    struct.pack_into(f"<{len(ends)}L", page, 0, *ends)
    free = _PAGE - 2
    for number, content in enumerate(contents):
        if content:
            free -= len(content) + 2
            page[free : free + len(content) + 2] = bytes([0, len(content) // 2]) + content
            page[4 * len(ends) + 13 * number] = free // 2
    page[-1] = len(contents)
    return bytes(page)


def _font(name: str) -> bytes:
    """Return a font in the table of fonts (2.9.87)."""
    stored = f"{name}\0".encode("utf-16-le")
    return struct.pack("<B39x", 39 + len(stored)) + stored


def _list_level(text: str, start: int) -> bytes:
    """Return a level of a list with decimal numbers (2.9.150), which stand for a zero."""
    places = bytes([text.index("\0") + 1]).ljust(9, b"\0")
    level = struct.pack("<LBB9sB8xBBBB", start, 0, 0, places, 0, 0, 0, 0, 0)
    return level + struct.pack("<H", len(text)) + text.encode("utf-16-le")


def _list_data(*entries: str) -> bytes:
    """Return the data of a list in a form (2.9.78) whose last entry is chosen."""
    texts = b"".join(struct.pack("<H", len(each)) + each.encode("utf-16-le") for each in entries)
    content = struct.pack("<LHHH", 0xFFFFFFFF, 2 | len(entries) - 1 << 2, 0, 0)
    content += bytes(4) + bytes(2) + bytes(4) * 5
    content += struct.pack("<3H", 0xFFFF, len(entries), 0) + texts
    return struct.pack("<LH62x", 0x44 + len(content), 0x44) + content


def _lay_out(tables: Mapping[int, bytes]) -> tuple[dict[int, tuple[int, int]], bytes]:
    places: dict[int, tuple[int, int]] = {}
    stream = b""
    for number, content in tables.items():
        places[number] = (len(stream), len(content))
        stream += content
    return places, stream


def _information(places: Mapping[int, tuple[int, int]], lengths: Sequence[int]) -> bytes:
    """Return the file information block (2.5.1)."""
    # Word 97, tables in 1Table, not encrypted.
    base = struct.pack("<6HH18x", 0xA5EC, 0x00C1, 0, 0x0409, 0, 0x1200, 0x00BF)
    main, footnotes, headers, comments, endnotes = lengths
    counts = [0, 0, 0, main, footnotes, headers, 0, comments, endnotes]
    pairs = [number for table in range(_TABLES) for number in places.get(table, (0, 0))]
    return (
        base
        + struct.pack("<H28x", 14)
        + struct.pack("<H22L", 22, *counts, *[0] * (22 - len(counts)))
        + struct.pack(f"<H{len(pairs)}LH", _TABLES, *pairs, 0)
    )
