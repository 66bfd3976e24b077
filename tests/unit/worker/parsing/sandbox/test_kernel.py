import ctypes
import socket
from pathlib import Path

from tests.unit.worker.parsing.sandbox.threads import attempt, in_a_thread
from worker.parsing.sandbox import kernel


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


def test_new_privileges_are_forbidden():
    libc = ctypes.CDLL(None)

    def confined() -> int:
        kernel.forbid_new_privileges()
        return libc.prctl(39, 0, 0, 0, 0)  # PR_GET_NO_NEW_PRIVS

    assert in_a_thread(confined) == 1
    assert libc.prctl(39, 0, 0, 0, 0) == 0
