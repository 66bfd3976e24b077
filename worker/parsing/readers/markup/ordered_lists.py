"""The numbers of ordered lists in web pages: HTML Living Standard, 4.4.5 and 4.4.8."""

import re

_NO_NUMBERS = re.compile(r"list-style(?:-type)?\s*:\s*(?:none|disc|circle|square)", re.IGNORECASE)
_INTEGER = re.compile(r"\s*(-?\d{1,9})")
_LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
_ROMAN = (
    *("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
    *("xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx"),
)
_MAX_LISTS = 100


class OrderedLists:
    """Counts the items of the lists that are open."""

    def __init__(self) -> None:
        # The last number and the kind of each open list, None for lists without numbers.
        self._open: list[tuple[int, str] | None] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a list."""
        style = attributes.get("style", "")
        if name != "ol" or "reversed" in attributes or _NO_NUMBERS.search(style):
            self._open.append(None)
        else:
            self._open.append(
                (_integer(attributes.get("start"), 1) - 1, attributes.get("type", "1"))
            )
        del self._open[:-_MAX_LISTS]

    def end(self) -> None:
        """End the list that was begun last."""
        if self._open:
            self._open.pop()

    def next_label(self, attributes: dict[str, str]) -> str:
        """Return the number before an item, and a space; nothing in a list without numbers."""
        if not self._open or self._open[-1] is None:
            return ""
        last, kind = self._open[-1]
        number = _integer(attributes.get("value"), last + 1)
        self._open[-1] = number, kind
        letters = _LETTERS if kind in "aA" else _ROMAN if kind in "iI" else ()
        text = letters[number - 1] if 0 < number <= len(letters) else str(number)
        return f"{text.upper() if kind.isupper() else text}. "


def _integer(text: str | None, absent: int) -> int:
    found = _INTEGER.match(text or "")
    return int(found[1]) if found else absent
