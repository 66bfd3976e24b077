"""Reads the text on pictures in docx and pptx files, such as pasted scans.

The relationships of the parts tell which picture is on which page: ECMA-376 part 2, 9.3.
"""

import io
from collections.abc import Callable, Sequence
from typing import TypeVar

from PIL import Image

from app.files.sniff.sniff import sniff
from worker.parsing.ocr import picture as ocr_picture
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.readers.office.package import (
    BadPart,
    Package,
    attribute,
    local_name,
    parse_partly,
)
from worker.parsing.readers.source import Source

_MIB = 1 << 20
_MAX_PART_BYTES = 8 * _MIB
_MAX_PICTURE_BYTES = 20 * _MIB
# In pixels; smaller pictures are logos, icons and bullets.
_MIN_LONG_SIDE, _MIN_SHORT_SIDE = 300, 60
_MAX_PICTURES = 8
MAX_OPENED = 24

_DOCUMENT = "word/document.xml"
_PRESENTATION = "ppt/presentation.xml"
# DrawingML's pictures, and VML's.
_REFERENCES = {"blip": "embed", "imagedata": "id"}

Found = TypeVar("Found")
Name = TypeVar("Name", str, int)


class OfficePictures:
    """Reads the pictures on the pages of one file; skips damaged ones."""

    def __init__(self, source: Source, pages: int, *, is_scan: bool) -> None:
        """Index the pictures of a docx or pptx; `pages` is the number of its pages.

        A document that `is_scan` has no other text: a warning tells when OCR is missing.
        """
        self._source = source
        self._is_scan = is_scan
        self._package = Package(source.file)
        self._parts: dict[int, list[str]] = {}
        if source.type.extension == "pptx":
            slides = self._slides()
            if len(slides) == pages:
                self._parts.update({page: [slide] for page, slide in enumerate(slides)})
        else:
            document = self._package.main_part(_DOCUMENT)
            # Page ends are known only to programs that lay out the text.
            self._parts[pages - 1] = [document]
            headers = self._package.related(document, "header", "footer")
            self._parts[0] = [*headers, *self._parts.get(0, [])]

    def read(self, index: int) -> list[str]:
        """Return the texts that OCR reads with high confidence on the pictures of a page.

        Reads the eight largest pictures. Those of a docx count as on its last page, those of its
        headers as on its first.
        """
        names = dict.fromkeys(
            name for part in self._parts.get(index, ()) for name in self._pictures(part)
        )
        there = list(names)[:MAX_OPENED]
        if not there:
            return []
        return read_prepared(
            self._source, index, lambda: self._prepare(there), is_scan=self._is_scan
        )

    def _prepare(self, names: list[str]) -> list[OcrPicture]:
        return prepare_largest(
            names,
            lambda name: self._package.read(name, _MAX_PICTURE_BYTES),
            self._source.limits.image_pixels,
        )

    def _pictures(self, part: str) -> list[str]:
        """Return the names of the pictures that a part shows, in order."""
        relations = self._package.relationships(part)
        try:
            root = parse_partly(self._package.read(part, _MAX_PART_BYTES))[0]
        except BadPart:
            return []
        found = []
        for element in () if root is None else root.iter():
            name = _REFERENCES.get(local_name(element.tag))
            relation = relations.get(attribute(element, name) or "") if name else None
            if relation is not None and relation.target in self._package:
                found.append(relation.target)
        return found

    def _slides(self) -> list[str]:
        """Return the names of the slides in their order."""
        presentation = self._package.main_part(_PRESENTATION)
        relations = self._package.relationships(presentation)
        try:
            root = self._package.xml(presentation)
        except BadPart:
            return []
        # The element has an id of its own beside that of the relationship.
        ids = [
            value
            for element in root.iter()
            if local_name(element.tag) == "sldId"
            for key, value in element.items()
            if local_name(key) == "id" and key != "id"
        ]
        return [relations[key].target for key in ids if key in relations]


def read_prepared(
    source: Source, index: int, prepare: Callable[[], list[OcrPicture]], *, is_scan: bool
) -> list[str]:
    """Return the texts on the pictures of a page that OCR reads with high confidence.

    If OCR is missing, a page that `is_scan` and has such a picture counts as not read.
    """
    if is_scan and source.ocr.failure is not None and prepare():
        source.ocr.skip_page(index, source.ocr.failure)
    return source.ocr.read_pictures(index, prepare)


def prepare_largest(
    names: Sequence[Name], load: Callable[[Name], bytes], max_pixels: int
) -> list[OcrPicture]:
    """Return the eight largest of some pictures, in their order, in a size for OCR.

    Damaged ones are left out, and those that are too small for text or have more than
    `max_pixels`.
    """

    def pixels(picture: Image.Image) -> int:
        short, long = sorted(picture.size)
        is_large = long >= _MIN_LONG_SIDE and short >= _MIN_SHORT_SIDE
        return short * long if is_large and short * long <= max_pixels else 0

    sizes = {name: _open(name, load, pixels) or 0 for name in names}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:_MAX_PICTURES]
    found = (
        _open(name, load, ocr_picture.to_grey) for name in names if name in largest and sizes[name]
    )
    return [prepared for prepared in found if prepared is not None]


def _open(
    name: Name, load: Callable[[Name], bytes], use: Callable[[Image.Image], Found]
) -> Found | None:
    """Return the result of `use` for a picture, None if it is damaged.

    The picture is opened and not decoded.
    """
    try:
        file = io.BytesIO(load(name))
        with ocr_picture.open_picture(file, sniff(file, "").extension) as picture:
            return use(picture)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  Pillow raises anything over damaged pictures
        return None
