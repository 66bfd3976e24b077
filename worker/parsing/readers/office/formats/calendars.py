"""Years as the calendars of Japan, Taiwan and Thailand count them in format codes.

ECMA-376 part 1, 18.8.31 (the letters e, g and b) and 22.9.2.6 (identifiers of languages, in whose
third byte is the calendar).
"""

import re
from datetime import datetime

JAPANESE, MINGUO, BUDDHIST = "japanese", "minguo", "buddhist"

_CALENDARS = {3: JAPANESE, 4: MINGUO, 7: BUDDHIST}
_OF_LANGUAGES = {0x0411: JAPANESE, 0x0404: MINGUO}
_IDENTIFIER = re.compile("[0-9A-Fa-f]{3,8}")
_MINGUO_BEGIN, _BUDDHIST_BEGIN = 1911, -543
_ERAS = (
    ((2019, 5, 1), "R令和"),
    ((1989, 1, 8), "H平成"),
    ((1926, 12, 25), "S昭和"),
    ((1912, 7, 30), "T大正"),
    ((1868, 1, 25), "M明治"),
)


def calendar_of(identifier: str) -> str:
    """Return the calendar of an identifier such as `411` or `107041E`, "" for the common one."""
    if not _IDENTIFIER.fullmatch(identifier):
        return JAPANESE if identifier.lower().startswith("ja-") else ""
    number = int(identifier, 16)
    return _CALENDARS.get(number >> 16 & 0xFF) or _OF_LANGUAGES.get(number & 0xFFFF, "")


def show_year(moment: datetime, code: str, calendar: str) -> str:
    """Return what a code of a year (`yyyy`, `e`, `bb`) or of an era (`ggg`) shows of a moment."""
    kind, length = code[0], len(code)
    begin, name = 0, ""
    if kind == "b" or (kind == "y" and calendar == BUDDHIST):
        begin = _BUDDHIST_BEGIN
    elif kind in "eg" and calendar == MINGUO:
        begin, name = _MINGUO_BEGIN, "中華民國"
    elif kind in "eg" and calendar == JAPANESE:
        day = (moment.year, moment.month, moment.day)
        begin, name = next(((start[0] - 1, era) for start, era in _ERAS if day >= start), (0, ""))
    if kind == "g":
        return _show_era(name, length)
    year = moment.year - begin
    if kind == "e":
        return f"{year:02}" if length > 1 else str(year)
    return str(year) if length > 2 else f"{year % 100:02}"


def _show_era(name: str, length: int) -> str:
    """Return the name of an era: its letter, a short or a long form."""
    if name[:1].isascii():
        return name[:1] if length == 1 else name[1 : length if length < 3 else None]
    return name[{1: 4, 2: 2}.get(length, 0) :]
