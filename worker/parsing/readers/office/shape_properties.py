"""The properties of shapes in old Office files: [MS-ODRAW] 2.2 (records) and 2.3 (properties)."""

import struct
from collections.abc import Iterator, Mapping

PROPERTIES = 0xF00B
"""The kind of the record that holds the properties of a shape."""

PICTURE, WORD_ART, DESCRIPTION = 0x104, 0xC0, 0x381
"""The properties with the number of a picture, the letters of decorative text, a description."""

_HIDDEN, _IS_HIDDEN = 0x3BF, 0x00020002
_KINDS, _SHAPE_DATA = range(0xF000, 0xF200), 0xF00A
_IS_CONTAINER, _HEAD = 0x0F, 8
_IS_DELETED = 0x08
_MAX_TEXTS, _MAX_BYTES = 200, 1 << 20


def read_shape_properties(content: bytes, count: int) -> tuple[dict[int, int], dict[int, str]]:
    """Return the numbers and the texts among so many properties of a shape."""
    numbers: dict[int, int] = {}
    texts: dict[int, str] = {}
    data = 6 * count
    for at in range(0, min(data, len(content) - 5), 6):
        name, value = struct.unpack_from("<HL", content, at)
        numbers[name & 0x3FFF] = value
        if name & 0x8000:
            if name & 0x3FFF in (WORD_ART, DESCRIPTION):
                text = content[data : data + value].decode("utf-16-le", "replace")
                texts[name & 0x3FFF] = text.partition("\0")[0]
            data += value
    return numbers, texts


def is_hidden(numbers: Mapping[int, int]) -> bool:
    """Tell whether a shape with these properties is switched off."""
    return numbers.get(_HIDDEN, 0) & _IS_HIDDEN == _IS_HIDDEN


def shape_texts(content: bytes) -> list[str]:
    """Return the letters of decorative text in drawings, each once.

    They are read up to the first damaged record. Bytes between the records are left out.
    """
    found: dict[str, None] = {}
    try:
        for text in _texts(content[:_MAX_BYTES]):
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
                # Old programs describe pictures by the names of their files, which are not seen.
                yield words.get(WORD_ART, "").strip()
        at += size
