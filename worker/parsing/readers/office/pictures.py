"""Reads the text on pictures in docx and pptx files, such as pasted scans.

The relationships of the parts tell which picture is on which page: ECMA-376 part 2, 9.3.
"""

import io
import posixpath
import re
from collections.abc import Callable
from typing import TypeVar

from PIL import Image

from app.files.sniff import zip_directory
from app.files.sniff.sniff import sniff
from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.readers.source import Source

_MIB = 1 << 20
_MAX_PART_BYTES = 8 * _MIB
_MAX_PICTURE_BYTES = 20 * _MIB
# In pixels; smaller pictures are logos, icons and bullets.
_MIN_LONG_SIDE, _MIN_SHORT_SIDE = 300, 60
_MAX_PICTURES = 8
_MAX_OPENED = 24

_DOCUMENT = "word/document.xml"
_PRESENTATION = "ppt/presentation.xml"
_SLIDE = re.compile(r'<p:sldId\s[^>]*?r:id="([^"]+)"')
_PICTURE = re.compile(r'<a:blip\s[^>]*?r:embed="([^"]+)"')
_RELATIONSHIP = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ID = re.compile(r'\sId="([^"]*)"')
_TARGET = re.compile(r'\sTarget="([^"]*)"')

Found = TypeVar("Found")


class OfficePictures:
    """Reads the pictures on the pages of one file; skips damaged ones."""

    def __init__(self, source: Source, pages: int) -> None:
        """Index the pictures of a docx or pptx; `pages` is the number of its pages."""
        self._source = source
        self._members = {member.name: member for member in zip_directory.list_members(source.file)}
        self._parts: dict[int, str] = {}
        if source.type.extension == "docx":
            # Page ends are known only to programs that lay out the text.
            self._parts[pages - 1] = _DOCUMENT
        elif len(slides := self._targets(_PRESENTATION, _SLIDE)) == pages:
            self._parts.update(enumerate(slides))

    def read(self, index: int) -> list[str]:
        """Return the texts that OCR reads with high confidence on the pictures of a page.

        Reads the eight largest pictures. Those of a docx count as on its last page.
        """
        part = self._parts.get(index)
        names = dict.fromkeys(self._targets(part, _PICTURE)) if part else {}
        there = [name for name in names if name in self._members][:_MAX_OPENED]
        return self._source.ocr.read_pictures(index, lambda: self._prepare(there)) if there else []

    def _prepare(self, names: list[str]) -> list[OcrPicture]:
        """Return the largest of the pictures, in their order, in a size for OCR."""
        sizes = {name: self._open(name, self._pixels) or 0 for name in names}
        largest = sorted(sizes, key=lambda name: -sizes[name])[:_MAX_PICTURES]
        found = (
            self._open(name, ocr_picture.to_grey)
            for name in names
            if name in largest and sizes[name]
        )
        return [prepared for prepared in found if prepared is not None]

    def _pixels(self, picture: Image.Image) -> int:
        """Return the number of pixels of a picture, 0 if it is too small or too large for OCR."""
        short, long = sorted(picture.size)
        pixels = short * long
        is_large = long >= _MIN_LONG_SIDE and short >= _MIN_SHORT_SIDE
        return pixels if is_large and pixels <= self._source.limits.image_pixels else 0

    def _open(self, name: str, use: Callable[[Image.Image], Found]) -> Found | None:
        """Return the result of `use` for a picture, None if it is damaged.

        The picture is opened and not decoded.
        """
        try:
            data = zip_directory.read_member(
                self._source.file, self._members[name], _MAX_PICTURE_BYTES
            )
            file = io.BytesIO(data)
            with ocr_picture.open_picture(file, sniff(file, "").extension) as picture:
                return use(picture)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  Pillow raises anything over damaged pictures
            return None

    def _targets(self, part: str, reference: re.Pattern[str]) -> list[str]:
        """Return the names of the parts that a part refers to, in order."""
        folder, _, name = part.rpartition("/")
        targets = {}
        for element in _RELATIONSHIP.findall(self._text(f"{folder}/_rels/{name}.rels")):
            key, target = _ID.search(element), _TARGET.search(element)
            if key and target:
                targets[key[1]] = posixpath.normpath(posixpath.join(folder, target[1]))
        return [targets[key] for key in reference.findall(self._text(part)) if key in targets]

    def _text(self, part: str) -> str:
        member = self._members.get(part)
        if member is None:
            return ""
        try:
            data = zip_directory.read_member(self._source.file, member, _MAX_PART_BYTES)
        except zip_directory.BadZip:
            return ""
        return data.decode("utf-8", "replace")
