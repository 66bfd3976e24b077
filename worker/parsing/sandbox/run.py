"""Reading one file in a process that has nothing else to do, and answering with a message."""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.errors import FileError, FileErrorCode
from worker.parsing.limits import MIB
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.tesseract import Tesseract, open_models
from worker.parsing.readers.dispatch import read_document
from worker.parsing.sandbox.jail import restrict_process
from worker.parsing.sandbox.messages import error_message, fault_message
from worker.parsing.sandbox.ocr_budget import Allowance
from worker.parsing.sandbox.order import Order


def fall_silent() -> None:
    """Drop what libraries have to say: hostile files make them say it by the megabyte."""
    logging.disable(logging.CRITICAL)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def open_ocr(order: Order, tell: Callable[[], object]) -> Ocr:
    """Return what reads pictures of text, with its files open, as long as there are rights.

    `tell` is called before each page is read.
    """
    if not order.ocr.models:
        return Ocr(order.ocr)
    engine = Tesseract(order.ocr.models, open_models(order.ocr.files))
    return Ocr(order.ocr, engine, Allowance(order.limits, tell))


def answer(
    order: Order, directory: str, ocr: Ocr, is_wanted: Callable[[], bool] = lambda: True
) -> dict[str, Any] | None:
    """Give up all rights, read the file, and return the message to answer with.

    Files are written in `directory` only. None when the answer is not wanted any more: this is
    asked once the process would be told, by a signal, that its parent has ended.
    """
    try:
        restrict_process(
            order.limits, directory, {Path(path).parent for path in order.ocr.files.values()}
        )
    except (OSError, ValueError) as error:  # without its limits nothing may be read
        return fault_message(error)
    return read(order, ocr) if is_wanted() else None


def read(order: Order, ocr: Ocr) -> dict[str, Any]:
    """Read the file, and return the document or the error as a message. Never fails."""
    try:
        with open(order.descriptor, "rb", closefd=False) as file:
            document = read_document(file, order.name, order.request, order.limits, ocr)
        return {"document": document.to_json()}
    except FileError as error:
        return error_message(error)
    except MemoryError:
        return error_message(
            FileError(
                FileErrorCode.OUT_OF_MEMORY,
                f"reading the file needs more memory than the limit of"
                f" {order.limits.memory_bytes // MIB} MB",
            )
        )
    except Exception as error:  # noqa: BLE001  the parent logs it; the file gets a plain answer
        return fault_message(error)
