"""Files with a known outcome: what is expected of each, and whether what came is right.

A folder of cases has `cases.csv` with a row for each file. Columns:

- `file`: its name in the folder.
- `outcome`: `result`; `result:nonempty`, with any text; `result:not email`, of another format than
  mail; `error:CODE`; `error or warning: TEXT`, an error or a warning that has the text; or two of
  them, as in `result:nonempty or error:unsupported_type`.
- `contains`: texts, separated by `|`, that a result must have. Runs of white space count as one
  space, letters are compared in their composed form (NFC).
- `type`: for rows about the verdict, its right type among the rules in `rules.json`.

Other columns are ignored.
"""

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import FileError, FileErrorCode, StartupError
from worker.parsing.document import Document

Reading = Document | FileError
"""What came of a file."""

_ERROR_OR_WARNING = "error or warning:"
_RESULTS = ("result", "result:nonempty", "result:not email")
_MAIL = ("eml", "msg")


@dataclass(frozen=True, slots=True)
class Case:
    """One row: a file, the outcomes that are right, and the texts that a result must have."""

    path: Path
    outcome: str
    contains: tuple[str, ...] = ()
    type: str = ""

    @property
    def alternatives(self) -> tuple[str, ...]:
        """The outcomes of which one must come."""
        if self.outcome.startswith(_ERROR_OR_WARNING):
            return (self.outcome,)
        return tuple(part.strip() for part in self.outcome.split(" or "))

    def is_right(self, came: Reading) -> bool:
        """Tell whether what came is one of the right outcomes, with every text."""
        return any(_fits(outcome, came) for outcome in self.alternatives) and not self.lacks(came)

    def lacks(self, came: Reading) -> tuple[str, ...]:
        """Return the texts that a result should have and has not; none for an error."""
        if isinstance(came, FileError):
            return ()
        text = text_of(came)
        return tuple(wanted for wanted in self.contains if _normalize(wanted) not in text)


def read_cases(folder: Path) -> list[Case]:
    """Return the cases of a folder.

    Raises StartupError when there is no `cases.csv`, or a row has another outcome or no file.
    """
    try:
        with (folder / "cases.csv").open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise StartupError(f"{folder / 'cases.csv'}: {error.strerror}") from error
    return [_case(folder, row) for row in rows]


def text_of(document: Document) -> str:
    """Return the text of all pages in the form in which texts are compared."""
    return _normalize("\n".join(page.text for page in document.pages))


def _case(folder: Path, row: dict[str, str]) -> Case:
    try:
        case = Case(
            folder / row["file"],
            row["outcome"].strip(),
            tuple(filter(None, row["contains"].split("|"))),
            row["type"].strip(),
        )
    except KeyError as error:
        raise StartupError(f"cases.csv has no column {error}") from error
    for outcome in case.alternatives:
        if not _is_known(outcome):
            raise StartupError(f"cases.csv: {case.path.name} has an unknown outcome: {outcome!r}")
    if not case.path.is_file():
        raise StartupError(f"cases.csv names {case.path.name}, which does not exist")
    return case


def _is_known(outcome: str) -> bool:
    kind, _, code = outcome.partition(":")
    is_error = kind == "error" and code in tuple(FileErrorCode)
    return is_error or outcome in _RESULTS or outcome.startswith(_ERROR_OR_WARNING)


def _fits(outcome: str, came: Reading) -> bool:
    if outcome.startswith(_ERROR_OR_WARNING):
        wanted = outcome.removeprefix(_ERROR_OR_WARNING).strip().casefold()
        return any(wanted in sentence.casefold() for sentence in _sentences(came))
    if isinstance(came, FileError):
        return outcome == f"error:{came.code}"
    if outcome == "result:nonempty":
        return bool(text_of(came))
    if outcome == "result:not email":
        return came.format not in _MAIL
    return outcome == "result"


def _sentences(came: Reading) -> Sequence[str]:
    return (came.sentence,) if isinstance(came, FileError) else came.warnings


def _normalize(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
