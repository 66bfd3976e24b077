"""Which errors of the file system end a sort, and which cost one file."""

import errno
import os

import pytest

from cli.sorting.errors import NotPlaced, SortStopped, as_sort_error


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, SortStopped),
        (errno.EDQUOT, SortStopped),
        (errno.EROFS, SortStopped),
        (errno.EACCES, NotPlaced),
        (errno.EIO, NotPlaced),
        (errno.ENAMETOOLONG, NotPlaced),
    ],
)
def test_a_full_disk_ends_it_and_a_bad_file_does_not(number: int, kind: type) -> None:
    error = as_sort_error(OSError(number, os.strerror(number)))

    assert type(error) is kind
    assert str(error) == os.strerror(number)
