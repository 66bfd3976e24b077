"""Compiling the names of known types: what each folded name means, for `NameFinder`."""

from collections.abc import Sequence

from worker.classification.features.headings import (
    fold,
    is_unspaced,
    split_words,
    without_blanks,
)
from worker.classification.knowledge.format import DocumentType, split_items

NO_NAME = "-"
"""The meaning of a phrase that is not a name."""

IN_RULES = "^"
"""The mark of a name that counts in rules only: "letters" is one there, but no heading."""

_SOURCE_MARKS = "=~" + IN_RULES
MARKS = _SOURCE_MARKS + "+"
"""The marks that may follow a position."""

MIN_TAIL = 6
"""The letters of a name that ends a compound, at least."""

# Languages that write compounds as one word, whose last part says what the thing is.
_COMPOUNDING = frozenset({"de", "nl", "sv", "da", "no", "is", "fi", "et", "hu", "af"})
_MIN_LETTERS = 4


def compile_names(types: Sequence[DocumentType]) -> dict[str, str]:
    """Return what each folded name means: positions in `types`, separated by blanks.

    The marks of the source follow each position, and "+" a word that may end a compound. Phrases
    that are not names have "-". Names in scripts without blanks between words have none; the words
    of others have one between them. The name of a type itself counts in rules only if it is a
    single word.
    """
    compiled: dict[str, str] = {}
    for row, each in enumerate(types):
        # A single word, such as "form", has too many meanings to be a name by itself.
        if " " in each.name:
            _add(compiled, name_key(fold(each.name)), row, "")
        for language, listed in each.names.items():
            for item in split_items(fold(listed)):
                text = item.rstrip(_SOURCE_MARKS)
                if key := name_key(text):
                    marks = item[len(text) :] or ("=" if _is_short(key) else "")
                    may_end = language in _COMPOUNDING and len(key) >= MIN_TAIL and key.isalpha()
                    _add(compiled, key, row, "".join(sorted(set(marks))) or "+" * may_end)
    for row, each in enumerate(types):
        # Headings have other names for it, or none: "form" and "report" say too little there.
        if name_key(fold(each.name)) not in compiled:
            _add(compiled, name_key(fold(each.name)), row, IN_RULES)
        for phrase in split_items(fold(";".join(each.not_names.values()))):
            compiled[name_key(phrase)] = NO_NAME
    return dict(sorted(compiled.items()))


def name_key(folded: str) -> str:
    """Return what a folded name is compared by: its words, or letters without blanks."""
    return without_blanks(folded) if is_unspaced(folded) else " ".join(split_words(folded))


def _is_short(key: str) -> bool:
    """Tell whether a name is too short to count within a line: "CV", but not 请求书."""
    return len(key) < _MIN_LETTERS and not is_unspaced(key)


def _add(compiled: dict[str, str], key: str, row: int, marks: str) -> None:
    known = compiled.get(key, "").split()
    if marks == "+" and str(row) in known:
        known[known.index(str(row))] = f"{row}+"
    elif all(int(each.rstrip(MARKS)) != row for each in known):
        known.append(f"{row}{marks}")
    compiled[key] = " ".join(known)
