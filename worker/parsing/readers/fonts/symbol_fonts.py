"""The characters of symbol fonts, whose codes are no Unicode.

Word writes them as `w:sym` (ECMA-376 part 1, 17.3.3.30) or as text from U+F020 on.
"""

import re

from worker.parsing.readers.fonts.letter_fonts import letters_of, show_letters

_PRIVATE = re.compile("[\uf020-\uf0ff]")
_UNKNOWN = "•"
_LAST_SPACE = 0x20

# Adobe's Symbol encoding: from 0x20 to 0x7E, and from 0xA0 to 0xFE.
_SYMBOL_LOW = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?"
    "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"
    "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
)
_SYMBOL_HIGH = (
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"
    " 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
)
_SYMBOL = {
    **{0x20 + place: character for place, character in enumerate(_SYMBOL_LOW)},
    **{0xA0 + place: character for place, character in enumerate(_SYMBOL_HIGH)},
}


def _table(codes: str) -> dict[int, str]:
    return {int(code[:2], 16): code[2:] for code in codes.split()}


_WINGDINGS = {
    **dict(zip(range(0x21, 0x2B), "✏✂✁👓🔔📖🕯☎✆✉", strict=True)),
    **dict(zip(range(0x41, 0x50), "✌👌👍👎☜☞☝☟✋☺😐☹💣☠⚐", strict=True)),
    **dict(zip(range(0x6C, 0x76), "●❍■□❐❑❒⬧⧫◆", strict=True)),
    **dict(zip(range(0x80, 0x96), "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿", strict=True)),
    **_table("36⌛ 3F✍ 51✈ 52☼ 54❄ 76❖ 77⬥ 78☒ 9E· 9F• A0▪ A1○ A7▪ A8☐ AB★ B6☆ D8➢ DC➲"),
    **_table("DF← E0→ E1↑ E2↓ E8➔ EF⇦ F0⇨ F1⇧ F2⇩ FB✗ FC✓ FD☒ FE☑"),
}
_WINGDINGS_2 = _table("4F✗ 50✓ 51☒ 52☑ 53☒ 54☒ 56⊗ 98● A2■ A3☐ AE◆")
_WINGDINGS_3 = _table("22→ 66← 67→ 68↑ 69↓ 7D▶ 84▶")
_WEBDINGS = _table("34▶ 61✓ 63☐ 67■ 6E● 72✗ 9A✉ C8☎")
_FONTS = {
    "symbol": _SYMBOL,
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
}
SYMBOL_FONTS = frozenset(_FONTS)
"""The names of the fonts, in small letters."""


def symbol(font: str, code: int) -> str:
    """Return the character of a font's code; a bullet for the unknown ones of symbol fonts."""
    table = _FONTS.get(font.lower())
    is_private = 0xF000 <= code <= 0xF0FF
    if table is not None:
        code = code & 0xFF if is_private else code
        return " " if code <= _LAST_SPACE else table.get(code, _UNKNOWN)
    if is_private:
        return _UNKNOWN
    is_text = 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return chr(code) if is_text else _UNKNOWN


def is_symbol_font(name: str) -> bool:
    """Tell the fonts whose characters are known here, also those of letters before Unicode."""
    return name.lower() in SYMBOL_FONTS or letters_of(name) is not None


def show_in_font(text: str, font: str) -> str:
    """Return text whose characters, as far as they are bytes of Windows, are those of a font."""
    if letters_of(font) is not None:
        return translate(text, font)
    codes = (character.encode("cp1252", "ignore") for character in text)
    return "".join(
        symbol(font, code[0]) if code else translate(character, font)
        for character, code in zip(text, codes, strict=True)
    )


def translate(text: str, font: str) -> str:
    """Return text whose private characters, from U+F020 to U+F0FF, are those of a font.

    In a font of letters before Unicode it is what the letters show.
    """
    letters = letters_of(font)
    if letters is not None:
        return show_letters(text, font, letters)
    if _PRIVATE.search(text) is None:
        return text
    return _PRIVATE.sub(lambda match: symbol(font, ord(match[0])), text)
