"""The letters of decorative text in a Word document, which are properties of shapes.

Layout: [MS-DOC] 2.9.172 (the drawings), [MS-ODRAW] 2.2 (records) and 2.3 (properties).
"""

import struct
from collections.abc import Iterator

from worker.parsing.readers.descriptions import join_descriptions
from worker.parsing.readers.office.shape_properties import (
    DESCRIPTION,
    PROPERTIES,
    WORD_ART,
    is_hidden,
    read_shape_properties,
)

_DRAWINGS_AT = 0x22A
_KINDS, _SHAPE_DATA = range(0xF000, 0xF200), 0xF00A
_IS_CONTAINER, _HEAD = 0x0F, 8
_IS_DELETED = 0x08
_MAX_TEXTS, _MAX_BYTES = 200, 1 << 20


def drawn_texts(document: bytes, table: bytes) -> list[str]:
    """Return the texts of the shapes, each once, up to the first damaged record."""
    found: dict[str, None] = {}
    try:
        start, length = struct.unpack_from("<2L", document, _DRAWINGS_AT)
        for text in _texts(table[start : start + min(length, _MAX_BYTES)]):
            found[text] = None
            if len(found) >= _MAX_TEXTS:
                break
    except (struct.error, IndexError):
        pass
    return [text for text in found if text]


def _texts(content: bytes) -> Iterator[str]:
    at = 0
    is_deleted = False
    while at + _HEAD <= len(content):
        head, kind, size = struct.unpack_from("<HHL", content, at)
        if kind not in _KINDS:
            # A byte before each drawing tells whether it is in the headers.
            at += 1
            continue
        at += _HEAD
        if head & 0x0F == _IS_CONTAINER:
            continue
        if kind == _SHAPE_DATA:
            is_deleted = bool(struct.unpack_from("<4xL", content, at)[0] & _IS_DELETED)
        elif kind == PROPERTIES and not is_deleted:
            numbers, words = read_shape_properties(content[at : at + size], head >> 4)
            if not is_hidden(numbers):
                yield join_descriptions(words.get(WORD_ART), words.get(DESCRIPTION))
        at += size
