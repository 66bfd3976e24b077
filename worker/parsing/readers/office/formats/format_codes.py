"""Format codes of numbers and dates, as spreadsheets write them: ECMA-376 part 1, 18.8.31."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from worker.parsing.readers.office.formats.calendar_names import language_of
from worker.parsing.readers.office.formats.calendars import calendar_of

GENERAL = "general"
"""The code, in lower case, of cells without a format of their own."""

_MONEY = '_("$"* {0}_);_("$"* ({0});_("$"* "-"??_);_(@_)'
# Dates that the standard leaves to the language of the program are given in ISO 8601. Excel writes
# the codes of amounts of money into the file; libraries that only name their number mean dollars.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    **dict.fromkeys((5, 6), '"$"#,##0;("$"#,##0)'),
    **dict.fromkeys((7, 8), '"$"#,##0.00;("$"#,##0.00)'),
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((27, 28, 29, 30, 31, 34, 35, 36), "yyyy-mm-dd"),
    32: "h:mm",
    33: "h:mm:ss",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: _MONEY.format("#,##0").replace('"$"', ""),
    42: _MONEY.format("#,##0"),
    43: _MONEY.format("#,##0.00").replace('"$"', ""),
    44: _MONEY.format("#,##0.00"),
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys(range(50, 59), "yyyy-mm-dd"),
}
"""The codes of formats that a file names by number only (18.8.30)."""

_TOKEN = re.compile(
    r'(?P<text>"[^"]*"?)|\\(?P<escaped>.)|(?P<space>_.)|(?P<fill>\*.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/(?:通用格式|標準|표준))|(?P<noon>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-]0+)"
    r"|(?P<calendar>B[12])|(?P<time>y+|m+|d+|h+|s+(?:\.0+)?|e+|g+|b{2,4}|a{3,4})|(?P<place>[0#?])|(?P<sign>[.,/%])|(?P<end>;)"
    r"|(?P<value>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+\.?\d*)")
_NEGATIVE = frozenset({("<", 0.0), ("<=", 0.0)})
_SYSTEM_FORMATS = {"f800": "yyyy-mm-dd", "f400": "h:mm:ss"}


class Token(NamedTuple):
    """A piece of a section.

    Kinds: `text` shown as it is; `place` of a digit; `sign` (point, comma, slash, percent);
    `exponent`; `value` and `general` for the number in its plain form; `time`, `elapsed` and
    `noon` for dates and times.
    """

    kind: str
    text: str


class Section(NamedTuple):
    """A section of a format code; `condition` is a comparison and a bound, for `[>=100]`.

    `language` is that of its names of months and days, `calendar` that of its years. `native` is
    the kind of native digits that it asks for (DBNum), if any.
    """

    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None
    language: str
    calendar: str = ""
    native: str = ""

    @property
    def is_date(self) -> bool:
        """Whether the section shows a date or time."""
        return any(token.kind in ("time", "elapsed") for token in self.tokens)

    @property
    def is_elapsed(self) -> bool:
        """Whether the section shows hours, minutes or seconds without end, as in `[h]:mm`."""
        return any(token.kind == "elapsed" for token in self.tokens)


def parse_code(code: str) -> list[Section]:
    """Return the sections of a format code; at least one."""
    sections = []
    tokens: list[Token] = []
    condition: tuple[str, float] | None = None
    language, calendar, native = language_of(""), "", ""
    for match in _TOKEN.finditer(f"{code};"):
        kind = str(match.lastgroup)
        text = match[kind]
        if kind == "end":
            sections.append(Section(tuple(tokens), condition, language, calendar, native))
            tokens, condition = [], None
        elif kind == "bracket":
            bound = _CONDITION.fullmatch(text)
            if bound:
                condition = bound[1], float(bound[2])
            elif text[:1] == "$" and text[-4:].lower() in _SYSTEM_FORMATS:
                return parse_code(_SYSTEM_FORMATS[text[-4:].lower()])
            else:
                tokens += _bracket(text)
                native = text[5:] if text[:5].lower() == "dbnum" else native
                if text.startswith("$-"):
                    language, calendar = language_of(text[2:]), calendar_of(text[2:])
        elif kind == "text":
            tokens.append(Token("text", text.strip('"')))
        elif kind == "space":
            tokens.append(Token("text", " "))
        elif kind not in ("fill", "calendar"):
            tokens.append(Token("text" if kind in ("escaped", "other") else kind, text))
    return sections


def choose_section(sections: Sequence[Section], value: float) -> tuple[int, bool]:
    """Return which section shows a value, and whether a minus sign is to be put before it."""
    if any(section.condition for section in sections[:2]):
        for at, section in enumerate(sections[:2]):
            if section.condition and _holds(*section.condition, value):
                # A section for negative numbers writes their sign itself.
                return at, section.condition not in _NEGATIVE
        if value < 0 and len(sections) > 2 and sections[1].condition is None:
            return 1, False
        rest = [at for at, section in enumerate(sections[:3]) if section.condition is None]
        return (rest[-1] if rest else 0), True
    if value < 0 and len(sections) > 1:
        return 1, False
    if value == 0 and len(sections) > 2:
        return 2, False
    return 0, True


def _bracket(text: str) -> list[Token]:
    """Return the token of a currency or an elapsed time; colours and kinds of digits have none."""
    if text.startswith("$"):
        return [Token("text", text[1:].partition("-")[0])]
    return [Token("elapsed", text.lower())] if _ELAPSED.fullmatch(text) else []


def _holds(comparison: str, bound: float, value: float) -> bool:
    return {
        "<": value < bound,
        "<=": value <= bound,
        ">": value > bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[comparison]
