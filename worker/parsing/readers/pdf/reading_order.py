"""Puts text in Arabic and Hebrew script into reading order.

PDFs have letters in the order of the eye, from left to right, and Arabic ones often in the shapes
of their places in the word. Readers turn them round, not always all of them.
"""

import re
import unicodedata

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_HEBREW = re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]")
_SHAPES = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")
_SHARE = 0.2
_ENOUGH = 5

_WORD = re.compile("[\u0591-\u05ea\u0620-\u06ff]{2,}")
_MARK = re.compile("[\u0591-\u05c7\u064b-\u065f\u0670]")
# Not the digits and their separators, which go from left to right.
_RIGHT_TO_LEFT = "\u0590-\u065f\u066a\u066d-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_SIGNS = "#$%€£¥₪₤°"
# Numbers and words of other scripts with the signs inside them.
_LEFT_TO_RIGHT = re.compile(
    f"(?<![{_SIGNS}])[{_SIGNS}]*[^\\W{_RIGHT_TO_LEFT}](?:[^{_RIGHT_TO_LEFT}\n]*[^\\W{_RIGHT_TO_LEFT}])?[{_SIGNS}]*"
)
_NUMBER = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]")
_RIGHT_TO_LEFT_LETTER = re.compile(f"[{_RIGHT_TO_LEFT}]")
_RIGHT_TO_LEFT_RUN = re.compile(
    f"[{_RIGHT_TO_LEFT}](?:[^A-Za-z\u00c0-\u024f\\d\n]*[{_RIGHT_TO_LEFT}])?"
)
# Programs draw the space between the two on the other side of the Latin word.
_GLUED = re.compile(f"[A-Za-z\u00c0-\u024f](?=[{_RIGHT_TO_LEFT}])")
_CLUSTER = re.compile(
    "[^\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]?"
    "[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]*",
    re.DOTALL,
)
_BRACKETS = ("()", "[]", "{}", "«»")
_BRACKET = re.compile(r"[()\[\]{}«»]")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")

# Signs of order: these words; the article and the letters that only end words.
_COMMON_WORDS = "من في على إلى عن أن هذا هذه التي الذي مع كان أو بين كل بعد قبل های است را"
_COMMON = frozenset(_COMMON_WORDS.split())
_COMMON_REVERSED = frozenset(word[::-1] for word in _COMMON)
_WITH_ARTICLE = ("ال", "وال", "بال", "لل", "كال", "فال")
_LAST_LETTERS = ("ة", "ى", "ך", "ם", "ן", "ף", "ץ")
_PERSIAN = re.compile("[پچژگ]")
# The letters of the ligature of lam and alef, swapped.
_SWAPPED = re.compile("ا[أإآ]|^اال")


def is_arabic(text: str) -> bool:
    """Tell whether a fifth of a text's letters or more are Arabic."""
    return _has_share(_ARABIC, text)


def is_right_to_left(text: str) -> bool:
    """Tell whether a fifth of a text's letters or more are Arabic or Hebrew."""
    return is_arabic(text) or _has_share(_HEBREW, text)


def choose_order(text: str) -> str:
    """Return a text in the better order, as it is or turned round; as it is if they are equal.

    Letters have their plain forms afterwards.
    """
    return max(_plain(text), _plain(_reverse_lines(text)), key=_order)


def has_right_to_left(text: str) -> bool:
    """Tell whether a text has any Arabic or Hebrew letter."""
    return not text.isascii() and _RIGHT_TO_LEFT_LETTER.search(text) is not None


def from_visual(line: str) -> str:
    """Return a line that is in the order of the eye, from left to right, in reading order.

    PDFium mirrors some brackets, so that they are taken as they enclose words.
    """
    line = _face_brackets(line)
    if 2 * len(_RIGHT_TO_LEFT_LETTER.findall(line)) < len(_LETTERS.findall(line)):
        # A line from left to right with some words of the other direction.
        line = _RIGHT_TO_LEFT_RUN.sub(lambda run: _reverse(run[0]), line)
    else:
        line = _reverse_line(line)
    return _GLUED.sub(r"\g<0> ", line)


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
    signs = [_order_of_word(_MARK.sub("", word)) for word in _WORD.findall(text)]
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


def _reverse_lines(text: str) -> str:
    return "\n".join(map(_reverse_line, text.splitlines()))


def _reverse_line(line: str) -> str:
    """Return a line from right to left, but numbers and words of other scripts as they are."""
    if not (_ARABIC.search(line) or _HEBREW.search(line)):
        return line
    return _LEFT_TO_RIGHT.sub(_restore, _reverse(line))


def _face_brackets(line: str) -> str:
    """Return a line with the brackets that the eye sees: open before words, closed behind."""
    faced = list(line)
    opened = dict.fromkeys(_BRACKETS, False)
    for bracket in _BRACKET.finditer(line):
        at = bracket.start()
        pair = next(each for each in _BRACKETS if bracket[0] in each)
        before, after = line[max(0, at - 1) : at].strip(), line[at + 1 : at + 2].strip()
        opened[pair] = not before if bool(before) != bool(after) else not opened[pair]
        faced[at] = pair[not opened[pair]]
    return "".join(faced)


def _reverse(text: str) -> str:
    """Return a text from right to left; marks stay behind their letters."""
    return "".join(reversed(_CLUSTER.findall(text))).translate(_MIRRORED)


def _restore(run: re.Match[str]) -> str:
    """Return a run of other scripts from left to right; of numbers alone each for itself."""
    if _LETTERS.search(run[0]):
        return _reverse(run[0])
    return _NUMBER.sub(lambda number: _reverse(number[0]), run[0])
