"""The running texts of an RTF document: its body, headers and footers, notes and text boxes."""

import re
from dataclasses import dataclass, field

from worker.parsing.readers.document_builder import sanitize
from worker.parsing.readers.rtf_characters import join_surrogates


@dataclass(eq=False, slots=True)
class Flow:
    """A running text: its pieces, and the notes and boxes to put after the open paragraph."""

    kind: bytes
    pieces: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    paragraph_start: int = 0

    def end_paragraph(self) -> None:
        """End the paragraph with an empty line."""
        self._end("\n\n")

    def end_row(self) -> None:
        """End the row of a table."""
        self._end("\n")

    def paragraph(self) -> str:
        """Return the open paragraph."""
        return _tidy("".join(self.pieces[self.paragraph_start :]))

    def text(self) -> str:
        """Return the whole text."""
        return _tidy("".join((*self.pieces, *(f"\n\n{aside}" for aside in self.asides))))

    def _end(self, mark: str) -> None:
        self.pieces.append(mark)
        self.pieces += [f"\n{aside}\n\n" for aside in self.asides]
        self.asides.clear()
        self.paragraph_start = len(self.pieces)


def _tidy(text: str) -> str:
    """Strip the ends of all lines, and leave one empty line between paragraphs."""
    lines = (line.strip() for line in sanitize(join_surrogates(text)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
