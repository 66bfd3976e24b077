"""What the composition root makes on its own."""

import stat
from pathlib import Path

from pydantic import SecretStr

from app.broker import LocalWakeups
from app.secrets import Use
from app.settings import Settings
from cli.compose import make_wakeups, open_secrets, write_private


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


def test_a_given_secret_is_used_and_none_is_made(tmp_path: Path) -> None:
    given = Settings(data_dir=tmp_path / "a", secret_key=SecretStr("x" * 32))
    own = Settings(data_dir=tmp_path / "b")

    assert open_secrets(given).sign(Use.LINKS, "m") != open_secrets(own).sign(Use.LINKS, "m")
    assert not (tmp_path / "a").exists()


def test_the_embedded_server_wakes_its_own_children() -> None:
    woken: list[bool] = []
    wakeups = make_wakeups(Settings())
    assert isinstance(wakeups, LocalWakeups)

    wakeups.notify(1)  # before anybody listens
    wakeups.listen(lambda: woken.append(True))
    wakeups.notify(500)

    assert woken == [True]
    assert wakeups.waiting() is None
    wakeups.check()
