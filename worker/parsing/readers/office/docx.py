"""Reads word processing files: docx, docm, dotx, dotm.

Layout: ECMA-376 part 1, 11 (the parts) and 17 (WordprocessingML).
"""

import io
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import BinaryIO
from xml.etree.ElementTree import Element

from app.errors import FileError, FileErrorCode
from app.files.sniff.sniff import FileType
from app.files.sniff.zip_directory import BadZip
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.readers.document_builder import build_document, sanitize
from worker.parsing.readers.office.drawings.drawing import chart_texts, diagram_texts
from worker.parsing.readers.office.drawings.drawn_pictures import DrawnPictures
from worker.parsing.readers.office.package import (
    BadPart,
    Package,
    attribute,
    local_name,
    relationships_part,
)
from worker.parsing.readers.office.pictures import OfficePictures
from worker.parsing.readers.office.word.bound_data import BoundData
from worker.parsing.readers.office.word.chunks import chunk_type, read_chunk
from worker.parsing.readers.office.word.elements import first, is_on
from worker.parsing.readers.office.word.flat_package import unpack_flat
from worker.parsing.readers.office.word.numbering import Numbering
from worker.parsing.readers.office.word.pages import is_page_number, make_pages
from worker.parsing.readers.office.word.story import Story
from worker.parsing.readers.office.word.styles import Paragraph, Styles, find_headings
from worker.parsing.readers.source import Source
from worker.parsing.readers.xml.tree import parse_partly
from worker.parsing.readers.zip_checks import check_archive

MAIN_PART = "word/document.xml"
_MAIN_PARTS = re.compile(r"word/document\d*\.xml")
_MAX_HEADERS = 60
_MAX_CHUNKS = 200
# An inserted document may hold others.
_MAX_CHUNK_DEPTH = 3
_BREAKS_OFF = "the file is damaged: its text breaks off and the rest is lost"
_UNRELATED = "the file is damaged: its pictures and inserted parts cannot be found"
_LOST = {
    "header": ("a header", "headers"),
    "footer": ("a footer", "footers"),
    "footnotes": ("the footnotes", "footnotes"),
    "endnotes": ("the endnotes", "endnotes"),
    "comments": ("the comments", "comments"),
    "chart": ("a chart", "charts"),
    "diagram": ("a diagram", "diagrams"),
    "chunk": ("an inserted document", "inserted documents"),
    "picture": ("a picture", "pictures"),
    "embedded": ("a document embedded in the file", "documents embedded in the file"),
}


def read_docx(source: Source, lost: Sequence[str] = ()) -> Document:
    """Read a word processing file: what a person sees, as far as it is text.

    A page is the text between explicit page breaks; a longer one is cut like running text. Headers
    come before and footers after the text of the first page, a footnote after its paragraph,
    endnotes and comments at the end. Parts that cannot be read are named in the warnings, as
    are those of `lost`. Raises FileError (`corrupt`, `no_such_pages`).
    """
    package = _open(source.file)
    file = _WordFile(package, source.limits)
    pages = file.read()
    pictures = None
    is_scan = not any(pages)
    if source.request.mode == "MULTIMODAL" or is_scan:
        # A scan that was pasted into a document is read in both modes, as in a PDF.
        parts = file.picture_parts(len(pages))
        pictures = OfficePictures(source, package, parts, is_scan=is_scan).read
    headings = find_headings(file.paragraphs)
    return build_document(source, pages, pictures, headings, [*lost, *file.lost()])


def _open(file: BinaryIO) -> Package:
    try:
        return Package(file)
    except BadZip as error:
        raise FileError(
            FileErrorCode.CORRUPT, "the file is damaged: its list of parts cannot be read"
        ) from error


class _WordFile:
    """Reads the parts of one file and counts those that cannot be read."""

    def __init__(self, package: Package, limits: ParserLimits, depth: int = 0) -> None:
        self.paragraphs: list[Paragraph] = []
        self._package = package
        self._pictures = DrawnPictures(package)
        self._limits = limits
        self._depth = depth
        self._chunks: dict[str, list[str]] = {}
        self._damage: list[str] = []
        self._lost: Counter[str] = Counter()
        self._is_whole = True
        main = package.main_part(MAIN_PART)
        if main not in package:
            main = next(filter(_MAIN_PARTS.fullmatch, package.names), main)
        self._main = main
        self._relations = package.relationships(main)
        if not self._relations and self._is_damaged(relationships_part(main)):
            self._damage.append(_UNRELATED)
        self._styles = Styles(self._root_of("styles"))
        self._numbering = Numbering(self._root_of("numbering"))
        self._bound = BoundData(package, self._parts("customXml"))

    def read(self) -> list[str]:
        """Return the texts of the pages. Raises FileError (`corrupt`)."""
        story = self._story(self._main, self._notes("footnotes", "footnote"))
        self._read_main(story)
        endnotes = self._notes("endnotes", "endnote") if story.endnotes else {}
        comments = self._notes("comments", "comment")
        notes = [*(endnotes.get(number, "") for number in story.endnotes), *comments.values()]
        headers, footers = self._headers(story.sections)
        self.paragraphs += story.paragraphs
        return make_pages(story.pages(), notes, headers, footers)

    def picture_parts(self, pages: int) -> dict[int, list[str]]:
        """Return the parts whose pictures count as on a page: headers on the first one.

        Page ends are known only to programs that lay out the text, so all others are on the last.
        """
        parts = {pages - 1: [self._main]}
        headers = self._package.related(self._main, "header", "footer")
        return {**parts, 0: [*headers, *parts.get(0, [])]}

    def lost(self) -> list[str]:
        """Return sentences that name what could not be read."""
        named = (
            f"{_LOST[kind][0] if count == 1 else f'{count} {_LOST[kind][1]}'} could not be read"
            for kind, count in self._lost.items()
        )
        return [*self._damage, *named]

    def _read_main(self, story: Story) -> None:
        root, is_whole = self._partial_root(self._main)
        body = first(root, "body")
        if body is None:
            is_there = self._main in self._package
            what = "its main part cannot be read" if is_there else "its main part is missing"
            raise FileError(FileErrorCode.CORRUPT, f"the file is damaged: {what}")
        story.read(body)
        self._is_whole = is_whole
        if not is_whole:
            self._damage.append(_BREAKS_OFF)

    def _story(self, part: str, footnotes: dict[str, str]) -> Story:
        return Story(
            self._styles, self._numbering, self._related_in(part), footnotes, self._bound.text
        )

    def _partial_root(self, part: str) -> tuple[Element | None, bool]:
        """Return the root element of a part as far as it can be read, and whether it is whole."""
        try:
            return parse_partly(self._package.read(part))
        except BadPart:
            return None, False

    def _is_damaged(self, part: str) -> bool:
        try:
            return part in self._package and self._package.xml(part) is None
        except BadPart:
            return True

    def _root_of(self, kind: str) -> Element | None:
        """Return the root element of a part without text; None if it is damaged or missing."""
        for part in self._parts(kind):
            try:
                return self._package.xml(part)
            except BadPart:
                return None
        return None

    def _parts(self, *kinds: str) -> list[str]:
        """Return the parts of some kinds: their usual names where relationships are missing."""
        related = [each.target for each in self._relations.values() if each.kind in kinds]
        if self._relations:
            return list(dict.fromkeys(related))
        folder = posixpath.dirname(self._main).lower()
        usual = re.compile(rf"{re.escape(folder)}/({'|'.join(kinds)})\d*\.xml")
        return list(filter(usual.fullmatch, self._package.names))

    def _notes(self, kind: str, element: str) -> dict[str, str]:
        """Return the texts of all footnotes, endnotes or comments by their ids."""
        found: dict[str, str] = {}
        for part in self._parts(kind):
            story = self._story(part, {})
            self._read_part(part, kind, story)
            notes = story.notes.items()
            found |= {key: text for (name, key), text in notes if name == element and text}
        return found

    def _read_part(self, part: str, kind: str, story: Story) -> None:
        root, is_whole = self._partial_root(part)
        if root is not None:
            story.read(root)
        if not is_whole:
            self._lost[kind] += 1

    def _headers(self, sections: Sequence[Element]) -> tuple[list[str], list[str]]:
        """Return the texts of headers and of footers, without repetitions and page numbers."""
        found: dict[str, dict[str, None]] = {"header": {}, "footer": {}}
        for kind, texts in found.items():
            for part in self._order(sections, kind)[:_MAX_HEADERS]:
                story = self._story(part, {})
                self._read_part(part, kind, story)
                text = sanitize("\n".join(story.lines()))
                if not is_page_number(text):
                    texts[text] = None
                    self.paragraphs += story.paragraphs
        return list(found["header"]), list(found["footer"])

    def _order(self, sections: Sequence[Element], kind: str) -> list[str]:
        """Return the headers or footers that the sections show, the first page's before.

        A section shows those of the sections before it where it names none of its own (17.10.2).
        """
        if not (self._is_whole and sections and self._relations):
            return self._parts(kind)
        shows_even = is_on(first(self._root_of("settings"), "evenAndOddHeaders"))
        current: dict[str, str] = {}
        found: list[tuple[bool, str]] = []
        for section in sections:
            for each in section:
                relation = self._relations.get(attribute(each, "id") or "")
                if local_name(each.tag) == f"{kind}Reference" and relation is not None:
                    current[attribute(each, "type") or "default"] = relation.target
            shown = {"default": True, "even": shows_even, "first": is_on(first(section, "titlePg"))}
            found += (
                (page != "first", part) for page, part in current.items() if shown.get(page, True)
            )
        found.sort(key=lambda each: each[0])
        return list(dict.fromkeys(part for _, part in found))

    def _related_in(self, part: str) -> Callable[[str, str], Sequence[str]]:
        """Return what reads the charts, diagrams, pictures and documents inserted in a part."""
        relations = self._package.relationships(part)

        def related(kind: str, identifier: str) -> Sequence[str]:
            relation = relations.get(identifier)
            try:
                return self._read_related(kind, "" if relation is None else relation.target)
            except BadPart:
                self._lost[kind] += 1
                return ()

        return related

    def _read_related(self, kind: str, part: str) -> Sequence[str]:
        if kind == "chart":
            return chart_texts(self._package, part)
        if kind == "diagram":
            return diagram_texts(self._package, part)
        if kind == "picture":
            return [self._pictures.text(part)]
        if kind == "embedded":
            raise BadPart("only the program that made it can show it")
        return self._read_chunk(part)

    def _read_chunk(self, part: str) -> list[str]:
        """Return the texts of the pages of an inserted document. Raises BadPart."""
        if part not in self._chunks:
            if len(self._chunks) >= _MAX_CHUNKS:
                raise BadPart("too many inserted documents")
            data = unpack_flat(self._package.read(part))
            kind = chunk_type(part, data)
            self._chunks[part] = self._inner(data) if kind == "docx" else [read_chunk(kind, data)]
        return self._chunks[part]

    def _inner(self, data: bytes) -> list[str]:
        if self._depth >= _MAX_CHUNK_DEPTH:
            raise BadPart("inserted documents hold each other")
        file = io.BytesIO(data)
        try:
            check_archive(file, FileType("docx"), self._limits)
            inner = _WordFile(_open(file), self._limits, self._depth + 1)
            pages = inner.read()
        except FileError as error:
            raise BadPart("the inserted document is damaged") from error
        self._lost.update(inner._lost)
        if inner._damage:
            self._lost["chunk"] += 1
        return pages
