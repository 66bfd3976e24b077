"""Which store the settings name, and what is said of it at the start."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import StartupError
from app.files.blobs.local import LocalBlobStore
from app.files.blobs.s3 import S3BlobStore
from app.settings import Settings, load_settings
from cli.composition import open_blobs, open_checked_blobs, require_blobs, warn_unshared_blobs

PRODUCTION = {
    "database_url": "postgresql://user:secret@db/pigeonhole",
    "broker_url": "redis://redis/0",
    "secret_key": "0123456789abcdef0123456789abcdef",
}


def production(tmp_path: Path, **given: object) -> Settings:
    return load_settings(data_dir=tmp_path / "data", **PRODUCTION, **given)


def test_a_directory_unless_a_bucket_is_named(tmp_path: Path) -> None:
    bucket = {"blob_url": "s3://documents/a", "s3_access_key": "a", "s3_secret_key": "b"}

    assert isinstance(open_blobs(production(tmp_path)), LocalBlobStore)
    assert isinstance(open_blobs(production(tmp_path, **bucket)), S3BlobStore)


def test_the_client_of_buckets_is_imported_only_for_one() -> None:
    script = "import sys, cli.server, cli.worker; sys.exit('obstore' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_trial_leaves_nothing(tmp_path: Path) -> None:
    open_checked_blobs(production(tmp_path))

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a directory should be")

    for attempt in (open_checked_blobs, require_blobs):
        with pytest.raises(StartupError, match=r"^PIGEONHOLE_DATA_DIR: uploaded files cannot be"):
            attempt(production(tmp_path))


@pytest.mark.parametrize(
    ("given", "is_logged"), [({}, True), ({"blob_url": "file:///srv/shared"}, False)]
)
def test_a_directory_without_a_setting_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, given: dict[str, str], is_logged: bool
) -> None:
    with caplog.at_level(logging.WARNING):
        warn_unshared_blobs(production(tmp_path, **given))

    assert ("all workers must share" in caplog.text) == is_logged
