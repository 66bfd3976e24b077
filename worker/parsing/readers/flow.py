"""Running texts with notes and text boxes beside them: bodies, headers, cells, notes."""

import re
from dataclasses import dataclass, field

from worker.parsing.readers.document_builder import sanitize


@dataclass(eq=False, slots=True)
class Flow:
    """A running text: its pieces, and the notes and boxes to put after the open paragraph.

    Lines are stripped, and one empty line is left between paragraphs. `readings` are those of the
    ruby texts that were written last: they follow in brackets, so the words stay whole.
    """

    pieces: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    paragraph_start: int = 0
    readings: list[str] = field(default_factory=list)

    def end_paragraph(self, mark: str = "\n\n") -> None:
        """End the paragraph, or the row of a table, with line ends."""
        self.pieces.append(mark)
        self.pieces += [f"\n{aside}\n\n" for aside in self.asides]
        self.asides.clear()
        self.paragraph_start = len(self.pieces)

    def drop_line_end(self) -> None:
        """Take back the line end that was added last to the open paragraph, if there is one."""
        if len(self.pieces) > self.paragraph_start and self.pieces[-1] == "\n":
            self.pieces.pop()

    def add_readings(self) -> None:
        """Add the readings of the ruby texts before."""
        if self.readings:
            self.pieces.append(f"({''.join(self.readings)})")
            self.readings.clear()

    def paragraph(self) -> str:
        """Return the open paragraph."""
        return _tidy("".join(self.pieces[self.paragraph_start :]))

    def text(self) -> str:
        """Return the whole text."""
        if not self.pieces and not self.asides:
            return ""
        return _tidy("".join((*self.pieces, *(f"\n\n{aside}" for aside in self.asides))))


def join_surrogates(text: str) -> str:
    """Return text in which each pair of surrogates is one character."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _tidy(text: str) -> str:
    if text.isprintable():
        return text.strip()
    lines = (line.strip() for line in sanitize(join_surrogates(text)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
