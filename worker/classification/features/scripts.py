"""The script of a text."""

import unicodedata
from collections import Counter

_MAX_LETTERS = 2_000


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


def _first_letters(text: str) -> list[str]:
    return [character for character in text[: 4 * _MAX_LETTERS] if character.isalpha()][
        :_MAX_LETTERS
    ]
