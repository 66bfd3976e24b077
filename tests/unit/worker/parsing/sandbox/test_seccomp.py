"""The filter of system calls, run here step by step for each architecture."""

import errno
import platform
import socket
import struct

import pytest

from tests.unit.worker.parsing.sandbox.threads import attempt, in_a_thread
from worker.parsing.sandbox import kernel
from worker.parsing.sandbox.seccomp import (
    CONDITIONS,
    build_program,
    restrict_calls,
)
from worker.parsing.sandbox.system_calls import (
    ARCHITECTURES,
    FIRST_COMMON_NUMBER,
    allowed_numbers,
    probed_numbers,
)

PID = 4711
MARKS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
I386_MARK = 0x40000003
LOAD, EQUAL, NOT_BELOW, RETURN = 0x20, 0x15, 0x35, 0x06
THREAD = 0x3D0F00
NEW_NETWORK, CHILD = 0x40000000, 17

# What each call may and may not be called with, by the position of the argument.
GOOD_AND_BAD = {
    "clone": ([{0: THREAD}, {0: 0x7D0F00}], [{0: CHILD}, {0: THREAD | NEW_NETWORK}, {0: 0}]),
    "fcntl": ([{1: 1030}, {1: 2}], [{1: 8}, {1: 15}, {1: 10}, {1: 1024}]),
    "ioctl": ([{1: 0x5401}], [{1: 0x8901}, {1: 0x5412}, {1: 0x8902}]),
    "kill": ([{0: PID, 1: 9}], [{0: 1}, {0: 0}, {0: 0xFFFFFFFF}, {0: 2**64 - PID}]),
    "prctl": ([{0: 15}], [{0: 22}, {0: 4}, {0: 0x59616D61}]),
    "prlimit64": ([{0: 0, 1: 7}], [{0: 1}, {0: PID + 1}]),
    "sendto": ([{4: 0}], [{4: 1}, {4: 1 << 32}]),
    "socketpair": ([{0: 1, 1: 1}, {0: 1, 1: 0o2004001}], [{0: 1, 1: 2}, {0: 2, 1: 1}]),
    "tgkill": ([{0: PID, 1: PID + 1, 2: 6}], [{0: 1, 1: 1}]),
    "tkill": ([{0: PID}], [{0: PID + 1}]),
}


def run(program: bytearray, mark: int, number: int, arguments=None) -> int | str:
    """Return the error with which the filter ends a call, "allowed" without one."""
    words = [0] * 6
    for position, value in (arguments or {}).items():
        words[position] = value
    steps = list(struct.iter_unpack("=HBBI", program))
    data = struct.pack("<IIQ6Q", number, mark, 0, *words)
    accumulator = position = 0
    while True:
        code, if_true, if_false, operand = steps[position]
        position += 1
        if code == LOAD:
            (accumulator,) = struct.unpack_from("<I", data, operand)
        elif code == EQUAL:
            position += if_true if accumulator == operand else if_false
        elif code == NOT_BELOW:
            position += if_true if accumulator >= operand else if_false
        else:
            assert code == RETURN
            if operand == 0x7FFF0000:
                return "allowed"
            assert operand & 0xFFFF0000 == 0x00050000  # never a signal
            return operand & 0xFFFF


@pytest.fixture(params=ARCHITECTURES)
def machine(request):
    return request.param


def test_only_the_list_is_allowed(machine):
    program = build_program(machine, PID)
    always = set(allowed_numbers(machine).values())
    always -= {allowed_numbers(machine)[name] for name in GOOD_AND_BAD}
    unknown = set(probed_numbers(machine).values())
    for number in range(700):
        outcome = run(program, MARKS[machine], number)
        if number in always:
            assert outcome == "allowed"
        elif number in unknown or number >= FIRST_COMMON_NUMBER:
            assert outcome == errno.ENOSYS
        elif number not in allowed_numbers(machine).values():
            assert outcome == errno.EPERM


@pytest.mark.parametrize("name", GOOD_AND_BAD)
def test_the_arguments_of_some_calls_decide(machine, name):
    program = build_program(machine, PID)
    number = allowed_numbers(machine)[name]
    good, bad = GOOD_AND_BAD[name]
    for arguments in good:
        assert run(program, MARKS[machine], number, arguments) == "allowed"
    for arguments in bad:
        assert run(program, MARKS[machine], number, arguments) == errno.EPERM


def test_every_condition_is_tried():
    assert set(CONDITIONS) == set(GOOD_AND_BAD)


def test_calls_in_another_architectures_numbers_are_refused(machine):
    program = build_program(machine, PID)
    for number in range(500):
        assert run(program, I386_MARK, number) == errno.EPERM
        assert run(program, MARKS[machine], number | 0x40000000) == errno.EPERM


def test_the_numbers_are_those_of_each_architecture(machine):
    numbers = {**allowed_numbers(machine), **probed_numbers(machine)}
    assert len(set(numbers.values())) == len(numbers)
    of_x86 = {"read": 0, "mmap": 9, "clone": 56, "exit_group": 231, "openat": 257, "rseq": 334}
    of_arm = {"read": 63, "mmap": 222, "clone": 220, "exit_group": 94, "openat": 56, "rseq": 293}
    assert numbers.items() >= (of_x86 if machine == "x86_64" else of_arm).items()
    assert all(0 <= number < 500 for number in numbers.values())


def test_aarch64_has_no_call_that_takes_a_path_alone():
    """Its table began without the calls that newer ones replace."""
    old = {"access", "lstat", "mkdir", "open", "poll", "readlink", "rename", "rmdir", "stat"}
    assert not old & set(allowed_numbers("aarch64"))
    only_x86 = set(allowed_numbers("x86_64")) - set(allowed_numbers("aarch64"))
    more = {"dup2", "epoll_create", "epoll_wait", "getpgrp", "pipe", "select", "symlink", "time"}
    assert only_x86 == old | more | {"unlink"}
    assert set(allowed_numbers("aarch64")) <= set(allowed_numbers("x86_64"))


def test_numbers_from_the_common_table_are_the_same():
    ours = [
        {name: number for name, number in allowed_numbers(one).items() if number >= 424}
        for one in ARCHITECTURES
    ]
    assert ours == [{"close_range": 436, "faccessat2": 439}] * 2


def test_the_kernel_takes_the_filter():
    def confined() -> list[str]:
        kernel.forbid_new_privileges()
        if not restrict_calls():
            return []
        return [
            attempt(lambda: socket.socket(socket.AF_INET)),
            attempt(lambda: socket.socket(socket.AF_UNIX)),
        ]

    known = platform.system() == "Linux" and platform.machine() in ARCHITECTURES
    assert in_a_thread(confined) == (["PermissionError"] * 2 if known else [])


def test_an_unknown_architecture_has_no_filter():
    assert not restrict_calls("pdp11")
