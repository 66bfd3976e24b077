"""Files go into the folder of their type, once, and none is replaced."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.sorting.journal import Method
from cli.sorting.report import Summary, describe_item
from cli.sorting.session import Order, open_session
from tests.unit.cli.sorting.first_word import TYPES, FirstWord, contents, sort

Write = Callable[[str, str], Path]


def rows(out: Path) -> list[dict[str, str]]:
    with (out / ".pigeonhole" / "sorted.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_outcome_has_its_folder(source: Path, out: Path, write: Write) -> None:
    write("a.txt", "invoice 0.95")
    write("sub/b.txt", "letter 0.80")
    write("c.txt", "letter 0.79")
    write("d.txt", "none 0.80")
    write("e.txt", "broken")
    write("f.txt", "none 0.79")
    before = contents(source)

    items = sort(source, out)

    assert contents(out) == {
        "invoice/a.txt": b"invoice 0.95",
        "letter/b.txt": b"letter 0.80",
        "_check/c.txt": b"letter 0.79",
        "_unknown/d.txt": b"none 0.80",
        "_failed/e.txt": b"broken",
        "_check/f.txt": b"none 0.79",
    }
    assert contents(source) == before
    assert [item.is_failure for item in items] == [False, False, False, True, False, False]
    errors = {Path(row["file"]).name: row["error"] for row in rows(out)}
    assert errors == {**dict.fromkeys(sorted(errors), ""), "e.txt": "the file is damaged"}
    assert len(errors) == 6


@pytest.mark.parametrize("method", Method)
def test_a_second_file_of_the_same_name_gets_a_number(
    source: Path, out: Path, write: Write, method: Method
) -> None:
    for folder in ("1", "2", "3"):
        write(f"{folder}/scan.txt", f"invoice 0.9{folder}")

    sort(source, out, method)

    assert contents(out) == {
        "invoice/scan.txt": b"invoice 0.91",
        "invoice/scan (2).txt": b"invoice 0.92",
        "invoice/scan (3).txt": b"invoice 0.93",
    }
    assert len(contents(source)) == (0 if method is Method.MOVE else 3)


@pytest.mark.parametrize("method", Method)
def test_a_file_of_somebody_else_is_not_replaced(
    source: Path, out: Path, write: Write, method: Method
) -> None:
    write("a.txt", "invoice")
    (out / "invoice").mkdir(parents=True)
    (out / "invoice" / "a.txt").write_text("theirs")

    sort(source, out, method)

    assert contents(out) == {"invoice/a.txt": b"theirs", "invoice/a (2).txt": b"invoice"}


def test_a_link_is_the_same_file(source: Path, out: Path, write: Write) -> None:
    path = write("a.txt", "invoice")

    sort(source, out, Method.LINK)

    assert path.samefile(out / "invoice" / "a.txt")


def test_a_second_run_sorts_what_is_new_or_changed(source: Path, out: Path, write: Write) -> None:
    write("a.txt", "invoice")
    changed = write("b.txt", "invoice")
    sort(source, out)
    write("c.txt", "letter")
    changed.write_text("letter 1.0")

    assert sorted(item.source.name for item in sort(source, out)) == ["b.txt", "c.txt"]
    assert sort(source, out) == []
    assert contents(out) == {
        "invoice/a.txt": b"invoice",
        "invoice/b.txt": b"invoice",
        "letter/b.txt": b"letter 1.0",
        "letter/c.txt": b"letter",
    }
    assert len(rows(out)) == 4


def test_a_file_that_comes_where_one_was_moved_away_is_sorted(
    source: Path, out: Path, write: Write
) -> None:
    path = write("a.txt", "invoice")
    status = path.stat()
    sort(source, out, Method.MOVE)
    path.write_text("invoice")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    sort(source, out, Method.MOVE)

    assert sorted(contents(out)) == ["invoice/a (2).txt", "invoice/a.txt"]


def test_hidden_files_links_and_its_own_output_are_left_alone(source: Path, write: Write) -> None:
    write(".hidden", "invoice")
    write("desktop.ini", "invoice")
    write(".folder/a.txt", "invoice")
    (source / "link.txt").symlink_to(write("a.txt", "invoice"))
    (source / "folder").symlink_to(source / ".folder")
    os.mkfifo(source / "pipe")
    out, other = source / "sorted", source / "other"
    sort(source, other)

    assert [item.source.name for item in sort(source, out)] == ["a.txt"]
    assert sort(source, out) == []
    assert list(contents(out)) == ["invoice/a.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "with\nline feed.txt",
        "with \x1b[31mescape.txt",
        " spaces .txt",
        os.fsdecode(b"not utf-8 \xff.txt"),
        "x" * 251 + ".txt",
        "=1+1.txt",
        "-rf",
        "“quoted” 'names'.txt",
    ],
)
def test_any_name_is_sorted_and_shown_without_controls(
    source: Path, out: Path, write: Write, name: str
) -> None:
    write(name, "invoice")
    write(f"2/{name}", "invoice")

    items = sort(source, out)

    assert len(contents(out)) == 2
    assert (out / "invoice" / name).exists()
    text = (out / ".pigeonhole" / "sorted.csv").read_text(encoding="utf-8-sig")
    shown = text + "".join(describe_item(item, source) for item in items)
    assert all(each.isprintable() or each == "\n" for each in shown.replace("\r\n", "\n"))
    assert all(describe_item(item, source).isprintable() for item in items)


def test_cells_of_the_csv_are_no_formulas(source: Path, out: Path, write: Write) -> None:
    write("a.txt", "=cmd()")

    sort(source, out, types=("=cmd()",))

    assert rows(out)[0]["type"] == "'=cmd()"


def test_types_that_differ_by_case_do_not_share_a_folder(
    source: Path, out: Path, write: Write
) -> None:
    write("a.txt", "Bill")
    write("b.txt", "bill")
    write("c.txt", "_check")

    sort(source, out, types=("Bill", "bill", "_check"))

    assert sorted(contents(out)) == ["Bill/a.txt", "_check (2)/c.txt", "bill (2)/b.txt"]


def test_the_copy_keeps_the_time_and_the_rights(source: Path, out: Path, write: Write) -> None:
    path = write("a.txt", "invoice")
    path.chmod(0o640)
    os.utime(path, ns=(0, 1_234_567_890_123_456_789))

    sort(source, out)

    status = (out / "invoice" / "a.txt").stat()
    assert status.st_mtime_ns == 1_234_567_890_123_456_789
    assert status.st_mode & 0o777 == 0o640


def test_the_summary_says_how_many_are_where(source: Path, out: Path, write: Write) -> None:
    for number in range(3):
        write(f"{number}.txt", "letter")
    write("a.txt", "invoice")
    write("b.txt", "broken")
    write("c.txt", "none")
    summary = Summary()

    for item in sort(source, out):
        summary.add(item)

    assert summary.describe() == (
        "6 files sorted: letter 3, invoice 1, _failed 1 (could not be read),"
        " _unknown 1 (no rule fits)."
    )


def test_files_move_to_another_file_system(
    source: Path, other_file_system: Path, write: Write
) -> None:
    path = write("a.txt", "invoice")
    os.utime(path, ns=(0, 1_234_567_890_123_456_789))
    out = other_file_system / "out"

    sort(source, out, Method.MOVE)

    assert contents(source) == {}
    assert contents(out) == {"invoice/a.txt": b"invoice"}
    assert (out / "invoice" / "a.txt").stat().st_mtime_ns == 1_234_567_890_123_456_789


def test_a_file_that_no_link_reaches_stays_and_costs_no_other(
    source: Path, other_file_system: Path, write: Write
) -> None:
    write("a.txt", "invoice")
    write("b.txt", "letter")

    items = sort(source, other_file_system / "out", Method.LINK)

    assert [item.is_failure for item in items] == [True, True]
    assert items[0].error == "it is on another file system, which no hard link can reach"
    assert contents(other_file_system) == {}


def test_the_rules_in_the_folder_are_not_sorted(source: Path, out: Path, write: Write) -> None:
    write("a.txt", "invoice")
    rules = write("rules.yaml", "letter")

    with open_session(Order(source, out, Method.COPY, TYPES, 0.8, rules)) as session:
        items = list(session.sort(FirstWord(), session.new_files(lambda *_: None)))

    assert [item.source.name for item in items] == ["a.txt"]
