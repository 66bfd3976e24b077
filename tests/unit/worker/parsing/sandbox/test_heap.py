"""In a process of its own: what is taken from the heap is never given back."""

import ctypes
import os

import pytest

from worker.parsing.sandbox.heap import fill_gaps

GAP = 100_000


def places() -> list[int]:
    """Make a gap in the heap; return its address, the heap's end, where the same size goes then."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = libc.sbrk.restype = ctypes.c_void_p
    libc.malloc.argtypes, libc.free.argtypes = (ctypes.c_size_t,), (ctypes.c_void_p,)
    gaps = [libc.malloc(GAP) for _ in range(5)]
    libc.free(gaps[-2])
    end = libc.sbrk(0)
    fill_gaps()
    return [gaps[-2], end, libc.malloc(GAP), libc.malloc(GAP)]


@pytest.fixture
def seen() -> list[int]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, b" ".join(b"%d" % place for place in places()))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        found = [int(word) for word in answer.read().split()]
    os.waitpid(child, 0)
    return found


def test_what_is_allocated_next_is_new_memory(seen):
    gap, end, first, second = seen
    assert gap < end
    assert min(first, second) >= end
