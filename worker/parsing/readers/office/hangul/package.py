"""Reads documents of Hangul that are ZIP files of XML (hwpx): KS X 6101."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_text_document, sanitize
from worker.parsing.readers.office.package import BadPart, Package, local_name
from worker.parsing.readers.source import Source

_SECTION = re.compile(r"contents/section(\d{1,6})\.xml")
_MANIFEST = "META-INF/manifest.xml"
_BREAKS = {"lineBreak": "\n", "tab": "\t", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}
_MAX_DEPTH = 60
# More than the text limit of a document; the rest would be cut anyway.
_MAX_CHARACTERS = 1 << 21


def read_hwpx(source: Source) -> Document:
    """Read a document's paragraphs, with those in tables, boxes, notes and headers.

    Raises FileError (`encrypted`, `corrupt`, `no_such_pages`).
    """
    try:
        package = Package(source.file)
    except zip_directory.BadZip as error:
        raise _corrupt() from error
    if _is_encrypted(package):
        raise FileError(FileErrorCode.ENCRYPTED, "the file is encrypted and needs a password")
    found = filter(None, map(_SECTION.fullmatch, package.names))
    sections = [name for _, name in sorted((int(match[1]), match[0]) for match in found)]
    texts: list[str] = []
    lost: list[str] = []
    room = _MAX_CHARACTERS
    for line in _section_lines(package, sections, lost):
        texts.append(line)
        room -= len(line)
        if room < 0:
            break
    if len(lost) == len(sections):
        raise _corrupt()
    return build_text_document(source, sanitize("\n".join(texts)), lost=lost)


def _section_lines(package: Package, sections: list[str], lost: list[str]) -> Iterator[str]:
    """Yield the lines of all sections; add a sentence to `lost` for each that is damaged."""
    for number, name in enumerate(sections, 1):
        try:
            root = package.xml(name)
        except BadPart:
            lost.append(f"section {number} of the document could not be read")
        else:
            yield from _lines(root, _MAX_DEPTH)


def _is_encrypted(package: Package) -> bool:
    try:
        return b"encryption-data" in package.read(_MANIFEST)
    except BadPart:
        return False


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its text cannot be read")


def _lines(element: Element, depth: int) -> Iterator[str]:
    """Yield the paragraphs in an element; what a paragraph holds follows it."""
    if not depth:
        return
    for child in element:
        kind = local_name(child.tag)
        if kind == "p":
            text = "".join(map(_run, child)).strip()
            if text:
                yield text
            yield from _lines(child, depth - 1)
        elif kind == "tr":
            # The cells of a row are one line.
            cells = (" ".join(_lines(cell, depth - 1)) for cell in child)
            yield " ".join(filter(None, cells))
        elif kind == "script":
            yield (child.text or "").strip()
        elif kind != "hiddenComment":
            yield from _lines(child, depth - 1)


def _run(run: Element) -> str:
    """Return the text of a run of characters."""
    return "".join(_plain(part) for part in run if local_name(part.tag) == "t")


def _plain(text: Element) -> str:
    found = [text.text or ""]
    for part in text:
        kind = local_name(part.tag)
        if kind in _BREAKS:
            found.append(_BREAKS[kind])
        elif kind != "deleteBegin":
            found.append(_plain(part) if len(part) else part.text or "")
        found.append(part.tail or "")
    return "".join(found)
