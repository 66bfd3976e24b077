"""The server: the API, and in embedded mode the workers and deliveries too."""

import errno
import logging
import socket
import sys
from datetime import timedelta

from app import schema
from app.broker import LocalNotifier
from app.console.mode import HOME, choose_mode
from app.db import Database
from app.errors import StartupError
from app.observability.tracing import start_tracing, stop_tracing
from app.projects.bootstrap import bootstrap
from app.projects.service import count_organizations
from app.secrets import Secrets
from app.settings import Settings
from app.webhooks.policy import advise
from app.webhooks.url_encryption import encrypt_plain_urls, has_plain_urls
from cli.composition import (
    make_notifier,
    open_checked_blobs,
    open_database,
    open_secrets,
    warn_misspelled_settings,
    warn_short_key,
    warn_unshared_blobs,
    write_private,
)
from cli.pipeline import build_pipeline, require_embedder
from worker.runtime.local import LocalRunner

log = logging.getLogger(__name__)


def run(settings: Settings, preload: str) -> None:
    """Serve until a signal; embedded workers are forked from a process that imports `preload`.

    Raises StartupError when the server cannot start.
    """
    warn_misspelled_settings()
    warn_short_key(settings)
    if settings.is_embedded:
        require_embedder(settings)
    start_tracing(settings, "pigeonhole-api")
    database, secrets = open_database(settings), open_secrets(settings)
    _prepare_schema(settings, database)
    listener = _listen(settings)
    _bootstrap(settings, database, secrets)
    _encrypt_urls(settings, database, secrets)
    blobs = open_checked_blobs(settings)
    warn_unshared_blobs(settings)
    notifier = make_notifier(settings)
    # Here, because the workers start only when the classifier is loaded: FastAPI takes as long.
    from app.api.dependencies import Services  # noqa: PLC0415
    from cli.http_server import run_server  # noqa: PLC0415

    runner = None
    if isinstance(notifier, LocalNotifier):
        blobs.delete_stale_uploads(timedelta(0))
        runner = LocalRunner(
            settings, database, build_pipeline, lambda: notifier.notify_deliveries(1), preload
        )
        notifier.listen(runner.notify)
        runner.start()
    try:
        _greet(settings, listener)
        log.info(choose_mode(settings).reason)
        run_server(Services(settings, database, blobs, secrets, notifier), runner, listener)
    finally:
        if runner is not None:
            runner.stop()
        database.close()
        stop_tracing()


def _prepare_schema(settings: Settings, database: Database) -> None:
    if settings.is_embedded:
        schema.migrate(database)
    else:
        schema.require_current(database)


def _bootstrap(settings: Settings, database: Database, secrets: Secrets) -> None:
    """Create the first key; print it if the output is a terminal."""
    key_file = settings.data_dir / "admin.key"
    with database.write() as session:
        key = bootstrap(session, secrets, settings)
        advice = advise(settings, count_organizations(session))
        if key is not None:
            # Before the commit: if the file cannot be written, the key must not exist.
            write_private(key_file, key)
    if advice is not None:
        log.warning(advice)
    if key is not None and sys.stdout.isatty():
        print(f"Your API key, shown only once and stored in {key_file}:\n  {key}\n")


def _encrypt_urls(settings: Settings, database: Database, secrets: Secrets) -> None:
    """Encrypt the URLs of webhooks that an earlier release stored in plain text.

    In production processes of that release may still read them, so the operator says when.
    """
    with database.read() as session:
        if not has_plain_urls(session):
            return
    if settings.is_embedded:
        count = encrypt_plain_urls(database, secrets)
        log.info("encrypted webhook URLs of an earlier release", extra={"urls": count})
    else:
        log.warning(
            "webhook URLs of an earlier release are stored in plain text; when all processes are"
            " of this release, run `pigeonhole migrate` again to encrypt them"
        )


def _listen(settings: Settings) -> socket.socket:
    """Bind the port before starting anything: a taken port is the most common mistake."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except (socket.gaierror, UnicodeError):
        listener.close()
        raise StartupError(
            f"PIGEONHOLE_HOST: {settings.host} is neither an address nor a known name"
        ) from None
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise StartupError(
                f"PIGEONHOLE_HOST: {settings.host} is not an address of this machine"
            ) from None
        raise StartupError(
            f"PIGEONHOLE_PORT: cannot listen on {settings.host}, port {settings.port} "
            f"({error.strerror}): choose another one, such as by --port 8001"
        ) from None
    return listener


def _greet(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104  # compared, not bound
    url = settings.public_url or f"http://{shown}:{port}"
    url = url.rstrip("/") + settings.root_path
    key_file = settings.data_dir / "admin.key"
    own_key = not settings.api_key.get_secret_value() and key_file.exists()
    if not sys.stdout.isatty():
        of_key = {"key_file": str(key_file.resolve())} if own_key else {}
        log.info("server started", extra={"url": url, **of_key})
        return
    key = f"$(cat {key_file.resolve()})" if own_key else "<your API key>"
    print(
        f"Pigeonhole is at {url}  (help: {url}/help, API: {url}/docs)\n"
        f"{_console_line(settings, url)}"
        "Point code written for LlamaCloud at it:\n"
        f"  export LLAMA_CLOUD_BASE_URL={url}\n"
        f"  export LLAMA_CLOUD_API_KEY={key}",
        flush=True,
    )


def _console_line(settings: Settings, url: str) -> str:
    if not choose_mode(settings).is_on:
        return ""
    return f"Open the console in a browser: {url}{HOME}\n"
