import os
import signal
import socket
import tempfile
import time
from dataclasses import replace

import pytest

from app.errors import FileErrorCode
from app.jobs.pages import PageSelection
from devtools import sample_files
from worker.parsing.limits import GIB, ParserLimits
from worker.parsing.ocr.installed import OcrChoice, OcrData
from worker.parsing.readers.pdf.fallback import _judge_bare_pages, _read_one
from worker.parsing.readers.pdf.timeout import run_capped
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import fork_server, forked_reader, protocol
from worker.parsing.sandbox import run as answering
from worker.parsing.sandbox.exit_status import Ending, Waited, explain
from worker.parsing.sandbox.fork_server import ParentGone
from worker.parsing.sandbox.order import Order, read_order, write_order

LIMITS = ParserLimits()
FIVE = ParserLimits(wall_seconds=5.0)
LATE = Waited(None, timed_out=True)
NO_OCR = OcrData().choose("en")


@pytest.mark.parametrize(
    "selection",
    [PageSelection(), PageSelection(None), PageSelection(3, (4, 1)), PageSelection(5, ())],
)
def test_orders_there_and_back(selection):
    request = ParseRequest(selection, "de", "MULTIMODAL")
    limits = ParserLimits(max_pages=7, wall_seconds=0.25)
    ocr = OcrChoice("ru", ("rus", "eng"), {"rus": "/a/rus", "eng": "/b/eng"}, "a warning", "1")
    message = protocol.decode(protocol.encode(write_order("\udcff.pdf", request, limits, ocr))[4:])
    assert read_order(message, 9) == Order("\udcff.pdf", 9, request, limits, ocr)


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (Ending(True, signal.SIGKILL, 1, GIB), FileErrorCode.TIMEOUT),
        (Ending(False, signal.SIGXCPU, 59.9, 0), FileErrorCode.TIMEOUT),
        (Ending(False, signal.SIGKILL, 60.2, 0), FileErrorCode.TIMEOUT),
        (Ending(False, signal.SIGKILL, 1, 0), FileErrorCode.OUT_OF_MEMORY),
        (Ending(False, signal.SIGABRT, 1, GIB + 1), FileErrorCode.OUT_OF_MEMORY),
        (Ending(False, signal.SIGABRT, 1, GIB - 1), FileErrorCode.CORRUPT),
        (Ending(False, signal.SIGSEGV, 1, 0), FileErrorCode.CORRUPT),
        (Ending(False, 0, 1, 0), FileErrorCode.CORRUPT),
    ],
)
def test_endings_are_explained(ending, code):
    assert explain(ending, LIMITS).code == code


def test_the_limit_that_was_reached_is_named():
    limits = ParserLimits(cpu_seconds=7, wall_seconds=0.5)
    scan = explain(Ending(True, signal.SIGKILL, 0.4, 0, ocr_pages=2), limits)
    assert scan.sentence == "reading the file took longer than 20.5 seconds"
    wall = explain(Ending(True, signal.SIGKILL, 0.4, 0), limits)
    assert wall.sentence == "reading the file took longer than 0.5 seconds"
    for ending in (Ending(False, signal.SIGXCPU, 6.9, 0), Ending(False, signal.SIGKILL, 7, 0)):
        sentence = explain(ending, limits).sentence
        assert sentence == "reading the file used more than 7 seconds of processor time"


def order(data: bytes, name: str, file) -> Order:
    file.write(data)
    file.flush()
    return Order(name, file.fileno(), sample_files.EVERYTHING, LIMITS, NO_OCR)


def test_answers_for_documents_and_errors():
    with tempfile.TemporaryFile() as file:
        answer = answering.read(order(b"Hello", "a.txt", file), sample_files.no_ocr())
        assert answer["document"]["pages"][0]["text"] == "Hello"
    with tempfile.TemporaryFile() as file:
        answer = answering.read(order(b"MZ\0\0\1\2\3", "a.exe", file), sample_files.no_ocr())
        assert answer["error"]["code"] == "unsupported_type"


def test_answer_for_a_fault_of_our_own():
    answer = answering.read(
        Order("a", 10_000, sample_files.EVERYTHING, LIMITS, NO_OCR), sample_files.no_ocr()
    )
    assert answer["error"] == {"code": "internal", "sentence": "the server could not read the file"}
    assert answer["detail"].startswith("OSError at run.py:")


def test_a_fault_does_not_quote_the_document():
    with pytest.raises(ValueError, match="secret") as caught:
        int("a secret of the document")
    assert "secret" not in answering.fault_message(caught.value)["detail"]


@pytest.fixture
def pipes():
    ours, theirs = socket.socketpair()
    reader, writer = os.pipe()
    with ours, theirs, os.fdopen(writer, "wb", buffering=0) as end:
        yield reader, end, theirs, ours
    os.close(reader)


def test_waiting_for_a_whole_answer(pipes):
    reader, writer, connection, _ = pipes
    frame = protocol.encode({"a": 1})
    writer.write(frame)
    assert fork_server._await_answer(reader, connection, FIVE) == Waited(frame)


def test_pages_by_ocr_give_more_time(pipes):
    reader, writer, connection, _ = pipes
    limits = ParserLimits(wall_seconds=0.05, ocr_page_seconds=0.1, ocr_max_seconds=0.2)
    writer.write(protocol.TICK * 7)
    start = time.monotonic()
    assert fork_server._await_answer(reader, connection, limits) == replace(LATE, ocr_pages=7)
    assert 0.2 <= time.monotonic() - start < 5


def test_an_answer_after_pages_by_ocr(pipes):
    reader, writer, connection, _ = pipes
    frame = protocol.encode({"a": 1})
    writer.write(protocol.TICK + protocol.TICK + frame)
    assert fork_server._await_answer(reader, connection, FIVE) == Waited(frame, ocr_pages=2)


def test_a_copy_whose_parent_is_gone_reads_nothing(pipes):
    reader, writer, theirs, ours = pipes
    message = write_order("a.txt", sample_files.EVERYTHING, LIMITS, NO_OCR)
    with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as directory:
        protocol.send(ours, {"order": message, "directory": directory}, file.fileno())
        gone = os.getpid() + 1  # any process that is not the copy's parent
        copy = os.fork()
        if copy == 0:
            forked_reader.serve_once(theirs, writer.fileno(), gone)
        assert os.WTERMSIG(os.waitpid(copy, 0)[1]) == signal.SIGKILL
    writer.close()
    assert os.read(reader, 1) == b""


def test_a_copy_ends_when_no_file_comes():
    copy = forked_reader.Copy.fork(())
    status, _ = copy.end()
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_a_copy_whose_parent_closes_ends_by_itself(pipes):
    _, writer, theirs, ours = pipes
    copy = os.fork()
    if copy == 0:
        ours.close()
        forked_reader.serve_once(theirs, writer.fileno(), os.getppid())
    ours.close()
    assert os.WTERMSIG(os.waitpid(copy, 0)[1]) == signal.SIGKILL


def test_waiting_in_vain(pipes):
    reader, writer, connection, ours = pipes
    writer.write(b"\0\0")
    assert fork_server._await_answer(reader, connection, ParserLimits(wall_seconds=0.05)) == LATE
    ours.close()
    with pytest.raises(ParentGone):
        fork_server._await_answer(reader, connection, FIVE)


def test_the_end_instead_of_an_answer(pipes):
    reader, writer, connection, _ = pipes
    writer.write(b"\0\0")
    writer.close()
    assert fork_server._await_answer(reader, connection, FIVE) == Waited(None)


def test_waiting_for_an_answer_that_is_too_long(pipes):
    reader, writer, connection, _ = pipes
    writer.write(b"\xff\xff\xff\xff")
    assert fork_server._await_answer(reader, connection, FIVE) == Waited(None)


def test_capped_functions():
    def fail() -> str:
        raise ValueError

    def sleep() -> str:
        time.sleep(60)
        return "late"

    assert run_capped(lambda: "Größe" * 50_000, 20) == "Größe" * 50_000
    assert run_capped(fail, 20) == ""
    start = time.monotonic()
    assert run_capped(sleep, 0.2) == ""
    assert time.monotonic() - start < 5


def test_what_runs_capped():
    assert _read_one(sample_files.source(sample_files.pdf("One", "Two")), 1) == "Two"
    assert _judge_bare_pages(sample_files.source(sample_files.pdf(b"")), [0]) == ""
    lying = sample_files.pdf(b"").replace(b"/Count 1", b"/Count 7")
    assert _judge_bare_pages(sample_files.source(lying), [0]) == FileErrorCode.CORRUPT
    assert _judge_bare_pages(sample_files.source(b"nothing"), [0]) == FileErrorCode.CORRUPT
    bomb = sample_files.pdf(b"").replace(
        sample_files.stream(b""), sample_files.deflated(b" " * 80_000_000)
    )
    assert _judge_bare_pages(sample_files.source(bomb), [0]) == FileErrorCode.TOO_LARGE
