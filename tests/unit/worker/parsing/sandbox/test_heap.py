import ctypes
import os

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
    pid = os.fork()  # what is taken from the heap is not given back
    if pid == 0:
        is_behind = False
        try:
            is_behind = allocate_after_filling()
        finally:
            os._exit(0 if is_behind else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
