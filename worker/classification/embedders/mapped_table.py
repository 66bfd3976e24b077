"""A table of words on disk that processes share by mapping it."""

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


class MappedTable:
    """The rows of an .npy file. Only the pages of rows that are read come into memory."""

    def __init__(self, path: Path) -> None:
        self._table = np.load(path, mmap_mode="r")

    def rows(self, ids: Ids) -> npt.NDArray[Any]:
        """Return rows and release their pages.

        Otherwise a process would grow with every new word, up to the size of the table.
        """
        rows: npt.NDArray[Any] = self._table[ids]
        mapping = self._table.base
        if isinstance(mapping, mmap.mmap):
            mapping.madvise(mmap.MADV_DONTNEED)
        return rows
