"""SVG: the words in a drawing, read as text. Nothing is drawn, fetched or expanded."""

import re
from xml.parsers import expat

from app.errors import FileError, FileErrorCode
from worker.parsing.document import Document
from worker.parsing.readers.decoding import decode
from worker.parsing.readers.document_builder import clean, collect_texts
from worker.parsing.readers.source import Source
from worker.parsing.readers.text import declared_encoding

# Title and description are for readers who cannot see; foreignObject holds HTML.
_TEXTS = frozenset({"title", "desc", "text", "foreignObject", "flowRoot"})
_LINES = frozenset(
    {"p", "div", "li", "tr", "br", "flowPara"} | {f"h{size}" for size in range(1, 7)}
)
# A tspan that says where it stands begins a line of its own.
_PLACED = frozenset({"x", "y", "dy"})
_HIDDEN = frozenset({"script", "style"})
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")


def read_svg(source: Source) -> Document:
    """Read a drawing's words; it is one page, blank when its letters are drawn as outlines.

    Raises FileError (`corrupt`, `no_such_pages`).
    """
    data = source.read_all()
    words = _Words()
    try:
        words.parse(clean(decode(data, declared_encoding(data))))
    except expat.ExpatError as error:
        raise FileError(
            FileErrorCode.CORRUPT, "the file is damaged: its markup cannot be read"
        ) from error
    return collect_texts(source, [words.text()])


class _Words:
    """Collects the words while the XML goes by."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._inside = 0
        self._hidden = 0

    def parse(self, markup: str) -> None:
        # The encoding given here is believed over what the markup declares.
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
        """Drawing programs declare names for addresses; entities made of entities are bombs."""
        del name, base, system_id, public_id, notation
        if is_parameter or value is None or "&" in value or "%" in value:
            raise FileError(
                FileErrorCode.CORRUPT,
                "the file declares XML entities of a kind that no drawing needs",
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name in _TEXTS:
            self._inside += 1
        elif name in _HIDDEN:
            self._hidden += 1
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
