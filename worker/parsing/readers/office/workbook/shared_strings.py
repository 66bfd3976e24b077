"""Texts of cells, most of which stand in a table of their own: ECMA-376 part 1, 18.4."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.package import BadPart, Package, local_name, unescape


class SharedStrings:
    """The table of a workbook's texts, of which only the beginning is read that cells refer to."""

    def __init__(self, texts: Iterator[str]) -> None:
        """`texts` reads the table and may raise BadPart."""
        self.is_damaged = False
        self._texts: list[str] = []
        self._rest = texts

    def get(self, index: int) -> str:
        """Return a text by its number; nothing if the table lacks it, which counts as damage."""
        try:
            while len(self._texts) <= index:
                self._texts.append(next(self._rest))
        except (StopIteration, BadPart):
            self.is_damaged = True
            return ""
        return self._texts[index]


def string_text(element: Element) -> str:
    """Return the text of a string item: its own, or that of its runs, without phonetic hints."""
    if len(element) == 1 and not len(element[0]):
        return unescape(element[0].text or "")
    pieces: list[str] = []
    for child in element:
        kind = local_name(child.tag)
        if kind == "t":
            pieces.append(child.text or "")
        elif kind == "r":
            pieces += [each.text or "" for each in child if local_name(each.tag) == "t"]
    return unescape("".join(pieces))


def read_strings(package: Package, name: str) -> Iterator[str]:
    """Yield the texts of the part with the table. Raises BadPart."""
    for _, element in package.elements(name, ("end",)):
        if element.tag.rpartition("}")[2] == "si":
            yield string_text(element)
            element.clear()
