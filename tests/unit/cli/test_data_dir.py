"""Files of the server are its user's alone."""

import logging
import stat
from pathlib import Path

import pytest

from app.settings import Settings
from cli import data_dir
from cli.data_dir import close_to_others, prepare_data_dir


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def make(path: Path, mode: int) -> Path:
    if path.suffix:
        path.write_text("a file")
    else:
        path.mkdir()
    path.chmod(mode)
    return path


def test_new_files_are_the_users_alone(tmp_path: Path) -> None:
    prepare_data_dir(Settings(data_dir=tmp_path / "new"))

    (tmp_path / "new" / "a.db").write_text("")
    (tmp_path / "new" / "folder").mkdir()

    found = [mode_of(tmp_path / "new" / name) for name in (".", "a.db", "folder")]
    assert found == [0o700, 0o600, 0o700]


def test_an_open_directory_of_ours_is_closed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make(tmp_path / "data", 0o755)
    old = [
        make(folder / "pigeonhole.db", 0o644),
        make(folder / "group.db", 0o664),
        make(folder / "blobs", 0o2775),
        make(folder / "blobs" / "a.blob", 0o640),
        make(folder / "blobs" / "b.blob", 0o604),
    ]

    prepare_data_dir(Settings(data_dir=folder))
    messages = [record.message for record in caplog.records]
    caplog.clear()
    prepare_data_dir(Settings(data_dir=folder))

    assert mode_of(folder) == 0o700
    assert [mode_of(path) for path in old] == [0o640, 0o660, 0o2770, 0o640, 0o600]
    assert messages == [
        "data directory was open to other users; changed its mode to 0700",
        "files were open to other users; removed the rights of others",
    ]
    assert not caplog.records


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside.txt", 0o644)
    folder = make(tmp_path / "data", 0o755)
    (folder / "link").symlink_to(outside)
    (folder / "folder").symlink_to(tmp_path)

    close_to_others(folder)

    assert mode_of(outside) == 0o644


def test_a_directory_of_another_user_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "data", 0o755)
    make(folder / "pigeonhole.db", 0o644)
    monkeypatch.setattr(data_dir.os, "geteuid", lambda: 12345)

    close_to_others(folder)

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "has another owner" in caplog.text
    assert (mode_of(folder), mode_of(folder / "pigeonhole.db")) == (0o755, 0o644)


def test_the_directory_of_files_is_closed_too(tmp_path: Path) -> None:
    blobs = make(tmp_path / "blobs", 0o777)

    prepare_data_dir(Settings(data_dir=tmp_path / "data", blob_url=f"file://{blobs}"))

    assert mode_of(blobs) == 0o700
