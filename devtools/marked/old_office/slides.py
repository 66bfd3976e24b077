"""A presentation of PowerPoint 97 ([MS-PPT]) with a marker in each place of a slide."""

import struct
from collections.abc import Sequence

from devtools.compound_file import compound_file
from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.old_office.drawing import atom, container, group_shape

_DOCUMENT, _SLIDE, _NOTES, _MASTER = 1000, 1006, 1008, 1016
_LIST, _PERSIST, _DRAWING, _STRING = 4080, 1011, 1036, 4026
_TITLE, _BODY, _NOTES_TEXT, _OTHER = 0, 1, 2, 4
_TITLE_PLACE, _BODY_PLACE = 0x0D, 0x0E
_SLIDES, _MASTERS, _NOTES_PAGES = 0, 1, 2
PROMPT = "Click to edit the title"
"""What a placeholder of the master says, and no slide shows."""

_MASTER_ID, _FIRST_ID, _SECOND_ID, _NOTES_ID = 0x80000000, 256, 257, 258


def marked_ppt() -> MarkedDocument:
    """Return a ppt of two slides; titles are in the outline, too, as PowerPoint writes them."""
    marks = Marks()
    outline = (
        _place(3, _FIRST_ID, 2) + _text(_TITLE, marks("title")) + _text(_BODY, marks("body"), 1),
        _place(4, _SECOND_ID, 1) + _text(_TITLE, marks("second slide")),
    )
    persistent = (
        _document(outline, marks("footer")),
        container(
            _MASTER,
            _slide_atom(0, 0),
            _colors(6),
            _drawing(
                1,
                _shape(1025, _text(_OTHER, marks("master text"))),
                _shape(1026, _text(_TITLE, PROMPT), _placeholder(0, 1)),
            ),
            _colors(1),
        ),
        container(
            _SLIDE,
            _slide_atom(_MASTER_ID, _NOTES_ID),
            _drawing(
                2,
                _outline_shape(2049, 0, _TITLE_PLACE),
                _outline_shape(2050, 1, _BODY_PLACE),
                _shape(2051, _text(_OTHER, marks("text box"))),
                _group(2052, _text(_OTHER, marks("grouped shape"))),
                _word_art(2060, marks("word art")),
            ),
            _colors(1),
            _comment(marks("comment")),
        ),
        container(
            _SLIDE,
            _slide_atom(_MASTER_ID, 0),
            _drawing(3, _outline_shape(3073, 0, _TITLE_PLACE)),
            _colors(1),
        ),
        container(
            _NOTES,
            atom(1009, struct.pack("<LHH", _FIRST_ID, 7, 0), 1),
            _drawing(4, _shape(4097, _text(_NOTES_TEXT, marks("notes")))),
            _colors(1),
        ),
    )
    return MarkedDocument("ppt", compound_file(_streams(persistent)), marks)


def _document(outline: Sequence[bytes], footer: str) -> bytes:
    """Return the document (2.4.1) with its lists of masters, slides and pages of notes."""
    sizes = (5760, 4320, 4320, 5760, 1, 2)
    return container(
        _DOCUMENT,
        atom(1001, struct.pack("<6l2L2H4x", *sizes, 0, 0, 1, 0), 1),
        container(1010),
        container(1035, container(0xF000, atom(0xF006, struct.pack("<4L", 9000, 1, 12, 4)))),
        container(_LIST, _place(2, _MASTER_ID), instance=_MASTERS),
        container(_LIST, *outline, instance=_SLIDES),
        container(_LIST, _place(5, _NOTES_ID), instance=_NOTES_PAGES),
        container(
            4057,
            atom(4058, struct.pack("<HH", 0, 0x20)),
            atom(_STRING, _utf16(footer), instance=2),
            instance=3,
        ),
        atom(1002, b""),
    )


def _comment(text: str) -> bytes:
    """Return the data of a slide with a comment (2.5.21): author, text, initials, date."""
    comment = container(
        12000,
        *(
            atom(_STRING, _utf16(part), instance=number)
            for number, part in enumerate(("Ann", text, "A"))
        ),
        atom(12001, struct.pack("<L8H2l", 1, 2026, 1, 5, 2, 3, 4, 5, 0, 10, 10)),
    )
    name = atom(_STRING, _utf16("___PPT10"))
    return container(5000, container(5002, name, atom(5003, comment)))


def _streams(objects: Sequence[bytes]) -> dict[str, bytes]:
    """Return the streams (2.1): objects, their directory, and the last edit that names it."""
    offsets, stream = [], b""
    for content in objects:
        offsets.append(len(stream))
        stream += content
    directory = len(stream)
    listed = struct.pack(f"<L{len(offsets)}L", len(offsets) << 20 | 1, *offsets)
    stream += atom(6002, listed)
    edit = len(stream)
    stream += atom(
        4085,
        struct.pack("<LHBBLLLLHH", _FIRST_ID, 0, 0, 3, 0, directory, 1, len(offsets) + 1, 1, 0),
    )
    user = (
        struct.pack("<LLLHHBBH", 20, 0xE391C05F, edit, 3, 0x03F4, 3, 0, 0)
        + b"Ann"
        + struct.pack("<L", 8)
        + _utf16("Ann")
    )
    return {"PowerPoint Document": stream, "Current User": atom(4086, user)}


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _place(reference: int, identifier: int, texts: int = 0) -> bytes:
    """Return the place of a slide in a list (2.4.14.5), with its number of texts there."""
    return atom(_PERSIST, struct.pack("<LLlLL", reference, 4, texts, identifier, 0))


def _text(kind: int, text: str, index: int = 0) -> bytes:
    """Return a text (2.9.13); in the outline with its index among those of its slide."""
    return atom(3999, struct.pack("<L", kind), 0, index) + atom(4000, _utf16(text))


def _slide_atom(master: int, notes: int) -> bytes:
    """Return the kind of a slide (2.5.10): a title and a body."""
    kinds = bytes((_TITLE_PLACE, _BODY_PLACE))
    return atom(1007, struct.pack("<L8sLLHH", 1, kinds, master, notes, 7, 0), 2)


def _colors(instance: int) -> bytes:
    return atom(
        2032, struct.pack("<8L", 0xFFFFFF, 0, 0x808080, 0, 0x99, 0xCC, 0xFF, 0xEE), 0, instance
    )


def _drawing(number: int, *shapes: bytes) -> bytes:
    first = number * 1024
    return container(
        _DRAWING,
        container(
            0xF002,
            atom(0xF008, struct.pack("<LL", len(shapes) + 2, first + 9), 0, number),
            container(0xF003, group_shape(first), *shapes),
            container(0xF004, atom(0xF00A, struct.pack("<LL", first + 10, 0xC00), 2, 1)),
        ),
    )


_ANCHOR = atom(0xF010, struct.pack("<4h", 100, 100, 3000, 600))


def _outline_shape(number: int, index: int, kind: int) -> bytes:
    """Return a shape whose text is that of its slide in the outline with this index."""
    return _shape(number, atom(3998, struct.pack("<L", index)), _placeholder(index, kind))


def _placeholder(index: int, kind: int) -> bytes:
    return container(0xF011, atom(3011, struct.pack("<lBBxx", index, kind, 0)))


def _word_art(number: int, text: str) -> bytes:
    """Return letters drawn as a shape ([MS-ODRAW] 2.3.22): their text is a property of it."""
    words = _utf16(text + "\0")
    return container(
        0xF004,
        atom(0xF00A, struct.pack("<LL", number, 0xA00), 2, 136),
        atom(0xF00B, struct.pack("<HL", 0x80C0, len(words)) + words, 3, 1),
        _ANCHOR,
    )


def _shape(number: int, text: bytes, data: bytes = b"") -> bytes:
    return container(
        0xF004,
        atom(0xF00A, struct.pack("<LL", number, 0xA00), 2, 202),
        _ANCHOR,
        data,
        container(0xF00D, text),
    )


def _group(number: int, text: bytes) -> bytes:
    """Return a group of one shape, whose place is relative to it."""
    place = struct.pack("<4l", 0, 0, 1000, 1000)
    return container(
        0xF003,
        container(
            0xF004,
            atom(0xF009, place, 1),
            atom(0xF00A, struct.pack("<LL", number, 0x201), 2),
            _ANCHOR,
        ),
        container(
            0xF004,
            atom(0xF00A, struct.pack("<LL", number + 1, 0xA02), 2, 202),
            atom(0xF00F, place),
            container(0xF00D, text),
        ),
    )
