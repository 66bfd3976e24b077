r"""The pictures within RTF (`\pict`), and what their descriptions say.

Microsoft RTF 1.9.1, sections on pictures and on shapes (`wzDescription`). [MS-DOC] 2.9.192 names
the kinds of pictures, which the words in the group do here.
"""

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from worker.parsing.ocr.document_pictures import (
    MAX_OPENED,
    prepare_largest,
    read_prepared,
)
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.readers.descriptions import join_descriptions
from worker.parsing.readers.metafiles.reader import metafile_text
from worker.parsing.readers.source import Source

_MIB = 1 << 20
_MAX_PICTURE_BYTES, _MAX_BYTES = 20 * _MIB, 64 * _MIB
_MAX_PICTURES = 500
_TOKEN = re.compile(rb"\\([a-zA-Z]+)(-?\d{1,10})? ?|\\[^a-zA-Z]|([{}])|([^\\{}]+)", re.DOTALL)
# Old programs show the picture in this group instead of the one before it.
_REPEATED = re.compile(rb"\\nonshppict\s*\{\s*\Z")
_LOOK_BEHIND = 40
_DESCRIPTION = re.compile(rb"\{\\sn wzDescription\}\s*\{\\sv ((?:[^{}\\]|\\[^{}])*)\}")
_METAFILES = frozenset({b"emfblip", b"wmetafile"})
_RASTERS = frozenset({b"pngblip", b"jpegblip"})
_NO_HEX = re.compile(rb"[^0-9a-fA-F]+")


@dataclass(slots=True)
class RtfPictures:
    """The texts that belong to pictures, the pictures that only OCR can read, and what is lost."""

    texts: list[str] = field(default_factory=list)
    rasters: list[bytes] = field(default_factory=list)
    lost: int = 0

    def reader(self, source: Source, pages: int, *, is_scan: bool) -> Callable[[int], list[str]]:
        """Return what reads the pictures of a page by OCR: all are on the last page.

        A document that `is_scan` has no other text.
        """

        def prepare() -> list[OcrPicture]:
            numbers = range(len(self.rasters))
            return prepare_largest(numbers, self.rasters.__getitem__, source.limits.image_pixels)

        def read(index: int) -> list[str]:
            if index != pages - 1 or not self.rasters:
                return []
            return read_prepared(source.ocr, index, prepare, is_scan=is_scan)

        return read


def find_pictures(data: bytes, read_text: Callable[[bytes], str]) -> RtfPictures:
    """Return the pictures of an RTF file; `read_text` returns the text of RTF."""
    found = RtfPictures()
    room = _MAX_BYTES
    for kind, picture in _pictures(data):
        room -= len(picture)
        if room < 0:
            break
        if kind in _METAFILES:
            text, is_lost = metafile_text(picture)
            found.texts.append(text)
            found.lost += is_lost and not text
        elif kind in _RASTERS and len(found.rasters) < MAX_OPENED:
            found.rasters.append(picture)
    found.texts += (
        join_descriptions(read_text(b"{\\rtf1 " + match[1] + b"}"))
        for match in _DESCRIPTION.finditer(data)
    )
    found.texts = [text for text in dict.fromkeys(found.texts) if text]
    return found


def _pictures(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MAX_PICTURES):
        at = data.find(b"\\pict", at)
        if at < 0:
            return
        start, at = at, at + len(b"\\pict")
        before = data[max(0, start - _LOOK_BEHIND) : start]
        if data[at : at + 1].isalpha() or _REPEATED.search(before):
            continue
        kind, picture, at = _read_picture(data, at)
        if kind and len(picture) <= _MAX_PICTURE_BYTES:
            yield kind, picture


def _read_picture(data: bytes, start: int) -> tuple[bytes, bytes, int]:
    """Return the kind and the bytes of a picture, and where its group ends."""
    kind, depth = b"", 0
    digits: list[bytes] = []
    at = start
    while (token := _TOKEN.match(data, at)) is not None:
        at = token.end()
        word, number, brace, text = token.groups()
        if brace == b"{":
            depth += 1
        elif brace:
            depth -= 1
            if depth < 0:
                break
        elif depth:
            continue
        elif word == b"bin":
            size = max(0, int(number or 0))
            return kind, data[at : at + size], at + size
        elif word in _METAFILES | _RASTERS:
            kind = word
        elif text:
            digits.append(text)
    plain = _NO_HEX.sub(b"", b"".join(digits))
    return kind, binascii.unhexlify(plain[: len(plain) // 2 * 2]), at
