"""Reads what was added to a PDF's page: typed form fields, comments, text boxes, stamps."""

import contextlib
import ctypes
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.layout.pdf_objects import annotation_objects
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.pdf.forms.check_boxes import CheckBox, read_ticked

_MAX_ANNOTATIONS = 1000
_MAX_VALUE_BYTES = 2 << 20
_MAX_OPTIONS = 200
# The appearances of more annotations, or on a page of more objects, take too long.
_MAX_DRAWN = 200
_MAX_OBJECTS = 5000
_SEGMENTS_OF_WORDS = 200

_TYPED_FIELDS = frozenset({pdfium_c.FPDF_FORMFIELD_TEXTFIELD, pdfium_c.FPDF_FORMFIELD_COMBOBOX})
_TICKED = frozenset({pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON})
_CHOICES = frozenset({pdfium_c.FPDF_FORMFIELD_COMBOBOX, pdfium_c.FPDF_FORMFIELD_LISTBOX})
# Values of ticked boxes that say nothing else.
_ON = frozenset({"on", "yes", "true", "1", "off", ""})
# Operators that show text, or draw a form (ISO 32000-2, annex A).
_TEXT_OPERATOR = re.compile(r"""[\])>]\s*(?:T[jJ]|['"])|\sDo\b""")
# Their contents are no text of the author: what a link or a film shows, or another's comment.
_WITHOUT_CONTENTS = frozenset(
    {
        pdfium_c.FPDF_ANNOT_LINK,
        pdfium_c.FPDF_ANNOT_POPUP,
        pdfium_c.FPDF_ANNOT_SCREEN,
        pdfium_c.FPDF_ANNOT_MOVIE,
        pdfium_c.FPDF_ANNOT_SOUND,
        pdfium_c.FPDF_ANNOT_PRINTERMARK,
        pdfium_c.FPDF_ANNOT_TRAPNET,
    }
)


@dataclass(frozen=True, slots=True)
class Annotations:
    """The texts of a page's annotations, and the names of the files that are attached to it."""

    form_fields: int = 0
    texts: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()


@dataclass(slots=True)
class _Collector:
    """Collects what the annotations of a page have.

    `drawn` are the numbers of those that are read as they are drawn.
    """

    boxes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    ticks: list[CheckBox] = field(default_factory=list)
    drawn: list[int] = field(default_factory=list)

    def add_field(self, document: pypdfium2.PdfDocument, annotation: Any, number: int) -> None:  # noqa: ANN401  untyped
        check_box = _read_check_box(document, annotation)
        if check_box is not None:
            self.ticks.append(check_box)
            return
        values, is_drawn = _read_field(document, annotation)
        self.boxes += values
        if is_drawn:
            self.drawn.append(number)

    def add_markup(self, annotation: Any, kind: int, number: int) -> None:  # noqa: ANN401  untyped
        """Add an annotation that is no field: a text box, a comment, a stamp, a file."""
        contents = _read_contents(annotation)
        texts = self.boxes if kind == pdfium_c.FPDF_ANNOT_FREETEXT else self.comments
        texts.append(contents)
        if kind == pdfium_c.FPDF_ANNOT_STAMP or (not contents and _draws_text(annotation)):
            self.drawn.append(number)
        if kind == pdfium_c.FPDF_ANNOT_FILEATTACHMENT:
            self.attachments.append(_read_file_name(annotation))


def read_annotations(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, index: int
) -> Annotations:
    """Read the first 1000 annotations of a page: typed fields and text boxes, then comments.

    Hidden annotations (ISO 32000-2, 12.5.3) are counted, but not read.
    """
    found = _Collector()
    form_fields = 0
    for number, annotation in _annotations(page):
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        if kind in _WITHOUT_CONTENTS:
            continue
        form_fields += kind == pdfium_c.FPDF_ANNOT_WIDGET
        if pdfium_c.FPDFAnnot_GetFlags(annotation) & pdfium_c.FPDF_ANNOT_FLAG_HIDDEN:
            continue
        if kind == pdfium_c.FPDF_ANNOT_WIDGET:
            found.add_field(document, annotation, number)
        else:
            found.add_markup(annotation, kind, number)
    found.boxes += read_ticked(page, found.ticks)
    found.boxes += _read_appearances(document, index, found.drawn[:_MAX_DRAWN])
    texts = tuple(text for text in map(str.strip, (*found.boxes, *found.comments)) if text)
    return Annotations(form_fields, texts, tuple(found.attachments))


def shows_picture(page: pypdfium2.PdfPage) -> bool:
    """Tell whether an annotation of a page draws a picture or many lines: a pasted scan, ink."""
    for _, annotation in _annotations(page):
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        is_hidden = pdfium_c.FPDFAnnot_GetFlags(annotation) & pdfium_c.FPDF_ANNOT_FLAG_HIDDEN
        if kind in _WITHOUT_CONTENTS or is_hidden:
            continue
        for item, kind_of_item in annotation_objects(annotation):
            if kind_of_item == pdfium_c.FPDF_PAGEOBJ_IMAGE or (
                kind_of_item == pdfium_c.FPDF_PAGEOBJ_PATH
                and pdfium_c.FPDFPath_CountSegments(item) > _SEGMENTS_OF_WORDS
            ):
                return True
    return False


def without_repetitions(text: str, additions: Iterable[str]) -> list[str]:
    """Return the additions that neither a text nor an earlier one contains, whatever the spaces."""
    known = "".join(text.split())
    seen: set[str] = set()
    new = []
    for addition in additions:
        bare = "".join(addition.split())
        if bare and bare not in seen and bare not in known:
            seen.add(bare)
            new.append(addition.strip())
    return new


def _annotations(page: pypdfium2.PdfPage) -> Iterator[tuple[int, Any]]:
    for number in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), _MAX_ANNOTATIONS)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, number)
        if annotation:
            try:
                yield number, annotation
            finally:
                pdfium_c.FPDFPage_CloseAnnot(annotation)


def _read_field(document: pypdfium2.PdfDocument, annotation: Any) -> tuple[list[str], bool]:  # noqa: ANN401  untyped
    """Return the values of a form field as it shows them, and whether its appearance is to be read.

    That of a push button has its caption, that of a signature says who signed. Fields that are
    not part of a form have nothing else.
    """
    form = document.formenv
    if not form:
        return [], _draws_text(annotation)
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(form.raw, annotation)
    if (
        kind == pdfium_c.FPDF_FORMFIELD_TEXTFIELD
        and pdfium_c.FPDFAnnot_GetFormFieldFlags(form.raw, annotation)
        & pdfium_c.FPDF_FORMFLAG_TEXT_PASSWORD
    ):
        return [], False  # viewers show dots
    values = []
    if kind in _CHOICES:
        # The value may be a code that stands for the text that is shown.
        count = min(pdfium_c.FPDFAnnot_GetOptionCount(form.raw, annotation), _MAX_OPTIONS)
        values = [
            read_utf16(pdfium_c.FPDFAnnot_GetOptionLabel, form.raw, annotation, number)
            for number in range(count)
            if pdfium_c.FPDFAnnot_IsOptionSelected(form.raw, annotation, number)
        ]
    if not values and kind in _TYPED_FIELDS:
        values = [read_utf16(pdfium_c.FPDFAnnot_GetFormFieldValue, form.raw, annotation)]
    if kind == pdfium_c.FPDF_FORMFIELD_PUSHBUTTON:
        return values, True
    return values, not any(values) and _draws_text(annotation)


def _read_check_box(document: pypdfium2.PdfDocument, annotation: Any) -> CheckBox | None:  # noqa: ANN401  untyped
    """Return a check box or a radio button, None for other fields."""
    form = document.formenv
    if not form or pdfium_c.FPDFAnnot_GetFormFieldType(form.raw, annotation) not in _TICKED:
        return None
    box = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFAnnot_GetRect(annotation, box):
        return None
    is_ticked = bool(pdfium_c.FPDFAnnot_IsChecked(form.raw, annotation))
    label = ""
    if is_ticked:
        shown = read_utf16(pdfium_c.FPDFAnnot_GetFormFieldAlternateName, form.raw, annotation)
        value = read_utf16(pdfium_c.FPDFAnnot_GetFormFieldExportValue, form.raw, annotation)
        label = f"{shown} {value}" if value.casefold() not in _ON else shown
    return CheckBox((box.left, box.bottom, box.right, box.top), is_ticked, label.strip())


def _draws_text(annotation: Any) -> bool:  # noqa: ANN401  untyped
    """Tell whether an appearance shows text, or a form that may; empty fields have neither."""
    length = pdfium_c.FPDFAnnot_GetAP(
        annotation, pdfium_c.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0
    )
    if length > _MAX_VALUE_BYTES:
        return True
    content = read_utf16(
        pdfium_c.FPDFAnnot_GetAP, annotation, pdfium_c.FPDF_ANNOT_APPEARANCEMODE_NORMAL
    )
    return _TEXT_OPERATOR.search(content) is not None


def _read_contents(annotation: Any) -> str:  # noqa: ANN401  untyped
    contents = read_utf16(pdfium_c.FPDFAnnot_GetStringValue, annotation, b"Contents").strip()
    if contents:
        return contents
    markup = read_utf16(pdfium_c.FPDFAnnot_GetStringValue, annotation, b"RC")
    return visible_text(markup)[0].strip() if markup.strip() else ""


def _read_file_name(annotation: Any) -> str:  # noqa: ANN401  untyped
    attachment = pdfium_c.FPDFAnnot_GetFileAttachment(annotation)
    return read_utf16(pdfium_c.FPDFAttachment_GetName, attachment) if attachment else ""


def _read_appearances(document: pypdfium2.PdfDocument, index: int, numbers: list[int]) -> list[str]:
    """Return the lines in the appearances (ISO 32000-2, 12.5.5) of some annotations of a page.

    They become the content of a copy of the page that has nothing else.
    """
    if not numbers:
        return []
    copy = pypdfium2.PdfDocument.new()
    try:
        copy.import_pages(document, [index])
        with contextlib.closing(copy[0]) as page:
            if not _flatten(page, frozenset(numbers)):
                return []
        with (
            contextlib.closing(copy[0]) as page,
            contextlib.closing(page.get_textpage()) as textpage,
        ):
            text: str = textpage.get_text_range()
    except pypdfium2.PdfiumError:
        return []
    finally:
        copy.close()
    return text.splitlines()


def _flatten(page: pypdfium2.PdfPage, numbers: frozenset[int]) -> bool:
    """Replace the content of a page by the appearances of some annotations."""
    for number in reversed(range(pdfium_c.FPDFPage_GetAnnotCount(page.raw))):
        if number not in numbers:
            pdfium_c.FPDFPage_RemoveAnnot(page.raw, number)
    items = list(islice(page.get_objects(max_depth=1), _MAX_OBJECTS + 1))
    if len(items) > _MAX_OBJECTS:
        return False
    for item in items:
        page.remove_obj(item)
    page.gen_content()
    outcome = pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
    return bool(outcome == pdfium_c.FLATTEN_SUCCESS)


def read_utf16(function: Callable[..., int], *arguments: object) -> str:
    """Call a function of PDFium that fills a buffer with UTF-16 and a final NUL."""
    length = min(function(*arguments, None, 0), _MAX_VALUE_BYTES)
    buffer = ctypes.create_string_buffer(length + 2)
    wide = ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR))
    if not length or function(*arguments, wide, length) > length:
        return ""
    return buffer.raw.decode("utf-16-le", "replace").partition("\0")[0]
