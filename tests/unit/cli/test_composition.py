"""What the composition root makes on its own."""

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.broker import LocalNotifier
from app.errors import StartupError
from app.projects.bootstrap import bootstrap
from app.schema import migrate
from app.secrets import Use
from app.settings import Settings
from cli.composition import make_notifier, open_database, open_secrets, write_private


def test_a_private_file_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "admin.key"
    path.write_text("old")
    path.chmod(0o644)

    write_private(path, "new")

    assert path.read_text() == "new\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")

    first = open_secrets(settings).sign(Use.LINKS, "message")
    second = open_secrets(settings).sign(Use.LINKS, "message")

    assert first == second
    assert len((tmp_path / "data" / "secret.key").read_text().strip()) >= 32


def test_the_name_of_a_private_file_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write_private(tmp_path / "a", "text")

    assert synced == [path.stat().st_ino for path in (tmp_path / "a", tmp_path)]


def test_a_secret_that_is_gone_is_not_replaced(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with closing(open_database(settings)) as database:
        database.engine.connect().close()
        migrate(database)  # as the verb does, which makes no secret
        secrets = open_secrets(settings)
        (tmp_path / "secret.key").unlink()
        open_secrets(settings)  # no key depends on it yet
        with database.write() as session:
            bootstrap(session, secrets, settings)
    (tmp_path / "secret.key").unlink()

    with pytest.raises(StartupError, match=r"restore secret\.key from a backup"):
        open_secrets(settings)

    assert not (tmp_path / "secret.key").exists()


def test_a_given_secret_is_used_and_none_is_made(tmp_path: Path) -> None:
    given = Settings(data_dir=tmp_path / "a", secret_key=SecretStr("x" * 32))
    own = Settings(data_dir=tmp_path / "b")

    assert open_secrets(given).sign(Use.LINKS, "m") != open_secrets(own).sign(Use.LINKS, "m")
    assert not (tmp_path / "a").exists()


def test_the_embedded_server_wakes_its_own_children() -> None:
    woken: list[bool] = []
    notifier = make_notifier(Settings())
    assert isinstance(notifier, LocalNotifier)

    notifier.notify(1)  # before a listener exists
    notifier.listen(lambda: woken.append(True))
    notifier.notify(500)

    assert woken == [True]
    assert notifier.waiting() is None
    notifier.check()
