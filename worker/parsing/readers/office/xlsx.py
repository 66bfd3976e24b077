"""Reads workbooks of Office Open XML, in XML (ECMA-376 part 1, 12 and 18) or binary (xlsb)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, read_texts
from worker.parsing.readers.field_codes import CHECKED
from worker.parsing.readers.office.binary_workbook import xlsb
from worker.parsing.readers.office.binary_workbook.xlsb import BinarySheetReader, SheetEntry
from worker.parsing.readers.office.drawings.drawn_pictures import DrawnPictures
from worker.parsing.readers.office.drawings.shapes import ShapeReader
from worker.parsing.readers.office.package import BadPart, Package, local_name, relationship_id
from worker.parsing.readers.office.pictures import OfficePictures
from worker.parsing.readers.office.workbook.cell_formats import CellFormats, read_formats
from worker.parsing.readers.office.workbook.shared_strings import (
    SharedStrings,
    read_strings,
    string_text,
)
from worker.parsing.readers.office.workbook.worksheet import SheetReader, Worksheet
from worker.parsing.readers.source import Source
from worker.parsing.readers.xml.tree import parse_partly

_MAIN_PART = "xl/workbook.xml"
_SHEET = re.compile(r"(?:.*/)?worksheets/(sheet(\d{1,9}))\.(?:xml|bin)")
_HIDDEN = frozenset({"hidden", "veryHidden"})
_ON = frozenset({"1", "true", "on"})
# Programs write an explanation for older programs here, which repeats the threaded comment.
_THREAD = "tc="


def read_xlsx(source: Source) -> Document:
    """Read a workbook; a page is a sheet that is not hidden, or any if all are hidden.

    A sheet that cannot be read is a page of its name. Pictures on the sheets are read in the mode
    MULTIMODAL, and in both modes where the cells have no text. Raises FileError (`corrupt`,
    `no_such_pages`).
    """
    try:
        package = Package(source.file)
    except zip_directory.BadZip as error:
        raise _corrupt() from error
    workbook = _Workbook(package)
    sheets = workbook.list_sheets()
    limit = source.limits.page_text_bytes
    texts = read_texts(source, len(sheets), lambda index: workbook.read(sheets[index], limit))
    if workbook.are_all_damaged:
        raise _corrupt()
    read_pictures = None
    is_scan = all(text in ("", each.name) for text, each in zip(texts, sheets, strict=True))
    if source.request.mode == "MULTIMODAL" or is_scan:
        parts = {
            page: package.related(each.part or "", "drawing") for page, each in enumerate(sheets)
        }
        read_pictures = OfficePictures(source, package, parts, is_scan=is_scan).read
    return build_document(source, texts, read_pictures, lost=workbook.name_lost())


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its sheets cannot be read")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet of a workbook: its name, and the part that holds it, if any."""

    name: str
    part: str | None
    is_hidden: bool = False


@dataclass(slots=True)
class _Workbook:
    """Reads the sheets of one workbook, and collects what it could not read."""

    package: Package
    lost: list[str] = field(default_factory=list)
    _good: int = 0
    _damaged: int = 0
    _reader: SheetReader | BinarySheetReader = field(init=False)
    _strings: SharedStrings = field(init=False)
    _pictures: DrawnPictures = field(init=False)

    def __post_init__(self) -> None:
        self._pictures = DrawnPictures(self.package)

    def list_sheets(self) -> list[_Sheet]:
        """Return the sheets that a person sees, in their order.

        The numbers in the names of parts give the order where the list is damaged. Raises
        FileError (`corrupt`) if there is no sheet.
        """
        main_part = self.package.main_part(_MAIN_PART)
        sheets: list[_Sheet] = []
        from_1904 = False
        try:
            related = self.package.relationships(main_part)
            listed, from_1904 = self._read_list(main_part)
            for entry in listed:
                target = related.get(entry.relationship)
                part = target.target if target else None
                sheets.append(_Sheet(entry.name, part, entry.is_hidden))
        except BadPart:
            self.lost.append("the list of sheets could not be read, and their names are a guess")
        self._open_tables(main_part, from_1904)
        if not any(sheet.part and sheet.part in self.package for sheet in sheets):
            sheets = self._number_sheets(sheets)
        if not sheets:
            raise _corrupt()
        return [sheet for sheet in sheets if not sheet.is_hidden] or sheets

    def _read_list(self, main_part: str) -> tuple[list[SheetEntry], bool]:
        """Return the sheets in the main part, and whether its days count from 1904."""
        if xlsb.is_binary(main_part):
            return xlsb.list_sheets(self.package, main_part)
        sheets: list[SheetEntry] = []
        from_1904 = False
        for element in self.package.xml(main_part).iter():
            kind = local_name(element.tag)
            if kind == "workbookPr":
                from_1904 = element.get("date1904", "").lower() in _ON
            elif kind == "sheet":
                name = element.get("name", "").strip()
                is_hidden = element.get("state") in _HIDDEN
                sheets.append(SheetEntry(name, relationship_id(element), is_hidden))
        return sheets, from_1904

    def _number_sheets(self, sheets: list[_Sheet]) -> list[_Sheet]:
        """Return the sheets by the numbers of their parts, with their names if all are there."""
        found = [match for name in self.package.names if (match := _SHEET.fullmatch(name))]
        found.sort(key=lambda match: int(match[2]))
        if len(found) == len(sheets):
            return [
                _Sheet(sheet.name, match[0], sheet.is_hidden)
                for sheet, match in zip(sheets, found, strict=True)
            ]
        return [_Sheet(match[1].capitalize(), match[0]) for match in found] or sheets

    def _open_tables(self, main_part: str, from_1904: bool) -> None:
        related = {
            each.kind: each.target for each in self.package.relationships(main_part).values()
        }
        folder, _, name = main_part.rpartition("/")
        ending = name.rpartition(".")[2]
        strings = related.get("sharedStrings", f"{folder}/sharedStrings.{ending}")
        styles = related.get("styles", f"{folder}/styles.{ending}")
        is_binary = xlsb.is_binary(main_part)
        formats = CellFormats((), from_1904)
        if styles in self.package:
            try:
                read_styles = xlsb.read_formats if is_binary else read_formats
                formats = read_styles(self.package, styles, from_1904=from_1904)
            except BadPart:
                self.lost.append("the formats of numbers and dates could not be read")
        read = xlsb.read_strings if is_binary else read_strings
        self._strings = SharedStrings(read(self.package, strings))
        make_reader = BinarySheetReader if is_binary else SheetReader
        self._reader = make_reader(self.package, self._strings, formats)

    @property
    def are_all_damaged(self) -> bool:
        """Whether sheets were read, and none of them could be."""
        return self._damaged > 0 and not self._good

    def read(self, sheet: _Sheet, limit: int) -> str:
        """Return a sheet's name, its rows and what is printed, drawn and noted around them."""
        part = sheet.part
        if part is None or part not in self.package:
            self.lost.append(f"the sheet {sheet.name} could not be read")
            self._damaged += 1
            return sheet.name
        found = self._reader.read(part, limit)
        self._note_losses(sheet.name, found)
        return "\n".join(
            [
                *filter(None, (sheet.name, *found.headers)),
                *found.rows,
                *self._shapes(sheet),
                *self._comments(sheet),
                *found.footers,
            ]
        )

    def _note_losses(self, name: str, found: Worksheet) -> None:
        is_lost = found.is_damaged and not found.rows
        self._damaged += is_lost
        self._good += not is_lost
        if found.is_damaged:
            what = "the sheet" if is_lost else "a part of the sheet"
            self.lost.append(f"{what} {name} could not be read")
        if found.records:
            what = "a record or picture" if found.records == 1 else "records or pictures"
            self.lost.append(f"{what} in cells of the sheet {name} could not be read")
        if found.unstored:
            are = (
                "formula on the sheet has" if found.unstored == 1 else "formulas on the sheet have"
            )
            self.lost.append(f"{found.unstored} {are} no stored result: {name}")

    def name_lost(self) -> list[str]:
        """Return sentences about all that could not be read so far."""
        if self._strings.is_damaged:
            return [*self.lost, "some texts of cells could not be read"]
        return self.lost

    def _shapes(self, sheet: _Sheet) -> list[str]:
        """Return the texts of shapes, charts and diagrams, then of old buttons and boxes."""
        texts: list[str] = []
        for name in self.package.related(sheet.part or "", "drawing"):
            reader = ShapeReader(self.package, name, self._pictures)
            try:
                texts += [shape.text for shape in reader.read(self.package.xml(name))]
            except BadPart:
                reader.lost.append("a drawing")
            self.lost += [
                f"{what} on the sheet {sheet.name} could not be read" for what in reader.lost
            ]
        texts += self._objects(sheet)
        for name in self.package.related(sheet.part or "", "vmlDrawing"):
            texts += [text for text in self._vml_texts(name) if text not in texts]
        return texts

    def _objects(self, sheet: _Sheet) -> list[str]:
        """Return the texts of the pictures that show embedded objects (18.3.1.60)."""
        texts: list[str] = []
        for name in self.package.related(sheet.part or "", "image"):
            try:
                texts.append(self._pictures.text(name))
            except BadPart:
                self.lost.append(f"a picture on the sheet {sheet.name} could not be read")
        if not any(texts) and self.package.related(sheet.part or "", "package", "oleObject"):
            self.lost.append(f"a document embedded on the sheet {sheet.name} could not be read")
        return list(filter(None, texts))

    def _vml_texts(self, name: str) -> list[str]:
        """Return the texts in boxes of VML, ECMA-376 part 4, 19.1.2.22, with their ticks."""
        try:
            # Excel writes this tag as in HTML.
            root, _ = parse_partly(self.package.read(name).replace(b"<br>", b" "))
        except BadPart:
            return []
        texts = map(_box_text, () if root is None else root.iter())
        return [text for text in texts if text]

    def _comments(self, sheet: _Sheet) -> list[str]:
        """Return the notes and threaded comments on cells ([MS-XLSX] 2.6.205)."""
        texts: list[str] = []
        threaded = self.package.related(sheet.part or "", "threadedComment")
        for name in [*self.package.related(sheet.part or "", "comments"), *threaded]:
            try:
                if xlsb.is_binary(name):
                    texts += xlsb.read_comments(self.package, name)
                    continue
                root = self.package.xml(name)
            except BadPart:
                self.lost.append(f"the comments on the sheet {sheet.name} could not be read")
                continue
            texts += _comment_texts(root, leave_out_threads=bool(threaded))
        return [text for text in texts if text]


def _box_text(shape: Element) -> str:
    """Return the text of a shape's box, after a tick if it is ticked (part 4, 19.4.2.12)."""
    boxes = [each for each in shape if local_name(each.tag) == "textbox"]
    text = " ".join("".join("".join(box.itertext()) for box in boxes).split())
    is_ticked = bool(boxes) and any(
        local_name(each.tag) == "Checked" and (each.text or "").strip() == "1"
        for each in shape.iter()
    )
    return f"{CHECKED} {text}" if is_ticked else text


def _comment_texts(root: Element, *, leave_out_threads: bool) -> Iterator[str]:
    authors = [each.text or "" for each in root.iter() if local_name(each.tag) == "author"]
    for comment in root.iter():
        if local_name(comment.tag) in ("comment", "threadedComment"):
            author = _author(authors, comment.get("authorId", ""))
            if leave_out_threads and author.startswith(_THREAD):
                continue
            for text in comment:
                if local_name(text.tag) == "text":
                    yield (string_text(text) or text.text or "").strip()


def _author(authors: list[str], number: str) -> str:
    return authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
