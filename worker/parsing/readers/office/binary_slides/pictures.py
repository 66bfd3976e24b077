"""Reads the words of metafiles on slides: [MS-ODRAW] 2.2.20 to 2.2.32.

Charts and other embedded documents show themselves by such a picture.
"""

import contextlib
import struct
import zlib

from olefile import OleFileIO

from worker.parsing.readers.metafiles.reader import metafile_text
from worker.parsing.readers.office.binary_slides.records import BadPresentation, Record, Records

_GROUP, _DRAWINGS, _STORE, _ENTRY = 1035, 0xF000, 0xF001, 0xF007
_EMF, _WMF = 0xF01A, 0xF01B
# These instances say that a second identifier follows the first.
_TWO_IDENTIFIERS = {_EMF: 0x3D5, _WMF: 0x217}
_IDENTIFIER, _HEAD = 16, 34
_DEFLATED = 0
_MAX_BYTES = 32 << 20


class SlidePictures:
    """The metafiles of a presentation; `with_words` counts those with words that were read."""

    def __init__(
        self, records: Records, document: Record, ole: OleFileIO, storage: str = ""
    ) -> None:
        """Find the pictures in their list in the document; `storage` goes before the stream."""
        self.with_words = 0
        self._words: dict[int, str] = {}
        self._room = _MAX_BYTES
        store = records.find(document, _GROUP, _DRAWINGS, _STORE)
        self._entries = [records.content(each) for each in (records.within(store) if store else ())]
        self._stream = Records(b"")
        with contextlib.suppress(OSError):
            self._stream = Records(ole.openstream(f"{storage}Pictures").read())

    def read(self, number: int) -> str:
        """Return the words of a picture by its number, which counts from 1."""
        if number not in self._words:
            self._words[number] = self._read(number)
            self.with_words += bool(self._words[number])
        return self._words[number]

    def _read(self, number: int) -> str:
        if not 0 < number <= len(self._entries) or len(self._entries[number - 1]) < 32:
            return ""
        (place,) = struct.unpack_from("<28xL", self._entries[number - 1])
        try:
            blip = self._stream.at(place)
        except BadPresentation:
            return ""
        if blip.kind not in _TWO_IDENTIFIERS or self._room <= 0:
            return ""
        at = _IDENTIFIER * (1 + (blip.instance == _TWO_IDENTIFIERS[blip.kind]))
        content = self._stream.content(blip)
        if len(content) < at + _HEAD:
            return ""
        data = content[at + _HEAD :]
        if content[at + 32] == _DEFLATED:
            with contextlib.suppress(zlib.error):
                data = zlib.decompressobj().decompress(data, self._room)
        self._room -= len(data)
        return metafile_text(data)[0]
