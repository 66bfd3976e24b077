"""WordPiece, as uncased BERT models cut texts: for a baseline, without a package of its own."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

_LONGEST_WORD = 100
_IDEOGRAPHS = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")


class WordPiece:
    """Cuts texts into the pieces of a vocabulary file, one piece a line."""

    def __init__(self, vocabulary: Path) -> None:
        lines = vocabulary.read_text(encoding="utf-8").splitlines()
        self._ids = {piece: number for number, piece in enumerate(lines)}
        self._cut = lru_cache(maxsize=100_000)(self._pieces)

    def ids(self, text: str, longest: int) -> list[int]:
        """Return at most `longest` numbers of pieces, those of begin and end included."""
        pieces = [piece for word in _words(text) for piece in self._cut(word)]
        return [self._ids["[CLS]"], *pieces[: longest - 2], self._ids["[SEP]"]]

    def _pieces(self, word: str) -> list[int]:
        """Cut the longest known piece off the front again and again; all or unknown."""
        found: list[int] = []
        start = 0
        while start < len(word) <= _LONGEST_WORD:
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._ids.get(prefix + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self._ids["[UNK]"]]
        return found or [self._ids["[UNK]"]]


def _words(text: str) -> list[str]:
    """Split lower-case text without accents at blanks, around marks and around ideographs."""
    plain = _IDEOGRAPHS.sub(r" \1 ", text.lower())
    characters = []
    for character in unicodedata.normalize("NFD", plain):
        category = unicodedata.category(character)
        if category == "Mn" or character in "\x00\ufffd":
            continue
        if character.isspace():
            characters.append(" ")
        elif category[0] == "C":
            continue
        elif category[0] == "P" or character in "$+<=>^`|~":
            characters.append(f" {character} ")
        else:
            characters.append(character)
    return "".join(characters).split()
