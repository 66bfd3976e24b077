"""Reads OpenDocument files, in packages and as one flat XML file: OASIS ODF 1.3 parts 2 and 3."""

import posixpath
import re
from urllib.parse import unquote

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, paginate_text
from worker.parsing.readers.headers import add_headers
from worker.parsing.readers.office.drawings.drawn_pictures import DrawnPictures
from worker.parsing.readers.office.opendocument.content import Content
from worker.parsing.readers.office.opendocument.text import DocumentText
from worker.parsing.readers.office.package import BadPart, Package
from worker.parsing.readers.source import Source

_CONTENT, _STYLES = "content.xml", "styles.xml"
# Read in pieces and never as a tree.
_MAX_CONTENT_BYTES = 256 << 20
# Objects may hold objects.
_MAX_DEPTH, _MAX_OBJECTS = 3, 200
_END_LOST = "the file is damaged: a part of its text, up to its end, could not be read"
_EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def read_opendocument(source: Source) -> Document:
    """Read an OpenDocument file from a package or from flat XML.

    A page is a slide, a visible sheet, or about 3000 characters; the first one also has the
    headers and footers. Raises FileError (`corrupt`, `no_such_pages`).
    """
    text = DocumentText(source.type.extension)
    source.file.seek(0)
    lost = _read_package(source, text) if source.file.read(2) == b"PK" else _read_flat(source, text)
    pages = _pages(text)
    if _END_LOST in lost and not any(pages):
        raise _corrupt()
    if text.has_pictures and not any(pages):
        lost.append("the document consists of pictures, which were not read")
    masters = text.styles.used_masters(text.used_masters or {None: None})
    pages = add_headers(
        pages,
        [header for master in masters for header in master.headers],
        [footer for master in masters for footer in master.footers],
    )
    return build_document(source, pages, headings=text.headings, lost=lost)


def _pages(text: DocumentText) -> list[str]:
    if text.kind == "odt":
        return paginate_text(text.whole())
    visible = [page.text for page in text.pages if not page.is_hidden]
    return visible or [page.text for page in text.pages] or [text.body.text()]


def _read_package(source: Source, text: DocumentText) -> list[str]:
    """Read the parts of a package; return sentences that name those that are lost."""
    try:
        package = Package(source.file)
        data = package.read(_CONTENT, _MAX_CONTENT_BYTES)
    except (zip_directory.BadZip, BadPart) as error:
        raise _corrupt() from error
    objects = _Objects(package)
    content = Content(text, objects.read, objects.read_picture)
    if _STYLES in package:
        try:
            is_whole = content.parse(package.read(_STYLES))
        except BadPart:
            is_whole = False
        if not is_whole:
            objects.lost.append("the headers and footers could not be read")
    if not content.parse(data):
        objects.lost.append(_END_LOST)
    return objects.lost


def _read_flat(source: Source, text: DocumentText) -> list[str]:
    """Read flat XML, which holds its objects in line."""
    content = Content(text, _name_nothing, _name_nothing)
    return [] if content.parse(source.read_all()) else [_END_LOST]


def _name_nothing(target: str) -> str:
    del target
    return ""


class _Objects:
    """Reads charts, formulas and documents that are embedded in a package."""

    def __init__(self, package: Package) -> None:
        self.lost: list[str] = []
        self._package = package
        self._pictures = DrawnPictures(package)
        self._open: list[str] = []
        self._count = 0

    def read(self, target: str) -> str:
        """Return the text of an object; it counts as lost if it cannot be read."""
        if _EXTERNAL.match(target):
            return ""
        folder = self._resolve(target)
        self._count += 1
        if folder in self._open or len(self._open) >= _MAX_DEPTH or self._count > _MAX_OBJECTS:
            return ""
        text = DocumentText("")
        self._open.append(folder)
        try:
            is_whole = Content(text, self.read, self.read_picture).parse(
                self._package.read(posixpath.join(folder, _CONTENT))
            )
        except BadPart:
            is_whole = False
        finally:
            self._open.pop()
        if not is_whole:
            self.lost.append(f"an embedded object ({folder}) could not be read")
        return text.whole()

    def read_picture(self, target: str) -> str:
        """Return the text of a picture that is drawn; it counts as lost if it cannot be read."""
        if not target or _EXTERNAL.match(target):
            return ""
        name = self._resolve(target)
        try:
            return self._pictures.text(name)
        except BadPart:
            self.lost.append(f"a picture ({name}) could not be read")
            return ""

    def _resolve(self, target: str) -> str:
        return posixpath.normpath(posixpath.join(*self._open[-1:], unquote(target))).lstrip("/")


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its content cannot be read")
