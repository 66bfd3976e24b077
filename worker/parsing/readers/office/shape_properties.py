"""The properties of shapes in old Office files: [MS-ODRAW] 2.2.9 and 2.3."""

import struct
from collections.abc import Mapping

PROPERTIES = 0xF00B
"""The kind of the record that holds the properties of a shape."""

PICTURE, WORD_ART, DESCRIPTION = 0x104, 0xC0, 0x381
"""The properties with the number of a picture, the letters of decorative text, a description."""

_HIDDEN, _IS_HIDDEN = 0x3BF, 0x00020002


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
