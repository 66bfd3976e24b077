"""Text of strangers: what can be stored, shown on a terminal and opened in a spreadsheet.

Also numbers with a noun, and sizes, for sentences.
"""

import json
import re
from dataclasses import dataclass

SURROGATES = re.compile("[\ud800-\udfff]")
# C0 and C1 controls but tab and line feed, the line and paragraph separators, lone surrogates, and
# the characters that turn the direction of what follows (Unicode Standard Annex #9, section 2).
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# With one of these a spreadsheet begins a formula, also behind blanks (OWASP, "CSV Injection").
_FORMULA = re.compile(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def require_storable(value: str) -> str:
    """Return the text; raises ValueError for characters that cannot be stored or encrypted."""
    if "\0" in value:
        raise ValueError("The text contains a NUL character. Remove it.")
    if SURROGATES.search(value):
        # JSON can spell half of a surrogate pair, UTF-8 cannot.
        raise ValueError("The text contains half of a surrogate pair. Remove it.")
    return value


def escape_controls(text: str) -> str:
    r"""Return text that controls no terminal: `\x1b` instead of the control character.

    Tabs and line feeds stay.
    """
    return _CONTROLS.sub(lambda match: ascii(match[0])[1:-1], text)


def escape_line(text: str) -> str:
    r"""Return text that controls no terminal and takes one line: `\n` instead of a line feed."""
    return escape_controls(text).replace("\n", r"\n").replace("\t", r"\t")


def terminal_json(value: object) -> str:
    r"""Return JSON that controls no terminal: ASCII only, with `\u007f` for DEL."""
    return json.dumps(value).replace("\x7f", r"\u007f")


def spreadsheet_cell(text: str) -> str:
    """Return the text of a cell of a CSV file that no spreadsheet takes for a formula.

    Text that begins with = + - @, a tab or a carriage return gets an apostrophe in front.
    Controls are escaped, because people print such files to terminals.
    """
    quoted = f"'{text}" if _FORMULA.match(text) else text
    return escape_controls(quoted)


def text_of_cell(cell: str) -> str:
    """Return the text of a cell without the apostrophe that `spreadsheet_cell` puts in front."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, whose plural ends in s: `1 file`, `3 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, slots=True)
class ReadableSize:
    """A number of bytes as people read it: in a binary unit, as settings have their defaults."""

    value: float
    unit: str

    @classmethod
    def of(cls, size: int) -> "ReadableSize":
        """Return a number of bytes in the largest unit of which it has at least one."""
        exponent = min(max(0, size.bit_length() - 1) // 10, len(_UNITS) - 1)
        return cls(size / 1024**exponent, _UNITS[exponent])

    @property
    def digits(self) -> int:
        """How many decimals the value is shown with."""
        return 0 if self.value >= 100 or self.value.is_integer() else 1

    def __str__(self) -> str:
        return f"{self.value:.{self.digits}f} {self.unit}"
