"""The input of every reader."""

from dataclasses import dataclass
from typing import BinaryIO

from app.files.sniff.sniff import FileType
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.request import ParseRequest


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its bytes and type, the request, the limits, and the OCR for its pictures."""

    file: BinaryIO
    type: FileType
    request: ParseRequest
    limits: ParserLimits
    ocr: Ocr

    def read_all(self) -> bytes:
        """Return the bytes of the whole file."""
        self.file.seek(0)
        return self.file.read()
