"""Writes the text of a part: its pages, paragraphs, tables and text boxes."""

from worker.parsing.readers.office.word.flow import Flow
from worker.parsing.readers.office.word.styles import Paragraph

# A row of cells with several paragraphs, longer than this, has a line for each paragraph.
_MAX_ROW_CHARACTERS = 200
# The first page has hardly more; after it only styles make headings.
_MAX_MEASURED_LETTERS = 5_000
_MAX_PARAGRAPHS = 1_000


class _Table:
    """The rows of a table that is being read; `depth` is the number of flows around it."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.rows: list[str] = []
        self.cells: list[list[str]] = []

    def end_row(self) -> None:
        row = " ".join(" ".join(cell) for cell in self.cells)
        if len(row) > _MAX_ROW_CHARACTERS and any(len(cell) > 1 for cell in self.cells):
            row = "\n".join(line for cell in self.cells for line in cell)
        if row.strip():
            self.rows.append(row.strip())
        self.cells = []


class Writer:
    """Text in flows: the first is that of the part, in which cells, boxes and notes open others.

    `written` counts the characters that a person sees. `paragraphs` are the looks of the headings
    by style and of the first paragraphs.
    """

    def __init__(self) -> None:
        self.written = 0
        self.paragraphs: list[Paragraph] = []
        self._flows = [Flow()]
        self._tables: list[_Table] = []
        self._measured = 0

    @property
    def flow(self) -> Flow:
        """The flow that is written to."""
        return self._flows[-1]

    def write(self, text: str) -> None:
        """Add text to the open paragraph if a person sees it."""
        if self.flow.write(text):
            self.written += len(text)

    def write_run(self, text: str) -> None:
        """Add text of a run, whose look counts at the beginning of a part."""
        self.write(text)
        if self._measured < _MAX_MEASURED_LETTERS and self.flow.is_shown:
            letters = sum(map(str.isalnum, text))
            self._measured += letters
            self.flow.measure(letters)

    def put(self, text: str) -> None:
        """Add text after the open paragraph if a person sees it."""
        text = text.strip()
        if text and self.flow.is_shown:
            self.flow.after.append(text)
            self.written += len(text)

    def put_note(self, text: str) -> None:
        """Add a note after the outermost open paragraph or table."""
        if self.flow.is_shown:
            self._flows[0].after.append(text)

    def break_page(self) -> None:
        """Begin a page; within cells and text boxes, a line."""
        if len(self._flows) > 1:
            self.write("\n")
        elif self.flow.is_shown:
            self.end_paragraph()
            self.flow.begin_page()

    def end_paragraph(self) -> None:
        """End the open paragraph."""
        paragraph = self.flow.end()
        if paragraph is not None and len(self.paragraphs) < _MAX_PARAGRAPHS:
            self.paragraphs.append(paragraph)

    def begin_flow(self) -> None:
        """Begin a cell, a text box or a note."""
        self._flows.append(Flow(is_hidden=not self.flow.is_shown))

    def end_flow(self) -> list[str]:
        """End it and return its lines."""
        self.end_paragraph()
        return self._flows.pop().lines()

    def end_box(self) -> None:
        """End a text box, which comes after the open paragraph."""
        lines = self.end_flow()
        if lines:
            self.flow.after.append("\n".join(lines))

    def begin_table(self) -> None:
        """Begin a table."""
        self.end_paragraph()
        self._tables.append(_Table(len(self._flows)))

    def end_table(self) -> None:
        """End the table, which is a line for each row."""
        rows = self._tables.pop().rows
        if rows:
            self.flow.add("\n".join(rows))
        self.flow.add_after()

    @property
    def is_in_table(self) -> bool:
        """Whether a table is open in the flow: only there a row or a cell is one."""
        return bool(self._tables) and self._tables[-1].depth == len(self._flows)

    def end_row(self) -> None:
        """End a row."""
        self._tables[-1].end_row()

    def end_cell(self) -> None:
        """End a cell."""
        lines = self.end_flow()
        self._tables[-1].cells.append(lines)

    def pages(self) -> list[str]:
        """Return the text between the explicit page breaks."""
        self.end_paragraph()
        return self._flows[0].pages()

    def lines(self) -> list[str]:
        """Return the lines of the text."""
        self.end_paragraph()
        return self._flows[0].lines()
