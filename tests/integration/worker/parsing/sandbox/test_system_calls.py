"""What a reader may ask the kernel for, tried inside a restricted process.

Where a kernel's Landlock is old or missing, the filter of system calls must hold alone.
"""

import ctypes
import errno
import json
import os
import platform
import resource
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.worker.parsing.sandbox.refused_calls import NUMBERS, calls_of
from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox import kernel
from worker.parsing.sandbox.jail import NOBODY_UID, restrict_process
from worker.parsing.sandbox.system_calls import ARCHITECTURES, allowed_numbers

MACHINE = platform.machine()
REFUSED = {"EPERM", "ENOSYS"}
F_SETOWN, F_SETOWN_EX, FIOSETOWN = 8, 15, 0x8901
CLONE_VM, CLONE_FS, CLONE_SIGHAND, CLONE_THREAD, CLONE_NEWUSER = (
    0x100, 0x200, 0x800, 0x10000, 0x10000000,
)  # fmt: skip

libc = ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: int | bytes | None) -> str:
    """Make a system call; return the name of its error, or "done"."""
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    if libc.syscall(ctypes.c_long(number), *words) == -1:
        return errno.errorcode[ctypes.get_errno()]
    return "done"


def attempt(function: Callable[[], object]) -> str:
    try:
        function()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


def run_in_thread() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def try_calls(victim: int) -> dict[str, object]:
    """Return the outcome of each call: of those that are never allowed, and by arguments."""
    never = {
        family: {name: call(number, 0, 0, 0, 0, 0, 0) for name, number in calls.items()}
        for family, calls in calls_of(MACHINE).items()
    }
    numbers = allowed_numbers(MACHINE)
    reader, writer = os.pipe()
    buffer = bytes(64)
    threads_flags = CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD
    ours, theirs = socket.socketpair()
    sometimes = {
        "signal another": call(numbers["kill"], victim, 0),
        "signal a group": call(numbers["kill"], 0, 0),
        "signal all": call(numbers["kill"], -1, 0),
        "signal a thread of another": call(numbers["tgkill"], victim, victim, 0),
        "signal a thread by its id": call(numbers["tkill"], victim, 0),
        "signal by a pipe": call(numbers["fcntl"], reader, F_SETOWN, victim),
        "signal by a pipe's structure": call(numbers["fcntl"], reader, F_SETOWN_EX, buffer),
        "signal by a device": call(numbers["ioctl"], writer, FIOSETOWN, buffer),
        "limit another": call(numbers["prlimit64"], victim, resource.RLIMIT_NOFILE, None, buffer),
        "fork": attempt(os.fork),
        "make a namespace": call(numbers["clone"], CLONE_NEWUSER, 0, 0, 0, 0),
        "make a namespace for a thread": call(
            numbers["clone"], threads_flags | CLONE_NEWUSER, 0, 0, 0, 0
        ),
        "let another trace": call(numbers["prctl"], 0x59616D61, victim, 0, 0, 0),
        "filter more": call(numbers["prctl"], 22, 2, buffer, 0, 0),
        "pair of datagrams": attempt(lambda: socket.socketpair(type=socket.SOCK_DGRAM)),
        "send to a name": call(numbers["sendto"], ours.fileno(), buffer, 1, 0, buffer, 16),
        "run": attempt(lambda: subprocess.run(["/bin/true"], check=True)),
        "open a socket": attempt(socket.socket),
    }
    own = {
        "signal itself": attempt(lambda: os.kill(os.getpid(), 0)),
        "limit itself": attempt(
            lambda: resource.setrlimit(
                resource.RLIMIT_CPU, (30, resource.getrlimit(resource.RLIMIT_CPU)[1])
            )
        ),
        "start a thread": attempt(run_in_thread),
        "pair of streams": attempt(socket.socketpair),
        "send to the other end": attempt(lambda: ours.send(b"x")),
        "receive": attempt(lambda: theirs.recv(1)),
        "name itself": call(numbers["prctl"], 15, b"name", 0, 0, 0),
    }
    return {"never": never, "sometimes": sometimes, "own": own}


def restrict_and_try(directory: str, victim: str, version: str) -> None:
    """Restrict this process on a kernel of this Landlock version; print what it can still do."""
    if version != "newest":
        kernel.landlock_version = lambda: int(version)
    restrict_process(ParserLimits(), directory)
    sys.stdout.write(json.dumps({**try_calls(int(victim)), "uid": os.getuid()}))


@contextmanager
def process_of_a_reader() -> Iterator[int]:
    """Run a process of the user that a reader becomes, as another reader or a worker is one."""
    options = {"user": NOBODY_UID} if os.getuid() == 0 else {}
    with subprocess.Popen(["/bin/sleep", "600"], **options) as process:
        try:
            yield process.pid
        finally:
            process.kill()


@pytest.fixture(scope="module", params=["0", "4", "newest"])
def tried(request):
    # Not beneath pytest's directory, which only its user may enter.
    with tempfile.TemporaryDirectory() as directory, process_of_a_reader() as victim:
        if os.getuid() == 0:
            os.chown(directory, NOBODY_UID, NOBODY_UID)
        script = f"from {__name__} import *; restrict_and_try(*sys.argv[1:])"
        process = subprocess.run(
            [sys.executable, "-c", script, directory, str(victim), request.param],
            cwd=Path(__file__).parents[5],
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(process.stdout)


@pytest.mark.parametrize("family", NUMBERS)
def test_the_kernel_refuses(tried, family):
    outcomes = tried["never"][family]
    assert outcomes
    assert {name: error for name, error in outcomes.items() if error not in REFUSED} == {}


def test_calls_that_reach_others_are_refused_by_their_arguments(tried):
    assert set(tried["sometimes"].values()) == {"EPERM"}, tried["sometimes"]


def test_a_reader_may_do_all_this_to_itself(tried):
    assert set(tried["own"].values()) == {"done"}, tried["own"]


def test_newer_calls_look_unknown_and_older_ones_forbidden(tried):
    assert tried["never"]["namespaces"]["clone3"] == "ENOSYS"
    assert tried["never"]["other processes"]["pidfd_open"] == "ENOSYS"
    assert tried["never"]["programs and groups"]["execve"] == "EPERM"


def test_no_architecture_allows_what_is_refused():
    for machine in ARCHITECTURES:
        allowed = set(allowed_numbers(machine).values())
        for calls in calls_of(machine).values():
            assert not allowed & set(calls.values())
