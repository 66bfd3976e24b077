"""Connections that do nothing useful are closed, on a real uvicorn with a small application."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from cli.connections import limited_connection
from devtools.waiting import WAIT_SECONDS, until

MAX_CONNECTIONS = 4
SECONDS = 0.5
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
GET_LARGE = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"


asked_for_large = threading.Event()


async def application(scope: Any, _: Any, send: Any) -> None:
    if scope["path"] == "/large":
        asked_for_large.set()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(64 if scope["path"] == "/large" else 0):
        await send({"type": "http.response.body", "body": bytes(2**20), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def server() -> Iterator[uvicorn.Server]:
    connection = limited_connection(SECONDS)
    connection.write_seconds = SECONDS
    config = uvicorn.Config(
        application,
        port=0,
        log_config=None,
        lifespan="off",
        http=connection,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started, "the server")
    yield server
    server.should_exit = True
    until(lambda: not thread.is_alive(), "the end of the server")


def connect(server: uvicorn.Server) -> socket.socket:
    address = server.servers[0].sockets[0].getsockname()
    return socket.create_connection(address, timeout=WAIT_SECONDS)


def connections(server: uvicorn.Server) -> int:
    return len(server.server_state.connections)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n", GET + b"GET / HT"])
def test_an_incomplete_head_does_not_hold_a_connection(server: uvicorn.Server, sent: bytes) -> None:
    with connect(server) as client:
        client.sendall(sent)
        while client.recv(4096):
            pass

    until(lambda: connections(server) == 0, "the connection to be closed")


def test_an_answer_that_is_not_read_does_not_hold_a_connection(server: uvicorn.Server) -> None:
    with connect(server) as client:
        client.sendall(GET_LARGE)
        assert asked_for_large.wait(WAIT_SECONDS)
        until(lambda: connections(server) == 0, "the connection to be closed")


def test_a_request_above_the_limit_of_connections_gets_503(
    server: uvicorn.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Longer than a busy machine takes to connect.
    monkeypatch.setattr(server.config.http_protocol_class, "head_seconds", WAIT_SECONDS)
    held = [connect(server) for _ in range(MAX_CONNECTIONS - 1)]
    try:
        with connect(server) as client:
            client.sendall(GET)
            answer = client.recv(4096)
    finally:
        for client in held:
            client.close()

    assert answer.startswith(b"HTTP/1.1 503 ")
    until(lambda: connections(server) == 0, "the connection to be closed")
