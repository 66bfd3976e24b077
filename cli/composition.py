"""The composition root: the parts of the program, built from the settings.

Every worker process imports this module. What only other processes need is imported where it is
used: Celery takes 14 MiB, the client of webhooks 4 MiB, the client of buckets 16 MB on disk.
"""

import logging
import multiprocessing
import os
import secrets as random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, select

import app.models  # noqa: F401  # the ORM needs every table that a foreign key names
from app.broker import LocalNotifier
from app.db import Database, PostgresLimits
from app.errors import StartupError, StorageFull
from app.files.blobs.local import LocalBlobStore, fsync_directory
from app.files.blobs.protocol import BlobStore
from app.projects.models import ApiKey
from app.secrets import Secrets
from app.settings import PREFIX, Settings
from app.settings_checks import find_misspelled, parse_waits
from app.webhooks.policy import make_policy

if TYPE_CHECKING:
    from app.celery_notifier import CeleryNotifier
    from worker.runtime.webhook_delivery.deliverer import Deliverer

log = logging.getLogger(__name__)

# A shorter API key gets a warning and no refusal: clients may have it.
MIN_KEY_CHARACTERS = 16


def open_database(settings: Settings, connections: int | None = None) -> Database:
    """Return the database of the settings; creates the directory of a SQLite database.

    `connections` replaces the number of connections in the settings.
    """
    if not settings.database_url.get_secret_value():
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    limits = PostgresLimits(
        connections=connections or settings.database_connections,
        connect_seconds=settings.database_connect_seconds,
        statement_seconds=settings.database_statement_seconds,
    )
    return Database(settings.sqlalchemy_url, limits)


def open_secrets(settings: Settings) -> Secrets:
    """Return the signer and encrypter; the embedded server creates its key at the first start.

    Raises StartupError when that key is missing: with a new one no API key would work.
    """
    given = settings.secret_key.get_secret_value()
    return Secrets(given or _own_secret(settings))


def make_notifier(settings: Settings) -> "LocalNotifier | CeleryNotifier":
    """Return the notifier that wakes workers."""
    if settings.is_embedded:
        return LocalNotifier()
    from app.celery_notifier import CeleryNotifier  # noqa: PLC0415  # Celery

    return CeleryNotifier(settings)


def make_deliverer(
    settings: Settings,
    database: Database,
    secrets: Secrets,
    on_retry: Callable[[timedelta], None] = lambda _: None,
) -> "Deliverer":
    """Return the deliverer of webhooks."""
    from worker.runtime.webhook_delivery.client import WebhookClient  # noqa: PLC0415  # its client
    from worker.runtime.webhook_delivery.deliverer import Deliverer  # noqa: PLC0415  # likewise

    return Deliverer(
        database=database,
        secrets=secrets,
        client=WebhookClient(make_policy(settings)),
        waits=parse_waits(settings.webhook_retry_seconds),
        on_retry=on_retry,
    )


def open_blobs(settings: Settings) -> BlobStore:
    """Return the store that the settings name.

    A store in a bucket has threads: a process that forks calls `require_blobs` instead.
    """
    if settings.s3_bucket is None:
        return LocalBlobStore(settings.blob_dir)
    from app.files.blobs.s3 import Bucket, S3BlobStore  # noqa: PLC0415  # the client of buckets
    from app.files.blobs.s3_signing import SigningKey  # noqa: PLC0415  # likewise

    key = SigningKey(settings.s3_access_key, settings.s3_secret_key.get_secret_value())
    name, prefix = settings.s3_bucket
    bucket = Bucket(
        name=name,
        prefix=prefix,
        region=settings.s3_region,
        endpoint=settings.s3_endpoint,
        key=key if settings.s3_credentials == "keys" else None,
        is_path_style=settings.s3_addressing == "path",
        read_timeout=timedelta(seconds=settings.s3_seconds),
        public_endpoint=settings.s3_public_endpoint,
    )
    # On the disk, because a temporary directory in memory would hold each upload there.
    return S3BlobStore(bucket, settings.data_dir / "spool")


def open_checked_blobs(settings: Settings) -> BlobStore:
    """Return the store after writing, reading and deleting a blob; raises StartupError.

    A full disk is only logged: results can still be read, and files deleted.
    """
    name = "PIGEONHOLE_BLOB_URL" if settings.blob_url else "PIGEONHOLE_DATA_DIR"
    try:
        blobs = open_blobs(settings)
        _check_store(blobs)
    except StorageFull as error:
        log.warning("disk full; uploads fail until space is freed", extra={"reason": str(error)})
    except OSError as error:
        raise StartupError(f"{name}: uploaded files cannot be stored: {error}") from None
    return blobs


def require_blobs(settings: Settings) -> None:
    """Raise StartupError unless the store works; for processes that fork afterwards."""
    if settings.s3_bucket is None:
        _check_blobs(settings)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        pool.submit(_check_blobs, settings).result()


def warn_unshared_blobs(settings: Settings) -> None:
    """Log, in production without PIGEONHOLE_BLOB_URL, that workers must share the directory."""
    if not settings.is_embedded and not settings.blob_url:
        log.warning(
            "uploaded files are in a directory that all workers must share;"
            " set PIGEONHOLE_BLOB_URL if workers run on other machines",
            extra={"directory": str(settings.blob_dir.resolve())},
        )


def warn_misspelled_settings() -> None:
    """Log each variable of the environment that is nearly the name of a setting."""
    for variable, meant in find_misspelled(os.environ, PREFIX, Settings.model_fields).items():
        log.warning(f"{variable} is not a setting and has no effect; did you mean {meant}?")


def warn_short_key(settings: Settings) -> None:
    """Log that PIGEONHOLE_API_KEY can be guessed, if it is short."""
    if 0 < len(settings.api_key.get_secret_value()) < MIN_KEY_CHARACTERS:
        log.warning(
            f"PIGEONHOLE_API_KEY is shorter than {MIN_KEY_CHARACTERS} characters and can be"
            " guessed; use a longer one"
        )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one piece."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    fsync_directory(path.parent)


def _own_secret(settings: Settings) -> str:
    path = settings.data_dir / "secret.key"
    if not path.exists():
        if _has_keys(settings):
            raise StartupError(
                f"{path} is missing, and the API keys in the database beside it do not work "
                "without it: restore secret.key from a backup, or start with a new data directory"
            )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, random.token_urlsafe(48))
    return path.read_text().strip()


def _has_keys(settings: Settings) -> bool:
    """Tell whether the embedded server's database has API keys; creates no database."""
    if not (settings.data_dir / "pigeonhole.db").exists():
        return False
    with closing(Database(settings.sqlalchemy_url)) as database:
        if not inspect(database.engine).has_table(ApiKey.__tablename__):
            return False
        with database.read() as session:
            return session.scalar(select(ApiKey.id).limit(1)) is not None


def _check_blobs(settings: Settings) -> None:
    open_checked_blobs(settings)


def _check_store(blobs: BlobStore) -> None:
    """Write, read and delete a blob of a few bytes; raises OSError or StorageFull."""
    blobs.check()
    writer = blobs.create()
    try:
        writer.write(b"A check at the start; can be deleted.")
        blob = writer.commit()
    except BaseException:
        writer.discard()
        raise
    try:
        blobs.open(blob.key).close()
    finally:
        blobs.delete(blob.key)
