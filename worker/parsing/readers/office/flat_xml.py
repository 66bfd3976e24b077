"""Reads documents of Word and workbooks that are one XML file; other XML is left to `read_text`.

Layout: ECMA-376 part 2, annex on Flat OPC as Word writes it (`pkg:package`): the parts of a docx as
elements; and Word 2003's XML (`w:wordDocument`).
"""

import dataclasses
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, sanitize
from worker.parsing.readers.encodings.decoding import declared_encoding, decode
from worker.parsing.readers.office.docx import MAIN_PART, read_docx
from worker.parsing.readers.office.package import Package, attribute, local_name
from worker.parsing.readers.office.word.elements import first, is_on
from worker.parsing.readers.office.word.flat_package import flat_archive
from worker.parsing.readers.office.word.numbering import Numbering
from worker.parsing.readers.office.word.pages import is_page_number, make_pages
from worker.parsing.readers.office.word.story import Story
from worker.parsing.readers.office.word.styles import Paragraph, Styles, find_headings
from worker.parsing.readers.office.workbook.xml_2003 import is_spreadsheet, read_sheets
from worker.parsing.readers.source import Source
from worker.parsing.readers.text import read_text
from worker.parsing.readers.xml.tree import parse_partly

_NAMESPACES = (
    b"http://schemas.microsoft.com/office/2006/xmlPackage",
    b"http://schemas.microsoft.com/office/word/2003/wordml",
)
_NAMESPACE_WITHIN = 8192
_BREAKS_OFF = "the file is damaged: its text breaks off and the rest is lost"


def read_xml(source: Source) -> Document:
    """Read an XML file: a document of Word or Excel as its text, any other as read_text does.

    Raises FileError (`corrupt`, `no_such_pages`).
    """
    data = source.read_all()
    head = data[:_NAMESPACE_WITHIN].replace(b"\0", b"")  # of UTF-16
    if is_spreadsheet(head):
        sheets, lost_sheets = read_sheets(sanitize(decode(data, declared_encoding(data))))
        if sheets:
            return build_document(source, sheets, lost=lost_sheets)
    if b"<!DOCTYPE" in head or not any(each in head for each in _NAMESPACES):
        return read_text(source)
    root, is_whole = parse_partly(data)
    kind = "" if root is None else local_name(root.tag)
    lost = () if is_whole else (_BREAKS_OFF,)
    if root is not None and kind == "wordDocument" and first(root, "body") is not None:
        return _read_word_2003(source, root, lost)
    if root is not None and kind == "package":
        file = flat_archive(root)
        package = Package(file)
        if package.main_part(MAIN_PART) in package and any(
            name.startswith("word/") for name in package.names
        ):
            return read_docx(dataclasses.replace(source, file=file), lost)
    return read_text(source)


def _read_word_2003(source: Source, root: Element, lost: Iterable[str]) -> Document:
    styles = Styles(first(root, "styles"))
    numbering = Numbering(None)

    def read(elements: Iterable[Element]) -> Story:
        story = Story(styles, numbering, lambda _kind, _identifier: (), {})
        for element in elements:
            story.read(element)
        return story

    story = read(each for each in root if local_name(each.tag) == "body")
    paragraphs: list[Paragraph] = []
    found: dict[str, dict[str, None]] = {"hdr": {}, "ftr": {}}
    for each in _shown_headers(root, story.sections):
        header = read(each)
        text = sanitize("\n".join(header.lines()))
        if not is_page_number(text):
            found[local_name(each.tag)][text] = None
            paragraphs += header.paragraphs
    pages = make_pages(story.pages(), (), found["hdr"], found["ftr"])
    return build_document(
        source, pages, None, find_headings(paragraphs + story.paragraphs), tuple(lost)
    )


def _shown_headers(root: Element, sections: Iterable[Element]) -> Iterator[Element]:
    """Yield the headers and footers of the sections that are on any page.

    Those of first and of even pages are there only where the document says so.
    """
    shown = {"odd", ""}
    if first(first(root, "docPr"), "evenAndOddHeaders") is not None:
        shown.add("even")
    for section in sections:
        if is_on(first(section, "titlePg")):
            shown.add("first")
        for each in section:
            is_header = local_name(each.tag) in ("hdr", "ftr")
            if is_header and (attribute(each, "type") or "") in shown:
                yield each
