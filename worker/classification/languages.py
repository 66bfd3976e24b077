"""Which scripts a text is written in, and whether a model has seen them."""

import unicodedata
from collections import Counter

_LETTERS = 2_000


def unseen_script(text: str, scripts: tuple[str, ...] | None) -> str | None:
    """Return the most frequent script that is not among `scripts`, if most letters are of such.

    `scripts` are beginnings of Unicode names of letters; None stands for all.
    """
    if scripts is None:
        return None
    letters = [character for character in text[: 4 * _LETTERS] if character.isalpha()][:_LETTERS]
    names = Counter(unicodedata.name(letter, "UNKNOWN").split()[0] for letter in letters)
    unseen = Counter({name: count for name, count in names.items() if not name.startswith(scripts)})
    if 2 * unseen.total() <= len(letters):
        return None
    return max(unseen, key=lambda name: unseen[name])
