"""The summary and the reasons of a verdict in the visitor's language.

Workers write them in English, from few sentences that can stand in any order. The texts `why.*` of
the English catalogue are those sentences, or parts of them; another language has its own under the
same keys. A line that does not consist of them stays in English.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from app.console.texts import DEFAULT, Language, load
from app.errors import FileErrorCode
from app.jobs.values import FileFailure

_WHY = "why."
_SLOT = re.compile(r"\{(\w+)\}")
# What stands between sentences and parts of them.
_MARKS = re.compile(r"[ .;:,]+")
_BANDS = ("very likely", "likely", "probably", "possibly")
_COUNTED = ("pages", "examples", "blanks", "characters")
_SLOTS = {
    "band": "|".join(_BANDS),
    "type": '[^"]*',
    "other": '[^"]*',
    "known_type": '[^"]*',
    # To the last mark of a line: what is quoted may hold any.
    "quote": ".*",
    # A name of a file may have brackets, as in "scan (2).pdf".
    **dict.fromkeys(("file", "other_file"), r"(?:[^()]|\([^()]*\))*"),
    "number": "[0-9]{1,9}",
    "share": r"[\d.]+",
    "words": "[^.]+",
    "name": r"[\w ()-]+",
    "other_name": r"[\w ()-]+",
    "types": '"[^"]*"(?: and "[^"]*")*',
    "choice": '"[^"]*"(?: or "[^"]*")*',
    "place": r"pages? \d+(?:[-, ]+(?:and )?\d+)*",
    **{each: f"[0-9]{{1,9}} {each.removesuffix('s')}s?" for each in _COUNTED},
}
_CACHED_LINES = 4_096


@dataclass(frozen=True, slots=True)
class TranslatedLine:
    """A line as a page shows it; `lang` is the code of its language if it is not the page's."""

    text: str
    lang: str = ""


def translate_line(line: str, language: Language) -> TranslatedLine:
    """Return a line of a reasoning in a language, or as it is."""
    if language.code == DEFAULT:
        return TranslatedLine(line)
    return _translate(line, language.code)


def failure_sentence(failure: FileFailure, language: Language) -> str:
    """Return why a file could not be classified, as a sentence.

    Other languages than English have one for each code, without the particulars, and one for each
    kind of file that people often upload and that is not read.
    """
    if language.code == DEFAULT:
        return f"{failure.sentence[:1].upper()}{failure.sentence[1:]}."
    return language.text(_unread_kinds().get(failure.sentence, f"failed.{failure.code}"))


@cache
def _unread_kinds() -> Mapping[str, str]:
    """Return the keys of sentences about files that are not read, by what workers write."""
    return {
        f"{text[0].lower()}{text[1:-1]}": key
        for key, text in load(DEFAULT).texts.items()
        if key.startswith("unread.")
    }


def failure_advice(failure: FileFailure, language: Language) -> str:
    """Return what to do about a failure, "" if its sentence says it, or if nothing helps."""
    if failure.code == FileErrorCode.UNSUPPORTED_TYPE:
        says_it = language.code == DEFAULT and ": " in failure.sentence
        if says_it or failure.sentence in _unread_kinds():
            return ""
    return language.text(f"failure.{failure.code}")


@lru_cache(maxsize=_CACHED_LINES)
def _translate(line: str, code: str) -> TranslatedLine:
    language = load(code)
    translated, place = "", 0
    while place < len(line):
        text, place_after = _next_part(line, place, language)
        if place_after == place:
            return TranslatedLine(line, DEFAULT)
        translated, place = translated + text, place_after
    return TranslatedLine(translated)


def _next_part(line: str, place: int, language: Language) -> tuple[str, int]:
    """Return the part that begins at a place, translated, and where it ends."""
    for part in _parts():
        if match := part.pattern.match(line, place):
            values = {
                name: _value(name, value, language) for name, value in match.groupdict().items()
            }
            return language.texts[part.key].format_map(values), match.end()
    marks = _MARKS.match(line, place)
    return ("", place) if marks is None else (marks[0], marks.end())


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence or a part of one: its key in the catalogues, and how it begins and reads."""

    key: str
    pattern: re.Pattern[str]


@cache
def _parts() -> tuple[_Part, ...]:
    """Return all parts; of two that fit, the one with more fixed letters comes first."""
    english = load(DEFAULT).texts
    texts = {key: text for key, text in english.items() if key.startswith(_WHY)}
    ordered = sorted(texts, key=lambda key: -len(_SLOT.sub("", texts[key])))
    return tuple(_Part(key, _compile(texts[key])) for key in ordered)


def _compile(text: str) -> re.Pattern[str]:
    pieces = _SLOT.split(text)
    whole = "".join(
        f"(?P<{piece}>{_SLOTS[piece]})" if number % 2 else re.escape(piece)
        for number, piece in enumerate(pieces)
    )
    # A sentence may go on inside another one, with a small letter.
    return re.compile(whole, re.IGNORECASE)


def _value(name: str, value: str, language: Language) -> str:
    if name == "band":
        word = language.text(f"part.band.{value.lower()}")
        return word if value[0].isupper() else word[0].lower() + word[1:]
    if name in _COUNTED:
        return language.text(f"part.{name}", count=int(value.partition(" ")[0]))
    convert = _CONVERTED.get(name)
    return value if convert is None else convert(value, language)


def _join(value: str, language: Language, english: str, key: str) -> str:
    types = value[1:-1].split(f'" {english} "')
    quoted = [language.text("part.quoted", type=each) for each in types]
    return f" {language.text(key)} ".join(quoted)


def _pages(value: str, language: Language) -> str:
    numbers = value.partition(" ")[2].replace(" and ", f" {language.text('part.and')} ")
    key = "part.place" if value.startswith("pages") else "part.place.single"
    return language.text(key, pages=numbers)


_CONVERTED: Mapping[str, Callable[[str, Language], str]] = {
    "types": lambda value, language: _join(value, language, "and", "part.and"),
    "choice": lambda value, language: _join(value, language, "or", "part.or"),
    "place": _pages,
    "known_type": lambda value, language: language.known_types.get(value, value),
}
