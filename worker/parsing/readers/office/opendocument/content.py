"""The visible text of OpenDocument XML, in the order of the file: OASIS ODF 1.3 part 3.

expat calls a function at each start tag, and what that returns at the end tag, so elements may
nest to any depth.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from xml.parsers import expat

from app.errors import FileError, FileErrorCode
from worker.parsing.readers.descriptions import join_descriptions
from worker.parsing.readers.fonts.symbol_fonts import translate
from worker.parsing.readers.markup.formula_signs import FormulaSigns
from worker.parsing.readers.office.opendocument import names
from worker.parsing.readers.office.opendocument.changes import Changes
from worker.parsing.readers.office.opendocument.forms import FormField, Forms
from worker.parsing.readers.office.opendocument.names import full, full_names
from worker.parsing.readers.office.opendocument.pages import Pages
from worker.parsing.readers.office.opendocument.paragraphs import Paragraphs
from worker.parsing.readers.office.opendocument.tables import Tables
from worker.parsing.readers.office.opendocument.text import (
    Attributes,
    DocumentText,
    End,
    Enough,
    Start,
    ignore,
)

_CHUNK = 1 << 16
_FRAME = full("draw:frame")
_FORMULA = full("math:")
_FIELDS = full_names("text", "variable-set variable-get user-field-get expression")
_REPLACEMENT = re.compile(r"(?:\./)?ObjectReplacements/")
_SPACES = re.compile(r"[ \t\r\n]+")
_SKIPPED = (
    *full_names("text", "note-citation bibliography-source script"),
    *full_names("text", "table-of-content-source illustration-index-source table-index-source"),
    *full_names("text", "object-index-source user-index-source alphabetical-index-source"),
    *full_names("table", "tracked-changes covered-table-cell dde-links"),
    *full_names("office", "binary-data scripts event-listeners settings meta font-face-decls"),
    full("office:change-info"),
    *full_names("dc", "creator date"),
    *full_names("math", "annotation annotation-xml"),
    *full_names("style", "handout-master"),
)


class Content:
    """Reads the XML parts of one file, the styles first, into one text."""

    def __init__(
        self,
        text: DocumentText,
        read_object: Callable[[str], str],
        read_picture: Callable[[str], str],
    ) -> None:
        """Take functions that return the text of an embedded object or a picture by its name."""
        self._text = text
        self._read_object = read_object
        self._read_picture = read_picture
        self._foreign = ""
        self._ends: list[End | None] = []
        self._skipped = 0
        self._is_picture = False
        self._forms = Forms()
        self._form_field = FormField()
        self._formula_signs = FormulaSigns()
        paragraphs = Paragraphs(text).starts()
        self._begin_frame = paragraphs[_FRAME]
        self._starts: dict[str, Start] = {
            **dict.fromkeys(_SKIPPED, _skip),
            **dict.fromkeys(_FIELDS, _field),
            **paragraphs,
            _FRAME: self._frame,
            **dict.fromkeys(full_names("svg", "title desc"), self._description),
            **Changes(text).starts(),
            **Tables(text).starts(),
            **Pages(text).starts(),
            **{full(f"form:{kind}"): self._forms.starter(kind) for kind in Forms.KINDS},
            full(FormField.KIND): self._begin_form_field,
            full(FormField.PARAMETER): self._form_field.add,
            full("draw:control"): self._control,
            full("draw:object"): self._object,
            full("draw:object-ole"): self._foreign_object,
            full("draw:image"): self._image,
        }

    def parse(self, data: bytes) -> bool:
        """Read one part; False if it is damaged, and then what comes before the damage is kept.

        Raises FileError (`corrupt`) if it declares entities.
        """
        data = names.as_opendocument(data)
        parser = expat.ParserCreate(namespace_separator=names.SEPARATOR)
        parser.buffer_text = True
        parser.EntityDeclHandler = _refuse_entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        is_whole = True
        try:
            for at in range(0, len(data), _CHUNK):
                parser.Parse(data[at : at + _CHUNK], False)
            parser.Parse(b"", True)
        except Enough:
            pass
        except (expat.ExpatError, LookupError):  # an unknown encoding is a LookupError
            is_whole = False
        self._skipped = 0
        while self._ends:
            with suppress(Enough):
                self._leave()
        return is_whole

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._skipped:
            self._skipped += 1
            return
        act = self._starts.get(name)
        end = act(attributes) if act is not None else None
        if end is ignore:
            self._skipped = 1
        else:
            self._ends.append(end)
            # Nothing else is done at the tags within a formula.
            if act is None:
                self._follow_formula(name, is_end=False)

    def _end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        else:
            if self._ends[-1] is None:
                self._follow_formula(name, is_end=True)
            self._leave()

    def _follow_formula(self, name: str, *, is_end: bool) -> None:
        """Add the signs that a formula draws at a tag."""
        if name.startswith(_FORMULA):
            local = name.removeprefix(_FORMULA)
            self._text.add(self._formula_signs.follow(local, is_end=is_end, is_whole=False))

    def _leave(self) -> None:
        end = self._ends.pop()
        if end is not None:
            end()

    def _add(self, text: str) -> None:
        if not self._skipped:
            if self._text.font or not text.isascii():
                text = translate(text, self._text.font)
            self._text.add(_SPACES.sub(" ", text))

    def _object(self, attributes: Attributes) -> None:
        target = attributes.get(names.HREF)
        if target:
            self._put(self._read_object(target))

    def _foreign_object(self, attributes: Attributes) -> None:
        """Note an object of another program, of which a picture follows that a person sees."""
        self._foreign = attributes.get(names.HREF, "")

    def _image(self, attributes: Attributes) -> None:
        target = attributes.get(names.HREF, "")
        foreign, self._foreign = self._foreign, ""
        # Other objects have been read themselves.
        if foreign or not _REPLACEMENT.match(target):
            text = self._read_picture(target)
            self._put(text if text or not foreign else self._read_object(foreign))
            self._is_picture = not text and not foreign
            self._text.has_pictures |= self._is_picture

    def _frame(self, attributes: Attributes) -> End | None:
        self._is_picture = False
        return self._begin_frame(attributes)

    def _description(self, attributes: Attributes) -> End | None:
        """Read what is said of a picture without words, after which it stands."""
        del attributes
        if not self._is_picture or self._text.is_deep:
            return ignore
        self._text.begin_flow()
        self._text.begin_paragraph()
        return lambda: self._put(join_descriptions(self._text.end_flow().text()))

    def _put(self, text: str) -> None:
        self._text.append(text)
        self._text.count(len(text))

    def _begin_form_field(self, attributes: Attributes) -> End:
        self._form_field.start(attributes)
        return lambda: self._text.add(self._form_field.shown())

    def _control(self, attributes: Attributes) -> None:
        text = self._forms.text(attributes.get(names.CONTROL))
        if text and self._text.is_in_paragraph:
            self._text.add(f" {text} ")
        else:
            self._text.append(text)


def _skip(attributes: Attributes) -> End:
    del attributes
    return ignore


def _field(attributes: Attributes) -> End | None:
    return ignore if attributes.get(names.SECTION_DISPLAY) == "none" else None


def _refuse_entity(*_: object) -> None:
    raise FileError(FileErrorCode.CORRUPT, "the file declares XML entities, which are not allowed")
