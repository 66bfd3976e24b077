"""The processes of the sandboxed parser: their start, their end, what they leave behind."""

import multiprocessing
import os
import sys
import tempfile
import threading

import psutil
import pytest

from devtools import sample_files
from devtools.waiting import WAIT_SECONDS
from tests.integration.worker.parsing.reading import (
    ENDLESS,
    fork_server,
    parse,
    refused,
    run_script,
    wait_for,
)
from worker.parsing.limits import ParserLimits
from worker.parsing.sandbox.forked_reader import READER_NAME
from worker.parsing.sandbox.parser import ParserUnavailable, SandboxedParser


def test_close_leaves_no_process_and_no_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with SandboxedParser(ParserLimits(wall_seconds=1.5)) as parser:
        parse(parser, b"one")
        refused(parser, ENDLESS)
        pid = parser.server_pid
    assert not psutil.pid_exists(pid)
    assert list(tmp_path.iterdir()) == []
    parser.close()
    assert parser.server_pid is None


def test_two_parsers_work_at_once():
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


def test_many_threads_share_one_parser(shared):
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


def read_in_daemon(connection) -> None:
    with SandboxedParser() as parser:
        connection.send(parse(parser, b"from a daemon").pages[0].text)


def test_the_parser_works_in_a_daemonic_process():
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=read_in_daemon, args=(theirs,), daemon=True
    )
    process.start()
    assert ours.poll(WAIT_SECONDS)
    assert ours.recv() == "from a daemon"
    process.join()


def test_the_parser_works_without_standard_streams():
    script = (
        "out = os.dup(1)\n"
        "for number in range(3): os.close(number)\n"
        "with SandboxedParser() as parser:\n"
        "    text = parse(parser, pdf_samples.pdf('Hello')).pages[0].text\n"
        "os.write(out, text.encode())\n"
    )
    process = run_script(script)
    assert process.communicate(timeout=WAIT_SECONDS)[0] == "Hello"


def test_a_fork_of_the_parent_starts_another_fork_server():
    script = (
        "parser = SandboxedParser()\n"
        "parse(parser, b'one')\n"
        "ours = parser.server_pid\n"
        "if os.fork() == 0:\n"
        "    assert parse(parser, b'two').pages[0].text == 'two'\n"
        "    assert parser.server_pid != ours\n"
        "    parser.close()\n"
        "    os._exit(0)\n"
        "assert os.wait()[1] == 0\n"
        "assert parse(parser, b'three').pages[0].text == 'three'\n"
        "assert parser.server_pid == ours\n"
        "parser.close()\n"
        "print('done')\n"
    )
    process = run_script(script)
    assert process.communicate(timeout=WAIT_SECONDS)[0] == "done\n"


def test_the_death_of_the_parent_leaves_nothing_behind(tmp_path):
    script = (
        "parser = SandboxedParser()\n"
        "parse(parser, b'one')\n"
        "print(parser.server_pid, flush=True)\n"
        "parse(parser, ENDLESS)\n"
    )
    process = run_script(script, env={**os.environ, "TMPDIR": str(tmp_path)})
    server = psutil.Process(int(process.stdout.readline()))
    wait_for(lambda: READER_NAME in [reader.name() for reader in server.children()])
    family = [server, *server.children()]
    process.kill()
    process.wait()
    process.stdout.close()
    assert psutil.wait_procs(family, timeout=WAIT_SECONDS)[1] == []
    wait_for(lambda: not list(tmp_path.glob("pigeonhole-*")))


def test_a_fork_server_that_cannot_start_is_unavailable(monkeypatch):
    for program in ("/bin/false", "/nowhere/python"):
        monkeypatch.setattr(sys, "executable", program)
        with SandboxedParser() as parser, pytest.raises(ParserUnavailable):
            parse(parser, b"text")
        assert parser.server_pid is None


def test_a_missing_temporary_directory_is_unavailable(parser, tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with monkeypatch.context() as patched, path.open("rb") as file:
        patched.setattr(tempfile, "tempdir", str(temporary))
        assert parse(parser, b"warm up")
        wait_for(lambda: not list(temporary.iterdir()))
        temporary.rmdir()
        with pytest.raises(ParserUnavailable):  # for the bytes in memory
            parse(parser, b"text")
        with pytest.raises(ParserUnavailable):  # for the reader
            parser.parse(file, "a.txt", sample_files.EVERYTHING)
        temporary.mkdir()
        assert parse(parser, b"text").pages[0].text == "text"


def test_a_lack_of_descriptors_is_unavailable():
    script = (
        "import resource\n"
        "file = open('pyproject.toml', 'rb')\n"
        "limits = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "refused, first = True, None\n"
        "more = -1\n"
        "while refused:\n"
        "    more += 1\n"
        "    refused = False\n"
        "    used = len(os.listdir('/proc/self/fd')) - 1\n"
        "    parser = SandboxedParser()\n"
        "    first = first or parser\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (used + more, limits[1]))\n"
        "    try:\n"
        "        parser.parse(file, 'a.txt', sample_files.EVERYTHING)\n"
        "    except ParserUnavailable:\n"
        "        refused = True\n"
        "        print(more, end=' ')\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, limits)\n"
        "    parser.close()\n"
        "    assert len(os.listdir('/proc/self/fd')) - 1 == used\n"
        "assert first.parse(file, 'a.txt', sample_files.EVERYTHING).format == 'txt'\n"
        "first.close()\n"
    )
    process = run_script(script)
    refused_with = process.communicate(timeout=WAIT_SECONDS)[0]
    assert process.returncode == 0
    assert refused_with.startswith("0 1 2 3 ")


def test_the_fork_server_sees_no_secrets(parser, monkeypatch):
    monkeypatch.setenv("PIGEONHOLE_SECRET_KEY", "do not tell")
    parse(parser, b"text")
    environment = fork_server(parser).environ()
    assert "do not tell" not in environment.values()
    assert not any(name.startswith("PIGEONHOLE") for name in environment)
