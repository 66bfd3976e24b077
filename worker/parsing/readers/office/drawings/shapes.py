"""The text of the shapes on a slide or on a sheet's drawing.

ECMA-376 part 1: shapes of slides in 19.3.1, of sheets in 20.5, tables of slides in 21.1.3.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from worker.parsing.readers.descriptions import join_descriptions
from worker.parsing.readers.office.drawings import drawing
from worker.parsing.readers.office.drawings.alternate_content import choose_alternatives
from worker.parsing.readers.office.drawings.drawn_pictures import DrawnPictures
from worker.parsing.readers.office.embedded_objects import is_document
from worker.parsing.readers.office.package import (
    BadPart,
    Package,
    attribute,
    local_name,
    relationship_id,
)

_INTEGER = re.compile(r"-?\d{1,15}")
# The look of shapes, which is most of a drawing and holds no text.
_LOOKS = frozenset({"spPr", "grpSpPr", "style", "blipFill", "xfrm", "from", "to", "clientData"})
_BLIPS = frozenset({"blip", "svgBlip"})
_DRAWN = frozenset({"sp", "pic", "graphicFrame", "grpSp", "cxnSp"})
_WITH_TEXT = frozenset({"txBody", "tbl", "chart", "relIds", "pic", "blipFill", "oleObj"})
_GROUPS = frozenset({"spTree", "grpSp"})
_FOOT = frozenset({"dt", "ftr", "sldNum"})
# Shapes side by side are seldom at exactly the same height. In EMU, 360,000 of which are 1 cm.
_LINE_HEIGHT = 90_000
_TITLES = frozenset({"title", "ctrTitle"})


@dataclass(frozen=True, slots=True)
class Shape:
    """The text of one shape. `placeholder` is the type of the placeholder that it fills, if any."""

    text: str
    placeholder: str | None = None

    @property
    def is_title(self) -> bool:
        """Whether it is the title of a slide."""
        return self.placeholder in _TITLES


@dataclass(slots=True)
class ShapeReader:
    """Reads the shapes of one part, and counts what it could not read in `lost`."""

    package: Package
    part: str
    pictures: DrawnPictures
    lost: list[str] = field(default_factory=list)

    def read(self, root: Element) -> list[Shape]:
        """Return the shapes with text: on slides from top to bottom, on sheets in their order."""
        choose_alternatives(root)
        return [shape for shape in self._shapes(root) if shape.text]

    def _shapes(self, root: Element) -> Iterator[Shape]:
        waiting = [root]
        placeholder: str | None = None
        while waiting:
            element = waiting.pop()
            kind = local_name(element.tag)
            if kind in _DRAWN and _is_on(_properties(element), "hidden"):
                continue
            if kind == "sp":
                placeholder = _placeholder(element)
            if kind in _WITH_TEXT:
                is_body = kind == "txBody"
                yield Shape(self._text(element, kind), placeholder if is_body else None)
            elif kind in _GROUPS:
                waiting.extend(sorted(element, key=_position)[::-1])
            elif kind not in _LOOKS:
                waiting.extend(reversed(element))

    def _text(self, element: Element, kind: str) -> str:
        """Return the text of an element of a shape, of one of the kinds in `_WITH_TEXT`."""
        if kind == "txBody":
            return "\n".join(_texts(element))
        if kind == "tbl":
            return "\n".join(_rows(element))
        if kind == "pic":
            return self._picture(element)
        if kind == "blipFill":
            return "\n".join(self._drawn(element))
        if kind == "oleObj":
            return self._object(element)
        return "\n".join(self._related(element, kind))

    def _object(self, element: Element) -> str:
        """Return the name of an embedded object's icon and the words on the picture that shows it.

        A document without them counts as lost.
        """
        fills = (each for each in element.iter() if local_name(each.tag) == "blipFill")
        texts = [_icon_name(element), *(text for fill in fills for text in self._drawn(fill))]
        if not any(texts):
            texts += self._drawn_in_vml(attribute(element, "spid") or "")
        if not any(texts) and is_document(attribute(element, "progId")):
            self.lost.append("an embedded document")
        return "\n".join(filter(None, texts))

    def _drawn_in_vml(self, shape: str) -> Iterator[str]:
        """Yield the texts of the picture of an object that a drawing in VML shows.

        PowerPoint 2007 writes only the id of a shape there (ECMA-376 part 4, 19.3.2.4).
        """
        for name in self.package.related(self.part, "vmlDrawing"):
            relations = self.package.relationships(name)
            try:
                shapes = [each for each in self.package.xml(name).iter() if each.get("id") == shape]
                for image in (each for found in shapes for each in found.iter()):
                    related = relations.get(attribute(image, "relid") or "")
                    if related is not None:
                        yield self.pictures.text(related.target)
            except BadPart:
                return

    def _picture(self, element: Element) -> str:
        """Return the words of a picture that is drawn, of others what its description says."""
        fills = (each for each in element.iter() if local_name(each.tag) == "blipFill")
        words = "\n".join(filter(None, (text for fill in fills for text in self._drawn(fill))))
        properties = _properties(element)
        if words or properties is None:
            return words
        return join_descriptions(properties.get("descr"), properties.get("title"))

    def _drawn(self, fill: Element) -> Iterator[str]:
        """Yield the texts of the pictures with which an element is filled."""
        relations = self.package.relationships(self.part)
        for element in fill.iter():
            if local_name(element.tag) in _BLIPS:
                related = relations.get(attribute(element, "embed") or "")
                try:
                    yield self.pictures.text(related.target if related else "")
                except BadPart:
                    self.lost.append("a picture")

    def _related(self, element: Element, kind: str) -> list[str]:
        """Return the texts of the chart or the diagram that an element refers to."""
        is_chart = kind == "chart"
        read = drawing.chart_texts if is_chart else _diagram_texts
        name = relationship_id(element) if is_chart else attribute(element, "dm")
        related = self.package.relationships(self.part).get(name or "")
        try:
            return read(self.package, related.target if related else "")
        except BadPart:
            self.lost.append("a chart" if is_chart else "a diagram")
            return []


def _diagram_texts(package: Package, name: str) -> list[str]:
    """Return the texts of a diagram, or of the picture of it that programs store beside it."""
    folder, _, last = name.rpartition("/")
    stored = f"{folder}/{last.replace('data', 'drawing', 1)}"
    try:
        texts = drawing.diagram_texts(package, name)
    except BadPart:
        if stored not in package:
            raise
        texts = []
    if texts or stored not in package:
        return texts
    return list(drawing.paragraphs(package.xml(stored)))


def _rows(table: Element) -> Iterator[str]:
    """Yield a line for each row of a table, with its cells apart."""
    for row in table:
        if local_name(row.tag) == "tr":
            # What a cell holds is not seen where another one spreads over it.
            shown = (
                cell for cell in row if not _is_on(cell, "hMerge") and not _is_on(cell, "vMerge")
            )
            cells = (" ".join(_texts(cell)) for cell in shown)
            text = " ".join(" ".join(cells).split())
            if text:
                yield text


def _position(shape: Element) -> tuple[float, float]:
    """Return a key for the order from top to bottom and from left to right.

    Shapes without a place of their own have that of the layout: at the foot of the slide, or
    above all others.
    """
    for child in shape:
        holders = child if local_name(child.tag) in _LOOKS else ()
        for holder in (child, *holders):
            if local_name(holder.tag) == "xfrm":
                for offset in holder:
                    if local_name(offset.tag) == "off":
                        return _number(offset, "y") // _LINE_HEIGHT, _number(offset, "x")
    return (math.inf if _placeholder(shape) in _FOOT else -math.inf), 0


def _number(element: Element, name: str) -> int:
    text = element.get(name, "")
    return int(text) if _INTEGER.fullmatch(text) else 0


def _placeholder(shape: Element) -> str | None:
    """Return the type of the placeholder that a shape fills (`nvSpPr/nvPr/ph`), None for others."""
    outer = (child for child in shape if local_name(child.tag).startswith("nv"))
    inner = (child for each in outer for child in each if local_name(child.tag) == "nvPr")
    found = (child for each in inner for child in each if local_name(child.tag) == "ph")
    return next((each.get("type", "obj") for each in found), None)


def _icon_name(element: Element) -> str:
    """Return the name of an embedded file that is shown as an icon with its name."""
    return (attribute(element, "name") or "").strip() if _is_on(element, "showAsIcon") else ""


def _properties(shape: Element) -> Element | None:
    """Return what a shape says of itself (`cNvPr`): its name, description, whether it is hidden."""
    outer = (child for child in shape if local_name(child.tag).startswith("nv"))
    inner = (child for each in outer for child in each)
    return next((child for child in inner if local_name(child.tag) == "cNvPr"), None)


def _is_on(element: Element | None, name: str) -> bool:
    text = "" if element is None else attribute(element, name) or ""
    return text.lower() in ("1", "true", "on")


def _texts(element: Element) -> Iterator[str]:
    """Yield the paragraphs within an element, without the numbers of slides."""
    for parent in element.iter():
        if local_name(parent.tag) == "p":
            for child in list(parent):
                if local_name(child.tag) == "fld" and child.get("type") == "slidenum":
                    parent.remove(child)
    yield from drawing.paragraphs(element)
