"""The filter of a reader's system calls: a list of what it may call (seccomp).

A call that is not on the list fails with EPERM. One that libraries try before they take an older
one fails with ENOSYS, as on a kernel without it. Nothing is killed. Sources: seccomp(2),
linux/seccomp.h, linux/filter.h, linux/audit.h.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from worker.parsing.sandbox import kernel
from worker.parsing.sandbox.system_calls import (
    FIRST_COMMON_NUMBER,
    allowed_numbers,
    probed_numbers,
)

_AUDIT_MARKS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_CALLS_FROM = 0x40000000

_LOAD_WORD, _JUMP_EQUAL, _JUMP_NOT_BELOW, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _FAIL_WITH = 0x7FFF0000, 0x00050000
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16

# The flags with which glibc and musl make a thread: a shared process, and nothing new.
_GLIBC_THREAD, _MUSL_THREAD = 0x3D0F00, 0x7D0F00
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC. Not F_SETOWN, which sends signals.
_FCNTL = (0, 1, 2, 3, 4, 1030)
# TCGETS, TCGETS2, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. Not FIOSETOWN.
_IOCTL = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# PR_SET_NAME, PR_GET_NAME: of threads.
_PRCTL = (15, 16)
# A pair of streams reaches nobody. One of datagrams could send to any socket that has a name.
_STREAM_PAIRS = tuple(
    socket.SOCK_STREAM | more for more in (0, 0o2000000, 0o4000, 0o2004000)
)  # SOCK_CLOEXEC, SOCK_NONBLOCK


class Step(NamedTuple):
    """One instruction of a filter, with the steps to skip if its condition holds or does not."""

    code: int
    skipped_if_true: int
    skipped_if_false: int
    operand: int


_STEP = struct.Struct("=HBBI")
_ALLOW_CALL = Step(_RETURN, 0, 0, _ALLOW)
_OPERAND_AT = 4
# Stands for the number of the process that the filter will be for.
_OWN_PID = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Condition:
    """The values that an argument of a call may have. `words` are its halves that count."""

    argument: int
    values: tuple[int, ...]
    words: tuple[int, ...] = (0,)


_OWN = (Condition(0, (_OWN_PID,)),)
# All conditions of a call must hold.
CONDITIONS = {
    "clone": (Condition(0, (_GLIBC_THREAD, _MUSL_THREAD)),),
    "fcntl": (Condition(1, _FCNTL),),
    "ioctl": (Condition(1, _IOCTL),),
    "kill": _OWN,
    "prctl": (Condition(0, _PRCTL),),
    "prlimit64": (Condition(0, (0,)),),
    # To the other end of a pair: without an address, which is a pointer of two words.
    "sendto": (Condition(4, (0,), words=(0, 1)),),
    "socketpair": (Condition(0, (socket.AF_UNIX,)), Condition(1, _STREAM_PAIRS)),
    "tgkill": _OWN,
    # The first thread has the number of its process.
    "tkill": _OWN,
}


def build_program(machine: str, pid: int) -> bytearray:
    """Return the filter of an architecture for the process `pid`: `struct sock_filter` in a row."""
    template, places = _build_template(machine)
    program = bytearray(template)
    for place in places:
        struct.pack_into("=I", program, place, pid)
    return program


@cache
def _build_template(machine: str) -> tuple[bytes, list[int]]:
    """Return the filter without the number of the process, and the places where that belongs.

    Calls are found by halving: the kernel tries a new filter on each number, so a list of
    comparisons would cost a millisecond.
    """
    outcomes = {number: [_fail(errno.ENOSYS)] for number in probed_numbers(machine).values()}
    for name, number in allowed_numbers(machine).items():
        outcomes[number] = [*_check(CONDITIONS.get(name, ())), _ALLOW_CALL]
    ranges: list[tuple[int, list[Step]]] = []
    for number in range(max(FIRST_COMMON_NUMBER, *outcomes) + 2):
        error = errno.EPERM if number < FIRST_COMMON_NUMBER else errno.ENOSYS
        steps = outcomes.get(number, [_fail(error)])
        if not ranges or ranges[-1][1] != steps:
            ranges.append((number, steps))
    program = [
        Step(_LOAD_WORD, 0, 0, _ARCHITECTURE_AT),
        Step(_JUMP_EQUAL, 1, 0, _AUDIT_MARKS[machine]),
        _fail(errno.EPERM),
        Step(_LOAD_WORD, 0, 0, _NUMBER_AT),
        Step(_JUMP_NOT_BELOW, 0, 1, _X32_CALLS_FROM),
        _fail(errno.EPERM),
        *_search(ranges),
    ]
    places = [
        index * _STEP.size + _OPERAND_AT
        for index, step in enumerate(program)
        if step.operand == _OWN_PID
    ]
    return b"".join(_STEP.pack(*step) for step in program), places


def _search(ranges: list[tuple[int, list[Step]]]) -> list[Step]:
    """Return the steps that lead a number to the steps of its range."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below = _search(ranges[:middle])
    jump = Step(_JUMP_NOT_BELOW, len(below), 0, ranges[middle][0])
    return [jump, *below, *_search(ranges[middle:])]


def _check(conditions: tuple[Condition, ...]) -> Iterator[Step]:
    """Yield steps that end the call with EPERM unless all conditions hold."""
    for condition in conditions:
        for word in condition.words:
            yield Step(_LOAD_WORD, 0, 0, _ARGUMENTS_AT + 8 * condition.argument + 4 * word)
            for index, value in enumerate(condition.values):
                yield Step(_JUMP_EQUAL, len(condition.values) - index, 0, value)
            yield _fail(errno.EPERM)


def _fail(error: int) -> Step:
    return Step(_RETURN, 0, 0, _FAIL_WITH | error)


def prepare() -> None:
    """Build what readers of this machine share, before they are forked."""
    if platform.machine() in _AUDIT_MARKS:
        _build_template(platform.machine())


def restrict_calls(machine: str | None = None) -> bool:
    """Restrict this process, which has one thread, to the list for good.

    `machine` is by default the result of `platform.machine()`. Returns False for an unknown
    architecture or a kernel without seccomp. `kernel.forbid_new_privileges` must come first.
    """
    machine = machine or platform.machine()
    if machine not in _AUDIT_MARKS:
        return False
    program = build_program(machine, os.getpid())
    code = (ctypes.c_char * len(program)).from_buffer(program)
    header = struct.pack("@HP", len(program) // _STEP.size, ctypes.addressof(code))
    return kernel.install_filter(header)
