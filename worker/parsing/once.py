"""The process that reads one file and ends: how files are read where the system cannot fork.

Started as `python -m worker.parsing.once` in an empty directory of its own, but for the order
in a file; the file to read is its standard input, and its answer goes to its standard output.
"""

import json
import os
import sys
from pathlib import Path

from worker.parsing import frames
from worker.parsing.answer import answer, fall_silent, open_ocr
from worker.parsing.order import ORDER_NAME, read_order
from worker.parsing.preload import preload


def main() -> None:
    """Say that it is ready, read the file, answer."""
    directory = Path.cwd()
    order = read_order(json.loads((directory / ORDER_NAME).read_text()), sys.stdin.fileno())
    preload()
    fall_silent()
    # What libraries print must not get into the answer.
    writer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    frames.write(writer, {"ready": os.getpid()})
    ocr = open_ocr(order, lambda: os.write(writer, frames.TICK))
    message = answer(order, str(directory), ocr)
    if message is not None:
        frames.write(writer, message)


if __name__ == "__main__":
    main()
