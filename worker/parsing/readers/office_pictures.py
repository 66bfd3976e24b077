"""Pictures within docx and pptx files, which may hold text that the file lacks: pasted scans.

Which picture is where, the relationships of the parts tell: ECMA-376 part 2, 9.3.
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
from worker.parsing.ocr.picture import Prepared
from worker.parsing.readers.source import Source

_MIB = 1 << 20
_PART_LIMIT = 8 * _MIB
_PICTURE_LIMIT = 20 * _MIB
# In pixels: smaller ones are logos, icons and bullets.
_LEAST_LONG, _LEAST_SHORT = 300, 60
_MOST_PICTURES = 8
_MOST_OPENED = 24

_DOCUMENT = "word/document.xml"
_PRESENTATION = "ppt/presentation.xml"
_SLIDE = re.compile(r'<p:sldId\s[^>]*?r:id="([^"]+)"')
_PICTURE = re.compile(r'<a:blip\s[^>]*?r:embed="([^"]+)"')
_RELATIONSHIP = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ID = re.compile(r'\sId="([^"]*)"')
_TARGET = re.compile(r'\sTarget="([^"]*)"')

Found = TypeVar("Found")


class OfficePictures:
    """Reads the pictures on the pages of one file; what is damaged has none."""

    def __init__(self, source: Source, pages: int) -> None:
        """Take a docx or pptx of so many pages."""
        self._source = source
        self._members = {member.name: member for member in zip_directory.list_members(source.file)}
        self._parts: dict[int, str] = {}
        if source.type.extension == "docx":
            # Where the pages end, only a program that lays them out knows.
            self._parts[pages - 1] = _DOCUMENT
        elif len(slides := self._targets(_PRESENTATION, _SLIDE)) == pages:
            self._parts.update(enumerate(slides))

    def read(self, index: int) -> list[str]:
        """Return what is written on the pictures of a page, as far as it is read without doubt.

        The eight largest are read; those of a docx count as on its last page.
        """
        part = self._parts.get(index)
        names = dict.fromkeys(self._targets(part, _PICTURE)) if part else {}
        there = [name for name in names if name in self._members][:_MOST_OPENED]
        return self._source.ocr.read_pictures(index, lambda: self._prepare(there)) if there else []

    def _prepare(self, names: list[str]) -> list[Prepared]:
        """Return the largest of the pictures, in their order, in a size for OCR."""
        sizes = {name: self._open(name, self._pixels) or 0 for name in names}
        largest = sorted(sizes, key=lambda name: -sizes[name])[:_MOST_PICTURES]
        found = (
            self._open(name, ocr_picture.to_grey)
            for name in names
            if name in largest and sizes[name]
        )
        return [prepared for prepared in found if prepared is not None]

    def _pixels(self, picture: Image.Image) -> int:
        """Return how many pixels a picture has; 0 where they are too few or too many for OCR."""
        short, long = sorted(picture.size)
        pixels = short * long
        is_large = long >= _LEAST_LONG and short >= _LEAST_SHORT
        return pixels if is_large and pixels <= self._source.limits.image_pixels else 0

    def _open(self, name: str, use: Callable[[Image.Image], Found]) -> Found | None:
        """Return what `use` makes of a picture, which is not decoded yet; None if it is damaged."""
        try:
            data = zip_directory.read_member(self._source.file, self._members[name], _PICTURE_LIMIT)
            file = io.BytesIO(data)
            with ocr_picture.open_picture(file, sniff(file, "").extension) as picture:
                return use(picture)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  Pillow raises anything over damaged pictures
            return None

    def _targets(self, part: str, reference: re.Pattern[str]) -> list[str]:
        """Return the names of the parts that a part refers to, in its order."""
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
            data = zip_directory.read_member(self._source.file, member, _PART_LIMIT)
        except zip_directory.BadZip:
            return ""
        return data.decode("utf-8", "replace")
