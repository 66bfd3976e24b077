"""Reads the text of a WordprocessingML part in the order in which a person sees it.

Layout: ECMA-376 part 1, 17 (text), 22.1 (formulas). Elements are known by their names without
namespace: the Strict variant and Word 2003's XML have other namespaces. Elements without a meaning
here are wrappers, such as hyperlinks, inserted text and smart tags.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement

from worker.parsing.readers.descriptions import join_descriptions
from worker.parsing.readers.field_codes import field_text
from worker.parsing.readers.fonts.symbol_fonts import (
    is_symbol_font,
    show_in_font,
    symbol,
    translate,
)
from worker.parsing.readers.office.embedded_objects import is_document
from worker.parsing.readers.office.package import attribute, local_name, relationship_id
from worker.parsing.readers.office.word.elements import (
    Enter,
    Leave,
    control_mark,
    first,
    form_field,
    is_deleted,
    is_dropped_capital,
    is_hidden,
    replace_text,
    shown_number,
    skip,
    value,
    walk,
)
from worker.parsing.readers.office.word.numbering import Numbering
from worker.parsing.readers.office.word.styles import Paragraph, Styles
from worker.parsing.readers.office.word.writer import Writer

# Properties, deleted text, readings beside ruby text (which `_ruby` takes), and data.
_SKIPPED = (
    *("pPr", "rPr", "tblPr", "tblPrEx", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "rubyPr"),
    *("delInstrText", "delText", "del", "moveFrom", "rt", "binData", "fldData"),
    *("smartTagPr", "customXmlPr", "bodyPr", "lstStyle"),
)
_CHARACTERS = {
    **dict.fromkeys(("tab", "ptab"), " "),
    "cr": "\n",
    "noBreakHyphen": "-",
}
_SPACE = re.compile(r"[\t\r\n]+")
_VML_HIDDEN = re.compile(r"visibility\s*:\s*hidden", re.IGNORECASE)
# Word breaks a line there; elsewhere it is not seen.
_SOFT_HYPHEN = "\xad"


class Story:
    """Reads the elements of a part into pages, and keeps what else it finds there.

    `notes` are footnotes, endnotes and comments by kind and id, `sections` the properties of the
    sections, `endnotes` the ids of the endnotes that the text refers to.
    """

    def __init__(
        self,
        styles: Styles,
        numbering: Numbering,
        related: Callable[[str, str], Sequence[str]],
        footnotes: Mapping[str, str],
        bound: Callable[[Element], str] = lambda _: "",
    ) -> None:
        """Take the footnotes by id, and where to get the texts that the part refers to.

        `related` takes a kind (`chart`, `diagram`, `picture`, `embedded`, or `chunk`, an inserted
        document) and the id of the relationship. `bound` returns the data that a content control
        shows in place of its content.
        """
        self.notes: dict[tuple[str, str], str] = {}
        self.sections: list[Element] = []
        self.endnotes: dict[str, None] = {}
        self._writer = Writer()
        self._styles = styles
        self._numbering = numbering
        self._related = related
        self._footnotes = footnotes
        self._bound = bound
        # For each open AlternateContent, whether one of its branches had text.
        self._alternatives: list[bool] = []
        self._known: dict[str, Enter | None] = {}
        self._by_name = self._enter_by_name()

    def read(self, root: Element) -> None:
        """Read an element."""
        walk(root, self._by_name, self._known)

    def pages(self) -> list[str]:
        """Return the text between the explicit page breaks."""
        return self._writer.pages()

    def lines(self) -> list[str]:
        """Return the lines of the text."""
        return self._writer.lines()

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The looks of the headings by style and of the first paragraphs."""
        return self._writer.paragraphs

    def _enter_by_name(self) -> dict[str, Enter]:
        """Return what is done with the elements of each name; others are only walked through."""
        return {
            **{name: lambda _: skip for name in _SKIPPED},
            **{name: self._character(text) for name, text in _CHARACTERS.items()},
            **dict.fromkeys(("footnote", "endnote", "comment"), self._note),
            **dict.fromkeys(("footnoteReference", "endnoteReference"), self._reference),
            **dict.fromkeys(("txbxContent", "txBody"), self._box),
            **dict.fromkeys(("Choice", "Fallback"), self._branch),
            "p": self._paragraph,
            "r": self._run,
            "t": self._text,
            "br": self._break,
            **dict.fromkeys(("sym", "symEx"), self._symbol),
            "ruby": self._ruby,
            "fldChar": self._field,
            "fldSimple": self._simple_field,
            "instrText": lambda element: self._writer.flow.add_code(element.text or ""),
            "sdt": self._control,
            "tbl": self._table,
            "tr": self._row,
            "tc": self._cell,
            "sectPr": self._section,
            "drawing": self._drawing,
            "wsp": lambda element: skip if is_hidden(element) else None,
            "textpath": lambda element: self._writer.put(attribute(element, "string") or ""),
            **dict.fromkeys(("shape", "rect"), self._vml_shape),
            "annotation": self._annotation,
            "AlternateContent": self._alternate,
            "chart": lambda element: self._insert("chart", attribute(element, "id")),
            "relIds": lambda element: self._insert("diagram", attribute(element, "dm")),
            "object": self._object,
            "imagedata": lambda element: self._insert("picture", relationship_id(element)),
            "blip": lambda element: self._insert("picture", attribute(element, "embed")),
            "svgBlip": lambda element: self._insert("picture", attribute(element, "embed")),
            "altChunk": self._chunk,
            "num": lambda _: lambda: self._writer.write("/"),
            "d": self._brackets,
            **dict.fromkeys(("mr", "eqArr"), _part_cells),
            "rad": lambda _: self._writer.write("√"),
            "nary": self._operator,
        }

    # Text

    def _character(self, text: str) -> Enter:
        return lambda _: self._writer.write(text)

    def _text(self, element: Element) -> None:
        text = element.text
        if not text:
            return
        text, font = _SPACE.sub(" ", text), self._writer.flow.run.font or ""
        if is_symbol_font(font):
            text = show_in_font(text, font)
        elif not text.isascii():
            text = translate(text, font).replace(_SOFT_HYPHEN, "")
        self._writer.write_run(text)

    def _break(self, element: Element) -> None:
        if attribute(element, "type") == "page":
            self._writer.break_page()
        else:
            self._writer.write("\n")

    def _symbol(self, element: Element) -> None:
        code = attribute(element, "char") or ""
        if re.fullmatch("[0-9A-Fa-f]{1,6}", code):
            self._writer.write(symbol(attribute(element, "font") or "", int(code, 16)))

    def _paragraph(self, element: Element) -> Leave | None:
        flow = self._writer.flow
        properties = first(element, "pPr")
        style, label, is_joined = None, "", False
        for each in () if properties is None else properties:
            name = local_name(each.tag)
            if name == "pStyle":
                style = attribute(each, "val")
            elif name == "sectPr":
                self.sections.append(each)
            elif name == "rPr":
                is_joined = is_joined or is_deleted(each)
            elif name == "framePr":
                is_joined = is_dropped_capital(each)
            elif name == "listPr":
                label = shown_number(each)
        look = self._styles.paragraph(style, properties)
        is_list = look.numbering is not None and look.numbering != "0"
        if look.numbering is not None and is_list and not flow.is_hidden:
            label = label or self._numbering.next_label(look.numbering, look.level)
        flow.begin(look, label, is_list and not look.is_heading)
        # The next paragraph goes on where the end of this one is deleted, or it is a drop cap.
        return None if is_joined else self._writer.end_paragraph

    def _run(self, element: Element) -> Leave | None:
        if first(element, "del") is not None:
            return skip  # Letters of a formula are deleted within their run (22.1.2.87).
        properties = first(element, "rPr")
        if properties is None:
            return None
        flow = self._writer.flow
        flow.run = self._styles.run(properties, flow.look)
        return flow.end_run

    def _ruby(self, element: Element) -> Leave:
        """Read a text with its reading beside it (17.3.3.25)."""
        flow, reading = self._writer.flow, first(element, "rt")
        texts = () if reading is None else reading.iter()
        reading_text = "".join(each.text or "" for each in texts if local_name(each.tag) == "t")
        flow.is_in_ruby = True

        def end() -> None:
            flow.is_in_ruby = False
            if reading_text.strip() and flow.is_shown:
                flow.readings.append(reading_text)

        return end

    def _field(self, element: Element) -> None:
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            self._writer.flow.begin_field(form_field(element))
        elif kind == "separate":
            self._writer.flow.begin_result()
        elif kind == "end":
            self._writer.flow.end_field()

    def _simple_field(self, element: Element) -> Leave | None:
        shown = field_text(attribute(element, "instr") or "")
        before = self._writer.written
        if not shown:
            return None
        return lambda: self._writer.write(shown) if self._writer.written == before else None

    def _control(self, element: Element) -> Leave:
        data = self._bound(element)
        if data:
            replace_text(element, data)
        mark, before = data or control_mark(element), self._writer.written
        return lambda: self._writer.write(mark) if self._writer.written == before else None

    # Tables

    def _table(self, _: Element) -> Leave:
        self._writer.begin_table()
        return self._writer.end_table

    def _row(self, element: Element) -> Leave | None:
        if not self._writer.is_in_table:
            return None
        return skip if is_deleted(first(element, "trPr")) else self._writer.end_row

    def _cell(self, element: Element) -> Leave | None:
        if not self._writer.is_in_table:
            return None
        if is_deleted(first(element, "tcPr")):
            return skip
        self._writer.begin_flow()
        return self._writer.end_cell

    # Boxes, notes, and what other parts hold

    def _box(self, _: Element) -> Leave:
        self._writer.begin_flow()
        return self._writer.end_box

    def _note(self, element: Element) -> Leave:
        self._writer.begin_flow()
        kind, number = local_name(element.tag), attribute(element, "id")
        if number is None:
            return self._writer.end_box  # Word 2003 writes notes where they are referred to.
        return lambda: self.notes.update({(kind, number): "\n".join(self._writer.end_flow())})

    def _reference(self, element: Element) -> None:
        number = attribute(element, "id") or ""
        if local_name(element.tag) == "footnoteReference":
            self._writer.put_note(self._footnotes.get(number, ""))
        elif self._writer.flow.is_shown:
            self.endnotes[number] = None

    def _annotation(self, element: Element) -> Leave | None:
        """Enter a change or a comment of Word 2003."""
        kind = attribute(element, "type")
        if kind == "Word.Deletion":
            return skip
        return self._box(element) if kind == "Word.Comment" else None

    def _section(self, element: Element) -> Leave:
        self.sections.append(element)
        return skip

    def _drawing(self, element: Element) -> Leave:
        if is_hidden(element):
            return skip
        before = self._writer.written
        return lambda: self._describe(element) if self._writer.written == before else None

    def _describe(self, drawing: Element) -> None:
        """Add the description of a picture, which is a drawing without text."""
        for place in drawing:
            properties = first(place, "docPr")
            if properties is not None:
                self._writer.put(_description(properties, "descr", "title"))

    def _vml_shape(self, element: Element) -> Leave:
        if _VML_HIDDEN.search(attribute(element, "style") or ""):
            return skip
        before, description = self._writer.written, _description(element, "alt")
        return lambda: self._writer.put(description) if self._writer.written == before else None

    def _object(self, element: Element) -> Leave:
        """Read the picture that shows an embedded document, which counts as lost without words."""
        before, embedded = self._writer.written, first(element, "OLEObject")

        def end() -> None:
            is_shown = self._writer.flow.is_shown and self._writer.written == before
            if embedded is not None and is_shown and is_document(attribute(embedded, "ProgID")):
                self._insert("embedded", relationship_id(embedded))

        return end

    def _insert(self, kind: str, identifier: str | None) -> None:
        for text in self._related(kind, identifier or ""):
            self._writer.put(text)

    def _chunk(self, element: Element) -> None:
        self._insert("chunk", attribute(element, "id"))
        self._writer.end_paragraph()

    # Alternatives and formulas

    def _alternate(self, _: Element) -> Leave:
        self._alternatives.append(False)
        return self._end_alternate

    def _end_alternate(self) -> None:
        self._alternatives.pop()

    def _branch(self, _: Element) -> Leave | None:
        """Enter one of several forms of the same content; the first with any text counts."""
        if not self._alternatives:
            return None
        if self._alternatives[-1]:
            return skip
        before = self._writer.written
        return lambda: self._end_branch(before)

    def _end_branch(self, before: int) -> None:
        self._alternatives[-1] = self._writer.written > before

    def _brackets(self, element: Element) -> Leave:
        properties = first(element, "dPr")
        self._writer.write(_sign(properties, "begChr", "("))
        return lambda: self._writer.write(_sign(properties, "endChr", ")"))

    def _operator(self, element: Element) -> None:
        self._writer.write(_sign(first(element, "naryPr"), "chr", "∫"))


def _description(properties: Element, *names: str) -> str:
    return join_descriptions(*(attribute(properties, name) for name in names))


def _part_cells(element: Element) -> None:
    """Put spaces between the cells of a row of a matrix, and between equations."""
    for cell in element:
        if local_name(cell.tag) == "e":
            SubElement(cell, "t").text = " "


def _sign(properties: Element | None, name: str, default: str) -> str:
    """Return the sign that a formula's properties choose, which may be none at all."""
    sign = value(properties, name)
    return default if sign is None else sign
