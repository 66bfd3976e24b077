"""The composition root: everything is built here, from the settings, and passed in."""

import logging
import os
import secrets as random
from datetime import timedelta
from pathlib import Path

from app.broker import CeleryWakeups, LocalWakeups
from app.db import Database
from app.files.blobs import LocalBlobStore
from app.secrets import Secrets
from app.settings import Settings
from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import SandboxedParser
from worker.pipeline import Pipeline

log = logging.getLogger(__name__)


def open_database(settings: Settings) -> Database:
    """Return the database of the settings; on SQLite its directory is made."""
    if not settings.database_url.get_secret_value():
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Database(settings.sqlalchemy_url)


def open_secrets(settings: Settings) -> Secrets:
    """Return the signer and encrypter; the embedded server's key is made at the first start."""
    given = settings.secret_key.get_secret_value()
    return Secrets(given or _own_secret(settings.data_dir / "secret.key"))


def make_wakeups(settings: Settings) -> LocalWakeups | CeleryWakeups:
    """Return the way to wake workers."""
    return LocalWakeups() if settings.is_embedded else CeleryWakeups(settings)


def build_pipeline(settings: Settings, too_long: type[Exception] = TimeoutError) -> Pipeline:
    """Return what a worker process works with; loads the classifier."""
    # Here, because the API's process imports this module and must stay small.
    from worker.classification.bundled import load_engine  # noqa: PLC0415

    engine = load_engine(settings.built_models, settings.model_threads)
    if engine.missing is not None:
        log.warning("%s", engine.missing)
    limits = ParserLimits(
        memory_bytes=settings.parser_memory_bytes,
        cpu_seconds=settings.parser_cpu_seconds,
        wall_seconds=settings.parser_wall_seconds,
        max_pages=settings.parser_max_pages,
    )
    return Pipeline(
        database=Database(settings.sqlalchemy_url, pool_size=2),
        blobs=LocalBlobStore(settings.blob_dir),
        parser=SandboxedParser(limits),
        engine=engine,
        lease=timedelta(seconds=settings.lease_seconds),
        too_long=too_long,
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


def _own_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, random.token_urlsafe(48))
    return path.read_text().strip()
