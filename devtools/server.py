"""The real program as its users run it: separate processes, real sockets, its own folder."""

import logging
import os
import secrets
import ssl
import sys
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx2
from click.testing import CliRunner

from cli.main import commands
from devtools.ports import free_port
from devtools.process import Process, ServerFailed, wait_until
from devtools.waiting import WAIT_SECONDS

# Beside these a started server sees only its own settings: no proxy, no key of the developer.
KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")

# For clients of servers on this machine, which speak plain HTTP: loading the certificates of the
# system would take each client a twentieth of a second of processor time.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class RunningServer:
    """`pigeonhole serve` on a data folder, with a Celery worker beside it in production mode.

    Use it as a context manager, or call `start` and `stop`. After `kill` or `stop`, `start`
    continues on the same folder, port and databases.
    """

    def __init__(
        self,
        data_dir: Path,
        settings: Mapping[str, object] | None = None,
        *,
        flags: Sequence[str] = (),
        mode: str = "embedded",
    ) -> None:
        self.mode = mode
        self.data_dir = data_dir
        self.port = free_port()
        self.environment = _environment({"data_dir": data_dir, **(settings or {})})
        self.api = self.program("serve", "--host", "127.0.0.1", "--port", str(self.port), *flags)
        self.worker: Process | None = None
        self._is_migrated = False
        if mode == "production":
            self.worker = self.program("worker")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_key(self) -> str:
        given = self.environment.get("PIGEONHOLE_API_KEY")
        return given or (self.data_dir / "admin.key").read_text().strip()

    @property
    def processes(self) -> list[Process]:
        return [self.api] if self.worker is None else [self.api, self.worker]

    def start(self) -> None:
        """Migrate in production, if this is the first start; start all and wait for /readyz."""
        if self.worker is not None and not self._is_migrated:
            self.run("migrate")
            self._is_migrated = True
        for process in self.processes:
            process.start()
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = WAIT_SECONDS) -> None:
        # trust_env=False: a proxy of the developer's must not see what goes to our own machine.
        with httpx2.Client(
            base_url=self.base_url, trust_env=False, timeout=30, verify=NO_CERTIFICATES
        ) as client:
            wait_until(lambda: self._is_ready(client), self.api, seconds)

    def run(self, verb: str, *arguments: str) -> str:
        """Run another verb of the command with the server's settings; return what it printed.

        It runs in this process, which spares more than a second of processor time.
        """
        with _kept_process_state():
            done = CliRunner(env=self.environment).invoke(commands, [verb, *arguments])
        if done.exit_code != 0:
            raise ServerFailed(
                f"pigeonhole {verb} ended with {done.exit_code}: {done.output}{done.exception!r}"
            )
        return done.stdout

    def program(self, verb: str, *arguments: str, **settings: object) -> Process:
        """Return a verb as a process that the caller starts; `settings` replace the server's."""
        return Process(
            f"pigeonhole {verb}",
            [sys.executable, "-m", "cli.main", verb, *arguments],
            log=self.data_dir.with_name(f"{self.data_dir.name}-{verb}.log"),
            # A view: what a test puts into the environment counts from the next start.
            environment=ChainMap(_variables(settings), self.environment),
            folder=self.data_dir.parent,
        )

    def stop(self) -> None:
        """Ask everything to end with SIGTERM and wait; the folder stays."""
        try:
            for process in self.processes:
                process.stop()
        finally:
            self.kill()

    def kill(self) -> None:
        """SIGKILL every process of the server, its children too."""
        for process in self.processes:
            process.kill()

    def output(self) -> str:
        """Return everything that the processes have logged."""
        return "".join(process.output() for process in self.processes)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _is_ready(self, client: httpx2.Client) -> bool:
        try:
            return client.get("/readyz").status_code == 200
        except httpx2.TransportError:
            return False


def embedded_server(
    data_dir: Path, settings: Mapping[str, object] | None = None, *, flags: Sequence[str] = ()
) -> RunningServer:
    """SQLite, and the workers as children of the server."""
    return RunningServer(data_dir, settings, flags=flags)


def production_server(
    data_dir: Path,
    database_url: str,
    broker_url: str,
    settings: Mapping[str, object] | None = None,
    *,
    flags: Sequence[str] = (),
) -> RunningServer:
    """Postgres, Redis and a Celery worker; the folder holds the uploaded files only."""
    production = {
        "database_url": database_url,
        "broker_url": broker_url,
        "secret_key": secrets.token_urlsafe(32),
        "api_key": f"llx-{secrets.token_urlsafe(32)}",
        **(settings or {}),
    }
    return RunningServer(data_dir, production, flags=flags, mode="production")


@contextmanager
def _kept_process_state() -> Iterator[None]:
    """Give back what a command sets for its whole process: the umask and the logging."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    umask = os.umask(0o022)
    os.umask(umask)
    try:
        yield
    finally:
        os.umask(umask)
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)


def _environment(settings: Mapping[str, object]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "PYTHONUNBUFFERED": "1", **_variables(settings)}


def _variables(settings: Mapping[str, object]) -> dict[str, str]:
    return {f"PIGEONHOLE_{name.upper()}": str(value) for name, value in settings.items()}
