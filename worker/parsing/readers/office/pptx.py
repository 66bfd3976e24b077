"""Reads presentations of Office Open XML: ECMA-376 part 1, 13 and 19 (PresentationML)."""

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from app.errors import FileError, FileErrorCode
from app.files.sniff import zip_directory
from worker.parsing.document import Document
from worker.parsing.readers.document_builder import build_document, read_texts
from worker.parsing.readers.office.drawings.drawing import paragraphs
from worker.parsing.readers.office.drawings.drawn_pictures import DrawnPictures
from worker.parsing.readers.office.drawings.shapes import Shape, ShapeReader
from worker.parsing.readers.office.package import BadPart, Package, local_name, relationship_id
from worker.parsing.readers.office.pictures import OfficePictures
from worker.parsing.readers.source import Source
from worker.parsing.readers.xml.tree import parse_partly

_MAIN_PART = "ppt/presentation.xml"
_SLIDE = re.compile(r"(?:.*/)?slides/slide(\d{1,9})\.xml")
_NOTES = "Notes:"
_OFF = frozenset({"0", "false", "off"})


def read_pptx(source: Source) -> Document:
    """Read a presentation; a page is a slide with its notes and comments, also a hidden slide.

    A slide that cannot be read is an empty page. Raises FileError (`corrupt`, `no_such_pages`).
    """
    try:
        package = Package(source.file)
    except zip_directory.BadZip as error:
        raise _corrupt() from error
    names, lost = _list_slides(package)
    slides = _Slides(package, names)
    texts = read_texts(source, len(names), slides.read) or [""]
    if slides.are_all_damaged:
        raise _corrupt()
    read_pictures = None
    is_scan = not any(texts)
    if source.request.mode == "MULTIMODAL" or is_scan:
        # Scans that were pasted into slides are read in both modes, as in a PDF.
        parts = {page: [name] for page, name in enumerate(names)}
        read_pictures = OfficePictures(source, package, parts, is_scan=is_scan).read
    return build_document(source, texts, read_pictures, slides.headings, [*lost, *slides.lost])


def _corrupt() -> FileError:
    return FileError(FileErrorCode.CORRUPT, "the file is damaged: its slides cannot be read")


def _list_slides(package: Package) -> tuple[list[str], list[str]]:
    """Return the parts of the slides in the order in which they are shown, and what is lost.

    The numbers in their names give the order where the list of slides is damaged, or names none
    of the slides. Raises FileError (`corrupt`) if there is no slide and the list is damaged.
    """
    main_part = package.main_part(_MAIN_PART)
    found = filter(None, map(_SLIDE.fullmatch, package.names))
    by_number = [name for _, name in sorted((int(match[1]), match[0]) for match in found)]
    try:
        root = package.xml(main_part)
    except BadPart as error:
        if not by_number:
            raise _corrupt() from error
        return by_number, ["the list of slides could not be read, and their order is a guess"]
    related = package.relationships(main_part)
    listed = [relationship_id(each) for each in root.iter() if local_name(each.tag) == "sldId"]
    if not any(name in related and related[name].target in package for name in listed):
        return by_number, []
    return [related[name].target if name in related else "" for name in listed], []


@dataclass(slots=True)
class _Slides:
    """Reads the slides of one presentation, and collects what it could not read."""

    package: Package
    names: list[str]
    headings: tuple[str, ...] = ()
    lost: list[str] = field(default_factory=list)
    _good: int = 0
    _damaged: int = 0
    _shown: set[str] = field(default_factory=set)
    _pictures: DrawnPictures = field(init=False)

    def __post_init__(self) -> None:
        self._pictures = DrawnPictures(self.package)

    @property
    def are_all_damaged(self) -> bool:
        """Whether slides were read, and none of them could be."""
        return self._damaged > 0 and not self._good

    def read(self, index: int) -> str:
        """Return the text of a slide: its title, shapes, notes and comments."""
        name, number = self.names[index], index + 1
        root, is_whole = self._partial_root(name)
        shapes = [] if root is None else self._shapes(name, root, number)
        if root is None or not (is_whole or shapes):
            self.lost.append(f"slide {number} could not be read")
            self._damaged += 1
            return ""
        if not is_whole:
            self.lost.append(f"a part of slide {number} could not be read")
        self._good += 1
        shapes.sort(key=lambda shape: not shape.is_title)
        if not self.headings and shapes:
            titles = (shape.text for shape in shapes if shape.is_title)
            self.headings = tuple(line for title in titles for line in title.split("\n"))
        blocks = [shape.text for shape in shapes]
        blocks += self._background(name, root, number)
        blocks += self._notes(name, number)
        blocks += self._comments(name, number)
        return "\n\n".join(blocks)

    def _partial_root(self, name: str) -> tuple[Element | None, bool]:
        """Return the root element of a slide as far as it can be read, and whether it is whole."""
        try:
            return parse_partly(self.package.read(name))
        except BadPart:
            return None, False

    def _shapes(self, part: str, root: Element, number: int) -> list[Shape]:
        reader = ShapeReader(self.package, part, self._pictures)
        shapes = reader.read(root)
        self.lost += [f"{what} on slide {number} could not be read" for what in reader.lost]
        return shapes

    def _background(self, name: str, root: Element, number: int) -> list[str]:
        """Return the texts that the layout and the master show on a slide.

        They count on the first slide only. Placeholders there are prompts, which no slide shows.
        """
        texts: list[str] = []
        for kind in ("slideLayout", "slideMaster"):
            if root.get("showMasterSp", "").lower() in _OFF:
                break
            name = next(iter(self.package.related(name, kind)), "")
            if not name or name in self._shown:
                break
            self._shown.add(name)
            try:
                root = self.package.xml(name)
            except BadPart:
                self.lost.append(f"the layout of slide {number} could not be read")
                break
            shapes = self._shapes(name, root, number)
            texts += [shape.text for shape in shapes if shape.placeholder is None]
        return texts

    def _notes(self, slide: str, number: int) -> list[str]:
        texts: list[str] = []
        for name in self.package.related(slide, "notesSlide"):
            try:
                root = self.package.xml(name)
            except BadPart:
                self.lost.append(f"the notes of slide {number} could not be read")
                continue
            texts += [shape.text for shape in self._shapes(name, root, number)]
        return ["\n".join([_NOTES, *texts])] if texts else []

    def _comments(self, slide: str, number: int) -> list[str]:
        """Return the comments and their answers, of old and new programs ([MS-PPTX] 2.6)."""
        texts: list[str] = []
        for name in self.package.related(slide, "comments"):
            try:
                root = self.package.xml(name)
            except BadPart:
                self.lost.append(f"the comments on slide {number} could not be read")
                continue
            for element in root.iter():
                kind = local_name(element.tag)
                if kind == "txBody":
                    texts.append("\n".join(paragraphs(element)))
                elif kind == "text":
                    texts.append((element.text or "").strip())
        return [text for text in texts if text]
