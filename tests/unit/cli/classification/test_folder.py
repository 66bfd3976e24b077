"""Which files of folders are taken."""

import os
import shutil
from pathlib import Path

import pytest

from app.errors import StartupError
from cli.classification.folder import check_paths, find_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.txt",
        "a.txt",
        ".hidden",
        "sub/c.txt",
        ".git/d.txt",
        "sub/Thumbs.db",
        "~$a.docx",
    ):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "in" / "a.txt")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    os.mkfifo(tmp_path / "in" / "pipe")
    return tmp_path / "in"


def names(folder: Path, *paths: Path, leave_out: tuple[Path, ...] = ()) -> list[str]:
    return [str(path.relative_to(folder)) for path in find_files(paths, leave_out)]


def test_hidden_files_and_links_are_left_alone(folder: Path) -> None:
    assert names(folder, folder) == ["a.txt", "b.txt", "sub/c.txt"]


def test_a_folder_that_cannot_be_read_is_reported(folder: Path) -> None:
    unread: list[tuple[Path, str]] = []
    found = find_files([folder], (), lambda *error: unread.append(error))
    assert next(found).name == "a.txt"
    shutil.rmtree(folder / "sub")
    assert [path.name for path in found] == ["b.txt"]
    assert unread == [(folder / "sub", "No such file or directory")]


def test_what_is_named_is_taken_once(folder: Path) -> None:
    named = (folder / ".hidden", folder / "link.txt", folder, folder / "a.txt")
    assert names(folder, *named) == [".hidden", "link.txt", "a.txt", "b.txt", "sub/c.txt"]


def test_two_names_of_a_file_are_two_files(folder: Path) -> None:
    (folder / "hard.txt").hardlink_to(folder / "a.txt")
    assert names(folder, folder, folder / "sub") == ["a.txt", "b.txt", "hard.txt", "sub/c.txt"]


def test_rules_are_no_documents(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert names(folder, folder, leave_out=(Path("b.txt"), Path("none"))) == ["a.txt", "sub/c.txt"]


@pytest.mark.parametrize(("name", "problem"), [("none", "does not exist"), ("pipe", "is neither")])
def test_what_is_neither_file_nor_folder_is_refused(folder: Path, name: str, problem: str) -> None:
    with pytest.raises(StartupError, match=problem):
        check_paths([folder, folder / name])
