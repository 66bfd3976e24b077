"""Reads EPUB books: EPUB 3.3, sections 4.2 (container) and 5 (package document)."""

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.encodings.decoding import declared_encoding, decode
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.markup.svg import drawing_text
from worker.parsing.readers.office.package import BadPart, Package, attribute, local_name
from worker.parsing.readers.source import Source

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_BOOK = ".opf"
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_CHAPTERS = (".xhtml", ".html", ".htm")
_SVG = "image/svg+xml"
# More than twice the text limit of a document; the rest would be cut anyway.
_MAX_CHARACTERS = 1 << 21
_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
_MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Chapter:
    name: str
    media_type: str


def read_epub(source: Source) -> Document:
    """Read a book's chapters in the order of its spine; a page has about 3000 characters.

    Raises FileError (`corrupt`, `encrypted`, `no_such_pages`).
    """
    try:
        package = Package(source.file)
    except zip_directory.BadZip as error:
        raise _corrupt() from error
    texts: list[str] = []
    headings: list[str] = []
    lost: list[str] = []
    chapters = list(dict.fromkeys(_list_chapters(package)))
    encrypted = _list_encrypted(package)
    if chapters and all(chapter.name.lower() in encrypted for chapter in chapters):
        raise FileError(FileErrorCode.ENCRYPTED, "the book is encrypted against copying")
    size = 0
    for chapter in chapters:
        try:
            text, found = _read_chapter(package, chapter, encrypted)
        except BadPart:
            lost.append(posixpath.basename(chapter.name))
            continue
        texts.append(text)
        headings += found
        size += len(text)
        if size > _MAX_CHARACTERS:
            break
    if not texts:
        raise _corrupt()
    whole = "\n\n".join(filter(None, texts))
    sentences = _name_lost(lost)
    if not whole and not lost and any(name.endswith(_PICTURES) for name in package.names):
        sentences.append("the book consists of pictures, which were not read")
    return build_text_document(source, whole, headings, sentences)


def _read_chapter(
    package: Package, chapter: _Chapter, encrypted: Collection[str]
) -> tuple[str, tuple[str, ...]]:
    """Return the text of a chapter and its headings. Raises BadPart, also for one encrypted."""
    if chapter.name.lower() in encrypted:
        raise BadPart(chapter.name)
    data = package.read(chapter.name)
    if chapter.media_type == _SVG:
        try:
            return drawing_text(data), ()
        except FileError as error:
            raise BadPart(chapter.name) from error
    if chapter.media_type.startswith("image/"):
        return "", ()
    markup = sanitize(decode(data, declared_encoding(data)))
    # The head has the title of the window only, which repeats the name of the book.
    body = _BODY.search(markup)
    return visible_text(markup[body.start() :] if body else markup)


def _list_chapters(package: Package) -> Iterator[_Chapter]:
    """Yield the chapters in the order of the spine, without one in that of the archive."""
    chapters: list[_Chapter] = []
    for name in _list_books(package):
        try:
            chapters = list(_read_spine(package, name))
        except BadPart:
            continue
        if chapters:
            break
    if chapters:
        yield from chapters
        return
    for name in package.names:
        if name.endswith(_CHAPTERS):
            yield _Chapter(name, "")


def _list_books(package: Package) -> Iterator[str]:
    """Yield the names of the package documents; the first one that can be read counts."""
    try:
        for element in package.xml(_CONTAINER).iter():
            path = attribute(element, "full-path")
            if local_name(element.tag) == "rootfile" and path:
                yield unquote(path) if unquote(path) in package else path
    except BadPart:
        pass
    yield from (name for name in package.names if name.endswith(_BOOK))


def _read_spine(package: Package, name: str) -> Iterator[_Chapter]:
    """Yield the chapters that a package document names. Raises BadPart."""
    folder = posixpath.dirname(name)
    items: dict[str, _Chapter] = {}
    order: list[str] = []
    for element in package.xml(name).iter():
        kind = local_name(element.tag)
        if kind == "item":
            path = _resolve(package, folder, attribute(element, "href") or "")
            media_type = (attribute(element, "media-type") or "").lower()
            items[attribute(element, "id") or ""] = _Chapter(path, media_type)
        elif kind == "itemref":
            order.append(attribute(element, "idref") or "")
    for each in order:
        # One that the list of files lacks counts as lost by its id.
        yield items.get(each, _Chapter(each, ""))


def _resolve(package: Package, folder: str, href: str) -> str:
    """Return the name that a reference means, which is escaped, or should be."""
    plain = posixpath.normpath(posixpath.join(folder, href.partition("#")[0]))
    return plain if plain in package else unquote(plain)


def _list_encrypted(package: Package) -> frozenset[str]:
    """Return the names of the encrypted parts, in lower case; fonts often are."""
    try:
        root = package.xml(_ENCRYPTION)
    except BadPart:
        return frozenset()
    references = (each for each in root.iter() if local_name(each.tag) == "CipherReference")
    return frozenset(unquote(attribute(each, "URI") or "").lower() for each in references)


def _name_lost(names: list[str]) -> list[str]:
    lost = [f"the chapter {name} could not be read" for name in names[:_MAX_NAMED]]
    if len(names) > _MAX_NAMED:
        lost.append(f"{len(names) - _MAX_NAMED} more chapters could not be read")
    return lost


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: no chapter of the book is left")
