"""What was read of an OpenDocument file so far, and where the next text goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from worker.parsing.readers.flow import Flow
from worker.parsing.readers.office.opendocument.styles import MasterPage, Styles

# More than twice the text limit of a document; the rest would be cut anyway.
_MAX_CHARACTERS = 1 << 21
# Texts beside texts beside texts are copied at each step.
_MAX_FLOWS = 12
_MAX_HEADINGS, _MAX_HEADING_CHARACTERS = 60, 200

Attributes = Mapping[str, str]
End = Callable[[], None]
Start = Callable[[Attributes], End | None]
"""What to do at a start tag; it returns what to do at the end tag."""


class Enough(Exception):
    """The text limit is reached."""


@dataclass(frozen=True, slots=True)
class Page:
    """A slide or a sheet."""

    text: str
    is_hidden: bool = False


def ignore() -> None:
    """Mark, when returned at a start tag, an element that is left out with all it contains."""


class DocumentText:
    """The texts of one file; `kind` is its extension, empty for embedded objects.

    `body` is the running text, `pages` are the slides or sheets, `headings` the titles in them.
    `master` is the master page that is being read. `beside_row` takes the notes and shapes in the
    row of a sheet that is being read. `has_pictures` tells that there are pictures without words,
    `is_deleted` that what is read now was deleted. `font` is the font that a span sets.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.styles = Styles()
        self.body = Flow()
        self.pages: list[Page] = []
        self.headings: list[str] = []
        self.master: MasterPage | None = None
        self.used_masters: dict[str | None, None] = {}
        self.beside_row: list[str] | None = None
        self.is_in_ruby = False
        self.is_deleted = False
        self.has_pictures = False
        self.font = ""
        self._flows = [self.body]
        self._open = [0]
        self._size = 0

    @property
    def flow(self) -> Flow:
        """The running text that is being read."""
        return self._flows[-1]

    @property
    def is_top(self) -> bool:
        """Whether it is the body."""
        return len(self._flows) == 1

    @property
    def is_deep(self) -> bool:
        """Whether no further text beside a text may begin."""
        return len(self._flows) >= _MAX_FLOWS

    @property
    def is_in_paragraph(self) -> bool:
        """Whether characters count: white space between paragraphs belongs to the XML."""
        return self._open[-1] > 0

    @property
    def mark(self) -> str:
        """The line ends after a paragraph."""
        return "\n" if self.kind in ("odp", "odg") else "\n\n"

    def begin_flow(self) -> None:
        """Begin a text beside the others."""
        self._flows.append(Flow())
        self._open.append(0)

    def end_flow(self) -> Flow:
        """End and return the text that was begun last."""
        self._open.pop()
        return self._flows.pop()

    def begin_paragraph(self) -> None:
        """Begin a paragraph, or another element with characters."""
        self._open[-1] += 1

    def end_characters(self) -> None:
        """End what `begin_paragraph` began."""
        self._open[-1] -= 1

    def add(self, text: str) -> None:
        """Add characters to the open paragraph. Raises Enough."""
        if self.is_in_paragraph and not self.is_deleted:
            if not self.is_in_ruby:
                self.flow.add_readings()
            self.flow.pieces.append(text)
            self.count(len(text))

    def append(self, text: str) -> None:
        """Add a finished text as a paragraph: after the open paragraph or row, if there is one."""
        if not text or self.is_deleted:
            return
        if self.beside_row is not None:
            self.beside_row.append(text)
        elif self.is_in_paragraph:
            self.flow.asides.append(text)
        else:
            self.flow.pieces.append(text)
            self.flow.end_paragraph(self.mark)

    def add_heading(self, text: str) -> None:
        """Add a title, which is also in the text."""
        if 0 < len(text) <= _MAX_HEADING_CHARACTERS and len(self.headings) < _MAX_HEADINGS:
            self.headings.append(text)

    def count(self, characters: int) -> None:
        """Count characters. Raises Enough when there are too many."""
        self._size += characters
        if self._size > _MAX_CHARACTERS:
            raise Enough

    def whole(self) -> str:
        """Return all texts as one, for embedded objects."""
        return "\n\n".join(filter(None, (*(page.text for page in self.pages), self.body.text())))


def number(value: str | None, default: int) -> int:
    """Return the number that an attribute holds, `default` if it holds none."""
    try:
        return default if value is None else int(value)
    except ValueError:
        return default
