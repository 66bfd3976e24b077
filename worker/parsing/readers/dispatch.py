"""Reads a file of any type by the reader of its type. Uploads are read in the sandbox only."""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from app.errors import FileError, FileErrorCode
from app.files.sniff.sniff import IMAGE_EXTENSIONS, UNKNOWN, sniff
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.readers.epub import read_epub
from worker.parsing.readers.html import read_html
from worker.parsing.readers.image import read_image
from worker.parsing.readers.mail.mhtml import read_mhtml
from worker.parsing.readers.mail.reader import read_eml, read_msg
from worker.parsing.readers.office.opendocument.reader import read_opendocument
from worker.parsing.readers.office.reader import read_office
from worker.parsing.readers.pdf.reader import read_pdf
from worker.parsing.readers.rtf import read_rtf
from worker.parsing.readers.source import Source
from worker.parsing.readers.svg import read_svg
from worker.parsing.readers.text import read_text
from worker.parsing.readers.zip_checks import check_archive
from worker.parsing.request import ParseRequest

Reader = Callable[[Source], Document]

_READERS: Mapping[str, Reader] = {
    "pdf": read_pdf,
    "epub": read_epub,
    "html": read_html,
    "rtf": read_rtf,
    "svg": read_svg,
    "eml": read_eml,
    "msg": read_msg,
    "mhtml": read_mhtml,
    **dict.fromkeys(("odt", "ods", "odp"), read_opendocument),
    **dict.fromkeys(("txt", "md", "csv", "tsv", "json", "xml"), read_text),
    **dict.fromkeys(
        ("docx", "doc", "pptx", "ppt", "xlsx", "xls"),
        read_office,
    ),
    **dict.fromkeys(IMAGE_EXTENSIONS, read_image),
}


def read_document(
    file: BinaryIO, name: str, request: ParseRequest, limits: ParserLimits, ocr: Ocr
) -> Document:
    """Read the chosen pages of a file into a document.

    Raises FileError, and MemoryError and RecursionError of the readers.
    """
    if not file.seek(0, 2):
        raise FileError(FileErrorCode.EMPTY, "the file is empty")
    kind = sniff(file, name)
    check_archive(file, kind, limits)
    if kind.encrypted:
        raise FileError(FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password")
    reader = _READERS.get(kind.extension)
    if reader is None:
        raise _unsupported(kind.extension)
    return reader(Source(file, kind, request, limits, ocr))


def _unsupported(extension: str) -> FileError:
    if extension == UNKNOWN.extension:
        sentence = "the type of the file is not supported"
    else:
        sentence = f"files of the type {extension} are not supported"
    return FileError(FileErrorCode.UNSUPPORTED_TYPE, sentence)
