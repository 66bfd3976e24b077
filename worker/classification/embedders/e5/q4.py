"""Numbers of four bits in blocks of the format Q4_0 of ggml.

A block holds 32 consecutive numbers of a row in 18 bytes: their scale as a little-endian half,
then 16 bytes, of which byte j has number j in its low and number j + 16 in its high half. A
number is its scale times (four bits - 8).
"""

import numpy as np
import numpy.typing as npt

from worker.classification.embedders.base import Vectors

Blocks = npt.NDArray[np.uint8]
"""Rows of packed numbers: shape (rows, columns / 32 * 18)."""

NUMBERS = 32
BYTES = 18


def packed_width(columns: int) -> int:
    """Return the bytes of a row of `columns` numbers, a multiple of 32."""
    return columns // NUMBERS * BYTES


def unpack(rows: Blocks) -> Vectors:
    """Return the numbers in the rows, shape (rows, columns), as float32."""
    blocks = np.ascontiguousarray(rows).reshape(len(rows), -1, BYTES)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2").astype(np.float32)
    quarters = blocks[:, :, 2:]
    numbers = np.concatenate([quarters & 15, quarters >> 4], axis=2).astype(np.float32) - 8
    return np.asarray((numbers * scales).reshape(len(rows), -1), dtype=np.float32)
