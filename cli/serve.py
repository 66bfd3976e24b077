"""`pigeonhole serve`: the API, and in embedded mode the workers and deliveries too.

This module imports little: the process that loads the classifier starts before the rest of the
server is imported, because it takes longest.
"""

import fcntl
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TextIO

import click

from app.errors import StartupError
from app.observability.logging import set_up_logging
from app.observability.multiprocess import shared_metrics
from app.settings import Settings, load_settings
from cli.data_dir import prepare_data_dir
from cli.tables import example
from worker.runtime.fork_server import start_fork_server

PRELOAD = "cli.embedded_workers"
"""The module that the process from which workers are forked imports."""


@click.command(epilog=example("pigeonhole serve --port 8000"))
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 chooses a free one.  [default: 8000]")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Directory of the database, files and keys.  [default: pigeonhole-data]",
)
@click.option("--workers", type=int, help="Number of worker processes.  [default: 2]")
def serve(host: str | None, port: int | None, data_dir: Path | None, workers: int | None) -> None:
    """Start the server.

    Environment variables such as PIGEONHOLE_HOST set these options and all other settings, which
    docs/reference/settings.md lists.
    """
    settings = load_settings(host=host, port=port, data_dir=data_dir, workers=workers)
    set_up_logging(settings.log_level, settings.log_format)
    signal.signal(signal.SIGTERM, _leave)
    prepare_data_dir(settings)
    if settings.is_embedded:
        with _lock(settings.data_dir), shared_metrics(settings.data_dir):
            _serve(settings)
    else:  # several hosts may share the directory of files
        with shared_metrics():
            _serve(settings)


def _serve(settings: Settings) -> None:
    if settings.is_embedded:
        start_fork_server(PRELOAD)
    from cli.server import run  # noqa: PLC0415  # see above

    run(settings, PRELOAD)


def _leave(_: int, __: FrameType | None) -> None:
    """Exit with 0 on SIGTERM: uvicorn raises it again after a clean shutdown."""
    sys.exit(0)


def _lock(data_dir: Path) -> TextIO:
    """Return the open lock file; raises StartupError if another server has the directory."""
    file = (data_dir / "server.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise StartupError(
            f"another Pigeonhole server uses {data_dir}: stop it, or choose another --data-dir"
        ) from None
    return file
