"""The sandboxed parser against files and signals that kill what reads them."""

import contextlib
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.errors import FileError, FileErrorCode
from tests.unit.parsing import samples
from worker.parsing.copies import READING, WAITING
from worker.parsing.document import Document
from worker.parsing.limits import MIB, ParserLimits
from worker.parsing.sandbox import ParserUnavailable, ReadingAborted, SandboxedParser

# Ten seconds of work for the HTML reader: no limit of these tests lets it finish.
ENDLESS = b"<!doctype html>" + b"<b>x</b>y&amp;z\n" * 3_000_000
ROOT = Path(__file__).resolve().parents[3]


STRATEGIES = ("fork", "process")


@pytest.fixture
def parser():
    with SandboxedParser() as parser:
        yield parser


@pytest.fixture(scope="module")
def shared():
    """A parser for tests that leave its child alive."""
    with SandboxedParser() as parser:
        yield parser


@pytest.fixture(scope="module", params=STRATEGIES)
def either(request):
    """A parser of each strategy; the slower one has no child, and none for its next file."""
    with SandboxedParser(strategy=request.param) as parser:
        yield parser


def parse(parser: SandboxedParser, data: bytes, name: str = "a.txt") -> Document:
    return parser.parse(io.BytesIO(data), name, samples.EVERYTHING)


def refused(parser: SandboxedParser, data: bytes, name: str = "a.txt") -> FileError:
    with pytest.raises(FileError) as caught:
        parse(parser, data, name)
    return caught.value


def wait_for(look: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def reading_child(parser: SandboxedParser) -> psutil.Process:
    return psutil.Process(parser.child_pid)


def copies(parser: SandboxedParser, name: str) -> list[psutil.Process]:
    """Return the copies of the child that read a file, or wait for one."""
    found = []
    for copy in reading_child(parser).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if not has_ended(copy) and copy.name() == name:
                found.append(copy)
    return found


def is_at_rest(parser: SandboxedParser) -> bool:
    """Tell whether the child is done with all that follows its answer."""
    return not copies(parser, READING) and len(copies(parser, WAITING)) == 1


def signal_while_reading(parser: SandboxedParser, number: int, times: int = 1) -> FileError:
    """Send a signal to the process that reads a file, as it reads."""
    parse(parser, b"warm up")
    wait_for(lambda: is_at_rest(parser))
    outcome: list[FileError] = []
    thread = threading.Thread(target=lambda: outcome.append(refused(parser, ENDLESS)))
    thread.start()
    for _ in range(times):
        (copy,) = wait_for(lambda: copies(parser, READING))
        time.sleep(0.2)
        copy.send_signal(number)
    thread.join(timeout=60)
    return outcome[0]


def test_reads_one_file_after_another_in_one_child(shared):
    for number in range(3):
        document = parse(shared, b"invoice %d" % number)
        assert (document.format, document.pages[0].text) == ("txt", f"invoice {number}")
    first = shared.child_pid
    assert refused(shared, b"").code == FileErrorCode.EMPTY
    assert shared.child_pid == first


@pytest.mark.parametrize(
    "data",
    [
        samples.pdf("Hello"),
        samples.docx(["Hello"]),
        samples.odp("Hello"),
        "Hello\xa0".encode("cp1252"),
        b"Subject: Hello\r\nFrom: a@b.c\r\nMIME-Version: 1.0\r\n\r\nHello",
        b"<!doctype html>Hello",
    ],
)
def test_every_library_works_without_rights(shared, data):
    for _ in range(2):
        assert "Hello" in parse(shared, data, "").pages[0].text


def test_reads_from_files_in_any_state(shared, tmp_path):
    path = tmp_path / "report"
    path.write_bytes(b"on disk")
    with path.open("rb") as file:
        file.seek(3)
        path.unlink()
        assert shared.parse(file, "a.txt", samples.EVERYTHING).pages[0].text == "on disk"
        assert file.tell() == 3
    with tempfile.SpooledTemporaryFile(max_size=100) as spooled:
        spooled.write(b"spooled")
        assert shared.parse(spooled, "a.txt", samples.EVERYTHING).pages[0].text == "spooled"


@pytest.mark.parametrize("name", ["", "\udcff\udc80.txt", "../../etc/passwd", "a\0b.txt", "名.txt"])
def test_names_of_any_bytes(shared, name):
    assert parse(shared, b"text", name).pages[0].text == "text"


def test_documents_and_errors_by_either_strategy(either):
    assert parse(either, samples.pdf("Hello"), "").pages[0].text == "Hello"
    assert parse(either, samples.docx(["Hello"]), "\udcff.docx").format == "docx"
    assert refused(either, b"").code == FileErrorCode.EMPTY
    looked = either.parse(
        io.BytesIO(samples.pdf("Hello")), "", samples.request(mode="MULTIMODAL", max_pages=1)
    )
    assert [look.words for look in looked.looks] == [1]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_wall_limit(strategy):
    with SandboxedParser(ParserLimits(wall_seconds=0.5), strategy=strategy) as parser:
        parse(parser, b"warm up")
        start = time.monotonic()
        error = refused(parser, ENDLESS)
        assert time.monotonic() - start < 5
        assert error.code == FileErrorCode.TIMEOUT
        assert error.sentence == "reading the file took longer than 0.5 seconds"
        if strategy == "fork":
            wait_for(lambda: is_at_rest(parser))
        assert parse(parser, b"next").pages[0].text == "next"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_processor_limit(strategy):
    with SandboxedParser(ParserLimits(cpu_seconds=1), strategy=strategy) as parser:
        error = refused(parser, ENDLESS)
        assert error.code == FileErrorCode.TIMEOUT
        assert error.sentence == "reading the file used more than 1 seconds of processor time"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_memory_limit(strategy):
    with SandboxedParser(ParserLimits(memory_bytes=420 * MIB), strategy=strategy) as parser:
        assert refused(parser, b"x" * (150 * MIB), "a.txt").code == FileErrorCode.OUT_OF_MEMORY
        assert parse(parser, b"next").pages[0].text == "next"


def test_a_reader_that_hangs_is_killed():
    with SandboxedParser(ParserLimits(wall_seconds=2)) as parser:
        assert signal_while_reading(parser, signal.SIGSTOP).code == FileErrorCode.TIMEOUT


def test_a_reader_killed_by_the_kernel_was_out_of_memory(shared):
    assert signal_while_reading(shared, signal.SIGKILL).code == FileErrorCode.OUT_OF_MEMORY


def test_a_reader_that_crashes_found_a_damaged_file(shared):
    error = signal_while_reading(shared, signal.SIGSEGV)
    assert error.code in {FileErrorCode.CORRUPT, FileErrorCode.OUT_OF_MEMORY}
    assert parse(shared, b"next").pages[0].text == "next"


def test_a_lost_child_is_replaced(parser):
    parse(parser, b"warm up")
    first = parser.child_pid
    os.kill(first, signal.SIGKILL)
    assert parse(parser, b"next").pages[0].text == "next"
    assert parser.child_pid != first


def test_a_copy_that_was_lost_while_it_waited(parser):
    parse(parser, b"warm up")
    wait_for(lambda: is_at_rest(parser))
    (spare,) = copies(parser, WAITING)
    spare.kill()
    wait_for(lambda: has_ended(spare))
    assert parse(parser, b"next").pages[0].text == "next"


def test_a_copy_waits_with_nothing_of_the_file_before(parser, tmp_path):
    path = tmp_path / "letter"
    path.write_bytes(b"private")
    with path.open("rb") as file:
        parser.parse(file, "a.txt", samples.EVERYTHING)
    wait_for(lambda: is_at_rest(parser))
    (spare,) = copies(parser, WAITING)
    assert spare.open_files() == []
    assert psutil.Process(parser.child_pid).open_files() == []


def test_an_answer_that_nobody_waited_for_is_not_the_next_files(parser):
    """A time limit's exception, as Celery raises it, comes while a file is being read."""

    class TooLong(Exception):
        pass

    def too_long(*_: object) -> None:
        raise TooLong

    assert parse(parser, b"begin").pages[0].text == "begin"
    before = signal.signal(signal.SIGALRM, too_long)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(TooLong):
            parse(parser, ENDLESS[: len(ENDLESS) // 20], "theirs.html")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert parse(parser, b"mine").pages[0].text == "mine"


def test_reading_that_is_aborted_ends_at_once(parser):
    parse(parser, b"begin")
    child = parser.child_pid
    aborting = threading.Thread(
        target=lambda: (wait_for(lambda: copies(parser, READING)), parser.abort())
    )
    aborting.start()
    began = time.monotonic()
    with pytest.raises(ReadingAborted):
        parse(parser, ENDLESS, "endless.html")
    aborting.join()

    assert time.monotonic() - began < 5
    wait_for(lambda: not psutil.pid_exists(child))
    assert parse(parser, b"next").pages[0].text == "next"


def test_aborting_when_nothing_is_read_costs_no_file(parser, caplog):
    parser.abort()
    parse(parser, b"first")
    parser.abort()

    assert parse(parser, b"second").pages[0].text == "second"
    assert caplog.records == []


def test_a_child_lost_twice_over_one_file(parser):
    parse(parser, b"warm up")
    outcome: list[FileError] = []
    thread = threading.Thread(target=lambda: outcome.append(refused(parser, ENDLESS)))
    thread.start()
    killed: set[int] = set()
    while len(killed) < 2:
        pid = wait_for(lambda: parser.child_pid not in {None, *killed} and parser.child_pid)
        copies = wait_for(lambda pid=pid: psutil.Process(pid).children())
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
        # The copy notices that its parent is gone. Whoever inherits it may collect it later.
        wait_for(lambda copies=copies: all(has_ended(copy) for copy in copies))
    thread.join(timeout=60)
    assert outcome[0].code == FileErrorCode.WORKER_LOST
    assert parse(parser, b"next").pages[0].text == "next"


def test_close_leaves_no_process_and_no_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with SandboxedParser(ParserLimits(wall_seconds=0.3)) as parser:
        parse(parser, b"one")
        refused(parser, ENDLESS)
        pid = parser.child_pid
    assert not psutil.pid_exists(pid)
    assert list(tmp_path.iterdir()) == []
    parser.close()
    assert parser.child_pid is None


def test_two_parsers_at_once():
    texts: list[str] = []

    def read_some(prefix: str) -> None:
        with SandboxedParser() as parser:
            texts.extend(
                parse(parser, f"{prefix}{number}".encode()).pages[0].text for number in range(5)
            )

    threads = [threading.Thread(target=read_some, args=(prefix,)) for prefix in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == [f"{prefix}{number}" for prefix in "ab" for number in range(5)]


def test_one_parser_from_many_threads(shared):
    texts: list[str] = []
    threads = [
        threading.Thread(
            target=lambda number=number: texts.append(parse(shared, b"%d" % number).pages[0].text)
        )
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == ["0", "1", "2", "3", "4", "5"]


def run_script(script: str, **options) -> subprocess.Popen[str]:
    prelude = "import io, os, sys, time\nfrom tests.integration.parsing.test_sandbox import *\n"
    return subprocess.Popen(
        [sys.executable, "-c", prelude + script],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def read_in_daemon(connection) -> None:
    with SandboxedParser() as parser:
        connection.send(parse(parser, b"from a daemon").pages[0].text)


def test_works_in_a_daemonic_process():
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=read_in_daemon, args=(theirs,), daemon=True
    )
    process.start()
    assert ours.poll(30)
    assert ours.recv() == "from a daemon"
    process.join()


def test_works_without_standard_streams():
    script = (
        "out = os.dup(1)\n"
        "for number in range(3): os.close(number)\n"
        "with SandboxedParser() as parser:\n"
        "    text = parse(parser, samples.pdf('Hello')).pages[0].text\n"
        "os.write(out, text.encode())\n"
    )
    process = run_script(script)
    assert process.communicate(timeout=60)[0] == "Hello"


def test_a_fork_of_the_parent_starts_a_child_of_its_own():
    script = (
        "parser = SandboxedParser()\n"
        "parse(parser, b'one')\n"
        "ours = parser.child_pid\n"
        "if os.fork() == 0:\n"
        "    assert parse(parser, b'two').pages[0].text == 'two'\n"
        "    assert parser.child_pid != ours\n"
        "    parser.close()\n"
        "    os._exit(0)\n"
        "assert os.wait()[1] == 0\n"
        "assert parse(parser, b'three').pages[0].text == 'three'\n"
        "assert parser.child_pid == ours\n"
        "parser.close()\n"
        "print('done')\n"
    )
    process = run_script(script)
    assert process.communicate(timeout=60)[0] == "done\n"


def test_the_death_of_the_parent_leaves_nothing_behind(tmp_path):
    script = (
        "parser = SandboxedParser()\n"
        "parse(parser, b'one')\n"
        "print(parser.child_pid, flush=True)\n"
        "parse(parser, ENDLESS)\n"
    )
    process = run_script(script, env={**os.environ, "TMPDIR": str(tmp_path)})
    child = psutil.Process(int(process.stdout.readline()))
    wait_for(lambda: READING in [copy.name() for copy in child.children()])
    family = [child, *child.children()]
    process.kill()
    process.wait()
    process.stdout.close()
    assert psutil.wait_procs(family, timeout=10)[1] == []
    wait_for(lambda: not list(tmp_path.glob("pigeonhole-*")))


def test_a_child_that_cannot_start(monkeypatch):
    for program in ("/bin/false", "/nowhere/python"):
        monkeypatch.setattr(sys, "executable", program)
        with SandboxedParser() as parser, pytest.raises(ParserUnavailable):
            parse(parser, b"text")
        assert parser.child_pid is None


def test_without_a_directory_for_temporary_files(parser, tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with monkeypatch.context() as patched, path.open("rb") as file:
        patched.setattr(tempfile, "tempdir", str(temporary))
        assert parse(parser, b"warm up")
        wait_for(lambda: not list(temporary.iterdir()))
        temporary.rmdir()
        with pytest.raises(ParserUnavailable):  # ours, for the bytes in memory
            parse(parser, b"text")
        with pytest.raises(ParserUnavailable):  # the child's
            parser.parse(file, "a.txt", samples.EVERYTHING)
        temporary.mkdir()
        assert parse(parser, b"text").pages[0].text == "text"


def test_without_descriptors():
    script = (
        "import resource\n"
        "file = open('pyproject.toml', 'rb')\n"
        "limits = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "for more in range(8):\n"
        "    used = len(os.listdir('/proc/self/fd')) - 1\n"
        "    parser = SandboxedParser()\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (used + more, limits[1]))\n"
        "    try:\n"
        "        parser.parse(file, 'a.txt', samples.EVERYTHING)\n"
        "    except ParserUnavailable:\n"
        "        print(more, end=' ')\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, limits)\n"
        "    assert parser.parse(file, 'a.txt', samples.EVERYTHING).format == 'txt'\n"
        "    parser.close()\n"
        "    assert len(os.listdir('/proc/self/fd')) - 1 == used\n"
    )
    process = run_script(script)
    refused_with = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    assert refused_with.startswith("0 1 2 3 ")


def test_the_child_sees_no_secrets(parser, monkeypatch):
    monkeypatch.setenv("PIGEONHOLE_SECRET_KEY", "do not tell")
    parse(parser, b"text")
    environment = reading_child(parser).environ()
    assert "do not tell" not in environment.values()
    assert not any(name.startswith("PIGEONHOLE") for name in environment)
