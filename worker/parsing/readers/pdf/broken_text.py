"""Detects text layers whose characters are not those that the page shows.

A font's map from its codes to characters (ISO 32000-2, 9.10) may be missing or wrong: then
programs see other letters than people do. Some of these layers can be put right.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from worker.parsing.readers.pdf.letter_pairs import COMMON_HAN, RARITIES

_RUBBISH_SHARE = 0.3
# Control characters stand for spaces in some layers; those of private use are signs in others.
_CONTROL_SHARE, _MIN_CONTROLS = 0.12, 8
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b]")
# Fonts that number their glyphs a1, a2, ... are taken for ornaments, but not for ticks and crosses.
# Programs that protect a text from being copied name all letters as one that nobody sees.
_UNREADABLE = re.compile(
    "[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1b\u2701-\u2712\u2719-\u2767\u2794-\u27be"
    "\xad\u200b\u2060\ufeff]"
)

# Of so much text at the beginning, and as much in the middle, letters are counted.
_SAMPLE = 1000
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{2,30}(?![^\W_])")
_ABBREVIATION = re.compile(r"\b[A-Z]{1,4}\b")
_PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ς": "σ", "ſ": "s"}
)
_MIN_PAIRS = 32
_MANY_PAIRS = 120
# Of all letters; the few Latin letters on a page in another script are names and abbreviations.
_OTHER_SHARE = 0.4
_OTHER_SCRIPT = re.compile("[^\\W\\d_\u0000-\u052f]")
_LETTER = re.compile(r"[^\W\d_]")
_MARKS = re.compile("[\u0300-\u036f]")
# Of the mean rarity. Pages of abbreviations reach 9.5, other pages 9; layers that were put right
# must be usual text.
_STRANGE_IF_FEW, _STRANGE_IF_MANY = 10.3, 10.0
_USUAL = 8.7
_USUAL_PAIR_SHARE, _PLAIN_SHARE = 0.3, 0.85
# Vietnamese has marks on a third of its letters.
_MARKED_SHARE = 0.5
# With so many of these words a text is no rubbish. By shifts and swaps few of them come to be.
_COMMON = (
    "the and for with that this from are not you our your all any has will der die das und den mit"
    " von für ist auf nicht eine les des est pour dans une par sur que qui pas los las del por con"
    " para una como più che non per della sono het een van dat niet voor zijn met och att det som"
    " för den till inte ikke til uma não com mais dos das oraz nie jest przez dla się pro jako není"
    " ale bir için ile olarak veya este care din sau και του της την που από για στο или для что"
    " как при это его від про або був які след като има също"
)
_COMMON_WORDS = frozenset(_COMMON.split())
_COMMON_SHARE = 0.07
# Fonts that number their letters in the order of use give text of signs: !"#$%"&. Pages of
# program code have a fifth.
_MIN_SIGNS = 40
_SIGN_SHARE = 0.28
_SIGN = re.compile(r"[!-'*+<>?@\[\]^`{}~]")
_PLAIN_CHARACTER = re.compile(r"[\w\s.,:;()'/-]")
# What TeX's fonts (encoding T1) have at codes that PDFium takes for characters if the font's
# program is all that names them.
_LIGATURES = {"\x1b": "ff", "\x1c": "fi", "\x1d": "fl", "\x1e": "ffi", "\x1f": "ffl"}
# The rare characters come first in these patterns: a search for letters before them takes ten times
# as long.
_LIGATURE = re.compile(r"[\x1b-\x1f](?:(?<=[^\W\d_].)|(?=[^\W\d_]))", re.DOTALL)
# What TeX's old fonts (encoding OT1) have at codes that PDFium takes for characters. Their accents
# are letters of Unicode that nobody writes alone.
_OT1 = str.maketrans(
    dict(zip(range(0x0B, 0x1D), "ﬀﬁﬂﬃﬄıȷˋˊˇ˘ˉ˚¸ßæœø", strict=True)) | {0x7F: "¨", 0x0D: "\r"}
)
_OT1_LIGATURE = re.compile(r"[\x0b\x0c\x0e\x0f](?:(?<=[a-z].)(?![^\W_])|(?=[a-z]))", re.DOTALL)
# PDFium ends lines with both characters.
_OT1_FL = re.compile(r"\r(?!\n)")
_UNICODE_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"}
_UNICODE_LIGATURE = re.compile("[ﬀ-ﬄ]")
# Small capitals and old-style figures of Adobe's expert fonts, 0xF700 above the usual ones.
_EXPERT = re.compile("[\uf730-\uf739\uf761-\uf77a\uf7e0-\uf7fe]")
# TeX draws an accent, then the letter below it (encoding OT1).
_ACCENTS = {
    "ˊ": "\u0301",
    "ˋ": "\u0300",
    "ˉ": "\u0304",
    "¨": "\u0308",
    "´": "\u0301",
    "`": "\u0300",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˙": "\u0307",
    "˝": "\u030b",
    "˚": "\u030a",
    "¸": "\u0327",
}
_ACCENTED = re.compile(r"[¨´`ˆ˜ˇ˘˙˝˚¸ˉˊˋ][^\W\d_]")
# Other texts have most of these signs before words, but not within them.
_IN_TEX = re.compile(r"[¨´`ˆ˜ˇ˘˙˝˚¸](?<=[^\W\d_].)[^\W\d_]|[ˉˊˋ][^\W\d_]")
# Careless writers use these two as apostrophes and quotation marks: it´s, l´auto, ´word´.
_APOSTROPHES = re.compile(
    r"[´`](?:[^\W\d_aeiouyAEIOUYı]|(?<=[^\W\d_].)(?![^\W\d_]))"
    r"|\b(?:[cdjlmnst]|qu|un|[a-z]{1,5}ll)[´`]"
)
_MIN_HAN = 60
_COMMON_HAN_SHARE = 0.1

_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_MARKED_LATIN = re.compile("[\u00c0-\u024f]")
_HAN = re.compile("[\u3400-\u9fff]")
_OTHER_EAST_ASIAN = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_MAX_SHIFT = 32
# Cyrillic and Greek fonts of Windows without a map are taken for Western ones.
_CODE_PAGES = ("cp1251", "cp1253")


def decode_tex(text: str) -> str:
    """Return a text with the characters of codes of TeX's fonts that are line ends elsewhere.

    The characters are as many as before.
    """
    if not _OT1_LIGATURE.search(text):
        return text
    return _OT1_FL.sub("ﬂ", text.translate(_OT1))


def mend_letters(text: str) -> str:
    """Return a text layer with the letters that old fonts hide.

    They are ligatures and accented letters of TeX, small capitals and figures of Adobe.
    """
    if _LIGATURE.search(text):
        text = _LIGATURE.sub(lambda match: _LIGATURES[match[0]], text)
    if text.isascii():
        return text
    text = _UNICODE_LIGATURE.sub(lambda match: _UNICODE_LIGATURES[match[0]], text)
    text = _EXPERT.sub(lambda match: chr(ord(match[0]) & 0xFF), text)
    if not _IN_TEX.search(text):
        return text
    has_apostrophes = _APOSTROPHES.search(text) is not None

    def compose(match: re.Match[str]) -> str:
        accent, letter = match[0][0], match[0][1]
        if has_apostrophes and accent in "´`":
            return match[0]
        whole = unicodedata.normalize("NFC", letter.replace("ı", "i") + _ACCENTS[accent])
        return whole if len(whole) == 1 else match[0]

    return _ACCENTED.sub(compose, text)


def is_rubbish(text: str) -> bool:
    """Tell whether a broken font map gave the text: it is unreadable characters or ornaments."""
    unreadable = len(_UNREADABLE.findall(text))
    if not unreadable:
        return False
    letters = len("".join(text.split()))
    if unreadable > _RUBBISH_SHARE * letters:
        return True
    controls = len(_CONTROL.findall(text))
    return controls >= _MIN_CONTROLS and controls > _CONTROL_SHARE * letters


def is_garbled(text: str) -> bool:
    """Tell whether a text is in no language: its letters stand for others.

    False for a text with few letters, and in scripts other than Latin, Greek, Cyrillic and Han.
    """
    sample = _sample(text)
    words = sample.casefold().split()
    if len(words) * _COMMON_SHARE < sum(map(_COMMON_WORDS.__contains__, words)):
        return False
    if _has_strange_pairs(sample) or _has_many_signs(sample):
        return True
    if sample.isascii():
        return False
    if _has_many_marks(sample):
        return True
    han = _HAN.findall(sample)
    if len(han) < _MIN_HAN or len(_OTHER_EAST_ASIAN.findall(sample)) > len(han) * 0.1:
        return False
    return sum(character in COMMON_HAN for character in han) < len(han) * _COMMON_HAN_SHARE


def put_right(text: str) -> str | None:
    """Return the text that a garbled layer stands for, None if its letters are not just shifted.

    The codes of a font are often a fixed distance from those of ASCII, or in a code page.
    """
    sample = _sample(text)
    changed = [(change, change(sample)) for change in _CHANGES]
    usual = [(change, found) for change, found in changed if _is_usual(found)]
    if not usual:
        return None
    # Capital letters and small ones are equally usual; the right ones
    # stand between usual signs.
    best, _ = max(usual, key=lambda each: len(_PLAIN_CHARACTER.findall(each[1])))
    return best(text)


def _is_usual(sample: str) -> bool:
    if len(_PLAIN_CHARACTER.findall(sample)) < len(sample) * _PLAIN_SHARE:
        return False
    rarity, pairs = _measure_pairs(sample)
    words = "".join(set(sample.split()))
    enough = max(_MIN_PAIRS, _USUAL_PAIR_SHARE * len(words))
    return pairs >= enough and rarity < _USUAL and not _has_many_marks(sample)


def _shift(table: dict[int, str], text: str) -> str:
    return text.translate(table)


def _decode(code_page: str, text: str) -> str:
    return "".join(
        character.encode("latin-1").decode(code_page, "replace")
        if "\xa0" < character <= "\xff"
        else character
        for character in text
    )


def _shifted_by(distance: int) -> dict[int, str]:
    """Return the visible characters of ASCII for the codes at a distance from them."""
    codes = (code for code in range(0x7F) if chr(code) not in " \t\n\v\f\r")
    return {code: chr(code + distance) for code in codes if 0x20 <= code + distance < 0x7F}


_CHANGES: tuple[Callable[[str], str], ...] = (
    *(
        partial(_shift, _shifted_by(sign * distance))
        for distance in range(1, _MAX_SHIFT + 1)
        for sign in (-1, 1)
    ),
    *(partial(_decode, code_page) for code_page in _CODE_PAGES),
)


def _sample(text: str) -> str:
    if len(text) <= 2 * _SAMPLE:
        return text
    middle = len(text) // 2
    return text[:_SAMPLE] + " " + text[middle : middle + _SAMPLE]


def _has_many_marks(sample: str) -> bool:
    latin = len(_LATIN.findall(sample))
    marked = len(_MARKED_LATIN.findall(sample))
    return latin >= _MIN_PAIRS and marked > latin * _MARKED_SHARE


def _has_strange_pairs(sample: str) -> bool:
    if not sample.isascii():
        others = len(_OTHER_SCRIPT.findall(sample))
        if others > len(_LETTER.findall(sample)) * _OTHER_SHARE:
            return False
    rarity, pairs = _measure_pairs(sample)
    if pairs < _MIN_PAIRS:
        return False
    return rarity > (_STRANGE_IF_MANY if pairs >= _MANY_PAIRS else _STRANGE_IF_FEW)


def _has_many_signs(sample: str) -> bool:
    signs = len(_SIGN.findall(sample))
    return signs >= _MIN_SIGNS and signs > len("".join(sample.split())) * _SIGN_SHARE


def _measure_pairs(sample: str) -> tuple[float, int]:
    """Return the mean rarity of the pairs of letters in one script, and their number.

    Counts each word once: a name or a code may be repeated often.
    """
    words = " ".join(set(_WORD.findall(_ABBREVIATION.sub(" ", sample)))).casefold()
    if not words.isascii():
        words = _MARKS.sub("", unicodedata.normalize("NFKD", words.translate(_PLAIN)))
    rarities = [rarity for pair in pairwise(words) if (rarity := RARITIES.get(pair)) is not None]
    return (sum(rarities) / len(rarities) if rarities else 0.0), len(rarities)
