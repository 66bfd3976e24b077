import os
import signal
import socket
import tempfile

import pytest

from app.jobs.pages import PageSelection
from devtools import sample_files
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrChoice, OcrData
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox import protocol, run
from worker.parsing.sandbox.forked_reader import run_reader
from worker.parsing.sandbox.jail import NOBODY_UID
from worker.parsing.sandbox.protocol import Order, decode_order, encode_order

LIMITS = ParserLimits()
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


def start_reader(parent: int, message: protocol.Message, data: bytes = b"Hello") -> bytes:
    """Fork a reader of `data` and return all that it writes before it ends."""
    ours, theirs = socket.socketpair()
    with (
        ours,
        theirs,
        tempfile.TemporaryFile() as file,
        tempfile.TemporaryDirectory() as directory,
    ):
        if os.getuid() == 0:
            os.chown(directory, NOBODY_UID, NOBODY_UID)
        file.write(data)
        file.flush()
        protocol.send(ours, message)
        reader = os.fork()
        if reader == 0:
            run_reader(file.fileno(), theirs.fileno(), directory, parent, ours.fileno())
        theirs.close()
        written = b"".join(iter(lambda: ours.recv(4096), b""))
        assert os.WTERMSIG(os.waitpid(reader, 0)[1]) == signal.SIGKILL
        return written


HELLO = encode_order("a.txt", sample_files.EVERYTHING, LIMITS, NO_OCR)


def test_a_reader_answers_and_ends():
    answer = protocol.decode(start_reader(os.getpid(), HELLO)[4:])
    assert answer["document"]["pages"][0]["text"] == "Hello"


def test_a_reader_whose_parent_is_gone_reads_nothing():
    gone = os.getpid() + 1  # any process that is not the reader's parent
    assert start_reader(gone, HELLO) == b""
