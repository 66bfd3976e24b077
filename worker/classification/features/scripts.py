"""The script of a text, and whether the text is English."""

import re
import unicodedata
from collections import Counter

_MAX_LETTERS = 2_000
_MIN_WORDS = 3
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset(
    """
    the of and to for that with this by from be are or as at your you not it we our have which
    will shall any may been has were their they these
    """.split()  # noqa: SIM905  a block of words is easier to read and extend than a list
)
# Frequent short words of other languages in Latin script that are not English words.
_OTHERS = frozenset(
    """
    der das und ist mit für von den des ein eine auf zu nicht dem im zum zur bei nach werden wird
    le la les et est pour dans une du au par sur que qui aux ce nous vous
    el los las para por con una del se como su al este
    os em uma não com ao dos mais pela pelo ou
    il di che della un sono gli nel alla è dei con
    het een van en voor met niet op aan zijn bij wordt
    och att det som på är av för till med den inte
    af til er ikke og har kan ved blir være skal
    ja ei se että oli tai sekä hän kun ovat
    na się nie jest oraz przez dla że ul
    je že nebo podle pro při
    bir bu için ile olarak tarafından olan veya
    của và là các được trong cho không
    dan yang di untuk dengan dari pada ini adalah atau
    és az egy hogy nem și din cu pentru este
    """.split()  # noqa: SIM905
)


def unseen_script(text: str, scripts: tuple[str, ...] | None) -> str | None:
    """Return the most frequent script outside `scripts`, if most letters are outside them.

    `scripts` are the first words of Unicode names of letters. None means all scripts.
    """
    if scripts is None:
        return None
    letters = _first_letters(text)
    names = Counter(unicodedata.name(letter, "UNKNOWN").split()[0] for letter in letters)
    unseen = Counter({name: count for name, count in names.items() if not name.startswith(scripts)})
    if 2 * unseen.total() <= len(letters):
        return None
    return max(unseen, key=lambda name: unseen[name])


def is_english(text: str) -> bool:
    """Tell whether a text is more likely English than another language, by words and letters.

    A text in Latin script with too few known words, such as a list of amounts, counts as English.
    """
    letters = _first_letters(text)
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    if 2 * latin < len(letters):
        return False
    english = others = 0
    for word in _WORD.findall(text.casefold()):
        english += word in _ENGLISH
        others += word in _OTHERS or not word.isascii()
    return others < _MIN_WORDS or english >= others


def _first_letters(text: str) -> list[str]:
    return [character for character in text[: 4 * _MAX_LETTERS] if character.isalpha()][
        :_MAX_LETTERS
    ]
