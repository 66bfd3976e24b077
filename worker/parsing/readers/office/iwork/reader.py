"""Reads documents of Apple Pages, Numbers and Keynote from 2013 on."""

import io
import re
from collections.abc import Iterator

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, build_text_document, sanitize
from worker.parsing.readers.office.iwork.archives import Message, fields, read_messages
from worker.parsing.readers.office.iwork.snappy import BadArchive
from worker.parsing.readers.office.package import BadPart, Package
from worker.parsing.readers.source import Source

# Numbers of types and fields: TSWP.StorageArchive, TST.TableDataList and its entries,
# TST.TableModelArchive, TN.SheetArchive, TST.Tile.
_STORAGES, _STORAGE_TEXT = frozenset({2001, 2005}), 3
_LISTS, _LIST_ENTRY, _ENTRY_TEXT = frozenset({6005, 6201}), 3, 3
_TABLE, _TABLE_NAME = 6001, 8
_SHEET, _SHEET_NAME = 2, 1
_TILE, _TILE_ROW = 6002, 5
_SLIDE = re.compile(r"index/slide-?(\d{0,12})(?:-\d+)?\.iwa")
_DOCUMENT = "index/document.iwa"
# What a template offers, and what the program remembers.
_NOT_SHOWN = re.compile(
    r"index/(?:masterslide|templateslide|viewstate|metadata|documentstylesheet|themestylesheet"
    r"|documentmetadata|annotationauthor|calculationengine|objectcontainer|presetscache)",
)
_LOCKED = frozenset({".iwpv2", ".iwph"})
_SEPARATORS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\ufffc": None, "\x04": "\n"})
_NUMBERS_LOST = (
    "numbers and dates in the tables were not read: export the file as PDF to have them read"
)


def read_iwork(source: Source) -> Document:
    """Read the texts of a document; a page is a slide, or about 3000 characters.

    Numbers and dates in tables are not read, and a warning says so. Raises FileError (`corrupt`,
    `encrypted`, `no_such_pages`).
    """
    package = _open(source)
    if not _LOCKED.isdisjoint(package.names):
        raise FileError(FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password")
    parts = [name for name in package.names if name.endswith(".iwa")]
    reader = _Reader(package)
    slides = sorted(filter(_SLIDE.fullmatch, parts), key=_slide_number)
    if slides:
        pages = [reader.read(name, is_slide=True) for name in slides]
        return build_document(source, pages, lost=reader.lost())
    shown = [name for name in parts if not _NOT_SHOWN.match(name)]
    shown.sort(key=lambda name: name != _DOCUMENT)
    texts = [reader.read(name) for name in shown]
    if not reader.has_read:
        raise _corrupt()
    return build_text_document(source, "\n\n".join(filter(None, texts)), lost=reader.lost())


def _open(source: Source) -> Package:
    """Return the package with the parts, which may be in a package of their own (2013)."""
    try:
        package = Package(source.file)
        if "Index.zip" in package:
            package = Package(io.BytesIO(package.read("Index.zip")))
    except (zip_directory.BadZip, BadPart) as error:
        raise _corrupt() from error
    return package


def _slide_number(name: str) -> tuple[int, str]:
    found = _SLIDE.fullmatch(name)
    return int(found[1] or 0) if found else 0, name


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its content cannot be read")


class _Reader:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._damaged = 0
        self._has_cells = False
        self.has_read = False

    def read(self, name: str, *, is_slide: bool = False) -> str:
        """Return the texts of a part, each in lines of its own."""
        texts: list[str] = []
        try:
            for message in read_messages(self._package.read(name)):
                texts += self._texts(message, is_slide=is_slide)
            self.has_read = True
        except (BadArchive, BadPart):
            self._damaged += 1
        lines = (sanitize(text.translate(_SEPARATORS)).strip() for text in texts)
        return "\n".join(filter(None, lines))

    def lost(self) -> list[str]:
        """Return sentences that name what could not be read."""
        lost = []
        if self._damaged:
            lost.append("a part of the document is damaged and could not be read")
        if self._has_cells:
            lost.append(_NUMBERS_LOST)
        return lost

    def _texts(self, message: Message, *, is_slide: bool) -> Iterator[str]:
        kind, body = message
        if kind in _STORAGES:
            yield from _strings(body, _STORAGE_TEXT)
        elif kind in _LISTS:
            for number, entry in fields(body):
                if number == _LIST_ENTRY and isinstance(entry, bytes):
                    yield from _strings(entry, _ENTRY_TEXT)
        elif kind == _TABLE:
            yield from _strings(body, _TABLE_NAME)
        elif kind == _SHEET and not is_slide:
            yield from _strings(body, _SHEET_NAME)
        elif kind == _TILE:
            self._has_cells |= any(number == _TILE_ROW for number, _ in fields(body))


def _strings(body: bytes, field: int) -> Iterator[str]:
    for number, value in fields(body):
        if number == field and isinstance(value, bytes):
            yield value.decode("utf-8", "replace")
