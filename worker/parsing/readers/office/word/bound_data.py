"""Data that content controls of word processing files show in place of their content.

Layout: ECMA-376 part 1, 17.5.2.6 (`w:dataBinding`) and 22.5 (custom XML data). Programs that fill
in templates write the data only; Word copies it into the controls when it opens the file.
"""

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.package import BadPart, Package, attribute, local_name
from worker.parsing.readers.office.word.elements import first

_STEP = re.compile(r"/(@)?(?:[^/@\[\]:()*]+:)?([^/@\[\]:()*]+)(?:\[(\d{1,5})\])?")
_MAX_STEPS = 30
_PROPERTIES = {
    "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}": "core-properties",
    "{6668398D-A668-4E3E-A5EB-62B293D839F1}": "extended-properties",
}
# What these show is not what the data says: they format it or choose among names.
_FORMATTED = frozenset({"date", "dropDownList", "comboBox"})


class BoundData:
    """The XML data of one file."""

    def __init__(self, package: Package, parts: Sequence[str]) -> None:
        """Take the parts with data (relationships `customXml`)."""
        self._package = package
        self._parts = parts
        self._roots: dict[str, Element] | None = None

    def text(self, control: Element) -> str:
        """Return the text that a content control shows in place of its own, "" if it has none."""
        properties = first(control, "sdtPr")
        binding = first(properties, "dataBinding")
        if binding is None or not self._is_text(properties):
            return ""
        found = self._find(attribute(binding, "storeItemID") or "", attribute(binding, "xpath"))
        # Rich text is stored as a whole document.
        return "" if found.startswith("<") else found

    def _is_text(self, properties: Element | None) -> bool:
        kinds = {local_name(each.tag) for each in (() if properties is None else properties)}
        return "text" in kinds or ("showingPlcHdr" in kinds and not _FORMATTED.isdisjoint(kinds))

    def _find(self, item: str, path: str | None) -> str:
        steps = list(_STEP.finditer(path or ""))
        if not steps or len(steps) > _MAX_STEPS or "".join(each[0] for each in steps) != path:
            return ""
        if self._roots is None:
            self._roots = dict(self._read_roots())
        named = self._roots.get(item.upper())
        roots = self._roots.values() if named is None else (named,)
        return next(filter(None, (_value(root, steps) for root in roots)), "")

    def _read_roots(self) -> Iterator[tuple[str, Element]]:
        for part in self._parts:
            root = self._root(part)
            if root is not None:
                yield self._identifier(part), root
        for identifier, kind in _PROPERTIES.items():
            for part in self._package.related("", kind):
                root = self._root(part)
                if root is not None:
                    yield identifier, root

    def _identifier(self, part: str) -> str:
        """Return the id that the properties of a part give it, or else its name."""
        for name in self._package.related(part, "customXmlProps"):
            root = self._root(name)
            if root is not None:
                return (attribute(root, "itemID") or part).upper()
        return part

    def _root(self, part: str) -> Element | None:
        try:
            return self._package.xml(part)
        except BadPart:
            return None


def _value(root: Element, steps: Sequence[re.Match[str]]) -> str:
    """Return the text of the node at a path from the root, "" if there is none."""
    nodes = [root]
    for step in steps:
        is_attribute, name, number = step.groups()
        if is_attribute:
            return (attribute(nodes[0], name) or "").strip() if nodes else ""
        children = nodes if step is steps[0] else [each for node in nodes[:1] for each in node]
        nodes = [each for each in children if local_name(each.tag) == name]
        at = int(number or 1) - 1
        nodes = nodes[at : at + 1]
    return " ".join("".join(nodes[0].itertext()).split()) if nodes else ""
