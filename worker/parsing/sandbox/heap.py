"""The heap of the fork server, of which each reader begins with a copy."""

import ctypes

# Larger gaps take several blocks. Small ones are kept in lists by size, in steps of 16 bytes.
_LARGEST, _SMALL, _SMALLEST = 1 << 16, 1 << 10, 24
_SIZES = (*(_LARGEST >> step for step in range(6)), *range(_SMALL, _SMALLEST, -16), _SMALLEST)


class _Statistics(ctypes.Structure):
    """`struct mallinfo2`; the last of its ten fields are the free bytes at the heap's end."""

    _fields_ = (("others", ctypes.c_size_t * 9), ("end", ctypes.c_size_t))


def fill_gaps() -> None:
    """Take the gaps that imports left in the heap, so that readers allocate at its end.

    Where a reader allocates in a gap, the kernel first copies the page: 500 pages for a PDF. Does
    nothing without the allocator of glibc 2.33 or later.
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        return
    libc.mallinfo2.restype = _Statistics
    libc.malloc.argtypes, libc.malloc.restype = (ctypes.c_size_t,), ctypes.c_void_p
    for size in _SIZES:
        end = libc.mallinfo2().end
        while libc.malloc(size) and libc.mallinfo2().end == end:
            pass
