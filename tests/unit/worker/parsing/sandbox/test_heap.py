"""The heap of the fork server, tried in a process of its own, as the fork server is one."""

import ctypes
import subprocess
import sys

from worker.parsing.sandbox.heap import fill_gaps

SIZE = 50_000


def allocate_after_filling() -> bool:
    """Make a gap in the heap and fill the gaps; tell whether the next block is behind it."""
    libc = ctypes.CDLL(None)
    libc.malloc.argtypes, libc.malloc.restype = (ctypes.c_size_t,), ctypes.c_void_p
    libc.free.argtypes = (ctypes.c_void_p,)
    gap, after = [libc.malloc(SIZE) for _ in range(20)][-2:]
    libc.free(gap)
    fill_gaps()
    return libc.malloc(SIZE) > after > gap


def test_memory_is_allocated_at_the_end_of_the_heap_once_gaps_are_filled():
    process = subprocess.run(
        [sys.executable, __file__], check=False, capture_output=True, text=True
    )

    assert (process.returncode, process.stderr) == (0, "")


if __name__ == "__main__":
    sys.exit(None if allocate_after_filling() else "in the gap")
