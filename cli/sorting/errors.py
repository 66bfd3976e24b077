"""What can go wrong while files are sorted.

SortError            the base
+-- SourceChanged    the file changed after it was read: the next run sorts it
+-- NotPlaced        this file cannot be put into its folder; the others can
+-- SortStopped      nothing can be put anywhere, such as on a full disk
"""

import errno

# Errors that every other file would meet too.
_FATAL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE})


class SortError(Exception):
    """A failure while sorting, with a sentence for the user."""


class SourceChanged(SortError):
    pass


class NotPlaced(SortError):
    pass


class SortStopped(SortError):
    pass


def as_sort_error(error: OSError) -> SortError:
    """Return what an error of the file system means for the sort."""
    reason = error.strerror or str(error)
    if error.errno in _FATAL:
        return SortStopped(reason)
    return NotPlaced(reason)
