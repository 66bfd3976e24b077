"""Puts text in Arabic and Hebrew script into reading order.

PDFs have letters in the order of the eye, from left to right, and Arabic ones often in the shapes
of their places in the word. Readers turn them round, not always all of them.
"""

import re
import unicodedata
from collections.abc import Sequence

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_HEBREW = re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]")
_SHAPES = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")
_SHARE = 0.2
_ENOUGH = 5

_WORD = re.compile("[\u05d0-\u05ea\u0620-\u06ff]{2,}")
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
# Numbers and words of other scripts with the signs inside them.
_LEFT_TO_RIGHT = re.compile(
    f"[^\\W{_RIGHT_TO_LEFT}](?:[^{_RIGHT_TO_LEFT}\n]*[^\\W{_RIGHT_TO_LEFT}])?"
)
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")

# Signs of order: these words; the article and the letters that only end words.
_COMMON_WORDS = "من في على إلى عن أن هذا هذه التي الذي مع كان أو بين كل بعد قبل های است را"
_COMMON = frozenset(_COMMON_WORDS.split())
_COMMON_REVERSED = frozenset(word[::-1] for word in _COMMON)
_WITH_ARTICLE = ("ال", "وال", "بال", "لل", "كال", "فال")
_LAST_LETTERS = ("ة", "ى", "ך", "ם", "ן", "ף", "ץ")
_PERSIAN = re.compile("[پچژگ]")
_MANY_TURNED = 0.3
# The letters of the ligature of lam and alef, swapped.
_SWAPPED = re.compile("ا[أإآ]|^اال")


def is_arabic(text: str) -> bool:
    """Tell whether a fifth of a text's letters or more are Arabic."""
    return _has_share(_ARABIC, text)


def is_right_to_left(text: str) -> bool:
    """Tell whether a fifth of a text's letters or more are Arabic or Hebrew."""
    return is_arabic(text) or _has_share(_HEBREW, text)


def choose_order(readings: Sequence[str]) -> str:
    """Return the reading in the best order, as it is or turned round; the first one if equal.

    Letters have their plain forms afterwards, and single words that are still turned round are
    put right.
    """
    both = [*readings, *map(_reverse_lines, readings)]
    candidates = ["\n".join(map(_repair_line, _plain(each).splitlines())) for each in both]
    return max(candidates, key=_order)


def _has_share(script: re.Pattern[str], text: str) -> bool:
    found = len(script.findall(text))
    return found >= _ENOUGH and found > _SHARE * sum(map(str.isalpha, text))


def _plain(text: str) -> str:
    plain = _SHAPES.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    # Arabic fonts have the shapes of a letter that only Persian and its neighbours write.
    is_arabic_language = "\u0629" in plain and not _PERSIAN.search(plain)
    return plain.replace("\u06cc", "\u064a") if is_arabic_language else plain


def _order(text: str) -> float:
    """Return how many more signs of reading order than of the reverse a word has on average."""
    signs = [_order_of_word(word) for word in _WORD.findall(text)]
    return sum(signs) / max(1, len(signs))


def _order_of_word(word: str) -> int:
    good = (word in _COMMON) + word.endswith(_LAST_LETTERS) + word.startswith(_WITH_ARTICLE)
    bad = (
        (word in _COMMON_REVERSED)
        + word.startswith(_LAST_LETTERS)
        + (len(word) > 3 and word.endswith("لا"))
        + (_SWAPPED.search(word) is not None)
    )
    return good - bad


def _repair_line(line: str) -> str:
    """Turn round words that begin with a letter which only ends words.

    If they are many, other words without a sign of their order are turned round, too, and the
    words are in the order of the eye.
    """
    words = _WORD.findall(line)
    turned = [word for word in words if _is_turned(word)]
    if not turned:
        return line
    if len(turned) < _MANY_TURNED * len(words):
        return _WORD.sub(lambda each: each[0][::-1] if _is_turned(each[0]) else each[0], line)
    line = _WORD.sub(lambda each: each[0][:: -1 if _order_of_word(each[0]) <= 0 else 1], line)
    return " ".join(reversed(line.split()))


def _is_turned(word: str) -> bool:
    return word.startswith(_LAST_LETTERS) and not word.endswith(_LAST_LETTERS)


def _reverse_lines(text: str) -> str:
    return "\n".join(map(_reverse_line, text.splitlines()))


def _reverse_line(line: str) -> str:
    """Return a line from right to left, but numbers and words of other scripts as they are."""
    if not (_ARABIC.search(line) or _HEBREW.search(line)):
        return line
    turned = line[::-1].translate(_MIRRORED)
    return _LEFT_TO_RIGHT.sub(lambda match: match.group()[::-1].translate(_MIRRORED), turned)
