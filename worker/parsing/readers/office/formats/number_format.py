"""Numbers of cells as a person sees them: ECMA-376 part 1, 18.8.31 (format codes)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from worker.parsing.readers.office.formats.date_format import LAST_DAY, format_date
from worker.parsing.readers.office.formats.format_codes import (
    GENERAL,
    Section,
    Token,
    choose_section,
    parse_code,
)
from worker.parsing.readers.office.formats.native_digits import show_native, show_native_date

_MAX_CODE = 500
# Sections for positive and negative numbers and for zero.
_BEFORE_TEXT = 3
# Ordinary numbers have at most 15 digits; more are noise of the binary fraction.
_MAX_DECIMALS = 15
_MAX_EXPONENT = 30
_MAX_DENOMINATOR, _MAX_FIXED_DIGITS = 5, 9
# What a cell without a format shows in Excel, where it is wide enough.
_MAX_SHOWN, _SCIENTIFIC_DIGITS, _MIN_PLAIN = 11, 6, 1e-4

_THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")

Show = Callable[[float], str]


def format_number(value: float, code: str, *, from_1904: bool = False) -> str:
    """Return a number as a format code shows it.

    `from_1904` tells that days count from 1904 and not from 1900. Names of months and days are
    English where the code chooses no language. Dates that do not exist are given as decimal
    numbers.
    """
    if code.lower() in ("", GENERAL) or len(code) > _MAX_CODE:
        return shortest(value)
    sections, shows = _compile(code)
    at, needs_minus = choose_section(sections, value)
    show, native, language = shows[at], sections[at].native, sections[at].language
    if show is None:
        if value < 0 and (from_1904 or sections[at].is_elapsed):
            # Sheets of working hours count from 1904 to have negative times.
            return f"-{format_number(-value, code, from_1904=from_1904)}"
        if not 0 <= value < LAST_DAY:
            return shortest(value)
        shown = format_date(value, sections[at], from_1904=from_1904)
        if native:
            shown = show_native_date(shown, native, language)
    else:
        shown = show(abs(value))
        if native:
            is_plain = any(token.kind == "general" for token in sections[at].tokens)
            shown = show_native(shown, native, language, says_numbers=is_plain)
        if value < 0 and needs_minus:
            shown = f"-{shown}"
    return " ".join(shown.split())


def format_text(text: str, code: str) -> str:
    """Return the text of a cell as a format code shows it: `"No. "@`, or nothing for `;;;`."""
    if ("@" not in code and code.count(";") < _BEFORE_TEXT) or len(code) > _MAX_CODE:
        return text
    section = _text_section(code)
    if section is None:
        return text
    return "".join(
        text if token.kind in ("value", "general") else token.text for token in section.tokens
    )


@lru_cache(maxsize=256)
def _text_section(code: str) -> Section | None:
    """Return the section for texts: the fourth, or the last one if it has a place for a text."""
    sections = parse_code(code)
    if len(sections) > _BEFORE_TEXT:
        return sections[_BEFORE_TEXT]
    has_place = any(token.kind == "value" for token in sections[-1].tokens)
    return sections[-1] if has_place else None


def shortest(value: float) -> str:
    """Return a number as a cell without a format shows it: decimals up to eleven characters.

    Whole numbers have all their digits, up to 15.
    """
    text = f"{value:.15g}".upper()
    if "." not in text or len(text.lstrip("-")) <= _MAX_SHOWN:
        return text
    whole = len(str(int(abs(value))))
    if abs(value) < _MIN_PLAIN or whole > _MAX_SHOWN:
        return f"{value:.{_SCIENTIFIC_DIGITS}g}".upper()
    shown = f"{value:.{max(0, _MAX_SHOWN - 1 - whole)}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


@lru_cache(maxsize=256)
def _compile(code: str) -> tuple[list[Section], list[Show | None]]:
    """Return the sections of a code, and a function for each that shows numbers and no dates."""
    sections = parse_code(code)
    if any(token.kind == "value" for token in sections[-1].tokens):
        # It is for texts; alone it leaves numbers as they are.
        sections = sections[:-1] or parse_code(GENERAL)
    return sections, [
        None if section.is_date else _compile_section(section) for section in sections
    ]


def _compile_section(section: Section) -> Show:
    """Return a function that shows the absolute value of a number."""
    tokens = section.tokens
    places = [at for at, token in enumerate(tokens) if token.kind == "place"]
    if not places:
        return lambda value: _outside(tokens, shortest(value))
    first, last = places[0], places[-1]
    if any(_is_sign(token, "/") for token in tokens[first:]):
        last = _end_of_fraction(tokens, first)
    # A point may stand before all places or after them: `.00`, `0.-`.
    first -= first > 0 and _is_sign(tokens[first - 1], ".")
    last += last + 1 < len(tokens) and _is_sign(tokens[last + 1], ".")
    before, after = _outside(tokens[:first]), _outside(tokens[last + 1 :])
    inner = tokens[first : last + 1]
    show = _compile_places(inner, tokens)
    return lambda value: f"{before}{show(value)}{after}"


def _outside(tokens: tuple[Token, ...], value: str = "") -> str:
    """Return what stands before or after the places, the percent sign too."""
    return "".join(
        value if token.kind in ("general", "value") else token.text
        for token in tokens
        if token.kind in ("text", "general", "value") or token.text == "%"
    )


def _is_sign(token: Token, sign: str) -> bool:
    """Tell a sign with a meaning from the same one as a text, which only parts digits."""
    return token.kind == "sign" and token.text == sign


def _compile_places(inner: tuple[Token, ...], tokens: tuple[Token, ...]) -> Show:
    """Return a function for the tokens from the first place of a digit to the last."""
    signs = [token.text for token in tokens if token.kind == "sign"]
    if "/" in signs:
        return _compile_fraction(inner)
    point = next((at for at, token in enumerate(inner) if _is_sign(token, ".")), len(inner))
    parts = "".join(token.text for token in inner[point:] if token.kind == "place")
    exponent = next((token.text for token in tokens if token.kind == "exponent"), None)
    if exponent is not None:
        whole_places = "".join(token.text for token in inner[:point] if token.kind == "place")
        step = len(whole_places) if whole_places.startswith("#") else 1
        return _Scientific(min(len(parts), _MAX_DECIMALS), max(1, step), exponent).show
    whole = inner[:point]
    while whole and _is_sign(whole[-1], ","):
        whole = whole[:-1]
    grouping = sum(_is_sign(token, ",") for token in whole)
    places = "".join(token.text for token in whole if token.kind == "place")
    return _Places(
        is_open=point == len(inner) - 1,
        whole=tuple(token for token in whole if token.kind in ("place", "text")),
        has_texts=any(token.kind == "text" for token in whole),
        zeros=len(places) - places.find("0") if "0" in places else 0,
        is_grouped=grouping > 0,
        quantum=Decimal(1).scaleb(-min(len(parts), _MAX_DECIMALS)),
        fixed=parts[:_MAX_DECIMALS].rfind("0") + 1,
        shift=2 * signs.count("%") - 3 * (signs.count(",") - grouping),
    ).show


def _end_of_fraction(tokens: tuple[Token, ...], first: int) -> int:
    """Return the position of the last digit of a denominator, which may be a number itself."""
    last = next(at for at in range(first, len(tokens)) if _is_sign(tokens[at], "/"))
    while last + 1 < len(tokens) and (
        tokens[last + 1].kind == "place" or tokens[last + 1].text.isdigit()
    ):
        last += 1
    return last


def _compile_fraction(inner: tuple[Token, ...]) -> Show:
    """Return a function for a number with a fraction: `# ?/?`, `# ?/8`."""
    slash = next(at for at, token in enumerate(inner) if _is_sign(token, "/"))
    whole = inner[:slash]
    bottom = inner[slash + 1 :]
    has_whole = any(token.kind == "text" and not token.text.strip() for token in whole)
    is_fixed = any(token.kind != "place" for token in bottom)
    digits = "".join(token.text for token in bottom)
    fixed = int(digits[:_MAX_FIXED_DIGITS]) if is_fixed and digits.isdecimal() else 0
    largest = 10 ** min(len(bottom), _MAX_DENOMINATOR) - 1

    def show(value: float) -> str:
        if value > 10.0**_MAX_EXPONENT:
            return shortest(value)
        if fixed:
            top, under = round(value * fixed), fixed
        else:
            top, under = Fraction(value).limit_denominator(max(1, largest)).as_integer_ratio()
        number, rest = divmod(top, under) if has_whole else (0, top)
        if not rest:
            return str(number)
        return f"{number} {rest}/{under}" if number else f"{rest}/{under}"

    return show


@dataclass(frozen=True, slots=True)
class _Scientific:
    """A number with an exponent, which is a multiple of `step`; `code` is such as `E+00`."""

    decimals: int
    step: int
    code: str

    def show(self, value: float) -> str:
        exponent = 0
        if value:
            exponent = Decimal(value).adjusted() // self.step * self.step
        number = (
            Decimal(value)
            .scaleb(-exponent)
            .quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)
        )
        if number.adjusted() >= self.step and number:
            exponent += self.step
            number = number.scaleb(-self.step)
        sign = "-" if exponent < 0 else "+" if "+" in self.code else ""
        return f"{number:.{self.decimals}f}E{sign}{abs(exponent):0{len(self.code) - 2}}"


@dataclass(frozen=True, slots=True)
class _Places:
    """The places of digits before the point, with texts between them, and after it.

    At least `zeros` digits stand before the point and `fixed` after it. The last digit counts
    `quantum`. The number is shifted to the left by `shift` digits, for percentages and thousands.
    `is_open` tells that nothing follows the point.
    """

    is_open: bool
    whole: tuple[Token, ...]
    has_texts: bool
    zeros: int
    is_grouped: bool
    quantum: Decimal
    fixed: int
    shift: int

    def show(self, value: float) -> str:
        number = Decimal(f"{value:.15g}").scaleb(self.shift)
        if number.adjusted() > _MAX_EXPONENT:
            return shortest(value)
        number = number.quantize(self.quantum, ROUND_HALF_UP)
        digits, _, decimals = f"{number:f}".partition(".")
        kept = max(len(decimals.rstrip("0")), self.fixed)
        digits = ("" if digits == "0" else digits).rjust(self.zeros, "0")
        if self.is_grouped:
            digits = _THOUSANDS.sub(",", digits)
        if self.has_texts:
            digits = self._mix(digits)
        return f"{digits}.{decimals[:kept]}" if kept or self.is_open else digits

    def _mix(self, digits: str) -> str:
        """Put digits at the places from the right; the first place has all that are left."""
        shown: list[str] = []
        waiting = sum(token.kind == "place" for token in self.whole)
        for token in reversed(self.whole):
            if token.kind == "text":
                shown.append(token.text)
                continue
            waiting -= 1
            own = digits if waiting == 0 else digits[-1:]
            digits = digits[: len(digits) - len(own)]
            shown.append(own)
        return "".join(reversed(shown))
