from devtools.trace_readers import count_calls

TRACE = """\
7 openat(AT_FDCWD, "/etc/passwd"...) = 3
8 prctl(PR_SET_NAME, ""...) = 0
8 prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=3}) = 0
8 read(3, <unfinished ...>
7 read(4, "", 10) = 0
8 <... read resumed>"", 10) = 0
8 clone3({flags=CLONE_THREAD}, 88) = -1 ENOSYS (Function not implemented)
8 clone(child_stack=0x7f, flags=CLONE_THREAD) = 9
9 chmod(""..., 0600) = -1 EPERM (Operation not permitted)
9 openat(AT_FDCWD, ""...) = -1 ENOENT (No such file or directory)
8 +++ killed by SIGKILL +++
"""


def test_calls_count_after_the_filter_is_set_and_in_threads():
    calls, refused = count_calls(TRACE.splitlines())
    assert calls == {"read": 1, "clone3": 1, "clone": 1, "chmod": 1, "openat": 1}
    assert refused == {"clone3": 1, "chmod": 1}
