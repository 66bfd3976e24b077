"""Classes and ids that the style sheets within a web page hide: CSS 2.1, 4.1 and 5.

Only rules that hide by one class or id are used: what other rules say depends on scripts, screens
and on what is around an element.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = re.compile(r"<style\b([^>]*)>", re.IGNORECASE)
_END = re.compile(r"</style\b", re.IGNORECASE)
_SELECTOR = re.compile(r"(?:[a-z][\w-]*)?([.#])([\w-]+)", re.IGNORECASE)
_NAME = re.compile(r"[.#][\w-]+")
_SHOWN = re.compile(r"(?:^|;)\s*(display|visibility)\s*:\s*([\w-]+)", re.IGNORECASE)
_HIDING = {"display": frozenset({"none"}), "visibility": frozenset({"hidden", "collapse"})}
_MAX_SHEETS, _MAX_CHARACTERS = 20, 200_000
_MAX_NAMES = 50


@dataclass(frozen=True, slots=True)
class HiddenNames:
    """The classes and ids of elements that a page does not show."""

    classes: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()

    @property
    def words(self) -> tuple[str, ...]:
        """All names."""
        return (*self.classes, *self.ids)

    def hide(self, classes: str, identifier: str) -> bool:
        """Tell whether an element with these attributes is hidden."""
        return identifier in self.ids or not self.classes.isdisjoint(classes.split())


def read_hidden_names(markup: str) -> HiddenNames:
    """Return what the style sheets in some markup hide, and show nowhere else.

    A name that any other rule shows is left out: a script or a screen may choose that rule.
    """
    hidden: dict[str, None] = {}
    shown: set[str] = set()
    for sheet in _sheets(markup):
        for selectors, body, is_conditional in _rules(sheet):
            hides = _hides(body)
            if hides is None:
                continue
            for selector in selectors.split(","):
                if not hides:
                    shown.update(_NAME.findall(selector))
                elif not is_conditional and _SELECTOR.fullmatch(selector.strip()):
                    hidden.update(dict.fromkeys(_NAME.findall(selector)))
    names = [name for name in hidden if name not in shown][:_MAX_NAMES]
    return HiddenNames(
        frozenset(name[1:] for name in names if name[0] == "."),
        frozenset(name[1:] for name in names if name[0] == "#"),
    )


def _sheets(markup: str) -> Iterator[str]:
    """Yield the style sheets for every program and medium."""
    position = room = 0
    for _ in range(_MAX_SHEETS):
        begin = _BEGIN.search(markup, position)
        end = _END.search(markup, begin.end()) if begin else None
        if begin is None or end is None or room > _MAX_CHARACTERS:
            return
        position = end.end()
        # Comments hold what is for Outlook only.
        is_comment = markup.rfind("<!--", 0, begin.start()) > markup.rfind("-->", 0, begin.start())
        if not is_comment and "media" not in begin[1].lower():
            sheet = markup[begin.end() : min(end.start(), begin.end() + _MAX_CHARACTERS)]
            room += len(sheet)
            yield _without_comments(sheet.replace("<!--", " ").replace("-->", " "))


def _without_comments(sheet: str) -> str:
    first, *rest = sheet.split("/*")
    return " ".join((first, *(piece.partition("*/")[2] for piece in rest)))


def _rules(sheet: str) -> Iterator[tuple[str, str, bool]]:
    """Yield selectors and declarations, and whether the rule is within another (`@media`)."""
    depth = 0
    for piece in sheet.split("}"):
        if "{" not in piece:
            depth = max(0, depth - 1)
            continue
        *outer, selectors, body = piece.split("{")
        yield selectors.rpartition(";")[2], body, bool(depth or outer)
        depth += len(outer)


def _hides(body: str) -> bool | None:
    """Tell whether a rule hides or shows its elements, None if it says nothing about that."""
    found = _SHOWN.findall(body)
    if not found:
        return None
    return any(value.lower() in _HIDING[name.lower()] for name, value in found)
