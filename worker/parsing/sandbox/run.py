"""Reads one file in the process that was forked for it, and returns the message to answer with."""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.errors import FileError
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.tesseract import Tesseract, open_models
from worker.parsing.readers.dispatch import read_document
from worker.parsing.rendering.page import render_page
from worker.parsing.sandbox.jail import allow_processor_time, restrict_process
from worker.parsing.sandbox.protocol import (
    Order,
    error_message,
    internal_error_message,
    memory_error,
)

# Time to read the rest of the file and to answer after the last page by OCR.
_RESERVE_SECONDS = 2.0


class OcrBudget:
    """Extends the time of the process by the time of each page that it reads by OCR."""

    def __init__(self, limits: ParserLimits, announce: Callable[[], object]) -> None:
        """Start the clock; `announce` tells the fork server, which also counts, of each page."""
        self._limits = limits
        self._announce = announce
        self._start = time.monotonic()
        self._pages = 0

    def __call__(self) -> float | None:
        """Return the seconds that the next page may take; None when the pages are used up."""
        if self._pages == self._limits.ocr_pages:
            return None
        self._pages += 1
        allow_processor_time(self._limits.cpu_for(self._pages))
        self._announce()
        end = self._start + self._limits.wall_for(self._pages) - _RESERVE_SECONDS
        return end - time.monotonic()


def silence_output() -> None:
    """Drop logs and standard error: hostile files make libraries write megabytes of it."""
    logging.disable(logging.CRITICAL)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def open_ocr(order: Order, announce: Callable[[], object]) -> Ocr:
    """Return the OCR for a file. Opens its models, so it must run before rights are given up.

    `announce` is called before each page.
    """
    if not order.ocr.models:
        return Ocr(order.ocr)
    places = open_models(order.ocr.files, above=order.limits.open_files)
    return Ocr(
        order.ocr,
        Tesseract(order.ocr.models, places),
        OcrBudget(order.limits, announce),
        lambda models: Tesseract(models, places),
    )


def read_restricted(
    order: Order, directory: str, ocr: Ocr, is_wanted: Callable[[], bool] = lambda: True
) -> dict[str, Any] | None:
    """Drop all rights, read the file, and return the message to answer with.

    Files are written in `directory` only. None when the answer is not wanted any more: this is
    asked once the kernel would signal the end of the parent.
    """
    readable = {Path(path).parent for path in order.ocr.files.values()}
    try:
        restrict_process(order.limits, directory, readable)
    except (OSError, ValueError) as error:  # without its limits no file may be read
        return internal_error_message(error)
    return read_file(order, ocr) if is_wanted() else None


def read_file(order: Order, ocr: Ocr) -> dict[str, Any]:
    """Read the file or draw its page, and return the outcome as a message. Never raises."""
    try:
        with open(order.descriptor, "rb", closefd=False) as file:
            if order.render is not None:
                page = render_page(file, order.name, order.render, order.request, order.limits, ocr)
                return {"page": page.to_json()}
            document = read_document(file, order.name, order.request, order.limits, ocr)
        return {"document": document.to_json()}
    except FileError as error:
        return error_message(error)
    except MemoryError:
        return error_message(memory_error(order.limits))
    except Exception as error:  # noqa: BLE001  the parent logs it, the client gets a plain answer
        return internal_error_message(error)
