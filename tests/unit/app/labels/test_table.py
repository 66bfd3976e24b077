"""Tables of labels: which are read, and what is wrong with the others."""

import csv
import io
from uuid import UUID

import pytest

from app.labels.table import ExportedLabel, LabelRow, Problem, parse_table, write_table

FIRST, SECOND = (UUID(int=number) for number in (1, 2))


def parse(text: str) -> tuple[list[LabelRow], list[Problem]]:
    return parse_table(text.encode())


def problems(text: str) -> list[tuple[int, str]]:
    _, found = parse(text)
    assert found
    return [(problem.line, problem.sentence) for problem in found]


def test_rows_have_a_file_id_or_the_clients_own_id() -> None:
    rows, found = parse(f"file_id,external_file_id,type\n{FIRST},a,invoice\n,b,\n")

    assert found == []
    assert rows == [LabelRow(2, FIRST, None, "invoice"), LabelRow(3, None, "b", None)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_come_in_any_order_and_notation(separator: str) -> None:
    lines = [["note", "Type", " FILE_ID "], ["x", " invoice ", f"dfl-{FIRST}"], ["", "", ""]]
    text = "\ufeff" + "\r\n".join(separator.join(cells) for cells in lines)

    assert parse(text) == ([LabelRow(2, FIRST, None, "invoice")], [])


def test_a_table_of_verdicts_has_labels_and_files_without_a_verdict() -> None:
    lines = ["type,label,status,file_id", f",,done,{FIRST}", f",,failed,{FIRST}"]
    lines += [f"invoice,recipe,done,{FIRST}", f"invoice,none of the rules,done,{SECOND}"]

    rows, found = parse("\n".join(lines))

    assert found == []
    assert [(row.line, row.type) for row in rows] == [(2, None), (4, "recipe"), (5, None)]
    classify = f"file,type,error,file_id\na.pdf,,the file is empty,{FIRST}\n"
    assert parse(classify) == ([], [])


def test_lines_are_counted_from_the_beginning_of_a_row() -> None:
    text = f'external_file_id,type,note\na,invoice,"two\nlines"\n\nb,in/voice,\n{FIRST},recipe\n'

    rows, found = parse(text)

    assert [(row.line, row.external_id) for row in rows] == [(2, "a"), (6, str(FIRST))]
    assert [problem.line for problem in found] == [5]


def test_each_bad_row_is_named() -> None:
    found = problems(f"file_id,type\nx,invoice\n{FIRST},{'x' * 51}\n,recipe\n{SECOND},a/b\n")

    assert [line for line, _ in found] == [2, 3, 4, 5]
    sentences = [sentence for _, sentence in found]
    assert "Not a file id" in sentences[0]
    assert "more than 50" in sentences[1]
    assert "file is missing" in sentences[2]
    assert "letters, digits" in sentences[3]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "name the columns"),
        (b"file,type\na,invoice\n", 1, "name the columns"),
        (b"file_id\n", 1, "name the columns"),
        (b"external_file_id,type\na,invoice\n\xff,x\n", 3, "UTF-8"),
        (b'external_file_id,type\na,invoice\n"b,invoice\n', 3, "cannot be read"),
        (b"external_file_id,type\na,\x00\n", 2, "letters, digits"),
        (b"external_file_id,type\n\x00,invoice\n", 2, "NUL"),
        (b"external_file_id,type\na," + b"x" * 200_000, 2, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, line: int, words: str) -> None:
    _, found = parse_table(data)

    assert [problem.line for problem in found] == [line]
    assert words in found[0].sentence


def test_a_table_has_a_limit_of_rows() -> None:
    lines = "external_file_id,type\n" + "".join(f"{number},a\n" for number in range(9))

    rows, found = parse_table(lines.encode(), max_rows=2)

    assert (len(rows), found) == (2, [Problem(4, "A table has at most 2 rows. Split it.")])


def test_no_cell_of_an_export_is_a_formula_and_an_import_takes_it_back() -> None:
    labels = [
        ExportedLabel(FIRST, "=cmd|'/c calc'!A0", "-dash", '@x, "y"\n', "key:1", "2026-01-01"),
        ExportedLabel(SECOND, None, None, "a.pdf", "key:1", "2026-01-01"),
    ]

    text = "".join(write_table(labels))

    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert all(cell[:1] not in {"=", "-", "@", "+"} for row in rows for cell in row)
    assert parse(text) == (
        [LabelRow(2, FIRST, None, "-dash"), LabelRow(4, SECOND, None, None)],
        [],
    )


def test_an_external_id_that_looks_like_a_formula_is_found_again() -> None:
    rows, found = parse("external_file_id,type\n'=1+1,invoice\n=2+2,invoice\n'quoted',invoice\n")

    assert found == []
    assert [row.external_id for row in rows] == ["=1+1", "=2+2", "'quoted'"]
