"""Fonts from before Unicode that show other letters than those of the text.

Programs of Vietnam, Georgia and Armenia wrote the bytes of such a font, and many documents still
have them. Each table gives what the font shows for a byte of Windows (cp1252).
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

# TCVN 5712-3, in the fonts `.VnTime`, `.VnArial`; those that end in H show capitals.
_TCVN = (
    "A1Ă A2Â A3Ê A4Ô A5Ơ A6Ư A7Đ A8ă A9â AAê ABô ACơ ADư AEđ B5à B6ả B7ã B8á B9ạ BBằ BCẳ BDẵ BEắ"
    " C6ặ C7ầ C8ẩ C9ẫ CAấ CBậ CCè CEẻ CFẽ D0é D1ẹ D2ề D3ể D4ễ D5ế D6ệ D7ì D8ỉ DCĩ DDí DEị DFò E1ỏ"
    " E2õ E3ó E4ọ E5ồ E6ổ E7ỗ E8ố E9ộ EAờ EBở ECỡ EDớ EEợ EFù F1ủ F2ũ F3ú F4ụ F5ừ F6ử F7ữ F8ứ F9ự"
    " FAỳ FBỷ FCỹ FDý FEỵ"
)
# `VNI-Times`: letters, and marks that follow their vowel.
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_HOOK, _DOT, _BREVE, _CIRCUMFLEX = "\u0309", "\u0323", "\u0306", "\u0302"
_GRAVE, _ACUTE, _TILDE = "\u0300", "\u0301", "\u0303"
_VNI_MARKS = {
    **dict(zip("ùøûõï", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True)),
    **{
        sign: _CIRCUMFLEX + mark
        for sign, mark in zip("âáàåãä", ("", _ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True)
    },
    **{
        sign: _BREVE + mark
        for sign, mark in zip("êéèúüë", ("", _ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True)
    },
}
_GEORGIAN = {
    ord(sign): chr(0x10D0 + number)
    for number, sign in enumerate("abgdevzTiklmnopJrstufqRySCcZwWxjh")
}
# ARMSCII-8: capitals and small letters by turns.
_ARMENIAN_SIGNS = "A2և A3։ A4) A5( A6» A7« A8— A9. AA՝ AB, AC- AD֊ AE… AF՜ B0՛ B1՞ FE՚"


def _table(codes: str) -> dict[int, str]:
    return {int(code[:2], 16): code[2:] for code in codes.split()}


def _by_code(signs: Mapping[str, str]) -> dict[int, str]:
    """Return what stands for small letters and for capitals."""
    both = {**signs, **{sign.upper(): shown.upper() for sign, shown in signs.items()}}
    return {sign.encode("cp1252")[0]: shown for sign, shown in both.items()}


_VIETNAMESE = _table(_TCVN)
_ARMENIAN = _table(_ARMENIAN_SIGNS) | {
    0xB2 + 2 * number + is_small: chr(0x531 + number + 0x30 * is_small)
    for number in range(38)
    for is_small in (0, 1)
}
_FONTS = (
    (".vn", _VIETNAMESE),
    ("vni-", _by_code({**_VNI_LETTERS, **_VNI_MARKS})),
    *((name, _GEORGIAN) for name in ("acadnusx", "acadmtavr", "litnusx", "litmtavr")),
    *((name, _ARMENIAN) for name in ("arial armenian", "times armenian")),
)


@lru_cache(maxsize=256)
def letters_of(font: str) -> Mapping[int, str] | None:
    """Return what a font shows for the bytes of Windows, None for fonts of Unicode."""
    name = font.lower()
    return next((table for start, table in _FONTS if name.startswith(start)), None)


def show_letters(text: str, font: str, letters: Mapping[int, str]) -> str:
    """Return text in a font as the letters that the font shows; other characters stay."""
    codes = (character.encode("cp1252", "ignore") for character in text)
    shown = "".join(
        letters.get(code[0], character) if code else character
        for character, code in zip(text, codes, strict=True)
    )
    if letters is _VIETNAMESE and font.lower().endswith("h"):
        return shown.upper()
    return unicodedata.normalize("NFC", shown)
