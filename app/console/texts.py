"""The texts of the console: one JSON file a language, whose name is the language's code.

Another language is one more file in `texts`. A text that it lacks is shown in English. A file in
`known_types` has the names of the types that the classifier knows, by their English names.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.text import ReadableSize

DEFAULT = "en"
# A smaller share is not shown as a number: 0 % would say that it cannot be.
SMALLEST = 0.01


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code, its texts by key, its names of known types by the English ones."""

    code: str
    texts: Mapping[str, str]
    known_types: Mapping[str, str]

    def text(self, key: str, /, **values: object) -> str:
        """Return a text with its `{names}` filled in; numbers get the language's separators.

        With `count=1` the text of the key with `.one` is used if there is one.
        """
        if values.get("count") == 1 and f"{key}.one" in self.texts:
            key = f"{key}.one"
        shown = {
            name: self.number(value) if isinstance(value, int) else value
            for name, value in values.items()
        }
        return self.texts[key].format_map(shown) if shown else self.texts[key]

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number with the language's separators."""
        english = f"{value:,.{digits}f}"
        table = {",": self.texts["format.thousands"], ".": self.texts["format.decimal"]}
        return "".join(table.get(each, each) for each in english)

    @property
    def cell_separator(self) -> str:
        """What separates the cells of a table for spreadsheets, as Excel opens it in the language.

        With another separator it puts a whole row into one cell.
        """
        return ";" if self.texts["format.decimal"] == "," else ","

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share of 1 as a percentage, rounded down as in the reasoning."""
        if 0 < share < SMALLEST:
            return self.texts["format.tiny"]
        # Binary fractions: 0.29 * 100 is a little less than 29.
        percentage = math.floor(share * 100 * 10**digits + 1e-9) / 10**digits
        return self.texts["format.percent"].format(value=self.number(percentage, digits))

    def size(self, size: int) -> str:
        """Return a number of bytes in a readable unit."""
        readable = ReadableSize.of(size)
        return f"{self.number(readable.value, readable.digits)} {readable.unit}"


def choose_language(wanted: str, accepted: str) -> Language:
    """Return the language that a visitor chose, or the first accepted one that there is.

    `accepted` is the header Accept-Language (RFC 9110), whose weights nearly always descend.
    """
    known = codes()
    for each in [wanted, *accepted.split(",")]:
        code = each.partition(";")[0].strip().lower().partition("-")[0]
        if code in known:
            return load(code)
    return load(DEFAULT)


@cache
def codes() -> tuple[str, ...]:
    """Return the codes of all languages, the default one first."""
    folder = files("app.console") / "texts"
    found = sorted(each.name.removesuffix(".json") for each in folder.iterdir())
    return (DEFAULT, *(code for code in found if code != DEFAULT))


@cache
def load(code: str) -> Language:
    """Return a language; texts that it lacks are the English ones."""
    own = _read("texts", code)
    if code == DEFAULT:
        return Language(code, own, {})
    return Language(code, {**_read("texts", DEFAULT), **own}, _read("known_types", code))


def _read(folder: str, code: str) -> dict[str, str]:
    file = files("app.console") / folder / f"{code}.json"
    texts: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return texts
