"""The names of the fonts of a Word document: [MS-DOC] 2.9.286 (the table) and 2.9.87 (a font)."""

import contextlib
import struct

_FONTS_AT = 0x112
_HEAD, _NAME_AT = 4, 40


def read_fonts(document: bytes, table: bytes) -> list[str]:
    """Return the names of the fonts by their numbers, up to the first damaged one."""
    names: list[str] = []
    with contextlib.suppress(struct.error, IndexError):
        start, length = struct.unpack_from("<2L", document, _FONTS_AT)
        fonts = table[start : start + length]
        (count,) = struct.unpack_from("<H", fonts)
        at = _HEAD
        for _ in range(count):
            end = at + 1 + fonts[at]
            name = fonts[at + _NAME_AT : end].decode("utf-16-le", "replace")
            names.append(name.partition("\0")[0])
            at = end
    return names
