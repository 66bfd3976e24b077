"""Reads characters in symbol fonts, such as ticks, arrows and bullets, as what they show.

Programs name them by their codes, as letters of Windows or from U+F020 on.
"""

import ctypes
import re

import pypdfium2
import pypdfium2.raw as pdfium_c

from worker.parsing.readers.fonts.symbol_fonts import SYMBOL_FONTS, symbol

_FIRST_PRIVATE = "\uf020"
# Ticks, boxes, arrows and bullets stand alone. To look behind first takes three times as long.
_SYMBOL = re.compile(
    "[\uf020-\uf0ff¨§ØàèðûüýþlnoqruvxOPQRST]"
    r"(?:(?<=[\uf020-\uf0ff])|(?!\S)(?<!\S.))"
)
_FONTS = {name.replace(" ", ""): name for name in sorted(SYMBOL_FONTS, reverse=True)}
# What may follow: SymbolMT, Wingdings-Regular. Symbola is another font.
_FONT = re.compile(rf"(?:.*\+)?({'|'.join(_FONTS)})(?:mt|-?regular)?")
# LibreOffice draws the characters of other symbol fonts in this one, with their codes.
_OPEN_SYMBOL = "opensymbol"
_NAME_BYTES = 128


def show_symbols(textpage: pypdfium2.PdfTextPage, text: str, count: int) -> str:
    """Return the text of a page with such characters replaced; it is as long as before.

    `text` is the page's text as `get_text_range` returns it.
    """
    if len(text) != count or not _SYMBOL.search(text):
        return text
    return _SYMBOL.sub(lambda match: _show(textpage, match.start(), match[0]), text)


def _show(textpage: pypdfium2.PdfTextPage, number: int, character: str) -> str:
    font = _read_font(textpage, number)
    known = _FONT.fullmatch(font)
    if known is not None:
        name = _FONTS[known[1]]
        # PDFium knows the letters of Symbol.
        is_letter = character < _FIRST_PRIVATE and name == "symbol"
        return character if is_letter else symbol(name, ord(character))
    if _OPEN_SYMBOL in font and character >= _FIRST_PRIVATE:
        shown = symbol("wingdings", ord(character))
        return symbol("symbol", ord(character)) if shown == "•" else shown
    return character


def _read_font(textpage: pypdfium2.PdfTextPage, number: int) -> str:
    """Return the name of a character's font, in small letters and without spaces."""
    name = ctypes.create_string_buffer(_NAME_BYTES)
    pdfium_c.FPDFText_GetFontInfo(textpage.raw, number, name, _NAME_BYTES, ctypes.c_int())
    return name.value.decode("utf-8", "replace").lower().replace(" ", "")
