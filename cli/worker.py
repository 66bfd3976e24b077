"""`pigeonhole worker`: the Celery worker of a production installation."""

from contextlib import closing
from pathlib import Path

import click

from app import schema
from app.errors import StartupError
from app.observability.logging import set_up_logging
from app.observability.metrics_server import serve_metrics
from app.observability.multiprocess import shared_metrics
from app.settings import Settings, load_settings
from cli.composition import (
    make_deliverer,
    open_database,
    open_secrets,
    require_blobs,
    warn_misspelled_settings,
    warn_unshared_blobs,
)
from cli.data_dir import use_private_umask
from cli.pipeline import build_pipeline, require_embedder
from cli.preloaded_engine import preload
from cli.tables import example
from worker.runtime.celery import DelivererProcess, run_deliverer, run_worker


@click.command(epilog=example("pigeonhole worker --workers 4"))
@click.option("--workers", type=int, help="Number of worker processes.  [default: 2]")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Directory of the files if PIGEONHOLE_BLOB_URL is not set.  [default: pigeonhole-data]",
)
def worker(workers: int | None, data_dir: Path | None) -> None:
    """Start workers for a server with Postgres and Redis."""
    settings = load_settings(workers=workers, data_dir=data_dir)
    set_up_logging(settings.log_level, settings.log_format)
    if settings.is_embedded:
        raise StartupError(
            "PIGEONHOLE_BROKER_URL is not set: `pigeonhole worker` needs Postgres and Redis; "
            "without them `pigeonhole serve` runs the workers"
        )
    if settings.s3_bucket is None and not settings.blob_dir.is_dir():
        raise StartupError(
            f"the directory of uploaded files, {settings.blob_dir}, does not exist: mount the one "
            "that the server uses, or set PIGEONHOLE_BLOB_URL to it or to a bucket"
        )
    use_private_umask()
    require_blobs(settings)
    warn_misspelled_settings()
    warn_unshared_blobs(settings)
    with closing(open_database(settings)) as database:
        schema.require_current(database)
    require_embedder(settings)
    with shared_metrics(), serve_metrics(settings):
        deliverer = DelivererProcess(settings, deliver_forever)
        deliverer.start()
        # Celery forks its processes from this one.
        preload(settings)
        try:
            run_worker(settings, build_pipeline)
        finally:
            deliverer.stop()


def deliver_forever(settings: Settings) -> None:
    """Deliver webhooks until SIGTERM; runs in a separate process."""
    run_deliverer(
        settings,
        lambda settings, on_retry: make_deliverer(
            settings, open_database(settings), open_secrets(settings), on_retry
        ),
    )
