"""The scripts of a text."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from itertools import islice

_MAX_LETTERS = 2_000
# Letters of the Latin, Cyrillic and Arabic scripts that ar, de, en, es, fr, it, nl, pl, pt, ru and
# tr do not have, but others, such as cs, da, fa, hu, ro, sv, uk and vi.
_OTHER_LETTERS = frozenset(
    "åøæčďěňřšťůýžľĺŕđőűășțţėįųūāēīķļņģðþơưіїєґўјљњћђџѓќѕپچژگکی"
) | frozenset(map(chr, range(0x1EA0, 0x1EFA)))
_OTHER = " OTHER"
# From this number and share of such letters on a text is in one of the other languages.
_MIN_OTHERS, _MIN_OTHER_SHARE = 2, 0.005


def count_scripts(text: str) -> dict[str, int]:
    """Return how many of the first 2,000 letters are of each script, most first.

    A script is the first word of the Unicode names of its letters. Letters of languages that few
    models have seen count apart, as "LATIN OTHER".
    """
    letters = islice(filter(str.isalpha, text[: 4 * _MAX_LETTERS]), _MAX_LETTERS)
    scripts: Counter[str] = Counter()
    for letter, count in Counter(letters).items():
        script = unicodedata.name(letter, "UNKNOWN").split()[0]
        scripts[script + _OTHER * (letter.lower() in _OTHER_LETTERS)] += count
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


def is_unseen(counts: Mapping[str, int], scripts: tuple[str, ...] | None) -> bool:
    """Tell whether a model that has seen these scripts has not seen the language of a text.

    Either its script is none of these, or its letters are those of another language.
    """
    if scripts is None:
        return False
    others = sum(count for name, count in counts.items() if name.endswith(_OTHER))
    has_others = others >= max(_MIN_OTHERS, _MIN_OTHER_SHARE * sum(counts.values()))
    return has_others or unseen_script(counts, scripts) is not None
