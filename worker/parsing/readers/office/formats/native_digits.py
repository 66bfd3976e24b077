"""Numbers in Chinese signs, which the codes DBNum1 and DBNum2 ask for: ECMA-376 part 1, 18.8.31."""

import re

_SIGNS = {
    ("zh", "1"): ("〇一二三四五六七八九", "十百千", "万亿兆"),
    ("zh", "2"): ("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "万亿兆"),
    ("ja", "1"): ("〇一二三四五六七八九", "十百千", "万億兆"),
    ("ja", "2"): ("〇壱弐参四伍六七八九", "拾百千", "万億兆"),
}
_NUMBER = re.compile(r"(\d+)(\.\d+)?")
_YEAR = re.compile(r"\d{4}")
_ASCII_DIGITS = "0123456789"
_MAX_DIGITS, _GROUP = 16, 4


def show_native(shown: str, kind: str, language: str, *, says_numbers: bool) -> str:
    """Return what a cell shows of a number, with its digits in the signs of a kind, `1` or `2`.

    With `says_numbers`, as without a format of its own, the number is written as it is spoken
    (三百), otherwise digit by digit (三〇〇).
    """
    signs = _SIGNS.get((language, kind))
    if signs is None:
        return shown

    def say(number: re.Match[str]) -> str:
        whole = number[1]
        if says_numbers and len(whole) <= _MAX_DIGITS:
            whole = _say(int(whole), *signs, says_zero=language == "zh")
        return _by_digits(whole + (number[2] or ""), signs[0])

    return _NUMBER.sub(say, shown)


def show_native_date(shown: str, kind: str, language: str) -> str:
    """Return what a cell shows of a date: the digits of its year one by one, other numbers said."""
    signs = _SIGNS.get((language, kind))
    if signs is None:
        return shown
    shown = _YEAR.sub(lambda year: _by_digits(year[0], signs[0]), shown)
    shown = show_native(shown, kind, language, says_numbers=True)
    # Days and months from ten on have no "one".
    return re.sub("(?<![二三])一十", "十", shown)


def _by_digits(text: str, digits: str) -> str:
    return "".join(digits[int(each)] if each in _ASCII_DIGITS else each for each in text)


def _say(number: int, digits: str, units: str, groups: str, *, says_zero: bool) -> str:
    """Return a number as it is spoken: in groups of four digits, in Chinese with zeros for gaps."""
    if not number:
        return digits[0]
    said, has_gap = "", False
    places = str(number)
    for at, digit in enumerate(places):
        place = len(places) - at - 1
        in_group, group = place % _GROUP, place // _GROUP
        if digit == "0":
            has_gap = says_zero
        else:
            # Japanese says ten and hundred without "one".
            is_silent = not says_zero and digits[int(digit)] == "一" and in_group in (1, 2)
            said += digits[0] * has_gap + digits[int(digit)] * (not is_silent)
            said += units[in_group - 1] if in_group else ""
            has_gap = False
        if group and not in_group and places[max(0, at - _GROUP + 1) : at + 1].strip("0"):
            said += groups[group - 1]
            has_gap = False
    return said
