"""Labels: a CSV file that says of which type each document is."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from app.errors import StartupError
from app.labels.table import guess_separator
from app.text import ReadableSize, escape_line

COLUMNS = ("path", "type")
MAX_BYTES = 50 * 1024**2


@dataclass(frozen=True, slots=True)
class Label:
    """A document and its right type; None means that no rule fits it."""

    path: Path
    type: str | None


def read_labels(path: Path, folder: Path | None, types: Collection[str]) -> list[Label]:
    """Return the labels of a CSV file with the columns path and type.

    Paths are relative to `folder`, or else to the folder of the labels. Columns may be separated by
    commas, semicolons or tabs. Raises StartupError with the line of the first mistake: a type that
    no rule has, a file that does not exist or that is named twice.
    """
    shown = escape_line(str(path))
    labels: dict[Path, Label] = {}
    for line, written, type_ in _read_rows(path, shown):
        start = f"{shown}, line {line}: "
        if type_ and type_ not in types:
            near = get_close_matches(type_, types, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the types are {', '.join(types)}"
            raise StartupError(f"{start}no rule has the type {escape_line(type_)}; {hint}")
        file = (folder or path.parent) / written
        if not file.is_file():
            raise StartupError(
                f"{start}{escape_line(str(file))} does not exist; give the folder of the "
                "documents with --folder"
            )
        if file in labels:
            raise StartupError(f"{start}{escape_line(written)} is named twice; remove one line")
        labels[file] = Label(file, type_ or None)
    if not labels:
        raise StartupError(f"{shown} names no documents: write a line for each")
    return list(labels.values())


def _read_rows(path: Path, shown: str) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the path and the type of each row."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise StartupError(f"{shown} does not exist: give the CSV file of your labels") from None
    except UnicodeDecodeError:
        raise StartupError(f"{shown} is not UTF-8: save it as CSV in UTF-8") from None
    if len(data) > MAX_BYTES:
        raise StartupError(f"{shown} is larger than {ReadableSize.of(MAX_BYTES)}: give labels only")
    reader = csv.reader(text.splitlines(), delimiter=guess_separator(text), strict=True)
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        if missing := [name for name in COLUMNS if name not in header]:
            raise StartupError(
                f"{shown}, line 1: the column {missing[0]} is missing; the first line is path,type"
            )
        path_column, type_column = (header.index(name) for name in COLUMNS)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            cells = [*row, *[""] * len(header)]
            written = cells[path_column].strip()
            if not written or "\0" in written:
                raise StartupError(
                    f"{shown}, line {reader.line_num}: the path is missing; name a document"
                )
            yield reader.line_num, written, cells[type_column].strip()
    except csv.Error as error:
        raise StartupError(f"{shown}, line {reader.line_num}: {error}; correct the line") from None
