"""The restrictions are tried in a thread, which ends afterwards."""

import ctypes
import platform
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from worker.parsing.sandbox import kernel


def in_a_thread(function: Callable[[], object]) -> object:
    outcome: list[object] = []
    thread = threading.Thread(target=lambda: outcome.append(function()))
    thread.start()
    thread.join()
    return outcome[0]


def attempt(function: Callable[[], object]) -> str:
    try:
        function()
    except OSError as error:
        return type(error).__name__
    return "done"


def test_landlock_leaves_one_directory_to_write(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret").write_text("x")
    already_open = (outside / "secret").open()
    readable = Path(__file__)

    def confined() -> list[str]:
        kernel.forbid_new_privileges()
        assert kernel.confine(str(inside), (str(readable.parent), "/no/such/directory"))
        return [
            attempt(lambda: (inside / "new").write_text("x")),
            attempt(lambda: (outside / "new").write_text("x")),
            attempt((outside / "secret").read_bytes),
            attempt((outside / "secret").unlink),
            attempt(readable.read_text),
            attempt(lambda: readable.open("a")),
            attempt(Path("/etc/passwd").read_text),
            attempt(already_open.read),
        ]

    if kernel.landlock_version() == 0:
        assert not kernel.confine(str(inside), ())
        return
    refused = "PermissionError"
    assert in_a_thread(confined) == [
        "done", refused, refused, refused, "done", refused, refused, "done",
    ]  # fmt: skip
    already_open.close()
    assert not (outside / "new").exists()


def test_landlock_refuses_connections(tmp_path):
    if kernel.landlock_version() < 4:
        return
    with socket.create_server(("127.0.0.1", 0)) as server:

        def confined() -> str:
            kernel.forbid_new_privileges()
            kernel.confine(str(tmp_path), ())
            with socket.socket() as client:
                return attempt(lambda: client.connect(server.getsockname()))

        assert in_a_thread(confined) == "PermissionError"


def test_seccomp_refuses_sockets_and_programs():
    def confined() -> list[str]:
        kernel.forbid_new_privileges()
        if not kernel.forbid_calls(platform.machine()):
            return []
        pair = socket.socketpair()
        for end in pair:
            end.close()
        return [
            attempt(lambda: socket.socket(socket.AF_INET)),
            attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
            attempt(lambda: socket.socket(socket.AF_UNIX)),
            attempt(lambda: subprocess.run(["/bin/true"], check=True)),
        ]

    assert in_a_thread(confined) in ([], ["PermissionError"] * 4)


def test_seccomp_needs_a_known_architecture():
    assert not kernel.forbid_calls("pdp11")


def test_new_privileges_are_forbidden():
    libc = ctypes.CDLL(None)

    def confined() -> int:
        kernel.forbid_new_privileges()
        return libc.prctl(39, 0, 0, 0, 0)  # PR_GET_NO_NEW_PRIVS

    assert in_a_thread(confined) == 1
    assert libc.prctl(39, 0, 0, 0, 0) == 0
