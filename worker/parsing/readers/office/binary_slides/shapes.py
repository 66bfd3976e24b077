"""Reads the texts of the shapes on a slide, a master or a page of notes.

Layout: [MS-PPT] 2.5.13 (drawing), 2.9 (texts); [MS-ODRAW] 2.2.13 (groups), 2.2.14 (shapes), 2.3
(properties).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.parsing.readers.descriptions import join_descriptions
from worker.parsing.readers.office.binary_slides.records import Record, Records
from worker.parsing.readers.office.shape_properties import (
    DESCRIPTION,
    PICTURE,
    PROPERTIES,
    WORD_ART,
    is_hidden,
    read_shape_properties,
)

_DRAWING, _DRAWING_CONTAINER = 1036, 0xF002
_GROUP, _SHAPE = 0xF003, 0xF004
_ANCHOR, _DATA, _TEXT_BOX = 0xF010, 0xF011, 0xF00D
_HEAD, _WIDE, _NARROW, _IN_OUTLINE = 3999, 4000, 4008, 3998
# Of numbers of slides, dates, headers and footers, texts have a star.
_STAND_INS = frozenset({4056, 4087, 4088, 4089, 4090})
# What tells a placeholder: by PowerPoint 97, and since 2007 (new kinds, headers and footers).
_PLACEHOLDERS = frozenset({3011, 3037, 1056})
_TITLES = frozenset({0, 6})
_MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class SlideText:
    """A text of a slide, and the kind that it has there ([MS-PPT] 2.9.13)."""

    kind: int
    text: str


@dataclass(frozen=True, slots=True)
class SlideShape:
    """A shape: its text, "" if it has none, and the number of its picture, 0 if it has none."""

    text: str
    is_title: bool
    is_placeholder: bool
    picture: int


def read_shapes(
    records: Records, page: Record, outline: Sequence[SlideText] = ()
) -> list[SlideShape]:
    """Return the shapes of a page from top to bottom; those within a group keep their order.

    `outline` are the texts of the page that the document keeps. Hidden shapes are left out.
    """
    drawing = records.find(page, _DRAWING, _DRAWING_CONTAINER, _GROUP)
    if drawing is None:
        return []
    found = []
    for each in records.within(drawing):
        if each.kind in (_GROUP, _SHAPE):
            parts = list(_shapes_within(records, each, _MAX_DEPTH))
            if parts:
                shapes = (_read_shape(records, part, outline) for part in parts)
                found.append((_place(records, parts[0]), [shape for shape in shapes if shape]))
    found.sort(key=lambda each: each[0])
    return [shape for _, shapes in found for shape in shapes]


def read_texts(records: Records, parent: Record) -> Iterator[SlideText]:
    """Yield the texts in a text box, or in the outline of a slide."""
    return _texts_of(records, records.within(parent))


def texts_of(records: Records, listed: Sequence[Record]) -> list[SlideText]:
    """Return the texts that some records make."""
    return list(_texts_of(records, iter(listed)))


def _texts_of(records: Records, listed: Iterator[Record]) -> Iterator[SlideText]:
    kind, text, stars = 0, "", set[int]()
    is_open = False
    for record in listed:
        if record.kind == _HEAD:
            if is_open:
                yield SlideText(kind, _clean(text, stars))
            (kind,) = struct.unpack("<L", records.content(record)[:4].ljust(4, b"\0"))
            text, stars, is_open = "", set(), True
        elif record.kind == _WIDE:
            text = records.content(record).decode("utf-16-le", "replace")
        elif record.kind == _NARROW:
            text = records.content(record).decode("latin-1")
        elif record.kind in _STAND_INS:
            stars.add(int.from_bytes(records.content(record)[:4], "little"))
    if is_open:
        yield SlideText(kind, _clean(text, stars))


def _clean(text: str, stars: set[int]) -> str:
    shown = (each for place, each in enumerate(text) if each != "*" or place not in stars)
    lines = "".join(shown).replace("\r", "\n").replace("\x0b", "\n").split("\n")
    return "\n".join(filter(None, map(str.strip, lines)))


def _shapes_within(records: Records, parent: Record, depth: int) -> Iterator[Record]:
    if parent.kind == _SHAPE:
        yield parent
    elif depth:
        for each in records.within(parent):
            if each.kind in (_GROUP, _SHAPE):
                yield from _shapes_within(records, each, depth - 1)


def _place(records: Records, shape: Record) -> tuple[int, int]:
    """Return the distance of a shape from the top and from the left."""
    anchor = records.find(shape, _ANCHOR)
    content = records.content(anchor) if anchor else b""
    if len(content) >= 16:
        left, top = struct.unpack_from("<2l", content)
        return top, left
    top, left = struct.unpack_from("<2h", content) if len(content) >= 4 else (0, 0)
    return top, left


def _read_shape(records: Records, shape: Record, outline: Sequence[SlideText]) -> SlideShape | None:
    texts: list[SlideText] = []
    drawn, picture, is_placeholder = "", 0, False
    for part in records.within(shape):
        if part.kind == _TEXT_BOX:
            texts += read_texts(records, part)
            texts += _in_outline(records, part, outline)
        elif part.kind == _DATA:
            is_placeholder = any(each.kind in _PLACEHOLDERS for each in records.within(part))
        elif part.kind == PROPERTIES:
            numbers, words = read_shape_properties(records.content(part), part.instance)
            if is_hidden(numbers):
                return None
            picture = numbers.get(PICTURE, 0)
            drawn = join_descriptions(words.get(WORD_ART), words.get(DESCRIPTION))
    return SlideShape(
        "\n".join(filter(None, (*(each.text for each in texts), drawn))),
        any(each.kind in _TITLES for each in texts),
        is_placeholder,
        picture,
    )


def _in_outline(
    records: Records, text_box: Record, outline: Sequence[SlideText]
) -> Iterator[SlideText]:
    for record in records.within(text_box):
        if record.kind == _IN_OUTLINE:
            index = int.from_bytes(records.content(record)[:4], "little")
            yield from outline[index : index + 1]
