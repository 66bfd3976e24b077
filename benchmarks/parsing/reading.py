"""Checks what is read in files with a known outcome, and the verdicts on documents among them.

The folder has `cases.csv`, whose columns `benchmarks/parsing/cases.py` explains, and `rules.json`
for the rows with a type. Files are read in the sandbox: all pages for rows about reading, the
default pages of a job for rows about the verdict. The status is 1 when a row about reading is
wrong.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.errors import FileError, StartupError
from app.jobs.pages import PageSelection
from app.jobs.values import Rule
from app.settings import load_settings
from app.text import escape_controls
from benchmarks.parsing.cases import Case, Reading, read_cases, text_of
from worker.classification.fitting.corpus import read_rules
from worker.classification.loading import load_engine
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.parser import SandboxedParser

WIDTH = 160


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    file: str
    expected: str
    came: str
    is_right: bool


def main() -> int:
    """Print both tables; the status is 1 when a row about reading is wrong, 2 without cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with cases.csv")
    parser.add_argument("--wrong", action="store_true", help="show wrong rows only")
    arguments = parser.parse_args()
    try:
        cases = read_cases(arguments.corpus)
        reading = [case for case in cases if not case.type]
        verdicts = [case for case in cases if case.type]
        with SandboxedParser() as sandbox:
            rows = [_read_row(sandbox, case) for case in reading]
            _print("Reading", rows, wrong_only=arguments.wrong)
            if verdicts:
                judged = _verdict_rows(sandbox, verdicts, arguments.corpus / "rules.json")
                _print("Verdicts", judged, wrong_only=arguments.wrong)
    except (StartupError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return int(not all(row.is_right for row in rows))


def _read(sandbox: SandboxedParser, path: Path, selection: PageSelection) -> Reading:
    try:
        with path.open("rb") as file:
            return sandbox.parse(file, path.name, ParseRequest(selection))
    except FileError as error:
        return error


def _read_row(sandbox: SandboxedParser, case: Case) -> Row:
    came = _read(sandbox, case.path, PageSelection(None))
    expected = ", ".join([case.outcome, *map(repr, case.contains)])
    return Row(case.path.name, expected, _describe(case, came), case.is_right(came))


def _describe(case: Case, came: Reading) -> str:
    if isinstance(came, FileError):
        return f"error:{came.code}, {came.sentence}"
    facts = [came.format, f"{len(text_of(came)):,} characters"]
    facts += [f"lacks {text!r}" for text in case.lacks(came)]
    facts += [f"warning: {warning}" for warning in came.warnings]
    return ", ".join(facts)


def _verdict_rows(sandbox: SandboxedParser, cases: Sequence[Case], path: Path) -> list[Row]:
    engine = load_engine(load_settings())
    rules: Sequence[Rule] = read_rules(path)
    rows = []
    for case in cases:
        came = _read(sandbox, case.path, PageSelection())
        if isinstance(came, FileError):
            rows.append(Row(case.path.name, case.type, _describe(case, came), is_right=False))
            continue
        verdict = engine.classify(came, rules).verdict
        rows.append(
            Row(
                case.path.name,
                case.type,
                f"{verdict.type or 'null'} {verdict.confidence:.2f}",
                (verdict.type or "null") == case.type,
            )
        )
    return rows


def _print(title: str, rows: Sequence[Row], *, wrong_only: bool) -> None:
    table = Table("file", "expected", "what came", "", title=title, title_justify="left")
    for row in rows:
        if not (wrong_only and row.is_right):
            table.add_row(
                row.file,
                row.expected,
                escape_controls(row.came),
                "right" if row.is_right else "WRONG",
            )
    # A name or a text of a file is no markup.
    Console(width=WIDTH, markup=False, highlight=False).print(table)
    print(f"{title}: {sum(row.is_right for row in rows)} of {len(rows)} right\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
