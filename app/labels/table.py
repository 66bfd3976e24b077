"""Labels as a CSV table (RFC 4180), which people open in spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.files.file_ids import parse_file_id
from app.jobs.rule_checks import MAX_TYPE, check_type
from app.text import require_storable, spreadsheet_cell, text_of_cell

FILE_ID, EXTERNAL_ID, TYPE = "file_id", "external_file_id", "type"
# Written for people: an import reads the first three only.
COLUMNS = (FILE_ID, EXTERNAL_ID, TYPE, "name", "author", "updated_at")
# Columns of tables of verdicts, which people correct and import.
LABEL, STATUS, ERROR = "label", "status", "error"
DONE = "done"
# In the column `label`, where an empty cell means that there is no label.
NO_RULE = "none of the rules"
# A spreadsheet knows by it that the file is UTF-8.
MARK = "\ufeff"
MAX_ROWS = 10_000
MAX_BYTES = 8 * 1024 * 1024
# Characters of a name in an export, which an import ignores.
MAX_NAME = 200
# The rows of a piece of an export: sending each alone would cost the server a change of threads.
PIECE_ROWS = 500
# Spreadsheets write one of these, by their language.
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A row: its line, counted from 1, the id of a file or the client's own id of it, and a type.

    One of the ids is None. A type of None means that no rule fits.
    """

    line: int
    file_id: UUID | None
    external_id: str | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line, as a sentence."""

    line: int
    sentence: str


def parse_table(data: bytes, max_rows: int = MAX_ROWS) -> tuple[list[LabelRow], list[Problem]]:
    """Return the rows of a table and what is wrong with it; each bad row has one problem.

    The first line has the names of the columns, in any order: `type`, and `file_id`,
    `external_file_id` or both. Columns are separated by commas, semicolons or tabs. A file that
    cannot be read as a table has one problem and no rows.

    In a table of verdicts a filled `label` counts before the type, and files without a verdict, as
    `status` or `error` says, are left out. Other columns are ignored.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return [], [Problem(line, "It is not UTF-8. Save the table as CSV in UTF-8.")]
    separator = guess_separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[LabelRow] = []
    problems: list[Problem] = []
    line = 1
    count = 0
    try:
        columns = _Columns.find(next(reader, []))
        while True:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                break
            # Empty ones count: eight million of them take seconds.
            count += 1
            if count > max_rows:
                problems.append(Problem(line, f"A table has at most {max_rows} rows. Split it."))
                break
            if not any(cell.strip() for cell in cells):
                continue
            try:
                if not columns.is_without_verdict(cells):
                    rows.append(columns.read(line, cells))
            except ValueError as error:
                problems.append(Problem(line, str(error)))
    except csv.Error as error:
        problems.append(Problem(line, f"It cannot be read: {error}. Correct it."))
    except ValueError as error:
        return [], [Problem(1, str(error))]
    return rows, problems


def guess_separator(text: str) -> str:
    """Return what separates the columns of a table, by its first line."""
    first, _, _ = text.partition("\n")
    return max(_SEPARATORS, key=first.count)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The indices of the columns; None for one that the table does not have."""

    file_id: int | None
    external_id: int | None
    type: int
    label: int | None
    status: int | None
    error: int | None

    @classmethod
    def find(cls, header: Sequence[str]) -> "_Columns":
        """Return the columns of the first line; raises ValueError."""
        names = [name.strip().casefold() for name in header]
        read = (FILE_ID, EXTERNAL_ID, TYPE, LABEL, STATUS, ERROR)
        found = {name: names.index(name) for name in read if name in names}
        if TYPE not in found or not {FILE_ID, EXTERNAL_ID} & found.keys():
            raise ValueError(
                "The first line has to name the columns: file_id or external_file_id, and type."
            )
        return cls(
            found.get(FILE_ID),
            found.get(EXTERNAL_ID),
            found[TYPE],
            found.get(LABEL),
            found.get(STATUS),
            found.get(ERROR),
        )

    def is_without_verdict(self, cells: Sequence[str]) -> bool:
        """Tell whether a row is that of a file which nobody has classified or labelled."""
        if self._cell(cells, self.type) or self._cell(cells, self.label):
            return False
        status = self._cell(cells, self.status)
        return status not in {"", DONE} or bool(self._cell(cells, self.error))

    def read(self, line: int, cells: Sequence[str]) -> LabelRow:
        """Return a row; raises ValueError with a sentence."""
        file_id = self._cell(cells, self.file_id)
        external_id = self._cell(cells, self.external_id)
        type_ = self._cell(cells, self.label) or self._cell(cells, self.type)
        if type_ == NO_RULE:
            type_ = ""
        if type_:
            if len(type_) > MAX_TYPE:
                raise ValueError(f"The type has more than {MAX_TYPE} characters. Shorten it.")
            check_type(type_)
        if file_id:
            return LabelRow(line, parse_file_id(file_id), None, type_ or None)
        if external_id:
            return LabelRow(line, None, require_storable(external_id), type_ or None)
        raise ValueError("The file is missing. Give its file_id or its external_file_id.")

    @staticmethod
    def _cell(cells: Sequence[str], index: int | None) -> str:
        if index is None or index >= len(cells):
            return ""
        return text_of_cell(cells[index].strip())


@dataclass(frozen=True, slots=True)
class ExportedLabel:
    """A label, and the file that it belongs to."""

    file_id: UUID
    external_id: str | None
    type: str | None
    name: str
    author: str
    updated_at: str


def write_table(labels: Iterable[ExportedLabel], separator: str = ",") -> Iterator[str]:
    """Yield a table that `parse_table` reads, in pieces. Spreadsheets see no formula in it."""
    piece = io.StringIO()
    writer = csv.writer(piece, delimiter=separator)
    piece.write(MARK)
    writer.writerow(COLUMNS)
    for number, label in enumerate(labels, 1):
        name = label.name[:MAX_NAME]
        texts = (label.external_id or "", label.type or "", name, label.author)
        writer.writerow((str(label.file_id), *map(spreadsheet_cell, texts), label.updated_at))
        if number % PIECE_ROWS == 0:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()
