"""Reads XPS and OpenXPS documents, which printers of Windows make: ECMA-388."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, read_texts, sanitize
from worker.parsing.readers.office.package import BadPart, Package, local_name
from worker.parsing.readers.source import Source

# Of the size of the letters: runs of one line stand less apart from its base, and words more.
_SAME_LINE, _SPACE = 0.4, 0.15
# The usual widths of letters where a run gives none, in hundredths of the size.
_WIDTHS = {
    **dict.fromkeys("ijlI.,:;'!|", 27.0),
    **dict.fromkeys('frt()[]{}-"` ', 34.0),
    **dict.fromkeys("mMW%@", 85.0),
    "w": 72.0,
}
_LETTER, _CAPITAL, _SQUARE = 53.0, 70.0, 100.0
_FIRST_SQUARE = "\u2e80"
_DRAWN = frozenset({"Path", "ImageBrush"})
# What escapes a brace at the beginning of a text (12.1.4).
_ESCAPE = "{}"


def read_xps(source: Source) -> Document:
    """Read the pages of a document in their order.

    Raises FileError (`corrupt`, `no_such_pages`).
    """
    try:
        package = Package(source.file)
    except zip_directory.BadZip as error:
        raise _corrupt() from error
    pages = list(dict.fromkeys(_list_pages(package)))
    if not pages:
        raise _corrupt()
    lost: list[str] = []
    texts = read_texts(source, len(pages), lambda index: _read_page(package, pages, index, lost))
    return build_document(source, texts, lost=lost)


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its pages cannot be read")


def _list_pages(package: Package) -> Iterator[str]:
    """Yield the parts of the pages that the documents of the sequence list (9.1)."""
    for sequence in (name for name in package.names if name.endswith(".fdseq")):
        for document in _sources(package, sequence, "DocumentReference"):
            yield from _sources(package, document, "PageContent")


def _sources(package: Package, part: str, kind: str) -> Iterator[str]:
    """Yield the parts that elements of a part refer to; none if it is damaged."""
    try:
        root = package.xml(part)
    except BadPart:
        return
    for element in root:
        if local_name(element.tag) == kind and element.get("Source"):
            # Names begin at the root of the package or at the folder of the part.
            target = posixpath.join("/", posixpath.dirname(part), element.get("Source", ""))
            yield posixpath.normpath(target).lstrip("/")


def _read_page(package: Package, pages: list[str], index: int, lost: list[str]) -> str:
    try:
        root = package.xml(pages[index])
    except BadPart:
        lost.append(f"page {index + 1} could not be read")
        return ""
    runs = [_Run.of(element) for element in root.iter() if local_name(element.tag) == "Glyphs"]
    is_drawn = any(local_name(element.tag) in _DRAWN for element in root.iter())
    if any(run.has_letters and not run.text for run in runs) or (is_drawn and not runs):
        lost.append(f"page {index + 1} draws letters that are no text: save the file as PDF")
    return sanitize("".join(_joined([run for run in runs if run.text])))


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of letters (5.1), with its place, its width and the size of its letters."""

    text: str
    has_letters: bool
    left: float
    base: float
    width: float
    size: float

    @classmethod
    def of(cls, element: Element) -> "_Run":
        text = element.get("UnicodeString", "").removeprefix(_ESCAPE)
        indices = element.get("Indices", "")
        size = _number(element.get("FontRenderingEmSize"))
        widths = [_number(each.split(",")[1]) for each in indices.split(";") if each.count(",")]
        width = (sum(widths) + sum(map(_usual_width, text[len(widths) :]))) / 100 * size
        left, base = _number(element.get("OriginX")), _number(element.get("OriginY"))
        return cls(text, bool(indices), left, base, width, size)


def _usual_width(letter: str) -> float:
    if letter >= _FIRST_SQUARE:
        return _SQUARE
    return _WIDTHS.get(letter, _CAPITAL if letter.isupper() else _LETTER)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _joined(runs: list[_Run]) -> Iterator[str]:
    """Yield the texts of runs, and what separates each from the one before."""
    before: _Run | None = None
    for run in runs:
        if before is not None:
            gap = run.left - before.left - before.width
            if abs(run.base - before.base) > _SAME_LINE * max(run.size, before.size):
                yield "\n"
            elif not (
                before.text[-1].isspace()
                or run.text[0].isspace()
                or -run.size < gap < _SPACE * run.size
            ):
                yield " "
        yield run.text
        before = run
