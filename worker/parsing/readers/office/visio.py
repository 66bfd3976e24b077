"""Reads drawings of Visio from 2013 on: [MS-VSDX] 2.2."""

from collections.abc import Iterator

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, read_texts, sanitize
from worker.parsing.readers.office.package import BadPart, Package, local_name, relationship_id
from worker.parsing.readers.source import Source

_MAIN_PART = "visio/document.xml"


def read_vsdx(source: Source) -> Document:
    """Read the words in a drawing; a page is a page of the drawing, with its name.

    Words that a shape takes from its stencil are not read. Raises FileError (`corrupt`,
    `no_such_pages`).
    """
    try:
        package = Package(source.file)
        pages = list(_list_pages(package))
    except (zip_directory.BadZip, BadPart) as error:
        raise _corrupt() from error
    if not pages:
        raise _corrupt()
    lost: list[str] = []
    texts = read_texts(source, len(pages), lambda index: _read_page(package, pages[index], lost))
    return build_document(source, texts, lost=lost)


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its pages cannot be read")


def _list_pages(package: Package) -> Iterator[tuple[str, str]]:
    """Yield the names of the pages and of their parts. Raises BadPart."""
    for part in package.related(package.main_part(_MAIN_PART), "pages"):
        related = package.relationships(part)
        for page in package.xml(part):
            target = next(
                (
                    related.get(relationship_id(each))
                    for each in page
                    if local_name(each.tag) == "Rel"
                ),
                None,
            )
            yield page.get("Name", "").strip(), target.target if target else ""


def _read_page(package: Package, page: tuple[str, str], lost: list[str]) -> str:
    name, part = page
    try:
        root = package.xml(part)
    except BadPart:
        lost.append(f"the page {name} of the drawing could not be read")
        return name
    found = ("".join(each.itertext()) for each in root.iter() if local_name(each.tag) == "Text")
    lines = ("\n".join(filter(None, map(str.strip, text.splitlines()))) for text in found)
    return sanitize("\n".join(filter(None, (name, *lines))))
