"""Styles and master pages of OpenDocument files: OASIS ODF 1.3 part 3, 16 and 20."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from worker.parsing.readers.fonts.symbol_fonts import SYMBOL_FONTS
from worker.parsing.readers.office.opendocument.names import full

_NAME, _FAMILY = full("style:name"), full("style:family")
_PARENT, _MASTER = full("style:parent-style-name"), full("style:master-page-name")
_NEXT = full("style:next-style-name")
_SHOWN = {
    full("style:text-properties"): full("text:display"),
    full("style:table-properties"): full("table:display"),
}
_FONT = full("style:font-name")
_FIELDS = {full("presentation:display-footer"): "footer"} | {
    full("presentation:display-date-time"): "date-time"
}
PROPERTIES = (*_SHOWN, full("style:drawing-page-properties"))
# Parents of parents; a style may name itself.
_MAX_PARENTS = 20
_TITLES = frozenset({"Title", "Subtitle"})
_DEFAULT_MASTERS = ("Standard", "Default")


@dataclass(slots=True)
class Style:
    """A style: whether it shows its text and in which font, None where its parent says so."""

    parent: str | None = None
    master: str | None = None
    is_shown: bool | None = None
    font: str | None = None
    hidden_fields: set[str] = field(default_factory=set)


@dataclass(slots=True)
class MasterPage:
    """The texts that a master page puts on each of its pages."""

    following: str | None = None
    headers: list[str] = field(default_factory=list)
    footers: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Styles:
    """The styles of one file by family and name, and its master pages."""

    def __init__(self) -> None:
        self.masters: dict[str, MasterPage] = {}
        self._styles: dict[tuple[str, str], Style] = {}
        self._fonts: dict[str, str] = {}
        self._current = Style()

    def add_style(self, attributes: Mapping[str, str]) -> None:
        """Add a `style:style`; `add_properties` adds what its children say."""
        key = attributes.get(_FAMILY, ""), attributes.get(_NAME, "")
        self._current = Style(attributes.get(_PARENT), attributes.get(_MASTER) or None)
        self._styles[key] = self._current
        self._fonts.clear()

    def add_properties(self, element: str, attributes: Mapping[str, str]) -> None:
        """Add the properties of the style that was added last."""
        shown = attributes.get(_SHOWN.get(element, ""))
        if shown is not None:
            self._current.is_shown = shown not in ("none", "false")
        self._current.font = attributes.get(_FONT) or self._current.font
        for name, kind in _FIELDS.items():
            if attributes.get(name) == "false":
                self._current.hidden_fields.add(kind)

    def add_master(self, attributes: Mapping[str, str]) -> MasterPage:
        """Add a master page."""
        page = MasterPage(attributes.get(_NEXT))
        self.masters[attributes.get(_NAME, "")] = page
        return page

    def is_hidden(self, family: str, name: str | None) -> bool:
        """Tell whether text, or a table, in a style is not shown."""
        shown = (style.is_shown for style in self._chain(family, name))
        return next((not each for each in shown if each is not None), False)

    def span_font(self, name: str) -> str:
        """Return the name of the font of a style of letters, "" if it has none of its own."""
        font = self._fonts.get(name)
        if font is None:
            font = next(filter(None, (style.font for style in self._chain("text", name))), "")
            # Programs number the declarations of one font.
            font = font if font.lower() in SYMBOL_FONTS else font.rstrip("0123456789")
            self._fonts[name] = font
        return font

    def hidden_fields(self, name: str | None) -> set[str]:
        """Return the kinds of the fields that the slides of a style leave out."""
        found: set[str] = set()
        for style in self._chain("drawing-page", name):
            found |= style.hidden_fields
        return found

    def is_title(self, name: str | None) -> bool:
        """Tell whether a paragraph style is that of titles, or made from it."""
        return name in _TITLES or any(
            style.parent in _TITLES for style in self._chain("paragraph", name)
        )

    def master_of(self, family: str, name: str | None) -> str | None:
        """Return the master page that a style begins, None if it begins none."""
        masters = (style.master for style in self._chain(family, name))
        return next((each for each in masters if each), None)

    def used_masters(self, names: Iterable[str | None]) -> list[MasterPage]:
        """Return master pages by name, with those that follow them; None is the default one."""
        default = next(
            (name for name in _DEFAULT_MASTERS if name in self.masters),
            next(iter(self.masters), ""),
        )
        used: dict[str, MasterPage] = {}
        for first in names:
            name: str | None = default if first is None else first
            while name and name in self.masters and name not in used:
                used[name] = self.masters[name]
                name = used[name].following
        return list(used.values())

    def _chain(self, family: str, name: str | None) -> Iterable[Style]:
        for _ in range(_MAX_PARENTS):
            style = self._styles.get((family, name or ""))
            if style is None:
                return
            yield style
            name = style.parent
