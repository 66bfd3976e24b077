"""Reads the text on pictures in docx and pptx files, such as pasted scans.

The relationships of the parts tell which picture is on which page: ECMA-376 part 2, 9.3.
"""

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

_DOCUMENT = "word/document.xml"
_PRESENTATION = "ppt/presentation.xml"
# DrawingML's pictures, and VML's.
_REFERENCES = {"blip": "embed", "imagedata": "id"}


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
