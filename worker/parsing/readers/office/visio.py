"""Reads drawings of Visio from 2013 on: [MS-VSDX] 2.2."""

import contextlib
from collections.abc import Iterator
from typing import TypeAlias
from xml.etree.ElementTree import Element

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, read_texts, sanitize
from worker.parsing.readers.office.package import BadPart, Package, local_name, relationship_id
from worker.parsing.readers.source import Source

_MAIN_PART = "visio/document.xml"
# The text of a shape, and whether it is hidden; None where that is left to the stencil.
_Shape: TypeAlias = tuple[str | None, bool | None]


def read_vsdx(source: Source) -> Document:
    """Read the words in a drawing; a page is a page of the drawing, with its name.

    Shapes have the words of their stencil unless they have their own. Raises FileError (`corrupt`,
    `no_such_pages`).
    """
    try:
        package = Package(source.file)
        pages = list(_list_pages(package))
    except (zip_directory.BadZip, BadPart) as error:
        raise _corrupt() from error
    if not pages:
        raise _corrupt()
    drawing = _Drawing(package)
    texts = read_texts(source, len(pages), lambda index: drawing.read(pages[index]))
    return build_document(source, texts, lost=drawing.lost)


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its pages cannot be read")


def _list_pages(package: Package) -> Iterator[tuple[str, str]]:
    """Yield the names of the pages and of their parts. Raises BadPart."""
    for part in package.related(package.main_part(_MAIN_PART), "pages"):
        for page, target in _listed(package, part):
            yield page.get("Name", "").strip(), target


def _listed(package: Package, part: str) -> Iterator[tuple[Element, str]]:
    """Yield the entries of a list of pages or masters, and their parts. Raises BadPart."""
    related = package.relationships(part)
    for entry in package.xml(part):
        rels = (relationship_id(each) for each in entry if local_name(each.tag) == "Rel")
        target = related.get(next(rels, ""))
        yield entry, target.target if target else ""


class _Drawing:
    """Reads the pages of one drawing."""

    def __init__(self, package: Package) -> None:
        self.lost: list[str] = []
        self._package = package
        self._masters: dict[str, dict[str, _Shape]] = {}
        self._parts: dict[str, str] = {}
        with contextlib.suppress(BadPart):
            for part in package.related(package.main_part(_MAIN_PART), "masters"):
                self._parts |= {
                    master.get("ID", ""): target for master, target in _listed(package, part)
                }

    def read(self, page: tuple[str, str]) -> str:
        """Return the name of a page, and a line for each text on it."""
        name, part = page
        try:
            root = self._package.xml(part)
        except BadPart:
            self.lost.append(f"the page {name} of the drawing could not be read")
            return name
        lines: list[str] = []
        waiting = [(root, "")]
        while waiting:
            element, master = waiting.pop()
            if local_name(element.tag) == "Shape":
                if element.get("Del", "0") != "0":
                    continue  # The page does not have this part of the stencil.
                master = element.get("Master", master)
                lines.append(self._text(element, master))
            waiting.extend((each, master) for each in reversed(element))
        return sanitize("\n".join(filter(None, (name, *lines))))

    def _text(self, shape: Element, master: str) -> str:
        """Return the text of a shape, or else that of the shape in a stencil of which it is one."""
        text, is_hidden = _read_shape(shape)
        if master and (text is None or is_hidden is None):
            if master not in self._masters:
                self._masters[master] = self._read_master(master)
            base = self._masters[master].get(shape.get("MasterShape", ""), (None, None))
            text = base[0] if text is None else text
            is_hidden = base[1] if is_hidden is None else is_hidden
        return "" if is_hidden else text or ""

    def _read_master(self, master: str) -> dict[str, _Shape]:
        """Return the parts of a shape of a stencil by their ids, and the whole by ""."""
        found: dict[str, _Shape] = {}
        try:
            root = self._package.xml(self._parts.get(master, ""))
        except BadPart:
            self.lost.append("a shape of a stencil could not be read")
            return found
        for shape in root.iter():
            if local_name(shape.tag) == "Shape":
                part = _read_shape(shape)
                found.setdefault("", part)
                found[shape.get("ID", "")] = part
        return found


def _read_shape(shape: Element) -> _Shape:
    text: str | None = None
    is_hidden: bool | None = None
    for each in shape:
        kind = local_name(each.tag)
        if kind == "Text":
            lines = "".join(each.itertext()).splitlines()
            text = "\n".join(filter(None, map(str.strip, lines)))
        elif kind == "Cell" and each.get("N") == "HideText":
            is_hidden = each.get("V", "0") not in ("", "0")
    return text, is_hidden
