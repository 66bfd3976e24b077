"""A reader begins with nothing of the files that were read before."""

import contextlib
import tempfile
from pathlib import Path

import psutil

from devtools import pdf_samples, sample_files
from tests.integration.worker.parsing.reading import parse, refused, wait_for
from worker.parsing.sandbox.client import ForkServer
from worker.parsing.sandbox.forked_reader import READER_NAME
from worker.parsing.sandbox.parser import SandboxedParser

MARK = "Zwetschgenkuchen"


def find_in_memory(pid: int, mark: bytes) -> int:
    """Return how often a mark is in the memory of a process that this one may read."""
    found = 0
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights, *_ = line.split()
            if not rights.startswith("r"):
                continue
            start, end = (int(part, 16) for part in place.split("-"))
            with contextlib.suppress(OSError, OverflowError, ValueError):  # of the kernel's own
                memory.seek(start)
                found += memory.read(end - start).count(mark)
    return found


def read_marked_files(parser: SandboxedParser, number: int) -> None:
    text = f"{MARK} {number}. " * 200
    files = [text.encode(), pdf_samples.pdf(text[:60]), sample_files.docx([text])]
    document = parse(parser, files[number % 3], f"{MARK} {number}.txt")
    assert MARK in document.pages[0].text


def test_a_waiting_reader_holds_nothing_of_earlier_files(parser):
    for number in range(30):
        read_marked_files(parser, number)
    refused(parser, f"%PDF-1.7 {MARK}".encode(), f"{MARK}.pdf")
    server = parser._server
    assert isinstance(server, ForkServer)
    with tempfile.TemporaryFile() as file, server.start_reader(file.fileno()):
        (reader,) = wait_for(
            lambda: [
                child
                for child in psutil.Process(server.pid).children()
                if child.name() == READER_NAME
            ]
        )
        # Found if it is there: the name of a module that the fork server has loaded.
        assert find_in_memory(reader.pid, b"worker.parsing.readers.dispatch") > 0
        for mark in (MARK.encode(), MARK.encode("utf-16-le")):
            assert find_in_memory(reader.pid, mark) == 0
            assert find_in_memory(server.pid, mark) == 0
