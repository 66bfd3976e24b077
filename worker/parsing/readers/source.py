"""What every reader gets: the open file and all that is known about it."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from app.files.sniff.sniff import FileType
from worker.parsing.limits import ParserLimits
from worker.parsing.request import ParseRequest

if TYPE_CHECKING:
    from worker.parsing.ocr.page_reader import Ocr


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its bytes, what they are, which pages are wanted, what it may cost.

    `ocr` reads the text off its pictures.
    """

    file: BinaryIO
    type: FileType
    request: ParseRequest
    limits: ParserLimits
    ocr: "Ocr"

    def read_all(self) -> bytes:
        """Return the whole file."""
        self.file.seek(0)
        return self.file.read()

    def size(self) -> int:
        """Return the file's size in bytes."""
        return self.file.seek(0, os.SEEK_END)
