"""Pictures of text and PDFs of them, and OCR that reads them."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from app.errors import FileError
from devtools import pdf_samples, sample_files
from tests.unit.worker.parsing import pictures
from worker.parsing.document import Document
from worker.parsing.ocr.engine import Orientation, Recognised
from worker.parsing.ocr.installed import OcrData, find_models, find_ocr
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.ocr.tesseract import Tesseract
from worker.parsing.readers.image import read_image
from worker.parsing.readers.pdf.reader import read_pdf

# Not what this machine has besides.
INSTALLED = replace(find_ocr(), models=find_models([Path(sys.prefix, "share", "tessdata")]))


def tesseract(lang: str = "en", data: OcrData = INSTALLED, **others) -> Ocr:
    choice = data.choose(lang)
    return Ocr(choice, Tesseract(choice.models, choice.files), **others)


def read(data: bytes, ocr: Ocr | None = None, asked=sample_files.EVERYTHING, **limits) -> Document:
    source = sample_files.source(data, "", asked, ocr or tesseract(), **limits)
    return (read_pdf if source.type.extension == "pdf" else read_image)(source)


def refused(data: bytes, ocr: Ocr | None = None, **limits) -> FileError:
    with pytest.raises(FileError) as caught:
        read(data, ocr or sample_files.no_ocr(), **limits)
    return caught.value


PAGE = pictures.save(pictures.draw(pictures.ENGLISH))


def words(text: str) -> list[str]:
    return text.split()


def scan(*pages: Image.Image) -> bytes:
    """Make a PDF of which each page is a picture."""
    numbers = [4 + 2 * len(pages) + number for number in range(len(pages))]
    named = b"".join(b"/Im%d %d 0 R" % (number, number) for number in numbers)
    return pdf_samples.pdf(
        *[b"q 595 0 0 222 0 300 cm /Im%d Do Q" % number for number in numbers],
        resources=b"/XObject<<%s>>" % named,
        extra=[pdf_samples.picture(page.tobytes(), *page.size) for page in pages],
    )


class Fixed:
    """An engine that has its answers ready; the last one again and again."""

    def __init__(self, *answers: Recognised, direction: Orientation | None = None) -> None:
        self._answers = list(answers)
        self._direction = direction
        self.seen: list[Image.Image] = []
        self.dpi: list[int] = []

    def read(self, picture: Image.Image, dpi: int, *_: object, **__: object) -> Recognised:
        self.seen.append(picture)
        self.dpi.append(dpi)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def detect_orientation(self, _: Image.Image) -> Orientation | None:
        return self._direction
