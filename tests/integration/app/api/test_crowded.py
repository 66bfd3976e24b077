"""More connections than a server has open files for."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import psutil
import pytest

from devtools.server import RunningServer, embedded_server

OPEN_FILES = 160
# With that many, the server serves 16 connections at a time.
HELD = 40
JOBS = "/api/v1/classifier/jobs"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = embedded_server(tmp_path_factory.mktemp("crowded") / "data", {"workers": 1})
    limited = f'ulimit -S -n 100 && ulimit -H -n {OPEN_FILES} && exec "$@"'
    server.api._command = ["/bin/sh", "-c", limited, "sh", *server.api._command]
    with server:
        yield server


def get(server: RunningServer, path: str) -> httpx2.Response:
    key = {"Authorization": f"Bearer {server.api_key}"}
    return httpx2.get(server.base_url + path, headers=key, trust_env=False)


def test_the_limit_is_raised_to_what_the_system_allows(server: RunningServer) -> None:
    soft_and_hard = psutil.Process(server.api.pid).rlimit(psutil.RLIMIT_NOFILE)

    assert soft_and_hard == (OPEN_FILES, OPEN_FILES)


def test_who_holds_connections_takes_no_open_file_from_others(server: RunningServer) -> None:
    head = (
        f"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.api_key}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\n"
        'Content-Disposition: form-data; name="upload_file"; filename="slow.txt"\r\n\r\nslow'
    )
    with ExitStack() as stack:
        for _ in range(HELD):
            connection = socket.create_connection(("127.0.0.1", server.port))
            stack.enter_context(connection).sendall(head.encode())
        crowded = get(server, JOBS)
        alive = get(server, "/livez")
        ready = get(server, "/readyz")
    with httpx2.Client(trust_env=False, base_url=server.base_url) as client:
        client.headers["Authorization"] = f"Bearer {server.api_key}"
        # The server learns of each closed connection when it comes to it.
        later = [client.get(JOBS) for _ in range(20)][-1]

    assert crowded.status_code == 503
    assert crowded.headers["Retry-After"] == "1"
    assert "too many connections" in crowded.json()["detail"]
    assert alive.status_code == ready.status_code == 200
    assert later.status_code == 200
    assert "Too many open files" not in server.output()
