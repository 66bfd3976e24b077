"""Reads one page of a PDF by PDFium: its text, its annotations, and whether it needs OCR."""

import re
from dataclasses import dataclass

import pypdfium2

from worker.parsing.document import DocumentPage, TextSource
from worker.parsing.readers.pdf import broken_text, layers, reading_order, scans
from worker.parsing.readers.pdf.annotations import Annotations, read_annotations
from worker.parsing.readers.pdf.headings import read_headings
from worker.parsing.readers.pdf.letters import (
    clusters,
    doubled,
    split_lines,
    symbols,
    unmapped,
    visual_order,
)
from worker.parsing.readers.pdf.letters.unmapped import Box
from worker.parsing.readers.pdf.rendering import side

_MIN_CUT_TEXT, _MUCH_INSIDE = 200, 0.7
# PDFium ends a hyphenated line with U+FFFE or U+0002.
_LINE_HYPHEN = re.compile("[\ufffe\x02]\r?\n?")
# Words before which a hyphen stands for the rest of a word: Liefer- und Rechnungsadresse.
_AND = re.compile(r"(?:und|oder|bzw|sowie|and|or|och|eller|og|en|of)\b")


@dataclass(frozen=True, slots=True)
class PageReading:
    """The result of reading one page. `is_blank` pages have neither text nor objects.

    The page's text is without those of its annotations. `may_be_picture` pages may have text that
    only OCR can read; pages that `has_print` have pictures with more words than their text.
    `has_damaged_picture`: a picture of a page that may be one cannot be shown.
    `garbled` is a text layer that is not what the page shows, and not in the page's text. Pages
    that `draws_text` have text, also if PDFium finds no letters in it.
    `right_to_left` is the text by the places of its letters, if it has Arabic or Hebrew ones.
    `unmapped` are the boxes of passages that only OCR can read, each with a mark in the text.
    """

    page: DocumentPage
    annotations: Annotations
    may_be_picture: bool
    is_blank: bool
    garbled: str = ""
    draws_text: bool = False
    has_print: bool = False
    has_damaged_picture: bool = False
    right_to_left: str = ""
    unmapped: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layer:
    """The text layer of a page, with `right_to_left` and `unmapped` as `PageReading` has them."""

    text: str
    headings: tuple[str, ...]
    right_to_left: str
    unmapped: tuple[Box, ...]


def read_page(
    document: pypdfium2.PdfDocument,
    index: int,
    max_characters: int,
    *,
    is_first: bool,
    hidden_layers: frozenset[str] = frozenset(),
) -> PageReading:
    """Read the first `max_characters` of a page's text, and its annotations.

    The text of hidden layers is left out, and that of a broken text layer is dropped. Headings are
    read of the first page only. Raises PdfiumError when the page cannot be loaded.
    """
    page = document[index]
    try:
        layers.remove_hidden(page, hidden_layers)
        read = _read_text(page, max_characters, is_first=is_first)
        layer = read.text
        is_right = not (broken_text.is_rubbish(layer) or broken_text.is_garbled(layer))
        text = broken_text.mend_letters(layer) if is_right else broken_text.put_right(layer) or ""
        letters = len("".join(text.split()))
        annotations = read_annotations(document, page, index)
        width, height = page.get_size()
        signs = scans.find_signs(page, letters)
    finally:
        page.close()
    garbled = layer if layer.strip() and not letters else ""
    return PageReading(
        page=DocumentPage(
            index=index,
            text=text,
            source=TextSource.TEXT_LAYER if letters else TextSource.NONE,
            width=side(width),
            height=side(height),
            headings=_mend_headings(read.headings) if letters and is_right else (),
        ),
        annotations=annotations,
        may_be_picture=signs.is_picture or bool(garbled),
        is_blank=letters == 0 and not (signs.drawn and signs.drawn.count) and not annotations.texts,
        garbled=garbled,
        has_print=signs.has_print,
        draws_text=signs.drawn is None or signs.drawn.texts > 0,
        right_to_left=read.right_to_left if letters and is_right else "",
        unmapped=read.unmapped if letters and is_right else (),
    )


def _read_text(page: pypdfium2.PdfPage, max_characters: int, *, is_first: bool) -> _Layer:
    textpage = page.get_textpage()
    try:
        count = min(textpage.count_chars(), max_characters + 1)
        whole = broken_text.decode_tex(textpage.get_text_range(0, count)) if count > 0 else ""
        whole = symbols.show_symbols(textpage, whole, count)
        headings = read_headings(textpage, whole) if is_first else ()
        better, boxes = unmapped.read_unmapped(textpage, count)
        better = better or doubled.drop_doubled(textpage, whole, count)
        joined = "" if better else split_lines.join_split_lines(textpage, whole, count)
        if joined:
            better = joined
        elif not better and clusters.has_clusters(whole):
            better = clusters.read_clusters(page, textpage, whole, count)
        elif not better:
            better = split_lines.mend_lines(textpage, whole, count, page.get_bbox())
        if better != whole:
            whole, headings = better, _respell(headings, better)
        text = _within_page(page, textpage, whole)[: max_characters + 1]
        right_to_left = ""
        if text == whole and not boxes and reading_order.has_right_to_left(text):
            right_to_left = visual_order.read_lines(textpage, count, is_split=bool(joined))
    finally:
        textpage.close()
    headings = tuple(map(_join_lines, headings))
    return _Layer(_join_lines(text), headings, _join_lines(right_to_left), boxes)


def _respell(headings: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Return the headings that are lines of a text with the same letters, as they stand there."""
    lines = {frozenset("".join(line.split())): line.strip() for line in text.splitlines()}
    found = (lines.get(frozenset("".join(each.split()))) for each in headings)
    return tuple(line for line in found if line)


def _join_lines(text: str) -> str:
    """Return a text with the words whole that a hyphen divides at the end of a line."""
    return _LINE_HYPHEN.sub(_choose_joint, text)


def _choose_joint(hyphen: re.Match[str]) -> str:
    after = hyphen.string[hyphen.end() : hyphen.end() + 8]
    if after[:1].isupper() and after[1:2].islower():
        return "-"  # two names: Baden-Baden, E-Mail
    return "- " if _AND.match(after) else ""


def _within_page(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, text: str) -> str:
    """Return the text within the page's box if much is outside: a sheet that was cut into pages.

    PDFium takes some letters at the edge for outside.
    """
    if len(text) < _MIN_CUT_TEXT:
        return text
    inside: str = textpage.get_text_bounded(*page.get_bbox())
    return inside if 0 < len(inside.strip()) < _MUCH_INSIDE * len(text) else text


def _mend_headings(headings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(broken_text.mend_letters, headings))
