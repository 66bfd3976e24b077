"""Bytes of a text file as text, in whatever encoding they were written."""

import codecs
import contextlib

import charset_normalizer

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text; never raises. `declared` is the encoding that the file itself names."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    for named in ("utf-8", declared):
        if named:
            with contextlib.suppress(UnicodeDecodeError, LookupError):
                return data.decode(named)
    best = charset_normalizer.from_bytes(data[:65536]).best()
    return data.decode(best.encoding if best else "cp1252", "replace")
