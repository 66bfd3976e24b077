"""Families of system calls that a reader must not make, with the numbers of each architecture."""

from worker.parsing.sandbox.system_calls import ARCHITECTURES

NUMBERS: dict[str, dict[str, tuple[int | None, int | None]]] = {
    "other processes": {
        "rt_sigqueueinfo": (129, 138),
        "rt_tgsigqueueinfo": (297, 240),
        "pidfd_open": (434, 434),
        "pidfd_send_signal": (424, 424),
        "pidfd_getfd": (438, 438),
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "kcmp": (312, 272),
        "process_madvise": (440, 440),
        "migrate_pages": (256, 238),
        "move_pages": (279, 239),
    },
    "priorities and limits": {
        "sched_setaffinity": (203, 122),
        "sched_setscheduler": (144, 119),
        "sched_setparam": (142, 118),
        "sched_setattr": (314, 274),
        "setpriority": (141, 140),
        "ioprio_set": (251, 30),
        "setrlimit": (160, 164),
    },
    "memory that outlives it": {
        "shmget": (29, 194),
        "shmat": (30, 196),
        "shmctl": (31, 195),
        "semget": (64, 190),
        "semop": (65, 193),
        "msgget": (68, 186),
        "msgsnd": (69, 189),
        "mq_open": (240, 180),
        "memfd_create": (319, 279),
        "memfd_secret": (447, None),
    },
    "keyrings": {
        "add_key": (248, 217),
        "request_key": (249, 218),
        "keyctl": (250, 219),
    },
    "namespaces": {
        "unshare": (272, 97),
        "setns": (308, 268),
        "clone3": (435, 435),
    },
    "mounts": {
        "mount": (165, 40),
        "umount2": (166, 39),
        "pivot_root": (155, 41),
        "chroot": (161, 51),
        "open_tree": (428, 428),
        "move_mount": (429, 429),
        "fsopen": (430, 430),
        "fsmount": (432, 432),
        "mount_setattr": (442, 442),
    },
    "the kernel": {
        "bpf": (321, 280),
        "perf_event_open": (298, 241),
        "userfaultfd": (323, 282),
        "io_uring_setup": (425, 425),
        "seccomp": (317, 277),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "kexec_load": (246, 104),
        "fanotify_init": (300, 262),
        "inotify_init1": (294, 26),
        "open_by_handle_at": (304, 265),
        "syslog": (103, 116),
        "quotactl": (179, 60),
        "acct": (163, 89),
        "swapon": (167, 224),
        "reboot": (169, 142),
        "personality": (135, 92),
        "landlock_restrict_self": (446, 446),
    },
    "programs and groups": {
        "fork": (57, None),
        "vfork": (58, None),
        "execve": (59, 221),
        "execveat": (322, 281),
        "setpgid": (109, 154),
        "setsid": (112, 157),
        "setuid": (105, 146),
        "setgid": (106, 144),
        "setresuid": (117, 147),
        "setgroups": (116, 159),
        "capset": (126, 91),
    },
    "sockets": {
        "socket": (41, 198),
        "connect": (42, 203),
        "bind": (49, 200),
        "listen": (50, 201),
        "accept4": (288, 242),
        "sendmsg": (46, 211),
        "sendmmsg": (307, 269),
        "recvmsg": (47, 212),
    },
    "files": {
        "chmod": (90, None),
        "fchmod": (91, 52),
        "fchmodat": (268, 53),
        "chown": (92, None),
        "fchown": (93, 55),
        "fchownat": (260, 54),
        "utimensat": (280, 88),
        "link": (86, None),
        "linkat": (265, 37),
        "setxattr": (188, 5),
        "fsetxattr": (190, 7),
        "mknod": (133, None),
        "mknodat": (259, 33),
        "truncate": (76, 45),
        "flock": (73, 32),
    },
}


def calls_of(machine: str) -> dict[str, dict[str, int]]:
    """Return the numbers by name, by family."""
    column = ARCHITECTURES.index(machine)
    return {
        family: {
            name: number for name, pair in calls.items() if (number := pair[column]) is not None
        }
        for family, calls in NUMBERS.items()
    }
