"""The server on a terminal, and on a machine whose files may not grow."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from devtools.client import Client
from devtools.process import Process, wait_until
from devtools.reaper import reaper
from devtools.server import NO_CERTIFICATES, RunningServer, embedded_server
from devtools.waiting import WAIT_SECONDS, until

# More than the database and the log need, less than the upload of the test.
MAX_FILE_BYTES = 3_000_000
LAUNCHER = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({MAX_FILE_BYTES}, {MAX_FILE_BYTES}))
from cli.main import main
main()
"""


class Terminal:
    """`pigeonhole serve` on a pseudo-terminal; reads what it shows."""

    def __init__(self, server: RunningServer) -> None:
        self._master, slave = pty.openpty()
        self.shown = ""
        with os.fdopen(slave) as end:
            self._process = subprocess.Popen(
                server.api._command,
                stdin=end,
                stdout=end,
                stderr=end,
                env=server.environment,
                cwd=server.data_dir.parent,
                start_new_session=True,
            )
        reaper.watch(self._process.pid, signal.SIGTERM)

    def read_until(self, text: str) -> None:
        while text not in self.shown:
            self.shown += os.read(self._master, 4096).decode()

    def interrupt(self) -> int:
        """Press Ctrl-C, which goes to every process of the terminal, and wait for the end."""
        os.killpg(self._process.pid, signal.SIGINT)
        code = self._process.wait(WAIT_SECONDS)
        reaper.forget(self._process.pid)
        os.close(self._master)
        return code


def test_the_key_is_shown_once_and_ctrl_c_ends_well(tmp_path: Path) -> None:
    server = embedded_server(tmp_path / "data", {"workers": 1})

    first = Terminal(server)
    first.read_until("LLAMA_CLOUD_API_KEY=")
    server.api._popen = first._process  # for its log, if it is not ready in time
    server.wait_until_ready()
    key = server.api_key
    assert first.interrupt() == 0

    second = Terminal(server)
    second.read_until("startup complete")
    assert second.interrupt() == 0

    assert first.shown.count(key) == 1
    assert key not in second.shown
    assert "shown only now" not in second.shown


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[RunningServer]:
    """A server none of whose files may grow beyond a limit, as on a disk that is full."""
    server = embedded_server(tmp_path / "data", {"workers": 1})
    arguments = server.api._command[server.api._command.index("serve") :]
    server.api = Process(
        "pigeonhole serve",
        [sys.executable, "-c", LAUNCHER, *arguments],
        log=server.api.log,
        environment=server.environment,
        folder=Path(__file__).parents[3],
    )
    server.api.start()
    wait_until(lambda: answers(server), server.api)
    yield server
    server.stop()


def answers(server: RunningServer) -> bool:
    try:
        return (
            httpx2.get(
                f"{server.base_url}/livez", trust_env=False, verify=NO_CERTIFICATES
            ).status_code
            == 200
        )
    except httpx2.TransportError:
        return False


def test_an_upload_without_room_is_refused_and_a_smaller_one_taken(
    cramped: RunningServer,
) -> None:
    with closing(Client(cramped)) as client:
        incoming = cramped.data_dir / "blobs" / "incoming"
        for size in (MAX_FILE_BYTES + 1, MAX_FILE_BYTES + 5_000_000):
            answer = client.http.post(
                "/api/v1/beta/files", files={"file": ("large.txt", b"x" * size)}
            )
            assert answer.status_code == 507
            assert "disk is full" in answer.json()["detail"]
            until(lambda: not list(incoming.iterdir()), "the removal of its bytes")

        small = client.upload("INVOICE 1\nTotal to pay: 5.00")
        assert client.wait(client.create_job([small]))["status"] == "SUCCESS"
