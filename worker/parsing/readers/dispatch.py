"""Reads a file of any type by the reader of its type. Uploads are read in the sandbox only."""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from app.errors import FileError, FileErrorCode
from app.files.sniff.sniff import (
    IMAGE_EXTENSIONS,
    IWORK_EXTENSIONS,
    SIGNED_FILE,
    UNKNOWN,
    ZIP_EXTENSIONS,
    FileType,
    sniff,
)
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.readers.epub import read_epub
from worker.parsing.readers.image import read_image
from worker.parsing.readers.mail.mhtml import read_mhtml
from worker.parsing.readers.mail.reader import read_eml, read_msg
from worker.parsing.readers.mail.signed_file import open_signed_file
from worker.parsing.readers.markup.html import read_html
from worker.parsing.readers.markup.svg import read_svg
from worker.parsing.readers.markup.web_archive import read_web_archive
from worker.parsing.readers.office.decryption import open_with_default_password
from worker.parsing.readers.office.docx import read_docx
from worker.parsing.readers.office.flat_xml import read_xml
from worker.parsing.readers.office.hangul.binary import read_hwp
from worker.parsing.readers.office.hangul.package import read_hwpx
from worker.parsing.readers.office.iwork.reader import read_iwork
from worker.parsing.readers.office.old_office import read_doc, read_ppt, read_xls
from worker.parsing.readers.office.opendocument.reader import read_opendocument
from worker.parsing.readers.office.pptx import read_pptx
from worker.parsing.readers.office.visio import read_vsdx
from worker.parsing.readers.office.xlsx import read_xlsx
from worker.parsing.readers.pdf.reader import read_pdf
from worker.parsing.readers.rtf.reader import read_rtf
from worker.parsing.readers.source import Source
from worker.parsing.readers.text import read_text
from worker.parsing.readers.zip_checks import check_archive
from worker.parsing.readers.zip_repair import drop_leading_bytes, rebuild_directory
from worker.parsing.request import ParseRequest

Reader = Callable[[Source], Document]

# Each person who signs an Italian contract wraps it again.
_MAX_SIGNATURES = 5
_DAMAGED = "the file is damaged: its list of parts is lost, and some parts may be missing"

_READERS: Mapping[str, Reader] = {
    "pdf": read_pdf,
    "epub": read_epub,
    "html": read_html,
    "rtf": read_rtf,
    "eml": read_eml,
    "msg": read_msg,
    "mhtml": read_mhtml,
    "webarchive": read_web_archive,
    "hwp": read_hwp,
    "hwpx": read_hwpx,
    "pptx": read_pptx,
    "xlsx": read_xlsx,
    "vsdx": read_vsdx,
    "svg": read_svg,
    "xml": read_xml,
    "docx": read_docx,
    "doc": read_doc,
    "xls": read_xls,
    "ppt": read_ppt,
    **dict.fromkeys(("odt", "ods", "odp", "odg"), read_opendocument),
    **dict.fromkeys(("txt", "md", "csv", "tsv", "json"), read_text),
    **dict.fromkeys(IWORK_EXTENSIONS, read_iwork),
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
    for _ in range(_MAX_SIGNATURES):
        if kind.extension == SIGNED_FILE:
            file, name = open_signed_file(file, name)
            kind = sniff(file, name)
    repaired = rebuild_directory(file, limits) if kind == UNKNOWN else None
    if repaired is not None and sniff(repaired, name).extension in ZIP_EXTENSIONS:
        file, kind = repaired, sniff(repaired, name)
    elif kind.extension in ZIP_EXTENSIONS and not kind.encrypted:
        file = drop_leading_bytes(file)
    check_archive(file, kind, limits)
    if kind.encrypted:
        file = open_with_default_password(file)
        kind = sniff(file, name)
        check_archive(file, kind, limits)
    reader = _READERS.get(kind.extension)
    if reader is None:
        raise _unsupported(kind)
    document = reader(Source(file, kind, request, limits, ocr))
    return document if repaired is None else document.with_loss(_DAMAGED)


def _unsupported(kind: FileType) -> FileError:
    if kind.remark:
        sentence = kind.remark
    elif kind == UNKNOWN:
        sentence = "the type of the file is not supported"
    else:
        sentence = f"files of the type {kind.extension} are not supported"
    return FileError(FileErrorCode.UNSUPPORTED_TYPE, sentence)
