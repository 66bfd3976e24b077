"""Paragraphs, headings, lists, fields, and the shapes and notes beside them.

OASIS ODF 1.3 part 3, chapters 5 to 7, 10 and 14.
"""

import re
from collections.abc import Callable

from worker.parsing.readers.office.opendocument import names
from worker.parsing.readers.office.opendocument.lists import Lists
from worker.parsing.readers.office.opendocument.names import full, full_names
from worker.parsing.readers.office.opendocument.text import (
    Attributes,
    DocumentText,
    End,
    Start,
    ignore,
    number,
)

_MAX_SPACES = 100
_MAX_HEADING_LEVEL = 3
_WORD = re.compile(r"\w+")
_SHAPES = (
    *full_names("draw", "frame text-box custom-shape rect line polyline polygon regular-polygon"),
    *full_names("draw", "path circle ellipse connector caption measure g"),
    *full_names("dr3d", "scene"),
    *full_names("text", "note"),
    *full_names("office", "annotation"),
)


class Paragraphs:
    """Reads paragraphs and what is in and beside them."""

    def __init__(self, text: DocumentText) -> None:
        self._text = text
        self._lists = Lists(text)
        self._has_label = False
        self._is_hidden = False
        self._numbers = 0

    def starts(self) -> dict[str, Start]:
        """Return what to do at each start tag."""
        return {
            **dict.fromkeys(_SHAPES, self._shape),
            **dict.fromkeys(full_names("text", "page-number page-count sheet-name"), self._page),
            full("text:p"): self._paragraph,
            full("text:h"): self._heading,
            full("text:span"): self._span,
            full("text:s"): self._space,
            full("text:tab"): self._tab,
            full("text:line-break"): self._line_break,
            full("text:number"): self._number,
            full("text:ruby"): self._ruby,
            full("text:ruby-text"): self._ruby_text,
            **self._lists.starts(),
            full("text:section"): self._section,
            full("text:hidden-text"): self._hidden_text,
            full("text:hidden-paragraph"): self._hidden_paragraph,
            full("math:math"): self._formula,
        }

    def _paragraph(self, attributes: Attributes) -> End:
        return self._begin(attributes, self._lists.item_number)

    def _begin(self, attributes: Attributes, count: Callable[[], str]) -> End:
        text, style = self._text, attributes.get(names.TEXT_STYLE)
        if text.styles.is_hidden("paragraph", style):
            return ignore
        if text.kind == "odt" and text.master is None:
            master = text.styles.master_of("paragraph", style)
            # The first paragraph without a master page of its own is on the default one.
            if master is not None or not text.used_masters:
                text.used_masters[master] = None
        text.begin_paragraph()
        label = count()
        self._has_label = bool(label)
        if label:
            text.add(f"{label} ")
        return self._end_title if text.styles.is_title(style) else self._end_paragraph

    def _heading(self, attributes: Attributes) -> End:
        def count() -> str:
            if self._lists.is_in_list:
                return self._lists.item_number()
            return self._lists.heading_number(attributes)

        end = self._begin(attributes, count)
        level = number(attributes.get(names.OUTLINE_LEVEL), 1)
        return end if end is ignore or level > _MAX_HEADING_LEVEL else self._end_title

    def _end_title(self) -> None:
        if self._text.master is None and not self._is_hidden:
            self._text.add_heading(self._text.flow.paragraph())
        self._end_paragraph()

    def _end_paragraph(self) -> None:
        self._text.end_characters()
        flow = self._text.flow
        flow.add_readings()
        is_left_out, self._is_hidden = self._is_hidden, False
        if self._numbers:
            # "Page 3" and "Page 3 of 7" are no headers worth reading.
            is_left_out = len(_WORD.findall(flow.paragraph())) <= self._numbers
            self._numbers = 0
        if is_left_out:
            del flow.pieces[flow.paragraph_start :]
        flow.end_paragraph("\n" if self._lists.is_in_list else self._text.mark)

    def _span(self, attributes: Attributes) -> End | None:
        text, style = self._text, attributes.get(names.TEXT_STYLE)
        if text.styles.is_hidden("text", style):
            return ignore
        font = text.styles.span_font(style or "")
        if not font or font == text.font:
            return None
        outer, text.font = text.font, font

        def end() -> None:
            text.font = outer

        return end

    def _ruby(self, attributes: Attributes) -> End:
        del attributes
        self._text.is_in_ruby = True

        def end() -> None:
            self._text.is_in_ruby = False

        return end

    def _ruby_text(self, attributes: Attributes) -> End:
        """Read the reading beside a text, which follows in brackets."""
        del attributes
        self._text.begin_flow()
        self._text.begin_paragraph()

        def end() -> None:
            reading = self._text.end_flow().text()
            if reading:
                self._text.flow.readings.append(reading)

        return end

    def _space(self, attributes: Attributes) -> None:
        count = number(attributes.get(names.SPACE_COUNT), 1)
        self._text.add(" " * max(1, min(count, _MAX_SPACES)))

    def _tab(self, attributes: Attributes) -> None:
        del attributes
        self._text.add(" ")

    def _line_break(self, attributes: Attributes) -> None:
        del attributes
        self._text.add("\n")

    def _number(self, attributes: Attributes) -> End:
        """Read the number of an item or a heading, which some programs write into the file."""
        del attributes
        if self._text.is_in_paragraph and self._has_label:
            return ignore
        self._lists.drop_number()
        self._text.begin_paragraph()

        def end() -> None:
            self._text.add(" ")
            self._text.end_characters()

        return end

    def _formula(self, attributes: Attributes) -> End:
        del attributes
        self._text.begin_paragraph()

        def end() -> None:
            self._text.end_characters()
            if not self._text.is_in_paragraph:
                self._text.flow.end_paragraph(self._text.mark)

        return end

    def _section(self, attributes: Attributes) -> End | None:
        is_hidden = attributes.get(names.SECTION_DISPLAY) == "none"
        return ignore if is_hidden or attributes.get(names.IS_HIDDEN) == "true" else None

    def _hidden_text(self, attributes: Attributes) -> End | None:
        return ignore if attributes.get(names.IS_HIDDEN) == "true" else None

    def _hidden_paragraph(self, attributes: Attributes) -> None:
        if attributes.get(names.IS_HIDDEN) == "true" and self._text.is_in_paragraph:
            self._is_hidden = True

    def _page(self, attributes: Attributes) -> End | None:
        """Leave out the numbers of pages in headers, which are those of the last save."""
        del attributes
        if self._text.master is None:
            return None
        self._numbers += 1
        return ignore

    def _shape(self, attributes: Attributes) -> End | None:
        """Read a text beside the paragraph or row that holds it; others stand in line."""
        text, kind = self._text, attributes.get(names.CLASS)
        is_off = any(attributes.get(name) == "none" for name in names.SHAPE_DISPLAY)
        is_prompt = attributes.get(names.PLACEHOLDER) == "true"
        if is_off or is_prompt or (text.master is not None and kind):
            return ignore
        is_title = kind == "title"
        is_beside = text.is_in_paragraph or text.beside_row is not None or is_title
        if text.is_deep or not is_beside:
            return None
        text.begin_flow()

        def end() -> None:
            found = text.end_flow().text()
            if is_title:
                text.add_heading(found)
            text.append(found)

        return end
