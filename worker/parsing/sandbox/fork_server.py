"""The process that forks a reader for each file.

Started as `python -m worker.parsing.sandbox.fork_server DESCRIPTOR MODELS`. It imports the reading
libraries and loads OCR models, given by their paths as JSON; it calls nothing else of them, so
that a fork is ready at once. A reader begins with the whole memory of this process, which
therefore never holds anything of a file: order and answer go over a socket between the worker and
the reader, which this process only passes on. It ends when its parent closes the connection.
"""

import contextlib
import gc
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from worker.parsing.ocr.tesseract import Tesseract
from worker.parsing.sandbox import protocol, seccomp
from worker.parsing.sandbox.forked_reader import ForkedReader
from worker.parsing.sandbox.heap import fill_gaps
from worker.parsing.sandbox.jail import NOBODY_UID
from worker.parsing.sandbox.preload import preload
from worker.parsing.sandbox.run import silence_output


class ParentGone(Exception):
    """The parent closed the connection while a file was being read."""


def main(descriptor: int, models: dict[str, str]) -> None:
    """Serve the parent at the other end of a socket until it closes."""
    with socket.socket(fileno=descriptor) as connection:
        preload()
        Tesseract.load_ahead(tuple(models), models)
        seccomp.prepare()
        # Readers share the objects of the imports with this process: no collection may write
        # to them.
        gc.collect()
        gc.freeze()
        fill_gaps()
        silence_output()
        protocol.send(connection, {"ready": os.getpid()})
        with contextlib.suppress(ParentGone, BrokenPipeError, ConnectionResetError):
            serve(connection)


def serve(connection: socket.socket) -> None:
    """Have files read until the parent closes the connection. Raises ParentGone."""
    while (descriptors := protocol.receive_start(connection)) is not None:
        file, channel = descriptors
        protocol.send(connection, _read_file(connection, file, channel))


def _read_file(connection: socket.socket, file: int, channel: int) -> protocol.Message:
    """Fork a reader and end it when the parent says so; return how it ended, or what failed."""
    with contextlib.ExitStack() as stack:
        reader, refusal = None, ""
        try:
            directory = stack.enter_context(_private_directory())
            reader = ForkedReader.start(file, channel, directory, connection.fileno())
        except OSError as error:
            refusal = str(error)
        finally:
            os.close(file)
            os.close(channel)
        # Only now, because the parent waits for an answer until the channel is closed.
        if reader is None:
            _await_end(connection)
            return {
                "unavailable": f"the system refused a resource needed to read the file: {refusal}"
            }
        try:
            _await_end(connection)
        finally:
            end = reader.end()
        return asdict(end)


def _await_end(connection: socket.socket) -> None:
    """Wait until the parent has the answer, or wants it no more. Raises ParentGone."""
    if not connection.recv(1):
        raise ParentGone


@contextlib.contextmanager
def _private_directory() -> Iterator[str]:
    """Make the only directory that the reader may write in, and remove it at the end.

    Raises OSError when it cannot be made.
    """
    directory = tempfile.mkdtemp(prefix="pigeonhole-")
    try:
        if os.getuid() == 0:
            with contextlib.suppress(PermissionError):  # root without capabilities
                os.chown(directory, NOBODY_UID, NOBODY_UID)
        yield directory
    finally:
        _remove(directory)


def _remove(directory: str) -> None:
    try:
        Path(directory).rmdir()
    except FileNotFoundError:
        return
    except OSError:
        # It has files. Their names come from the reader: a fork lists them, not this process.
        pid = os.fork()
        if pid == 0:
            try:
                shutil.rmtree(directory, ignore_errors=True)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
