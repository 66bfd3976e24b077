"""The text format of the knowledge of document types, which docs/reference/knowledge.md describes.

A file has one block for each type; blocks are separated by empty lines:

    type: credit note
    parents: bill
    description: a document by which a seller reduces or cancels an earlier invoice
    wordings en: money back: the seller corrects an invoice
    names en: credit note; credit memo
    names de: gutschrift; storno~
    not en: credit note number
    act: gives money back
    phrases en: we credit; returned goods
    sample en: CREDIT NOTE no. 118. We credit your account ...
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.errors import StartupError

_FIELD = re.compile(
    r"(?:(type|parents|description|wordings|act|names|not|phrases|sample)(?: ([a-z]{2}))?:(.*)"
    r"|(abstract): yes)"
)
_BY_LANGUAGE = frozenset({"wordings", "names", "not", "phrases", "sample"})


class KnowledgeError(StartupError):
    """A file of knowledge is not in the format; `pigeonhole models fit` prints the message."""


@dataclass(slots=True)
class DocumentType:
    """A type of document: what it is, which broader types it is a kind of, and how it looks.

    An abstract type, such as "tax document", only groups others. `samples` are pairs of a language
    and a text. `act` is what documents of the type do by saying their `phrases`.

    These have an entry for each language, with items as the file has them, separated by semicolons:
    `wordings` are other descriptions, as users word their rules. `names` are those by which
    documents of the type call themselves, "=" after those that count only when a line has no other
    words, "~" after those that documents of other types have too. `not_names` look like a name and
    are none, such as "invoice number". `phrases` are what documents of the type say (see
    `compile_phrases`).
    """

    name: str
    description: str = ""
    parents: tuple[str, ...] = ()
    is_abstract: bool = False
    wordings: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    not_names: dict[str, str] = field(default_factory=dict)
    act: str = ""
    phrases: dict[str, str] = field(default_factory=dict)
    samples: list[tuple[str, str]] = field(default_factory=list)


def parse_types(text: str, place: str) -> Iterator[DocumentType]:
    """Yield the types of a file; raises KnowledgeError, which names `place` and the line."""
    current: DocumentType | None = None
    seen: set[tuple[str, str | None]] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _FIELD.fullmatch(line)
        if match is None:
            raise KnowledgeError(f"{place}, line {number}: a line begins with a field and a colon")
        key, language, value = match[1] or match[4], match[2], (match[3] or "").strip()
        if (language is None) == (key in _BY_LANGUAGE) or (current is None and key != "type"):
            raise KnowledgeError(f"{place}, line {number}: {key!r} is out of place")
        if key == "type":
            if current is not None:
                yield current
            current = DocumentType(value)
            seen.clear()
        elif current is not None:
            if key != "sample" and (key, language) in seen:
                raise KnowledgeError(f"{place}, line {number}: {key!r} is given twice")
            seen.add((key, language))
            _set_field(current, key, language, value)
    if current is not None:
        yield current


def _set_field(current: DocumentType, key: str, language: str, value: str) -> None:
    by_language = {
        "wordings": current.wordings,
        "names": current.names,
        "not": current.not_names,
        "phrases": current.phrases,
    }
    if key in by_language:
        by_language[key][language] = value
    elif key == "sample":
        current.samples.append((language, value))
    elif key == "parents":
        current.parents = tuple(split_items(value))
    elif key == "abstract":
        current.is_abstract = True
    elif key == "description":
        current.description = value
    else:
        current.act = value


def split_items(value: str) -> list[str]:
    """Return the items of a list, which semicolons separate."""
    return [item.strip() for item in value.split(";") if item.strip()]


def fault_of(types: Sequence[DocumentType]) -> str | None:
    """Return what is wrong with the types together, as a sentence, or None."""
    parents = {each.name: each.parents for each in types}
    if len(parents) < len(types):
        twice = next(name for name, count in Counter(e.name for e in types).items() if count > 1)
        return f"The type {twice!r} is defined twice."
    for each in types:
        if not each.description:
            return f"The type {each.name!r} has no description."
        for parent in each.parents:
            if parent not in parents:
                return f"The type {each.name!r} has the unknown parent {parent!r}."
        if each.name in ancestors(each.name, parents):
            return f"The type {each.name!r} is its own ancestor."
        if bool(each.phrases) != bool(each.act):
            return f"The type {each.name!r} has phrases without an act, or an act without phrases."
        languages = {language for language, _ in each.samples}
        if languages and "en" not in languages:
            return f"The type {each.name!r} has samples, but none in English."
    return None


def ancestors(name: str, parents: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the types above a type and the least number of steps to each of them."""
    found: dict[str, int] = {}
    level, steps = [*parents[name]], 1
    while level:
        above: list[str] = []
        for parent in level:
            if parent not in found:
                found[parent] = steps
                above += parents.get(parent, ())
        level, steps = above, steps + 1
    return found
