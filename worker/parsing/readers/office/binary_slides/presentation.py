"""Reads a presentation of PowerPoint 97 to 2003 by slides: [MS-PPT] 2.4 and 2.5."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from olefile import OleFileIO

from worker.parsing.readers.office.binary_slides.pictures import SlidePictures
from worker.parsing.readers.office.binary_slides.records import (
    BadPresentation,
    Record,
    Records,
    read_directory,
)
from worker.parsing.readers.office.binary_slides.shapes import (
    SlideShape,
    SlideText,
    read_shapes,
    texts_of,
)

# PowerPoint 97 kept its own streams here in files that PowerPoint 95 could open, too.
_DUAL = "PP97_DUALSTORAGE"
_DOCUMENT, _SLIDE, _SLIDE_ATOM = 1000, 1006, 1007
_LIST, _LISTED, _STRING = 4080, 1011, 4026
_SLIDES, _MASTERS, _NOTES = 0, 1, 2
_FOOTERS, _FOOTERS_ATOM, _OF_SLIDES = 4057, 4058, 3
_HAS_DATE, _HAS_FOOTER = 0x04, 0x20
_DATE_TEXT, _FOOTER_TEXT = 0, 2
_OBJECTS, _EMBEDDED = 1033, 4044
_TAGS, _TAG, _TAG_DATA, _COMMENT, _COMMENT_TEXT = 5000, 5002, 5003, 12000, 1
_SHOWS_MASTER = 0x0001
_EDIT_AT = 16
_NOTES_HEAD = "Notes:"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A slide, master or page of notes in the lists of the document: its object and its texts."""

    number: int
    texts: tuple[SlideText, ...]


class Presentation:
    """The slides of one presentation; `lost` names what could not be read of those read so far.

    `has_pictures` tells whether these show pictures without words that were read.
    """

    def __init__(self, ole: OleFileIO) -> None:
        """Read the lists of slides. Raises BadPresentation and OSError."""
        try:
            storage = f"{_DUAL}/" if ole.exists(_DUAL) else ""
            self._records = Records(ole.openstream(f"{storage}PowerPoint Document").read())
            user = ole.openstream(f"{storage}Current User").read()
            last_edit = int.from_bytes(user[_EDIT_AT : _EDIT_AT + 4], "little")
            number, self._places = read_directory(self._records, last_edit)
            self._document = self._records.at(self._places[number])
        except (struct.error, ValueError, TypeError) as error:
            raise BadPresentation(str(error)) from error
        if self._document.kind != _DOCUMENT:
            raise BadPresentation("no document")
        self._lists = dict(self._read_lists())
        self._slides = list(self._lists.get(_SLIDES, {}).values())
        self._pictures = SlidePictures(self._records, self._document, ole, storage)
        self._shown: set[object] = set()
        self._footers = self._read_footers(self._document)
        self.lost: list[str] = []
        self.has_pictures = False

    def __len__(self) -> int:
        """Return the number of slides."""
        return len(self._slides)

    def read(self, index: int) -> str:
        """Return the text of a slide: its title, shapes, notes and comments."""
        slide = self._slides[index]
        try:
            page = self._object(slide.number)
        except BadPresentation:
            self.lost.append(f"slide {index + 1} could not be read")
            return ""
        master, notes, flags = self._references(page)
        shapes = read_shapes(self._records, page, slide.texts)
        shapes.sort(key=lambda shape: not shape.is_title)
        blocks = [text for shape in shapes for text in self._texts(shape)]
        if not shapes:
            blocks = [text.text for text in slide.texts if text.text]
        if flags & _SHOWS_MASTER:
            blocks += self._background(master)
        footers = self._read_footers(page) or self._footers
        blocks += [text for text in footers if text not in blocks and self._is_new(text)]
        blocks += self._read_notes(notes)
        blocks += self._comments(page)
        return "\n\n".join(blocks)

    def count_embedded(self) -> int:
        """Return the number of embedded documents whose picture has no words."""
        objects = self._records.find(self._document, _OBJECTS)
        listed = self._records.within(objects) if objects else ()
        count = sum(each.kind == _EMBEDDED for each in listed)
        return max(0, count - self._pictures.with_words)

    def _read_lists(self) -> Iterator[tuple[int, Mapping[int, _Listed]]]:
        """Yield each list of the document by its kind: what it lists by identifiers (2.4.14)."""
        for each in self._records.within(self._document):
            if each.kind != _LIST:
                continue
            listed: dict[int, _Listed] = {}
            place, texts = (0, 0), list[Record]()
            for record in (*self._records.within(each), Record(_LISTED, 0, 0, 0)):
                if record.kind != _LISTED:
                    texts.append(record)
                    continue
                number, identifier = place
                if number:
                    found = tuple(texts_of(self._records, texts))
                    listed.setdefault(identifier, _Listed(number, found))
                texts = []
                content = self._records.content(record)
                if len(content) >= 16:
                    place = struct.unpack_from("<L8xL", content)
            yield each.instance, listed

    def _object(self, number: int) -> Record:
        if number not in self._places:
            raise BadPresentation("an object is missing")
        return self._records.at(self._places[number])

    def _references(self, page: Record) -> tuple[int, int, int]:
        """Return the identifiers of a slide's master and notes, and its flags (2.5.10)."""
        atom = self._records.find(page, _SLIDE_ATOM)
        content = self._records.content(atom) if atom else b""
        if len(content) < 22:
            return 0, 0, 0
        master, notes, flags = struct.unpack_from("<12x2LH", content)
        return master, notes, flags

    def _texts(self, shape: SlideShape) -> Iterator[str]:
        if shape.text:
            yield shape.text
        if shape.picture:
            words = self._pictures.read(shape.picture)
            self.has_pictures |= not words
            if words:
                yield words

    def _background(self, identifier: int) -> Iterator[str]:
        """Yield the texts that masters show on a slide: on the first slide that shows them.

        Placeholders there are prompts, which no slide shows.
        """
        masters = self._lists.get(_MASTERS, {})
        while identifier in masters and self._is_new(identifier):
            try:
                page = self._object(masters[identifier].number)
            except BadPresentation:
                self.lost.append("a master of slides could not be read")
                return
            for shape in read_shapes(self._records, page):
                if not shape.is_placeholder:
                    yield from self._texts(shape)
            # The master of title slides has a master, too.
            identifier, _, flags = self._references(page)
            if page.kind != _SLIDE or not flags & _SHOWS_MASTER:
                return

    def _is_new(self, item: object) -> bool:
        is_new = item not in self._shown
        self._shown.add(item)
        return is_new

    def _read_footers(self, parent: Record) -> list[str]:
        """Return the fixed date and the footer of slides (2.4.15.2), if they are shown."""
        for each in self._records.within(parent):
            if each.kind == _FOOTERS and (each.instance == _OF_SLIDES or parent.kind == _SLIDE):
                return self._shown_footers(each)
        return []

    def _shown_footers(self, footers: Record) -> list[str]:
        flags, texts = 0, dict[int, str]()
        for each in self._records.within(footers):
            content = self._records.content(each)
            if each.kind == _FOOTERS_ATOM and len(content) >= 4:
                (flags,) = struct.unpack_from("<2xH", content)
            elif each.kind == _STRING:
                texts[each.instance] = content.decode("utf-16-le", "replace").strip()
        shown = ((_HAS_DATE, _DATE_TEXT), (_HAS_FOOTER, _FOOTER_TEXT))
        return [texts[name] for flag, name in shown if flags & flag and texts.get(name)]

    def _read_notes(self, identifier: int) -> list[str]:
        notes = self._lists.get(_NOTES, {}).get(identifier)
        if notes is None:
            return []
        try:
            shapes = read_shapes(self._records, self._object(notes.number), notes.texts)
        except BadPresentation:
            self.lost.append("a page of notes could not be read")
            return []
        texts = [text for shape in shapes for text in self._texts(shape)]
        return ["\n".join([_NOTES_HEAD, *texts])] if texts else []

    def _comments(self, page: Record) -> list[str]:
        """Return the comments on a slide (2.5.21)."""
        find = self._records
        texts = []
        for tags in (each for each in find.within(page) if each.kind == _TAGS):
            for tag in (each for each in find.within(tags) if each.kind == _TAG):
                blob = find.find(tag, _TAG_DATA)
                for comment in find.within(blob) if blob else ():
                    if comment.kind == _COMMENT:
                        texts += [
                            find.content(each).decode("utf-16-le", "replace").strip()
                            for each in find.within(comment)
                            if each.kind == _STRING and each.instance == _COMMENT_TEXT
                        ]
        return list(filter(None, texts))
