"""Dates and times of cells as a person sees them: ECMA-376 part 1, 18.8.31 and 18.17.4."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from worker.parsing.readers.office.formats.calendar_names import CalendarNames, calendar_names
from worker.parsing.readers.office.formats.calendars import show_year
from worker.parsing.readers.office.formats.format_codes import Section, Token

LAST_DAY = 2_957_003
"""The number of a day close to the end of the year 9999, from 1900 as well as from 1904."""

_SECONDS, _NOON = 86_400, 12
_TIMES = ("time", "elapsed")
_ELAPSED = {"h": 3600, "m": 60, "s": 1}
# The year 1900 counts as a leap year, so the days before its 1 March are one off.
_FIRST_TRUE_DAY = 60


def format_date(value: float, section: Section, *, from_1904: bool) -> str:
    """Return a number of days, from 0 to `LAST_DAY`, as a section of a format code shows it."""
    names = calendar_names(section.language)
    has_fractions = any("." in token.text for token in section.tokens if token.kind in _TIMES)
    moment = _moment(value, from_1904, 3 if has_fractions else 0)
    shown = []
    for token, before, after in _with_neighbours(section.tokens):
        text = token.text.lower()
        if token.kind == "elapsed":
            shown.append(str(round(value * _SECONDS) // _ELAPSED[text[0]]).zfill(len(text)))
        elif token.kind == "noon":
            shown.append(token.text.upper().split("/")[moment.hour >= _NOON])
        elif token.kind == "time":
            is_minute = text[0] == "m" and (before == "h" or after == "s")
            shown.append(_time(moment, text, section, names, is_minute=is_minute))
        elif token.kind == "sign" and token.text == "/":
            shown.append(names.separator)
        elif token.kind in ("text", "sign"):
            shown.append(token.text)
    return "".join(shown)


def _with_neighbours(tokens: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Yield each token with the letters of the times before and after it: "m" is both units."""
    letters = [token.text[0].lower() for token in tokens if token.kind in _TIMES]
    seen = 0
    for token in tokens:
        before = letters[seen - 1] if seen else ""
        seen += token.kind in _TIMES
        yield token, before, letters[seen] if seen < len(letters) else ""


def _time(
    moment: datetime, text: str, section: Section, names: CalendarNames, *, is_minute: bool
) -> str:
    """Return a part of a date or time: `text` is its letter, as often as the code has it."""
    if text[0] in "yegb":
        return show_year(moment, text, section.calendar)
    if text[0] in "mda" and not is_minute and len(text) > 2:
        has_day = any(
            token.kind == "time" and token.text.lower() in ("d", "dd") for token in section.tokens
        )
        return _name(moment, text, names, has_day=has_day)
    is_half_day = any(token.kind == "noon" for token in section.tokens)
    return _unit(moment, text, is_minute, is_half_day)


def _moment(value: float, from_1904: bool, digits: int) -> datetime:
    """Return the date and time, rounded to seconds or to their decimals."""
    first_day = 31 if value < _FIRST_TRUE_DAY else 30
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, first_day)  # noqa: DTZ001  cells have no time zone
    return start + timedelta(seconds=round(value * _SECONDS, digits))


def _unit(moment: datetime, text: str, is_minute: bool, is_half_day: bool) -> str:
    """Return one unit of a date or time as a number."""
    kind, length = text[0], len(text)
    if kind == "s":
        whole, point, decimals = text.partition(".")
        parts = f"{moment.microsecond:06}"[: len(decimals)]
        return f"{moment.second:0{min(len(whole), 2)}}{point}{parts}"
    number = {
        "m": moment.minute if is_minute else moment.month,
        "d": moment.day,
        "h": (moment.hour + 11) % 12 + 1 if is_half_day else moment.hour,
    }[kind]
    return f"{number:0{min(length, 2)}}"


def _name(moment: datetime, text: str, names: CalendarNames, *, has_day: bool) -> str:
    """Return the name of a month or a day."""
    if text[0] == "a":
        return names.weekday(moment.weekday(), is_short=len(text) < 4)
    if text[0] == "d":
        return names.day(moment.weekday(), len(text))
    return names.month(moment.month, len(text), has_day=has_day)
