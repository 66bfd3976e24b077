"""The process that reads one file and ends: how files are read where the system cannot fork.

Started as `python -m worker.parsing.sandbox.once` in an empty directory of its own, but for
the order in a file; the file to read is its standard input, and its answer goes to its standard
output.
"""

import json
import os
import sys
from pathlib import Path

from worker.parsing.sandbox import protocol
from worker.parsing.sandbox.order import ORDER_NAME, read_order
from worker.parsing.sandbox.preload import preload
from worker.parsing.sandbox.run import answer, fall_silent, open_ocr


def main() -> None:
    """Say that it is ready, read the file, answer."""
    directory = Path.cwd()
    order = read_order(json.loads((directory / ORDER_NAME).read_text()), sys.stdin.fileno())
    preload()
    fall_silent()
    # What libraries print must not get into the answer.
    writer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    protocol.write(writer, {"ready": os.getpid()})
    ocr = open_ocr(order, lambda: os.write(writer, protocol.TICK))
    message = answer(order, str(directory), ocr)
    if message is not None:
        protocol.write(writer, message)


if __name__ == "__main__":
    main()
