"""The text of drawings in office files: shapes, SmartArt diagrams, charts.

ECMA-376 part 1: DrawingML in 20 and 21, diagrams in 21.4, charts in 21.2.
"""

from collections.abc import Iterator
from itertools import islice
from xml.etree.ElementTree import Element

from worker.parsing.readers.fonts.symbol_fonts import is_symbol_font, show_in_font, translate
from worker.parsing.readers.office.drawings.auto_numbers import AutoNumbers
from worker.parsing.readers.office.drawings.data_labels import format_label, shown_values
from worker.parsing.readers.office.package import Package, local_name, unescape

_BREAKS = {"br": "\n", "tab": "\t"}
_RUNS = frozenset({"r", "fld"})
# The elements of a chart with labels, and the elements within that hold one label each.
_LABELS = {"tx": "v", "cat": "v", "datalabelsRange": "v", "strDim": "pt"}
# Series and categories of one chart; a chart of ten thousand points is no text.
_MAX_LABELS = 200


def paragraphs(element: Element) -> Iterator[str]:
    """Yield the text of each DrawingML paragraph (`a:p`) within an element, empty ones left out.

    Numbers of lists stand before it.
    """
    numbers = AutoNumbers()
    for paragraph in element.iter():
        if local_name(paragraph.tag) == "p":
            text = "".join(_runs(paragraph)).strip()
            if text:
                yield numbers.next_label(paragraph) + text


def _runs(paragraph: Element) -> Iterator[str]:
    font = symbols = ""
    for element in paragraph.iter():
        name = local_name(element.tag)
        if name == "t":
            # Line breaks of titles are an escaped vertical tab, which becomes a line end.
            text = unescape(element.text or "")
            if is_symbol_font(font):
                yield show_in_font(text, font)
            else:
                yield text if text.isascii() else translate(text, symbols or font)
        elif name in _RUNS:
            font = symbols = ""
        elif name == "latin":
            font = element.get("typeface", "")
        elif name == "sym":
            # Only the symbols of the text are in it.
            symbols = element.get("typeface", "")
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name == "den":
            yield "/"
        elif name == "rad":
            yield "√"


def diagram_texts(package: Package, name: str) -> list[str]:
    """Return the texts of a SmartArt diagram's data part, one for each shape. Raises BadPart."""
    return list(paragraphs(package.xml(name)))


def chart_texts(package: Package, name: str) -> list[str]:
    """Return a chart's titles, the names of its series and categories, and the texts drawn on it.

    Raises BadPart. The cached texts and numbers count (`c:strCache`, `c:lvl`, `cx:strDim`). Values
    of data points follow where the chart shows them. Labels that repeat are named once.
    """
    root = package.xml(name)
    titles: list[str] = []
    labels: dict[str, None] = {}
    for element in root.iter():
        kind = local_name(element.tag)
        if kind == "rich":
            titles += [text for text in paragraphs(element) if text not in titles]
        elif kind in _LABELS:
            for text in _labels(element, _LABELS[kind]):
                if len(labels) < _MAX_LABELS:
                    labels[text] = None
    for text in islice(shown_values(root), _MAX_LABELS):
        labels[text] = None
    for drawn in package.related(name, "chartUserShapes"):
        titles += paragraphs(package.xml(drawn))
    return [*titles, *labels]


def _labels(element: Element, value: str) -> Iterator[str]:
    code = None
    for each in element.iter():
        kind = local_name(each.tag)
        text = (each.text or "").strip()
        if kind == "formatCode":
            code = text
        elif kind == value and text:
            yield format_label(text, code)
