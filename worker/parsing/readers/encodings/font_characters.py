"""The characters of RTF: code pages, the character sets of fonts, and symbol fonts.

Microsoft RTF 1.9.1, sections "Character Set" and "Font Table".
"""

import codecs
import re
from dataclasses import dataclass, field

from worker.parsing.readers.fonts.letter_fonts import letters_of, show_letters
from worker.parsing.readers.fonts.symbol_fonts import SYMBOL_FONTS, symbol

_DEFAULT = 1252
_CODECS = {
    0: "cp1252",
    936: "gb18030",
    950: "big5hkscs",
    1361: "johab",
    10000: "mac_roman",
    10001: "cp932",
    10002: "big5hkscs",
    10003: "cp949",
    10006: "mac_greek",
    10007: "mac_cyrillic",
    10008: "gb18030",
    10029: "mac_latin2",
    10081: "mac_turkish",
    20866: "koi8-r",
    21866: "koi8-u",
    51932: "euc_jp",
    51949: "euc_kr",
    54936: "gb18030",
    65001: "utf-8",
    **{28590 + part: f"iso8859-{part}" for part in range(1, 17) if part != 12},
}
# 1 is that of the document.
_WESTERN_CHARSET, _SYMBOL_CHARSET = 0, 2
_CHARSET_PAGES = {
    77: 10000,
    78: 10001,
    79: 10003,
    80: 10008,
    81: 10002,
    85: 10006,
    86: 10081,
    88: 10029,
    89: 10007,
    128: 932,
    129: 949,
    130: 1361,
    134: 936,
    136: 950,
    161: 1253,
    162: 1254,
    163: 1258,
    177: 1255,
    178: 1256,
    186: 1257,
    204: 1251,
    222: 874,
    238: 1250,
    254: 437,
    255: 437,
}
_MULTI_BYTE = frozenset({"cp932", "gb18030", "big5hkscs", "cp949", "johab", "euc_jp", "euc_kr"})
_BULLET_CODE = 0xB7
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")

# Names of these fonts may go on, as in "Wingdings-Regular".
_KNOWN_FONTS = sorted(SYMBOL_FONTS, reverse=True)
_BULLET_FONTS = ("zapfdingbats", "zapf dingbats", "marlett")


@dataclass(slots=True)
class Font:
    """An entry of the font table; `code_page` takes precedence over the character set."""

    charset: int = 1
    code_page: int | None = None
    name: str = ""


@dataclass(slots=True)
class CharacterSets:
    """The code page of a document, 1252 if it names none, and its fonts by number."""

    code_page: int = _DEFAULT
    default_font: int = 0
    fonts: dict[int, Font] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def font(self, number: int) -> Font:
        """Return a font of the font table, which is added if it is not there."""
        return self.fonts.setdefault(number, Font())

    def set_charset(self, number: int, charset: int) -> None:
        """Set the character set of a font."""
        self.font(number).charset = charset
        if charset in _CHARSET_PAGES:
            self._used.add(codec_of(_CHARSET_PAGES[charset]))

    def decode(self, data: bytes, font_number: int | None) -> str:
        """Return the text of bytes in a font; bytes that no character has become U+FFFD."""
        font = self._font(font_number)
        name = font.name.strip("; ")
        letters = letters_of(name)
        if letters is not None:
            return show_letters(data.decode("cp1252", "replace"), name, letters)
        if not _BEYOND_ASCII.search(data) and font.charset != _SYMBOL_CHARSET:
            return data.decode("ascii")
        if font.code_page is not None:
            return _decode(data, codec_of(font.code_page))
        if font.charset == _SYMBOL_CHARSET:
            return "".join(self.symbol(code, font_number) for code in data)
        if font.charset == _WESTERN_CHARSET:
            return self._decode_western(data)
        return _decode(data, codec_of(_CHARSET_PAGES.get(font.charset, self.code_page)))

    def symbol(self, code: int, font_number: int | None) -> str:
        """Return the character that a symbol font shows for a byte."""
        name = self._font(font_number).name.strip().lower()
        known = next(filter(name.startswith, _KNOWN_FONTS), None)
        if known is not None:
            return symbol(known, code)
        if code == _BULLET_CODE or name.startswith(_BULLET_FONTS):
            return "•"
        return bytes((code,)).decode("cp1252", "replace")

    def _font(self, number: int | None) -> Font:
        return self.fonts.get(self.default_font if number is None else number, Font())

    def _decode_western(self, data: bytes) -> str:
        """Decode bytes in a font of the Western set, which careless programs give to all fonts.

        A program that knows better has fonts of the set of the document's code page too.
        """
        own = codec_of(self.code_page)
        if own in self._used:
            return _decode(data, "cp1252")
        if own in _MULTI_BYTE:
            try:
                return data.decode(own)
            except UnicodeDecodeError:
                return _decode(data, "cp1252")
        return _decode(data, own)


def codec_of(page: int) -> str:
    """Return the codec of a Windows code page, that of Western Europe for unknown ones."""
    known = _CODECS.get(page)
    if known is not None:
        return known
    try:
        return codecs.lookup(f"cp{page}").name
    except LookupError:
        return "cp1252"


def _decode(data: bytes, codec: str) -> str:
    if codec not in _MULTI_BYTE and codec != "utf-8":
        # Programs that know no code pages write UTF-8, which is no text in any of them.
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return data.decode(codec, "replace")
