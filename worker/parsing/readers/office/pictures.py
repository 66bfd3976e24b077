"""Reads the text on pictures in docx, pptx and xlsx files, such as pasted scans.

The relationships of the parts tell which picture is on which page: ECMA-376 part 2, 9.3.
"""

from collections.abc import Mapping, Sequence

from worker.parsing.ocr.document_pictures import MAX_OPENED, prepare_largest, read_prepared
from worker.parsing.ocr.picture import OcrPicture
from worker.parsing.readers.office.package import (
    BadPart,
    Package,
    attribute,
    local_name,
)
from worker.parsing.readers.source import Source
from worker.parsing.readers.xml.tree import parse_partly

_MIB = 1 << 20
_MAX_PART_BYTES = 8 * _MIB
_MAX_PICTURE_BYTES = 20 * _MIB

# DrawingML's pictures, and VML's.
_REFERENCES = {"blip": "embed", "imagedata": "id"}


class OfficePictures:
    """Reads the pictures on the pages of one file; skips damaged ones."""

    def __init__(
        self,
        source: Source,
        package: Package,
        parts: Mapping[int, Sequence[str]],
        *,
        is_scan: bool,
    ) -> None:
        """Take the parts of the package whose pictures are on each page.

        A document that `is_scan` has no other text: a warning tells when OCR is missing.
        """
        self._source = source
        self._is_scan = is_scan
        self._package = package
        self._parts = parts

    def read(self, index: int) -> list[str]:
        """Return the texts that OCR reads with high confidence on the pictures of a page.

        Reads the eight largest pictures.
        """
        names = dict.fromkeys(
            name for part in self._parts.get(index, ()) for name in self._pictures(part)
        )
        there = list(names)[:MAX_OPENED]
        if not there:
            return []
        return read_prepared(
            self._source.ocr, index, lambda: self._prepare(there), is_scan=self._is_scan
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
