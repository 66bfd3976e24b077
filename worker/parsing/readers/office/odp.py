"""Reads OpenDocument presentations, which kreuzberg does not: OASIS ODF 1.3, content.xml."""

from xml.parsers import expat

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document
from worker.parsing.readers.source import Source

_CONTENT = "content.xml"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_SLIDE = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0 page"
_LINES = frozenset({_TEXT + "p", _TEXT + "h"})
_SPACES = frozenset({_TEXT + "s", _TEXT + "tab", _TEXT + "line-break"})


def read_odp(source: Source) -> Document:
    """Read an OpenDocument presentation; a page is a slide with its notes.

    Raises FileError (`corrupt`, `no_such_pages`).
    """
    members = {member.name: member for member in zip_directory.list_members(source.file)}
    slides = _Slides()
    try:
        content = members[_CONTENT]
        slides.parse(zip_directory.read_member(source.file, content, content.size))
    except (zip_directory.BadZip, expat.ExpatError) as error:
        raise FileError(
            FileErrorCode.CORRUPT, "the file is damaged: its slides cannot be read"
        ) from error
    return build_document(source, slides.texts())


class _Slides:
    """Collects the text of each slide while expat parses the XML."""

    def __init__(self) -> None:
        self._slides: list[list[str]] = []
        self._depth = 0

    def parse(self, content: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.Parse(content, True)

    def texts(self) -> list[str]:
        return ["".join(pieces).strip() for pieces in self._slides]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        del attributes
        if name == _SLIDE:
            self._slides.append([])
        elif name in _LINES:
            self._depth += 1
        elif name in _SPACES:
            self._add(" ")

    def _end(self, name: str) -> None:
        if name in _LINES:
            self._add("\n")
            self._depth -= 1

    def _add(self, text: str) -> None:
        # White space between elements belongs to the XML and not to the slide.
        if self._slides and self._depth:
            self._slides[-1].append(text)
