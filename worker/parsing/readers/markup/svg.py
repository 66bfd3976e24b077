"""Reads the words in SVG drawings. Draws, fetches and expands nothing."""

import re
from xml.parsers import expat

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, sanitize
from worker.parsing.readers.encodings.decoding import declared_encoding, decode
from worker.parsing.readers.source import Source

# Title and description are for blind people; foreignObject contains HTML.
_TEXTS = frozenset({"title", "desc", "text", "foreignObject", "flowRoot"})
_LINES = frozenset(
    {"p", "div", "li", "tr", "br", "flowPara"} | {f"h{size}" for size in range(1, 7)}
)
# A tspan with a position begins a line.
_PLACED = frozenset({"x", "y", "dy"})
_HIDDEN = frozenset({"script", "style"})
# Expat's code for entities that expand to too much.
_AMPLIFIED = 43
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")


def read_svg(source: Source) -> Document:
    """Read a drawing's words as one page, without text if the letters are drawn as outlines.

    The words before a damage are read. A warning tells of damage and of pictures. Raises FileError
    (`corrupt`, `no_such_pages`).
    """
    words = _Words()
    lost = []
    try:
        words.parse_file(source.read_all())
    except expat.ExpatError as error:
        if not words.text() or error.code == _AMPLIFIED:
            raise _damaged() from error
        lost.append("the drawing is damaged: its text breaks off")
    if words.has_pictures:
        lost.append("the drawing contains pictures, which were not read")
    return build_document(source, [words.text()], lost=lost)


def drawing_text(data: bytes) -> str:
    """Return the words in a drawing. Raises FileError (`corrupt`)."""
    words = _Words()
    try:
        words.parse_file(data)
    except expat.ExpatError as error:
        raise _damaged() from error
    return words.text()


def _damaged() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its markup cannot be read")


class _Words:
    """Collects the words while expat parses the XML."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._inside = 0
        self._hidden = 0
        self.has_pictures = False

    def parse_file(self, data: bytes) -> None:
        """Collect the words of a file. Raises ExpatError where it is damaged, and FileError."""
        self._parse(sanitize(decode(data, declared_encoding(data))))

    def _parse(self, markup: str) -> None:
        # This encoding takes precedence over the one that the markup declares.
        parser = expat.ParserCreate("utf-8")
        parser.EntityDeclHandler = self._refuse_nested_entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.Parse(markup.encode("utf-8", "replace"), True)

    def text(self) -> str:
        return _BREAKS.sub("\n", _SPACES.sub(" ", "".join(self._pieces))).strip()

    def _refuse_nested_entity(
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        base: str | None,
        system_id: str | None,
        public_id: str | None,
        notation: str | None,
    ) -> None:
        """Refuse entities made of entities, which are bombs; drawings declare plain ones."""
        del name, base, system_id, public_id, notation
        if is_parameter or value is None or "&" in value or "%" in value:
            raise FileError(
                FileErrorCode.CORRUPT,
                "the file declares nested or external XML entities, which are not allowed",
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name in _TEXTS:
            self._inside += 1
        elif name in _HIDDEN:
            self._hidden += 1
        elif name == "image":
            self.has_pictures = True
        if name in _LINES or (name == "tspan" and _PLACED & attributes.keys()):
            self._pieces.append("\n")

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in _TEXTS:
            self._inside -= 1
        elif name in _HIDDEN:
            self._hidden -= 1
        if name in _TEXTS or name in _LINES:
            self._pieces.append("\n")

    def _add(self, text: str) -> None:
        if self._inside and not self._hidden:
            # A line break in the markup is a space in the drawing.
            self._pieces.append(text.replace("\n", " "))
