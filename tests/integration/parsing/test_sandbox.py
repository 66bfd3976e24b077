"""The sandboxed parser as the pipeline uses it."""

import io

import pytest

from app.errors import FileError, FileErrorCode
from app.jobs.pages import PageSelection
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import SandboxedParser

ALL = ParseRequest(PageSelection(max_pages=None))


def test_reads_text_again_and_again_in_one_child():
    with SandboxedParser() as parser:
        for number in range(3):
            document = parser.parse(io.BytesIO(b"invoice %d" % number), "a.txt", ALL)
            assert document.pages[0].text == f"invoice {number}"
            assert document.format == "txt"


def test_an_empty_file_is_an_error_of_its_own():
    with SandboxedParser() as parser, pytest.raises(FileError) as caught:
        parser.parse(io.BytesIO(b""), "a.txt", ALL)
    assert caught.value.code == FileErrorCode.EMPTY
