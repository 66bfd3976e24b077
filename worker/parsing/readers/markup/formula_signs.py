"""Signs that formulas draw and do not write: MathML 3.0, 3.3.2, 3.3.3 and 3.5."""

FRACTION, FORMULA, CELL = "mfrac", "math", "mtd"
ROOTS = frozenset({"msqrt", "mroot"})
SIGNED = ROOTS | {FRACTION, CELL}
"""The elements that draw signs or part letters."""


class FormulaSigns:
    """Follows the tags of formulas and gives the signs for fraction bars, roots and spaces.

    Without them a half is the number 12.
    """

    def __init__(self) -> None:
        # Of each open fraction: how deep the tags in it are nested, and how many parts are over.
        self._open: list[list[int]] = []

    @property
    def is_open(self) -> bool:
        """Whether a fraction has begun that has not ended."""
        return bool(self._open)

    def follow(self, name: str, *, is_end: bool, is_whole: bool) -> str:
        """Return what stands at a tag; `is_whole` tags end their element themselves."""
        if name == FORMULA:
            self._open.clear()
            return ""
        if not is_end:
            if self._open and not is_whole:
                self._open[-1][0] += 1
            if name == FRACTION and not is_whole:
                self._open.append([0, 0])
                return " "
            if name in ROOTS:
                return "√"
            return self._end_part() if is_whole else ""
        if name == FRACTION and self._open:
            self._open.pop()
        if self._open:
            self._open[-1][0] = max(0, self._open[-1][0] - 1)
        return " " if name == CELL else self._end_part()

    def _end_part(self) -> str:
        if not self._open or self._open[-1][0]:
            return ""
        self._open[-1][1] += 1
        return "/" if self._open[-1][1] == 1 else ""
