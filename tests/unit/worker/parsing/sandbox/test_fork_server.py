import os
import resource
import signal
import socket
import tempfile
import time
from dataclasses import replace

import pytest

from app.errors import FileError, FileErrorCode
from app.jobs.pages import PageSelection
from devtools import sample_files
from worker.parsing.limits import GIB, KIB, ParserLimits
from worker.parsing.ocr.installed import OcrChoice, OcrData
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import fork_server, forked_reader, protocol, run
from worker.parsing.sandbox.fork_server import ParentGone, ReadResult, end_error
from worker.parsing.sandbox.jail import NOBODY_UID
from worker.parsing.sandbox.protocol import Order, decode_order, encode_order

LIMITS = ParserLimits()
FIVE = ParserLimits(wall_seconds=5.0)
LATE = ReadResult(None, timed_out=True)
LOST = ReadResult(None)
NO_OCR = OcrData().choose("en")


@pytest.mark.parametrize(
    "selection",
    [PageSelection(), PageSelection(None), PageSelection(3, (4, 1)), PageSelection(5, ())],
)
def test_orders_survive_the_protocol(selection):
    request = ParseRequest(selection, "de", "MULTIMODAL")
    limits = ParserLimits(max_pages=7, wall_seconds=0.25)
    ocr = OcrChoice("ru", ("rus", "eng"), {"rus": "/a/rus", "eng": "/b/eng"}, "a warning", "1")
    message = protocol.decode(protocol.encode(encode_order("\udcff.pdf", request, limits, ocr))[4:])
    assert decode_order(message, 9) == Order("\udcff.pdf", 9, request, limits, ocr)


def end(ended_by: int, cpu_seconds: float, peak: int, result=LOST, limits=LIMITS) -> FileError:
    usage = resource.struct_rusage((cpu_seconds, 0.0, peak // 1024, *(0,) * 13))
    return end_error(result, ended_by, usage, limits)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (end(signal.SIGKILL, 1, GIB, LATE), FileErrorCode.TIMEOUT),
        (end(signal.SIGXCPU, 59.9, 0), FileErrorCode.TIMEOUT),
        (end(signal.SIGKILL, 60.2, 0), FileErrorCode.TIMEOUT),
        (end(signal.SIGKILL, 1, 0), FileErrorCode.OUT_OF_MEMORY),
        (end(signal.SIGABRT, 1, GIB + KIB), FileErrorCode.OUT_OF_MEMORY),
        (end(signal.SIGABRT, 1, GIB - KIB), FileErrorCode.CORRUPT),
        (end(signal.SIGSEGV, 1, 0), FileErrorCode.CORRUPT),
        (end(0, 1, 0), FileErrorCode.CORRUPT),
    ],
)
def test_the_error_follows_from_the_exit_status(error, code):
    assert error.code == code


def test_the_limit_that_was_reached_is_named():
    limits = ParserLimits(cpu_seconds=7, wall_seconds=0.5)
    scan = end(signal.SIGKILL, 0.4, 0, replace(LATE, ocr_pages=2), limits)
    assert scan.sentence == "reading the file took longer than 20.5 seconds"
    wall = end(signal.SIGKILL, 0.4, 0, LATE, limits)
    assert wall.sentence == "reading the file took longer than 0.5 seconds"
    for error in (
        end(signal.SIGXCPU, 6.9, 0, limits=limits),
        end(signal.SIGKILL, 7, 0, limits=limits),
    ):
        assert error.sentence == "reading the file used more than 7 seconds of CPU time"


def order(data: bytes, name: str, file) -> Order:
    file.write(data)
    file.flush()
    return Order(name, file.fileno(), sample_files.EVERYTHING, LIMITS, NO_OCR)


def test_the_answer_is_a_document_or_an_error():
    with tempfile.TemporaryFile() as file:
        answer = run.read_file(order(b"Hello", "a.txt", file), sample_files.no_ocr())
        assert answer["document"]["pages"][0]["text"] == "Hello"
    with tempfile.TemporaryFile() as file:
        answer = run.read_file(order(b"MZ\0\0\1\2\3", "a.exe", file), sample_files.no_ocr())
        assert answer["error"]["code"] == "unsupported_type"


def test_a_fault_of_this_program_is_an_internal_error():
    answer = run.read_file(
        Order("a", 10_000, sample_files.EVERYTHING, LIMITS, NO_OCR), sample_files.no_ocr()
    )
    assert answer["error"] == {"code": "internal", "sentence": "the server could not read the file"}
    assert answer["detail"].startswith("OSError at run.py:")


def test_the_message_of_a_fault_does_not_quote_the_document():
    with pytest.raises(ValueError, match="secret") as caught:
        int("a secret of the document")
    assert "secret" not in protocol.internal_error_message(caught.value)["detail"]


@pytest.fixture
def pipes():
    ours, theirs = socket.socketpair()
    reader, writer = os.pipe()
    with ours, theirs, os.fdopen(writer, "wb", buffering=0) as end:
        yield reader, end, theirs, ours
    os.close(reader)


def test_a_whole_answer_ends_the_waiting(pipes):
    reader, writer, connection, _ = pipes
    frame = protocol.encode({"a": 1})
    writer.write(frame)
    assert fork_server._await_answer(reader, connection, FIVE) == ReadResult(frame)


def test_pages_by_ocr_give_more_time(pipes):
    reader, writer, connection, _ = pipes
    limits = ParserLimits(wall_seconds=0.05, ocr_page_seconds=0.1, ocr_max_seconds=0.2)
    writer.write(protocol.OCR_PAGE_MARK * 7)
    start = time.monotonic()
    assert fork_server._await_answer(reader, connection, limits) == replace(LATE, ocr_pages=7)
    assert 0.2 <= time.monotonic() - start < 60


def test_an_answer_may_follow_pages_by_ocr(pipes):
    reader, writer, connection, _ = pipes
    frame = protocol.encode({"a": 1})
    writer.write(protocol.OCR_PAGE_MARK + protocol.OCR_PAGE_MARK + frame)
    assert fork_server._await_answer(reader, connection, FIVE) == ReadResult(frame, ocr_pages=2)


def start_reader(parent: int, writer: int, data: bytes = b"Hello") -> int:
    """Fork a reader of `data`, which writes to `writer`; return its end as `waitpid` tells it."""
    with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as directory:
        if os.getuid() == 0:
            os.chown(directory, NOBODY_UID, NOBODY_UID)
        ordered = order(data, "a.txt", file)
        reader = os.fork()
        if reader == 0:
            forked_reader.run_reader(ordered, directory, writer, parent)
        return os.waitpid(reader, 0)[1]


def test_a_reader_answers_and_ends(pipes):
    reader, writer, connection, _ = pipes
    assert os.WTERMSIG(start_reader(os.getpid(), writer.fileno())) == signal.SIGKILL
    answer = fork_server._await_answer(reader, connection, FIVE).answer
    assert protocol.decode(answer[4:])["document"]["pages"][0]["text"] == "Hello"


def test_a_reader_whose_parent_is_gone_reads_nothing(pipes):
    reader, writer, _, _ = pipes
    gone = os.getpid() + 1  # any process that is not the reader's parent
    assert os.WTERMSIG(start_reader(gone, writer.fileno())) == signal.SIGKILL
    writer.close()
    assert os.read(reader, 1) == b""


def test_the_waiting_ends_at_the_limit_or_with_the_parent(pipes):
    reader, writer, connection, ours = pipes
    writer.write(b"\0\0")
    assert fork_server._await_answer(reader, connection, ParserLimits(wall_seconds=0.05)) == LATE
    ours.close()
    with pytest.raises(ParentGone):
        fork_server._await_answer(reader, connection, FIVE)


def test_a_reader_that_ends_gives_no_answer(pipes):
    reader, writer, connection, _ = pipes
    writer.write(b"\0\0")
    writer.close()
    assert fork_server._await_answer(reader, connection, FIVE) == ReadResult(None)


def test_an_answer_that_is_too_long_is_dropped(pipes):
    reader, writer, connection, _ = pipes
    writer.write(b"\xff\xff\xff\xff")
    assert fork_server._await_answer(reader, connection, FIVE) == ReadResult(None)
