"""Everything can be put back, and what was changed since stays and is named."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.errors import StartupError
from cli.sorting.journal import JOURNAL_NAME, STATE_FOLDER, Journal, Method
from cli.sorting.placement import Placement
from cli.sorting.undo import remove_traces, undo_sort
from tests.unit.cli.sorting.first_word import contents, sort

Write = Callable[[str, str], Path]


def undo(out: Path) -> dict[str, str]:
    """Undo a sort; returns the reasons of what was left."""
    with closing(Journal(out)) as journal:
        Placement(out, journal, Method.COPY).recover()
        undone = list(undo_sort(out, journal))
        left = {str(each.file.target): each.left for each in undone if each.left}
        remove_traces(out, journal, is_all_back=not left)
    return left


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("method", Method)
def test_everything_is_as_it_was(source: Path, out: Path, write: Write, method: Method) -> None:
    for number in range(4):
        write(f"{number}/scan.txt", ["invoice", "letter", "none", "broken"][number])
    write("5/scan.txt", "invoice")
    before = snapshot(source)

    sort(source, out, method)
    assert undo(out) == {}

    assert snapshot(source) == before
    assert not out.exists()


def test_an_output_folder_that_was_there_stays_with_what_was_in_it(
    source: Path, out: Path, write: Write
) -> None:
    write("a.txt", "invoice")
    write("b.txt", "letter")
    (out / "letter").mkdir(parents=True)
    (out / "mine.txt").write_text("mine")
    sort(source, out)
    (out / "invoice" / "added.txt").write_text("added")

    assert undo(out) == {}

    assert contents(out) == {"mine.txt": b"mine", "invoice/added.txt": b"added"}
    assert (out / "letter").is_dir()
    assert not (out / ".pigeonhole").exists()


@pytest.mark.parametrize("method", Method)
def test_a_changed_file_is_left(source: Path, out: Path, write: Write, method: Method) -> None:
    write("a.txt", "invoice")
    write("b.txt", "invoice")
    sort(source, out, method)
    (out / "invoice" / "a.txt").write_text("edited")

    assert undo(out) == {"invoice/a.txt": "it was changed since"}

    assert contents(out) == {"invoice/a.txt": b"edited"}
    assert (source / "b.txt").exists()


def test_a_change_that_kept_the_time_is_noticed(source: Path, out: Path, write: Write) -> None:
    write("a.txt", "invoice")
    sort(source, out)
    copy = out / "invoice" / "a.txt"
    status = copy.stat()
    copy.write_text("edited!")
    os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert undo(out) == {"invoice/a.txt": "it was changed since"}


@pytest.mark.parametrize("method", [Method.COPY, Method.LINK])
def test_the_last_one_of_a_file_is_left(
    source: Path, out: Path, write: Write, method: Method
) -> None:
    gone, changed = write("a.txt", "invoice"), write("b.txt", "invoice")
    sort(source, out, method)
    gone.unlink()
    changed.unlink()
    changed.write_text("another")

    assert undo(out) == {
        "invoice/a.txt": "the original is gone, so this is the last one",
        "invoice/b.txt": "the original was changed since, so this is the only one as it was",
    }
    assert len(contents(out)) == 2


def test_a_moved_file_does_not_replace_a_new_one(source: Path, out: Path, write: Write) -> None:
    path = write("a.txt", "invoice")
    sort(source, out, Method.MOVE)
    path.write_text("new")

    assert undo(out) == {"invoice/a.txt": f"another file is at {path}"}
    assert path.read_text() == "new"

    path.unlink()
    assert undo(out) == {}
    assert path.read_text() == "invoice"


def test_a_folder_that_is_gone_is_made_again(source: Path, out: Path, write: Write) -> None:
    path = write("sub/folder/a.txt", "invoice")
    sort(source, out, Method.MOVE)
    shutil.rmtree(source)

    assert undo(out) == {}
    assert path.read_text() == "invoice"


def test_a_copy_that_was_removed_is_no_loss(source: Path, out: Path, write: Write) -> None:
    write("a.txt", "invoice")
    sort(source, out)
    (out / "invoice" / "a.txt").unlink()

    assert undo(out) == {}


def test_what_is_left_can_be_sorted_and_undone_again(source: Path, out: Path, write: Write) -> None:
    write("a.txt", "invoice")
    write("b.txt", "letter")
    sort(source, out)
    (out / "invoice" / "a.txt").write_text("edited")
    undo(out)

    assert [item.source.name for item in sort(source, out)] == ["b.txt"]
    assert set(contents(out)) == {"invoice/a.txt", "letter/b.txt"}


@pytest.mark.parametrize(
    "change",
    ["UPDATE files SET target = ?", "UPDATE folders SET folder = ?", "UPDATE made SET path = ?"],
)
@pytest.mark.parametrize("place", ["/etc", "../kept"])
def test_a_journal_of_a_stranger_does_not_lead_out_of_its_folder(
    source: Path, out: Path, write: Write, change: str, place: str
) -> None:
    write("scan.txt", "invoice")
    sort(source, out, Method.COPY)
    with closing(sqlite3.connect(out / STATE_FOLDER / JOURNAL_NAME)) as database, database:
        database.execute("DELETE FROM made WHERE path != 'invoice'")
        database.execute(change, (os.fsencode(place) if "target" in change else place,))
    (kept := out.parent / "kept").mkdir()

    with pytest.raises(StartupError, match="outside of its folder"):
        undo(out) if "folders" not in change else sort(source, out, Method.COPY)

    assert kept.is_dir()
