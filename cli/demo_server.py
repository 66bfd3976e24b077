"""The server that `pigeonhole demo` starts, with its data in a temporary folder."""

import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from cli.interruption import deferred_interruptions

START_SECONDS = 120.0
POLL_SECONDS = 0.2


@contextmanager
def run_server(scratch: Path) -> Iterator[tuple[str, str]]:
    """Run a server with its data in `scratch`; yield its base URL and an API key."""
    api_key = "llx-demo-" + secrets.token_urlsafe(24)
    port = _free_port()
    command = [sys.executable, "-m", "cli.main", "serve", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--data-dir", str(scratch / "data")]
    log = scratch / "server.log"
    with log.open("wb") as output, ExitStack() as cleanup:
        # An exception in the middle of `Popen` would leave a process that nothing stops.
        with deferred_interruptions():
            process = subprocess.Popen(  # noqa: S603  # our own program with our own arguments
                command,
                env=_environment(api_key),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            cleanup.callback(_stop, process)
        _wait_until_ready(process, port, log)
        yield f"http://127.0.0.1:{port}", api_key


def _environment(api_key: str) -> dict[str, str]:
    # Settings in the environment may be those of a real server: the demo must not write to its
    # database.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PIGEONHOLE_")}
    # One worker reads the few files in the time in which a second one would start.
    return {**inherited, "PIGEONHOLE_API_KEY": api_key, "PIGEONHOLE_WORKERS": "1"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise click.ClickException(f"The server did not start:\n{_last_lines(log)}")
        if _is_ready(port):
            return
        time.sleep(POLL_SECONDS)
    raise click.ClickException(
        f"The server was not ready after {START_SECONDS:.0f} s:\n{_last_lines(log)}"
    )


def _is_ready(port: int) -> bool:
    # http.client ignores proxies of the environment.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_lines(log: Path, count: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Terminate the server; kill it after 15 s or on Ctrl-C."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()
