"""The sandboxed parser with hostile files, and with signals to the processes that read them."""

import io
import os
import signal
import tempfile
import threading
import time

import psutil
import pytest

from app.errors import FileError, FileErrorCode
from devtools import ole_samples, pdf_samples, sample_files
from devtools.waiting import WAIT_SECONDS
from tests.integration.worker.parsing.reading import (
    ENDLESS,
    has_ended,
    parse,
    readers,
    refused,
    signal_while_reading,
    wait_for,
)
from worker.parsing.limits import MIB, ParserLimits
from worker.parsing.sandbox.parser import ReadingAborted, SandboxedParser


def test_one_fork_server_reads_one_file_after_another(shared):
    for number in range(3):
        document = parse(shared, b"invoice %d" % number)
        assert (document.format, document.pages[0].text) == ("txt", f"invoice {number}")
    first = shared.server_pid
    assert refused(shared, b"").code == FileErrorCode.EMPTY
    assert shared.server_pid == first


@pytest.mark.parametrize(
    "data",
    [
        pdf_samples.pdf("Hello"),
        sample_files.docx(["Hello"]),
        sample_files.odp("Hello"),
        "Hello\xa0".encode("cp1252"),
        b"Subject: Hello\r\nFrom: a@b.c\r\nMIME-Version: 1.0\r\n\r\nHello",
        sample_files.eml("Grüße", "Hello", "terms.pdf"),
        ole_samples.msg("Offer", "Hello"),
        b"From: <Saved by X>\r\nContent-Type: text/html\r\n\r\n<p>Hello",
        b"<!doctype html>Hello",
    ],
)
def test_every_library_works_without_rights(shared, data):
    for _ in range(2):
        assert "Hello" in parse(shared, data, "").pages[0].text


def test_vertical_writing_is_read_without_the_fonts_of_the_system(shared):
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/HeiseiMin-W3/Encoding/UniJIS-UCS2-V"
        b"/DescendantFonts[7 0 R]>>"
    )
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiMin-W3"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>>>"
    )
    data = pdf_samples.pdf(
        b"BT /F2 12 Tf 300 700 Td <767A7968660E7D30> Tj ET",
        resources=b"/Font<</F2 6 0 R>>",
        extra=[font, descendant],
    ).replace(b"/Font<</F1 3 0 R>>/Font", b"/Font")
    assert parse(shared, data).pages[0].text == "発票明細"


def test_files_are_read_from_any_position_and_after_deletion(shared, tmp_path):
    path = tmp_path / "report"
    path.write_bytes(b"on disk")
    with path.open("rb") as file:
        file.seek(3)
        path.unlink()
        assert shared.parse(file, "a.txt", sample_files.EVERYTHING).pages[0].text == "on disk"
        assert file.tell() == 3
    with tempfile.SpooledTemporaryFile(max_size=100) as spooled:
        spooled.write(b"spooled")
        assert shared.parse(spooled, "a.txt", sample_files.EVERYTHING).pages[0].text == "spooled"


@pytest.mark.parametrize("name", ["", "\udcff\udc80.txt", "../../etc/passwd", "a\0b.txt", "名.txt"])
def test_file_names_may_have_any_bytes(shared, name):
    assert parse(shared, b"text", name).pages[0].text == "text"


def test_the_sandbox_returns_documents_and_errors(shared):
    assert parse(shared, pdf_samples.pdf("Hello"), "").pages[0].text == "Hello"
    assert parse(shared, sample_files.docx(["Hello"]), "\udcff.docx").format == "docx"
    assert refused(shared, b"").code == FileErrorCode.EMPTY
    found = shared.parse(
        io.BytesIO(pdf_samples.pdf("Hello")),
        "",
        sample_files.request(mode="MULTIMODAL", max_pages=1),
    )
    assert [layout.words for layout in found.layouts] == [1]


def test_the_wall_limit_ends_the_reading():
    with SandboxedParser(ParserLimits(wall_seconds=1.5)) as parser:
        parse(parser, b"warm up")
        start = time.monotonic()
        error = refused(parser, ENDLESS)
        assert time.monotonic() - start < 60
        assert error.code == FileErrorCode.TIMEOUT
        assert error.sentence == "reading the file took longer than 1.5 seconds"
        wait_for(lambda: not readers(parser))
        assert parse(parser, b"next").pages[0].text == "next"


def test_the_processor_limit_ends_the_reading():
    with SandboxedParser(ParserLimits(cpu_seconds=1)) as parser:
        error = refused(parser, ENDLESS)
        assert error.code == FileErrorCode.TIMEOUT
        assert error.sentence == "reading the file used more than 1 seconds of CPU time"


def test_the_memory_limit_ends_the_reading():
    with SandboxedParser(ParserLimits(memory_bytes=420 * MIB)) as parser:
        assert refused(parser, b"x" * (150 * MIB), "a.txt").code == FileErrorCode.OUT_OF_MEMORY
        assert parse(parser, b"next").pages[0].text == "next"


def test_a_reader_that_hangs_is_killed():
    with SandboxedParser(ParserLimits(wall_seconds=2)) as parser:
        assert signal_while_reading(parser, signal.SIGSTOP).code == FileErrorCode.TIMEOUT


def test_a_reader_that_the_kernel_kills_was_out_of_memory(shared):
    assert signal_while_reading(shared, signal.SIGKILL).code == FileErrorCode.OUT_OF_MEMORY


def test_a_reader_that_crashes_reports_a_damaged_file(shared):
    error = signal_while_reading(shared, signal.SIGSEGV)
    assert error.code in {FileErrorCode.CORRUPT, FileErrorCode.OUT_OF_MEMORY}
    assert parse(shared, b"next").pages[0].text == "next"


def test_a_lost_fork_server_is_replaced(shared):
    parse(shared, b"warm up")
    first = shared.server_pid
    os.kill(first, signal.SIGKILL)
    assert parse(shared, b"next").pages[0].text == "next"
    assert shared.server_pid != first


def test_the_fork_server_keeps_no_file_open(shared, tmp_path):
    path = tmp_path / "letter"
    path.write_bytes(b"private")
    with path.open("rb") as file:
        shared.parse(file, "a.txt", sample_files.EVERYTHING)
    wait_for(lambda: not readers(shared))
    assert psutil.Process(shared.server_pid).open_files() == []


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_files(shared):
    """A time limit's exception, as Celery raises it, comes while a file is being read."""

    class TooLong(Exception):
        pass

    def too_long(*_: object) -> None:
        raise TooLong

    assert parse(shared, b"begin").pages[0].text == "begin"
    before = signal.signal(signal.SIGALRM, too_long)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(TooLong):
            parse(shared, ENDLESS[: len(ENDLESS) // 20], "theirs.html")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert parse(shared, b"mine").pages[0].text == "mine"


def test_aborting_ends_the_reading_at_once(shared):
    parse(shared, b"begin")
    wait_for(lambda: not readers(shared))
    server = shared.server_pid
    aborting = threading.Thread(target=lambda: (wait_for(lambda: readers(shared)), shared.abort()))
    aborting.start()
    with pytest.raises(ReadingAborted):  # otherwise it would be read to its end
        parse(shared, ENDLESS, "endless.html")
    aborting.join()

    wait_for(lambda: not psutil.pid_exists(server))
    assert parse(shared, b"next").pages[0].text == "next"


def test_aborting_without_a_file_does_nothing(parser, caplog):
    parser.abort()
    parse(parser, b"first")
    parser.abort()

    assert parse(parser, b"second").pages[0].text == "second"
    assert caplog.records == []


def test_a_fork_server_lost_twice_over_one_file(shared):
    parse(shared, b"warm up")
    outcome: list[FileError] = []
    thread = threading.Thread(target=lambda: outcome.append(refused(shared, ENDLESS)))
    thread.start()
    killed: set[int] = set()
    while len(killed) < 2:
        pid = wait_for(lambda: shared.server_pid not in {None, *killed} and shared.server_pid)
        children = wait_for(lambda pid=pid: psutil.Process(pid).children())
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
        # The reader ends with its parent; the process that inherits it may reap it later.
        wait_for(lambda children=children: all(has_ended(child) for child in children))
    thread.join(timeout=WAIT_SECONDS)
    assert outcome[0].code == FileErrorCode.WORKER_LOST
    assert parse(shared, b"next").pages[0].text == "next"
