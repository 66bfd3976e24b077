"""Reads files of any type as a job does, without OCR."""

import io

import pytest

from app.errors import FileError
from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.readers.dispatch import read_document


def read(data: bytes, name: str = "", asked=sample_files.EVERYTHING, **limits) -> Document:
    return read_document(
        io.BytesIO(data), name, asked, ParserLimits(**limits), sample_files.no_ocr()
    )


def refused(data: bytes, name: str = "", **limits) -> FileError:
    with pytest.raises(FileError) as caught:
        read(data, name, **limits)
    return caught.value
