"""Repairs PDFs that were cut off before their trailer or page tree (ISO 32000-2, 7.5.5)."""

import re
from collections.abc import Iterator
from itertools import islice

_END, _END_BYTES = b"%%EOF", 1024
_ENCRYPTED = re.compile(rb"/Encrypt\b")
_OBJECT = re.compile(rb"(\d{1,9})\s+(\d{1,5})\s+obj\b")
_CATALOGUE = re.compile(rb"/Type\s*/Catalog\b")
_PAGE = re.compile(rb"/Type\s*/Page\b")
# From the number of an object to its type.
_MAX_DISTANCE = 2000
_MAX_FOUND = 2000
# PDFium takes no numbers above four million.
_NEW_TREE, _NEW_CATALOGUE = 4_000_000, 4_000_001


def repairs(data: bytes) -> Iterator[bytes]:
    """Yield the file with a trailer for its last catalogue, then with one for all its pages.

    Objects inside object streams are not found. Yields nothing for files that have their end, and
    for encrypted ones.
    """
    if _END in data[-_END_BYTES:] or _ENCRYPTED.search(data):
        return
    # An object that is cut off ends here, too.
    end = b"\nendobj\n"
    catalogues = _numbers(data, _CATALOGUE)
    if catalogues:
        yield data + end + b"trailer<</Root %s R>>\n" % catalogues[-1]
    pages = _numbers(data, _PAGE)
    if pages:
        kids = b" ".join(b"%s R" % page for page in pages)
        tree = b"%d 0 obj\n<</Type/Pages/Kids[%s]/Count %d>>" % (_NEW_TREE, kids, len(pages))
        catalogue = b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>" % (_NEW_CATALOGUE, _NEW_TREE)
        trailer = b"trailer<</Root %d 0 R>>\n" % _NEW_CATALOGUE
        yield data + end + tree + end + catalogue + end + trailer


def _numbers(data: bytes, kind: re.Pattern[bytes]) -> list[bytes]:
    """Return the numbers of the objects of a type, each once, in the order of the file."""
    numbers: dict[bytes, None] = {}
    for found in islice(kind.finditer(data), _MAX_FOUND):
        start = max(0, found.start() - _MAX_DISTANCE)
        objects = _OBJECT.findall(data, start, found.start())
        if objects:
            numbers[b"%s %s" % objects[-1]] = None
    return list(numbers)
