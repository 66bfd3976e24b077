"""The heap of the process that forks: what its copies allocate should be memory of their own.

Imports leave small gaps all over the heap. Where a copy allocates in them, the kernel copies a page
for each; memory that nobody has touched comes in large pages instead, one fault for 2 MiB.
"""

import ctypes

from worker.parsing.sandbox import kernel

_LARGEST_GAP = 1 << 16
_SMALLEST_GAP = 16
# Above, sizes are halved from one to the next; below are most gaps, and each size has its own list.
_SMALL = 1 << 10
# Left to the process itself, so that it does not touch what is for its copies.
_OWN = 1 << 16
_PAGE = 1 << 12
_LARGE_PAGE = 1 << 21


def fill_gaps() -> None:
    """Take all that is free in the heap but 64 KiB, for good: copies then start on new memory.

    For glibc; with other allocators, whose memory is elsewhere, little or nothing happens.
    """
    if not kernel.is_linux():
        return
    libc = ctypes.CDLL(None)
    libc.malloc.restype = libc.sbrk.restype = ctypes.c_void_p
    libc.malloc.argtypes = (ctypes.c_size_t,)
    libc.free.argtypes = (ctypes.c_void_p,)
    end = libc.sbrk(0)
    size = _LARGEST_GAP
    while size >= _SMALLEST_GAP:
        while (block := libc.malloc(size)) is not None and block < end:
            pass
        libc.free(block)
        size = size // 2 if size > _SMALL else size - 16
    # The heap has grown by a large page, which is touched: the next one will be the first copy's.
    own = libc.malloc(_OWN)
    rest = libc.sbrk(0) - (own or 0) - _OWN - _PAGE
    if 0 < rest < _LARGE_PAGE:
        libc.malloc(rest)
    libc.free(own)
