"""Rules for several types at once: "payroll: pay slips, CVs and termination letters".

Nothing looks like the mean of such types, so that the description of the whole is near to none of
them. Such a rule means each type that it lists.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from app.jobs.values import Rule
from worker.classification.features.headings import (
    fold,
    is_unspaced,
    split_words,
    without_blanks,
)
from worker.classification.knowledge.names import NameFinder
from worker.classification.rules.exclusions import without_negations

# What follows is in the documents: "with date and total", not a document of its own.
_PARTS = re.compile(
    r"\b(?:with|contain(?:s|ing)?|show(?:s|ing)?|has|have|having|about|mit|über|avec|con|com|met|med"
    r"|zawierając\w*|obsahujíc\w*)\b[^.;:()]*"
    # A reminder "for rent or invoices" is no invoice.
    r"|(?<=\w)\s(?:for|pour|für|para|voor|dla|för)\s[^,.;:()]*",
    re.IGNORECASE,
)
# The "e" of "e-mail" is no Italian "and".
_SEPARATOR = re.compile(
    r"[,;:/|+&()\[\].\n、，；：。（）・]|\s[-–—]\s"
    r"|\b(?:and|or|such\s+as|like|e\.\s?g\.|for\s+example|for\s+instance|including|incl|as\s+well\s+as"
    r"|und|oder|sowie|wie|z\.\s?b\.|zum\s+beispiel|et|ou|y\s+compris|tel(?:le)?s?\s+que|comme|y|o|e|como"
    r"|incluid[oa]s|ed?|oppure|come|inclus[ei]|en|zoals|i|oraz|lub|albo|takie\s+jak|a|nebo|jako"
    r"|och|eller|samt|såsom|og|som|ja|tai|sekä|kuten|és|vagy|például|și|sau|precum|ve|veya|gibi"
    r"|и|или|а\s+также|і|та|або|και|ή|dan|atau|seperti|và|hoặc|như)\b(?!-)|(?<=[^\W_])(?:和|及|与|或|や|または|및|또는|와|과)",
    re.IGNORECASE,
)
# Words before a name that say nothing of the type.
_ARTICLES = frozenset(
    """
    a an the all any our your other various different kind kinds type types of incoming outgoing
    signed unpaid scanned
    der die das den dem alle aller eine ein einen andere anderen
    le la les l un une des du de tous toutes
    el los las una unos unas todos todas
    il lo gli i uno tutti tutte os as o um uma
    het een alla
    """.split()  # noqa: SIM905  a block of words is easier to read and extend than a list
)
# Endings of plurals, without accents, and of the singular.
_PLURALS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ies", ("y",)),
    ("nisse", ("nis",)),
    ("aux", ("al",)),
    ("oes", ("ao",)),
    ("ais", ("al",)),
    ("eis", ("el",)),
    ("uri", ("",)),
    ("lar", ("",)),
    ("ler", ("",)),
    ("lari", ("",)),
    ("leri", ("",)),
    ("ns", ("m",)),
    ("es", ("", "e")),
    ("en", ("",)),
    ("er", ("",)),
    ("ar", ("",)),
    ("or", ("a",)),
    ("ok", ("",)),
    ("ek", ("",)),
    ("ak", ("", "a")),
    ("k", ("",)),
    ("t", ("",)),
    ("s", ("",)),
    ("n", ("",)),
    ("r", ("",)),
    ("e", ("", "a", "o")),
    ("i", ("", "o", "e", "y")),
    ("y", ("", "a")),
    ("a", ("o", "e", "um")),
    ("ы", ("", "а")),
    ("и", ("", "а", "ь", "я", "й")),
    ("і", ("", "а")),
    ("а", ("", "о")),
    ("я", ("е",)),
    ("ες", ("α",)),
    ("εις", ("η",)),
    ("α", ("ο",)),
)
# Words after a name that do not make another thing of it: "invoices from suppliers", but not
# "invoice list". None is needed after a plural, and participles are such words, too.
_FOLLOWING = frozenset(
    fold("""
    from of to by for with in on at about between among that which who whose where when we you they
    sent
    von vom der des eines einer für an aus bei mit über zwischen und oder die das den zur zum
    de du des d pour à au aux entre par sur avec del della dei degli para por con sobre di da do dos
    das per van voor aan met over tussen od do dla z ze o między pro mezi od för från till mellan
    fra til med mellem mellom за от для о об между для від про між της του των για από
    """).split()  # a block of words is easier to read and extend than a list
)
_PARTICIPLE = re.compile(r"\w{2,}(?:ing|ed)")
# "A demand for payment" is no list.
_MIN_HEADS = 2
_MIN_STEM = 2
_MAX_OTHERS = 3
_MAX_ITEMS = 40


class ListedName(NamedTuple):
    """An item of a list, as it is written, and the positions of the known types of that name."""

    text: str
    rows: tuple[int, ...]


def listed_names(rule: Rule, names: NameFinder) -> list[ListedName]:
    """Return the items of a rule's name and description that are names of known types.

    Names count in the singular and in the plural, in any language.
    """
    whole = rule.type.replace("_", " "), without_negations(rule.description)
    found: dict[tuple[int, ...], ListedName] = {}
    for item in _items(whole):
        if rows := tuple(_rows_of(item, names)):
            found.setdefault(rows, ListedName(item.strip(), rows))
    return list(found.values())


def rows_in_list(description: str, names: NameFinder) -> list[int]:
    """Return the types of which an item of a description is a whole name.

    As in "papers that go with goods: packing lists, waybills". Names count in the singular and in
    the plural, in any language. Where several items begin with a name, as in "cover letters and CVs
    of applicants", these count too.
    """
    items = list(_items((without_negations(description),)))
    rows = [head_rows(item, names) for item in items]
    if sum(map(bool, rows)) < _MIN_HEADS:
        rows = [rows_of_name(without_articles(item), names) for item in items]
    return list(dict.fromkeys(row for each in rows for row in each))


def head_rows(text: str, names: NameFinder) -> list[int]:
    """Return the types of the longest name with which a text begins, unless it names another thing.

    As in "invoices from suppliers" and "an agreement between two parties", but not in "invoice
    list".
    """
    if rows := rows_of_name(without_articles(text), names):
        return rows
    words = without_articles(text).split()
    for length in range(len(words) - 1, 0, -1):
        rows = _rows_of_words(words[:length], names, is_alone=False)
        if rows and (_may_follow(words[length]) or not names.rows_of(" ".join(words[:length]))):
            return rows
    return []


def _may_follow(word: str) -> bool:
    return word in _FOLLOWING or _PARTICIPLE.fullmatch(word) is not None


def without_articles(text: str) -> str:
    """Return the folded words of a text that begins with no article."""
    words = split_words(fold(text))
    while words and words[0] in _ARTICLES:
        del words[0]
    return " ".join(words)


def rows_of_name(name: str, names: NameFinder) -> list[int]:
    """Return the types of which a whole name, in the singular or in the plural, is a name."""
    folded = fold(name)
    if is_unspaced(folded):
        return names.rows_of(name)
    return _rows_of_words(split_words(folded), names)


def _items(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from _SEPARATOR.split(_PARTS.sub(" . ", text))[:_MAX_ITEMS]


def _rows_of(item: str, names: NameFinder) -> list[int]:
    """Return the types of the longest name with which an item begins or ends."""
    folded = fold(item)
    if is_unspaced(folded):
        return names.rows_of(without_blanks(folded))
    words = without_articles(folded).split()
    for others in range(min(_MAX_OTHERS + 1, len(words))):
        length = len(words) - others
        for part in (words[:length], words[others:]) if others else (words,):
            if rows := _rows_of_words(part, names, is_alone=not others):
                return rows
    return []


def _rows_of_words(words: Sequence[str], names: NameFinder, *, is_alone: bool = True) -> list[int]:
    """Return the types of the names that the words are, as they are or in the singular."""
    rows = [row for form in _forms(words) for row in names.rows_of(form, is_alone=is_alone)]
    return list(dict.fromkeys(rows))


def _forms(words: Sequence[str]) -> Iterator[str]:
    """Yield the words as they are, and with singulars of the last, the first, and both."""
    if len(words) < 2:
        yield from (form for word in words for form in _singulars(word))
        return
    for first, last in product(_singulars(words[0]), _singulars(words[-1])):
        yield " ".join([first, *words[1:-1], last])


def _singulars(word: str) -> list[str]:
    found = [word]
    for ending, singulars in _PLURALS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _MIN_STEM:
            found += [stem + each for each in singulars]
    return list(dict.fromkeys(found))
