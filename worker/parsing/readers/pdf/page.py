"""Reads one page of a PDF by PDFium: its text, its form fields, and whether it needs OCR."""

import ctypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c
from PIL import Image

from worker.parsing.document import DocumentPage, TextSource
from worker.parsing.layout.pdf_objects import measure_objects
from worker.parsing.ocr.picture import scale_for
from worker.parsing.readers.pdf.headings import read_headings

# A page with fewer letters and a large picture is a scan with a stamp or a page number.
_FEW_LETTERS = 25
_LARGE_PICTURE_SHARE = 0.3
_ANY_PICTURE_SHARE = 0.02
# Text drawn as outlines has hundreds of paths and no letters.
_MANY_PATHS = 100
_RUBBISH_SHARE = 0.3
_MAX_SIDE_POINTS = 10_000_000.0
_MAX_FIELDS = 1000
_MAX_FIELD_CHARACTERS = 1000
_TYPED_FIELDS = frozenset({pdfium_c.FPDF_FORMFIELD_TEXTFIELD, pdfium_c.FPDF_FORMFIELD_COMBOBOX})
# PDFium ends a hyphenated line with U+FFFE or U+0002.
_LINE_HYPHEN = re.compile("[\ufffe\x02]\r?\n?")


@dataclass(frozen=True, slots=True)
class PageReading:
    """The result of reading one page. `is_blank` pages have neither text nor objects.

    `may_be_picture` pages may have text that only OCR can read.
    """

    page: DocumentPage
    form_fields: int
    may_be_picture: bool
    is_blank: bool


def read_page(
    document: pypdfium2.PdfDocument, index: int, max_characters: int, *, is_first: bool
) -> PageReading:
    """Read the first `max_characters` of a page's text, then the texts typed into its fields.

    The text of a broken text layer is dropped. Headings are read of the first page only.
    Raises PdfiumError when the page cannot be loaded.
    """
    page = document[index]
    try:
        text, headings = _read_text(page, max_characters, is_first=is_first)
        form_fields, typed = _read_fields(document, page)
        text = "\n".join([text, *(value for value in dict.fromkeys(typed) if value not in text)])
        width, height = page.get_size()
        drawn = measure_objects(page, width * height)
    finally:
        page.close()
    rubbish = is_rubbish(text)
    text = "" if rubbish else text
    letters = sum(1 for character in text if not character.isspace())
    may_be_picture = (
        (
            letters < _FEW_LETTERS
            and (drawn.image_share > _LARGE_PICTURE_SHARE or drawn.paths > _MANY_PATHS)
        )
        or (letters == 0 and drawn.image_share > _ANY_PICTURE_SHARE)
        or rubbish
    )
    return PageReading(
        page=DocumentPage(
            index=index,
            text=text,
            source=TextSource.TEXT_LAYER if letters else TextSource.NONE,
            width=_side(width),
            height=_side(height),
            headings=headings if letters else (),
        ),
        form_fields=form_fields,
        may_be_picture=may_be_picture,
        is_blank=letters == 0 and drawn.count == 0,
    )


def _side(points: float) -> float | None:
    """Return the length of a page's side, None for impossible lengths."""
    return round(points, 2) if 0 < points < _MAX_SIDE_POINTS else None


def render_page(document: pypdfium2.PdfDocument, index: int, dpi: int) -> Image.Image:
    """Return a grey picture of a page, with at most 2500 pixels on its longer side.

    Raises PdfiumError when the page cannot be loaded or has an impossible size.
    """
    page = document[index]
    try:
        width, height = page.get_size()
        if _side(width) is None or _side(height) is None:
            raise pypdfium2.PdfiumError("a page without a size")
        bitmap = page.render(scale=scale_for(width, height, dpi), grayscale=True)
        picture: Image.Image = bitmap.to_pil().copy()
        bitmap.close()
    finally:
        page.close()
    return picture


def is_rubbish(text: str) -> bool:
    """Tell whether a broken font map gave the text: replacement, private, control characters."""
    characters = [character for character in text if not character.isspace()]
    bad = sum(
        1
        for character in characters
        if character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or character < " "
    )
    return bad > len(characters) * _RUBBISH_SHARE


def _read_text(
    page: pypdfium2.PdfPage, max_characters: int, *, is_first: bool
) -> tuple[str, tuple[str, ...]]:
    textpage = page.get_textpage()
    try:
        count = min(textpage.count_chars(), max_characters + 1)
        text: str = textpage.get_text_range(0, count) if count > 0 else ""
        headings = read_headings(textpage) if is_first else ()
    finally:
        textpage.close()
    return _LINE_HYPHEN.sub("", text), tuple(_LINE_HYPHEN.sub("", each) for each in headings)


def _read_fields(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> tuple[int, list[str]]:
    """Count the form widgets of a page and collect what was typed into them."""
    widgets = 0
    typed = []
    for annotation in _annotations(page):
        if pdfium_c.FPDFAnnot_GetSubtype(annotation) != pdfium_c.FPDF_ANNOT_WIDGET:
            continue
        widgets += 1
        form = document.formenv
        if form and pdfium_c.FPDFAnnot_GetFormFieldType(form.raw, annotation) in _TYPED_FIELDS:
            value = _read_utf16(pdfium_c.FPDFAnnot_GetFormFieldValue, form.raw, annotation)
            if value.strip():
                typed.append(value.strip())
    return widgets, typed


def _annotations(page: pypdfium2.PdfPage) -> Iterator[Any]:
    for number in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw), _MAX_FIELDS)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, number)
        if annotation:
            try:
                yield annotation
            finally:
                pdfium_c.FPDFPage_CloseAnnot(annotation)


def _read_utf16(function: Callable[..., int], *arguments: object) -> str:
    """Call a function of PDFium that fills a buffer with UTF-16 and a final NUL."""
    length = min(function(*arguments, None, 0), 2 * _MAX_FIELD_CHARACTERS)
    buffer = ctypes.create_string_buffer(length + 2)
    wide = ctypes.cast(buffer, ctypes.POINTER(pdfium_c.FPDF_WCHAR))
    if not length or function(*arguments, wide, length) > length:
        return ""
    return buffer.raw.decode("utf-16-le", "replace").partition("\0")[0]
