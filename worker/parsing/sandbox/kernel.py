"""System calls that Python has no function for: prctl, Landlock and seccomp, through ctypes.

On a kernel without one of them the call does nothing. Sources: prctl(2), linux/landlock.h,
linux/seccomp.h.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NAME = 15
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# Landlock's system calls have the same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_RIGHTS_BY_ABI = ((1, 13), (2, 14), (3, 15), (5, 16))
_NET_ABI, _NET_BIND_AND_CONNECT = 4, 0b11
_SCOPE_ABI, _SCOPE_SOCKETS_AND_SIGNALS = 6, 0b11


def is_linux() -> bool:
    """Tell whether the system is Linux, the only one with these calls."""
    return sys.platform == "linux"


def name_process(name: str) -> None:
    """Set the name of this process in `ps`, at most 15 bytes."""
    if is_linux():
        _libc.prctl(_PR_SET_NAME, name.encode("ascii"), 0, 0, 0)


def forbid_new_privileges() -> None:
    """Deny set-uid programs their rights. Landlock and seccomp require this first."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def hide_memory() -> None:
    """Hide this process's memory from other processes of the same user; no core files."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this process a signal when its parent ends.

    A change of the user id clears this setting, so call it afterwards.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def landlock_version() -> int:
    """Return the Landlock version of the kernel, 0 when it has none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)))


def confine(writable: str, readable: Iterable[str]) -> bool:
    """Restrict writing to one directory and reading to some; forbid TCP connections (Landlock).

    Files already open stay usable. Returns False where the kernel has no Landlock.
    """
    version = landlock_version()
    if version == 0:
        return False
    rights = max((1 << bits) - 1 for abi, bits in _RIGHTS_BY_ABI if abi <= version)
    attributes = struct.pack(
        "=QQQ",
        rights,
        _NET_BIND_AND_CONNECT if version >= _NET_ABI else 0,
        _SCOPE_SOCKETS_AND_SIGNALS if version >= _SCOPE_ABI else 0,
    )
    size = 24 if version >= _SCOPE_ABI else 16 if version >= _NET_ABI else 8
    ruleset = _libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        _allow_beneath(ruleset, writable, rights & ~_EXECUTE)
        for path in readable:
            _allow_beneath(ruleset, path, _EXECUTE | _READ_FILE | _READ_DIR)
        return bool(_libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow_beneath(ruleset: int, path: str, rights: int) -> None:
    try:
        directory = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = struct.pack("=Qi", rights, directory)
        _libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(directory)


def install_filter(program: bytes) -> bool:
    """Filter the system calls of this thread by a `struct sock_fprog` (seccomp).

    Returns False where the kernel has no seccomp.
    """
    return bool(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0) == 0)
