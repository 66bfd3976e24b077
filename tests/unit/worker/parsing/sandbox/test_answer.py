"""The answer of a reader as the worker awaits it, and the errors of files without one."""

import signal
import socket
import time
from dataclasses import replace

import pytest

from app.errors import FileError, FileErrorCode
from worker.parsing.limits import GIB, KIB, ParserLimits
from worker.parsing.sandbox import protocol
from worker.parsing.sandbox.answer import ReaderEnd, ReadResult, await_answer, end_error
from worker.parsing.sandbox.spawn import ServerLost

LIMITS = ParserLimits()
FIVE = ParserLimits(wall_seconds=5.0)
LATE = ReadResult(None, timed_out=True)
LOST = ReadResult(None)
PAYLOAD = b'{"a": 1}'
FRAME = protocol.encode({"a": 1})


def end(ended_by: int, cpu_seconds: float, peak: int, result=LOST, limits=LIMITS) -> FileError:
    return end_error(result, ReaderEnd(ended_by, cpu_seconds, peak), limits)


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


@pytest.fixture
def sockets():
    """The sockets of the reader and of the fork server, each with its other end."""
    pairs = [*socket.socketpair(), *socket.socketpair()]
    yield pairs
    for end in pairs:
        end.close()


def test_a_whole_answer_ends_the_waiting(sockets):
    answers, reader, server, _ = sockets
    reader.sendall(FRAME)
    assert await_answer(answers, server, FIVE) == ReadResult(PAYLOAD)


def test_pages_by_ocr_give_more_time(sockets):
    answers, reader, server, _ = sockets
    limits = ParserLimits(wall_seconds=0.05, ocr_page_seconds=0.1, ocr_max_seconds=0.2)
    reader.sendall(protocol.OCR_PAGE_MARK * 7)
    start = time.monotonic()
    assert await_answer(answers, server, limits) == replace(LATE, ocr_pages=7)
    assert time.monotonic() - start >= 0.2


def test_an_answer_may_follow_pages_by_ocr(sockets):
    answers, reader, server, _ = sockets
    reader.sendall(protocol.OCR_PAGE_MARK + protocol.OCR_PAGE_MARK + FRAME)
    assert await_answer(answers, server, FIVE) == ReadResult(PAYLOAD, ocr_pages=2)


def test_the_waiting_ends_at_the_limit_or_with_the_fork_server(sockets):
    answers, reader, server, other = sockets
    reader.sendall(b"\0\0")
    assert await_answer(answers, server, ParserLimits(wall_seconds=0.05)) == LATE
    other.close()
    with pytest.raises(ServerLost):
        await_answer(answers, server, FIVE)


def test_a_reader_that_ends_gives_no_answer(sockets):
    answers, reader, server, _ = sockets
    reader.sendall(b"\0\0")
    reader.close()
    assert await_answer(answers, server, FIVE) == LOST


def test_a_reader_that_leaves_its_order_unread_gives_no_answer(sockets):
    answers, reader, server, _ = sockets
    answers.sendall(b"an order")
    reader.close()
    assert await_answer(answers, server, FIVE) == LOST


def test_an_answer_that_is_too_long_is_dropped(sockets):
    answers, reader, server, _ = sockets
    reader.sendall(b"\xff\xff\xff\xff")
    assert await_answer(answers, server, FIVE) == LOST
