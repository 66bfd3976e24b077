"""The scripts of a text."""

import unicodedata
from collections import Counter
from collections.abc import Mapping

_MAX_LETTERS = 2_000


def count_scripts(text: str) -> dict[str, int]:
    """Return how many of the first 2,000 letters are of each script, most first.

    A script is the first word of the Unicode names of its letters.
    """
    start = text[: 4 * _MAX_LETTERS]
    letters = [character for character in start if character.isalpha()][:_MAX_LETTERS]
    scripts: Counter[str] = Counter()
    for letter, count in Counter(letters).items():
        scripts[unicodedata.name(letter, "UNKNOWN").split()[0]] += count
    return dict(scripts.most_common())


def unseen_script(counts: Mapping[str, int], scripts: tuple[str, ...] | None) -> str | None:
    """Return the most frequent script outside `scripts`, if most letters are outside them.

    `scripts` are beginnings of names of scripts. None means all scripts.
    """
    if scripts is None:
        return None
    unseen = {name: count for name, count in counts.items() if not name.startswith(scripts)}
    if 2 * sum(unseen.values()) <= sum(counts.values()):
        return None
    return max(unseen, key=lambda name: unseen[name])
