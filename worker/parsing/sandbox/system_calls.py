"""The system calls that a reader of files may make, with their numbers.

Sources: linux/arch/x86/entry/syscalls/syscall_64.tbl and linux/include/uapi/asm-generic/unistd.h,
the table of aarch64. `python -m devtools.trace_readers` lists what readers of some files call.
"""

ARCHITECTURES = ("x86_64", "aarch64")

# From here on each call has the same number on every architecture, and is newer than Linux 5.1:
# libraries try it and take an older one where the kernel does not know it.
FIRST_COMMON_NUMBER = 424

# The number for each of ARCHITECTURES; None where there is no such call.
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # Memory.
    "brk": (12, 214),
    "madvise": (28, 233),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "munmap": (11, 215),
    # Files that are open. (No sendmsg, which can pass descriptors on and name other sockets.)
    "close": (3, 57),
    "close_range": (436, 436),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "fadvise64": (221, 223),
    "fallocate": (285, 47),
    "fstat": (5, 80),
    "fstatfs": (138, 44),
    "ftruncate": (77, 46),
    "getdents64": (217, 61),
    "lseek": (8, 62),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "pread64": (17, 67),
    "preadv": (295, 69),
    "pwrite64": (18, 68),
    "pwritev": (296, 70),
    "read": (0, 63),
    "readv": (19, 65),
    "recvfrom": (45, 207),
    "write": (1, 64),
    "writev": (20, 66),
    # Paths. Landlock restricts them, except for what changes the owner, rights and times of a file,
    # which is not in the list.
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "getcwd": (79, 17),
    "lstat": (6, None),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "newfstatat": (262, 79),
    "open": (2, None),
    "openat": (257, 56),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "rmdir": (84, None),
    "stat": (4, None),
    "statfs": (137, 43),
    "statx": (332, 291),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    # Waiting.
    "clock_nanosleep": (230, 115),
    "epoll_create": (213, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_pwait": (281, 22),
    "epoll_wait": (232, None),
    "eventfd2": (290, 19),
    "futex": (202, 98),
    "nanosleep": (35, 101),
    "poll": (7, None),
    "ppoll": (271, 73),
    "pselect6": (270, 72),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "select": (23, None),
    # Time.
    "clock_getres": (229, 114),
    "clock_gettime": (228, 113),
    "getitimer": (36, 102),
    "gettimeofday": (96, 169),
    "setitimer": (38, 103),
    "time": (201, None),
    "times": (100, 153),
    # The process and its threads.
    "exit": (60, 93),
    "exit_group": (231, 94),
    "getcpu": (309, 168),
    "getegid": (108, 177),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getgroups": (115, 158),
    "getpgid": (121, 155),
    "getpgrp": (111, None),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getrandom": (318, 278),
    "getresgid": (120, 150),
    "getresuid": (118, 148),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "getsid": (124, 156),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "rseq": (334, 293),
    "sched_getaffinity": (204, 123),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    # Its own signals.
    "rt_sigaction": (13, 134),
    "rt_sigpending": (127, 136),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigsuspend": (130, 133),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    # Allowed with certain arguments only.
    "clone": (56, 220),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "kill": (62, 129),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "sendto": (44, 206),
    "socketpair": (53, 199),
    "tgkill": (234, 131),
    "tkill": (200, 130),
}

# Older than FIRST_COMMON_NUMBER, but libraries do without these, too.
_PROBED: dict[str, tuple[int | None, int | None]] = {
    "copy_file_range": (326, 285),
    "get_mempolicy": (239, 236),
    "membarrier": (324, 283),
    "memfd_create": (319, 279),
    "preadv2": (327, 286),
    "pwritev2": (328, 287),
}


def allowed_numbers(machine: str) -> dict[str, int]:
    """Return the calls of an architecture that a reader may make, some under conditions."""
    return _of_architecture(_NUMBERS, machine)


def probed_numbers(machine: str) -> dict[str, int]:
    """Return the calls that are answered as by a kernel without them."""
    return _of_architecture(_PROBED, machine)


def _of_architecture(
    numbers: dict[str, tuple[int | None, int | None]], machine: str
) -> dict[str, int]:
    column = ARCHITECTURES.index(machine)
    found = ((name, pair[column]) for name, pair in numbers.items())
    return {name: number for name, number in found if number is not None}
