"""Tables, the sheets of spreadsheets, and the tables of charts: OASIS ODF 1.3 part 3, 9 and 11."""

from dataclasses import dataclass, field

from worker.parsing.readers.office.opendocument import names
from worker.parsing.readers.office.opendocument.names import full
from worker.parsing.readers.office.opendocument.text import (
    Attributes,
    DocumentText,
    End,
    Page,
    Start,
    number,
)

_MAX_REPETITIONS = 100
_MAX_REPEATED_CHARACTERS = 1 << 16
_MAX_LABELS = 200


@dataclass(slots=True)
class _Row:
    repetitions: int
    cells: list[str] = field(default_factory=list)


class Tables:
    """Reads tables as a line for each row, and sheets as pages."""

    def __init__(self, text: DocumentText) -> None:
        self._text = text
        self._rows: list[_Row] = []
        self._is_in_sheet = False
        self._beside_sheet: list[str] = []
        self._charts = 0
        self._labels: dict[str, None] = {}

    def starts(self) -> dict[str, Start]:
        """Return what to do at each start tag."""
        return {
            full("table:table"): self._table,
            full("table:table-row"): self._row,
            full("table:table-cell"): self._cell,
            full("table:shapes"): self._shapes,
            full("chart:chart"): self._chart,
        }

    def _table(self, attributes: Attributes) -> End:
        if self._text.kind == "ods" and self._text.is_top and not self._is_in_sheet:
            return self._sheet(attributes)
        self._text.flow.pieces.append("\n")

        def end() -> None:
            self._text.flow.pieces.append("\n")

        return end

    def _sheet(self, attributes: Attributes) -> End:
        text, style = self._text, attributes.get(names.TABLE_STYLE)
        is_hidden = text.styles.is_hidden("table", style)
        if not is_hidden:
            text.used_masters[text.styles.master_of("table", style)] = None
        self._is_in_sheet = True
        text.begin_flow()

        def end() -> None:
            self._is_in_sheet = False
            name, cells = attributes.get(names.TABLE_NAME), text.end_flow().text()
            whole = "\n".join(filter(None, (name, cells, *self._beside_sheet)))
            self._beside_sheet.clear()
            text.pages.append(Page(whole, is_hidden))

        return end

    def _shapes(self, attributes: Attributes) -> End:
        """Read the shapes of a sheet, which come first in the file, for after its rows."""
        del attributes
        self._text.begin_flow()

        def end() -> None:
            self._beside_sheet.append(self._text.end_flow().text())

        return end

    def _row(self, attributes: Attributes) -> End:
        row = _Row(number(attributes.get(names.ROWS_REPEATED), 1))
        self._rows.append(row)
        text, beside_outer = self._text, self._text.beside_row
        if text.kind == "ods" and beside_outer is None:
            text.beside_row = text.flow.asides

        def end() -> None:
            self._rows.pop()
            text.beside_row = beside_outer
            if row.cells or text.flow.asides:
                text.flow.pieces.append("\n".join(_repeat(" ".join(row.cells), row.repetitions)))
                text.flow.end_paragraph("\n")

        return end

    def _cell(self, attributes: Attributes) -> End | None:
        if not self._rows or self._text.is_deep:
            return None
        self._text.begin_flow()

        def end() -> None:
            flow = self._text.end_flow()
            self._end_cell(flow.text(), attributes, has_paragraph=bool(flow.pieces))

        return end

    def _end_cell(self, text: str, attributes: Attributes, *, has_paragraph: bool) -> None:
        kind = attributes.get(names.VALUE_TYPE)
        if self._charts:
            # The names of series and categories, but not the numbers.
            if text and kind in (None, "string", "date") and len(self._labels) < _MAX_LABELS:
                self._labels[text] = None
            return
        if not (text or has_paragraph) and kind is not None:
            # Some programs leave out the text that is shown; an empty one is hidden by the format.
            text = next(filter(None, map(attributes.get, names.VALUES)), "")
        if not text:
            return
        text = " ".join(text.split()) if self._text.kind == "ods" else text.replace("\n\n", "\n")
        self._rows[-1].cells += _repeat(text, number(attributes.get(names.COLUMNS_REPEATED), 1))

    def _chart(self, attributes: Attributes) -> End:
        del attributes
        self._charts += 1

        def end() -> None:
            self._charts -= 1
            labels = "\n".join(self._labels)
            self._labels.clear()
            self._text.append(labels)

        return end


def _repeat(text: str, repetitions: int) -> list[str]:
    room = _MAX_REPEATED_CHARACTERS // max(1, len(text))
    return [text] * max(1, min(repetitions, _MAX_REPETITIONS, room))
