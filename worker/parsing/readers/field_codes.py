"""What fields show that have no result: ECMA-376 part 1, 17.16.5, and Microsoft RTF 1.9.1."""

import re

from worker.parsing.readers.fonts.symbol_fonts import symbol

CHECKED, UNCHECKED = "☒", "☐"
_KIND = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
# The first word names a macro or a target; a button shows the rest.
_BUTTON = re.compile(r'(?:"[^"]*"|\S+)\s+(.*)', re.DOTALL)
_SYMBOL = re.compile(r"\s*(0x[0-9a-f]{1,6}|\d{1,7})(?![^\s\\])", re.IGNORECASE)
_FONT = re.compile(r'\\f\s*(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_IS_UNICODE = re.compile(r"\\[uj]\b", re.IGNORECASE)
# Ruby text has formats in front, and its height in an option.
_EQUATION_WORD = re.compile(
    r"\\\*\s*(?:\"[^\"]*\"|\S+)|\\[a-z]{1,2}(?:\s?-?\d+(?=\()|-?\d*)\s?|\\(?=[(),;\\])",
    re.IGNORECASE,
)
_EQUATION_MARKS = re.compile(r"[(),;\s]+")
_BYTES = 256


def field_text(codes: str) -> str:
    """Return what a field shows by its codes alone; nothing for those that only show a result.

    These are buttons, symbols, and the letters of old equations, whose arrangement is lost.
    """
    match = _KIND.match(codes)
    if match is None:
        return ""
    kind, rest = match[1].upper(), match[2]
    if kind in ("MACROBUTTON", "GOTOBUTTON"):
        button = _BUTTON.match(rest)
        return button[1].strip() if button else ""
    if kind == "EQ":
        return _EQUATION_MARKS.sub(" ", _EQUATION_WORD.sub("", rest)).strip()
    return _symbol(rest) if kind == "SYMBOL" else ""


def _symbol(codes: str) -> str:
    match, font = _SYMBOL.match(codes), _FONT.search(codes)
    if match is None:
        return ""
    code = int(match[1], 0) if match[1][:2].lower() == "0x" else int(match[1])
    if font is None and code < _BYTES and not _IS_UNICODE.search(codes):
        return bytes((code,)).decode("cp1252", "replace")
    return symbol((font[1] or font[2]) if font else "", code)
