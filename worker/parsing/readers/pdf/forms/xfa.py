"""Reads forms in XFA (XML Forms Architecture 3.3), which a PDF may contain instead of pages.

The page of such a file only asks for another viewer. A form is a template with captions, and the
data that was typed into it. Programs lay out pages of both; here they give lines of text.
"""

import ctypes
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

import pypdfium2
import pypdfium2.raw as pdfium_c

_MAX_PACKET_BYTES = 16 << 20
_MAX_PACKETS = 100
_MAX_NODES = 200_000
_CONTAINERS = frozenset({"subform", "subformSet", "area", "exclGroup", "template", "proto"})
_HIDDEN = frozenset({"hidden", "invisible", "inactive"})
_WITHOUT_TEXT = frozenset({"font", "para", "margin", "image", "extras"})
_LINES = frozenset({"p", "br", "div", "li", "tr", "td", "value", "text"})
_CHOSEN_BY_CLICK = frozenset({"checkButton", "button", "signature", "barcode"})
_SPACES = re.compile(r"\s+")

# What Adobe's programs write on the page, in the languages in which they come.
_COVER = re.compile(
    r"if this message is not eventually replaced"
    r"|the document you are trying to load requires adobe reader"
    r"|to view the full contents of this document, you need a later version of the pdf viewer"
    r"|wenn diese meldung nicht (?:nach einiger zeit|letztendlich)|dieses dokument erfordert adobe"
    r"|si ce message n['’]est pas remplacé|si este mensaje no (?:se reemplaza|es reemplazado)"
    r"|se questo messaggio non viene|se esta mensagem não for"
    r"|als dit bericht (?:uiteindelijk )?niet"
    r"|если это сообщение не (?:будет )?(?:заменено|заменится)"
    r"|you may not have the adobe reader installed or your viewing environment",
    re.IGNORECASE,
)
_MAX_COVER_CHARACTERS = 4000


@dataclass(slots=True)
class _Node:
    """An element, or the text between two of them, which has no name."""

    name: str
    attributes: dict[str, str]
    children: list["_Node"] = field(default_factory=list)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What a person sees of a form: its text, and the number of its fields."""

    text: str = ""
    fields: int = 0


def is_cover(text: str) -> bool:
    """Tell whether a page only says that the viewer cannot show the document."""
    return len(text) < _MAX_COVER_CHARACTERS and bool(_COVER.search(_SPACES.sub(" ", text)))


def has_form(document: pypdfium2.PdfDocument) -> bool:
    """Tell whether a PDF contains an XFA form."""
    return pdfium_c.FPDF_GetFormType(document.raw) in (
        pdfium_c.FORMTYPE_XFA_FULL,
        pdfium_c.FORMTYPE_XFA_FOREGROUND,
    )


def needs_rendering(document: pypdfium2.PdfDocument) -> bool:
    """Tell whether a PDF says that its pages come from its XFA form (ISO 32000-1, 12.7.8)."""
    return bool(pdfium_c.FPDF_GetFormType(document.raw) == pdfium_c.FORMTYPE_XFA_FULL)


def read_form(document: pypdfium2.PdfDocument) -> Form:
    """Return the captions, texts and values of the XFA form; empty without a form.

    Packets that are not well-formed are left out.
    """
    roots = _parse(_packets(document))
    data: dict[str, deque[str]] = {}
    for root in roots:
        for datasets in _find(root, "datasets"):
            _collect_data(datasets, data)
    lines: list[str] = []
    fields = 0
    for root in roots:
        for template in _find(root, "template"):
            nodes = list(_visible(template, data))
            fields += sum(node.name == "field" for node in nodes)
            lines += _read_nodes(nodes, data)
    return Form("\n".join(lines), fields)


def _packets(document: pypdfium2.PdfDocument) -> Iterator[bytes]:
    """Yield the parts of the XML; together they are one document, or one part is all of it."""
    count = min(pdfium_c.FPDF_GetXFAPacketCount(document.raw), _MAX_PACKETS)
    length = ctypes.c_ulong()
    for number in range(max(0, count)):
        if not pdfium_c.FPDF_GetXFAPacketContent(document.raw, number, None, 0, length):
            continue
        if not 0 < length.value <= _MAX_PACKET_BYTES:
            continue
        buffer = ctypes.create_string_buffer(length.value)
        if pdfium_c.FPDF_GetXFAPacketContent(
            document.raw, number, buffer, length.value, ctypes.c_ulong()
        ):
            yield buffer.raw


def _parse(packets: Iterator[bytes]) -> list[_Node]:
    """Return the elements of the packets; the first and the last one are halves of an element."""
    roots = []
    for packet in packets:
        tree = _Tree()
        try:
            tree.parse(packet)
        except (expat.ExpatError, _Refused):
            continue
        roots += tree.root.children
    return roots


class _Refused(Exception):
    """The XML declares entities, or is too large."""


class _Tree:
    """Builds nodes while expat parses; names are without prefixes."""

    def __init__(self) -> None:
        self.root = _Node("", {})
        self._open = [self.root]
        self._nodes = 0

    def parse(self, markup: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.Parse(markup, True)

    def _refuse(self, *declaration: object) -> None:
        raise _Refused(declaration)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if self._nodes > _MAX_NODES:
            raise _Refused
        node = _Node(name.rpartition(":")[2], attributes)
        self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, name: str) -> None:
        del name
        self._open.pop()

    def _add(self, text: str) -> None:
        self._open[-1].children.append(_Node("", {}, text=text))


def _find(root: _Node, name: str) -> list[_Node]:
    """Return the node itself or its children with a name: a packet may be in `xdp`."""
    return [node for node in (root, *root.children) if node.name == name]


def _collect_data(datasets: _Node, data: dict[str, deque[str]]) -> None:
    """Collect the texts of the data's leaves by their names, in order."""
    left = [node for node in datasets.children if node.name == "data"]
    while left:
        node = left.pop()
        names = {child.name for child in node.children if child.name}
        if not names or "body" in names:
            data.setdefault(node.name, deque()).append(_text_of(node))
        else:
            left += reversed(node.children)


def _read_nodes(nodes: list[_Node], data: dict[str, deque[str]]) -> list[str]:
    """Return the lines of the visible captions and texts, with the values of the data.

    Values that are left, of rows that repeat, come at the end, with the captions of their fields.
    """
    lines: list[str] = []
    captions: dict[str, str] = {}
    shown: list[str] = []
    for node in nodes:
        if node.name == "draw":
            lines.append(_value_of(node))
            continue
        caption = " ".join(_text_of(child) for child in node.children if child.name == "caption")
        name = _data_name(node)
        values = data.get(name)
        is_typed = not _kinds(node) & _CHOSEN_BY_CLICK
        value = values.popleft() if values else _value_of(node)
        lines.append(f"{caption} {_label(node, value) if is_typed else ''}".strip())
        if is_typed:
            captions.setdefault(name, caption)
            shown.append(name)
    for name in dict.fromkeys(shown):
        lines += (f"{captions[name]} {value}".strip() for value in data.get(name, ()) if value)
    return [line for line in lines if line]


def _visible(template: _Node, data: dict[str, deque[str]]) -> Iterator[_Node]:
    """Yield the drawn texts and fields in order, without those that are hidden or occur never."""
    left = [template]
    while left:
        node = left.pop()
        if node.attributes.get("presence") in _HIDDEN or _is_left_out(node, data):
            continue
        if node.name in ("draw", "field"):
            yield node
        elif node.name == "pageSet":
            left += reversed([child for page in node.children for child in page.children])
        elif node.name in _CONTAINERS and node.name != "proto":
            left += reversed(node.children)


def _is_left_out(node: _Node, data: dict[str, deque[str]]) -> bool:
    """Tell whether a part occurs as often as there is data for it, and there is none."""
    occurrence = next((child for child in node.children if child.name == "occur"), None)
    if occurrence is None or node.name not in ("subform", "subformSet"):
        return False
    least = occurrence.attributes.get("min", "1")
    if occurrence.attributes.get("initial", least) != "0":
        return False
    left = list(node.children)
    while left:
        child = left.pop()
        if child.name == "field" and data.get(_data_name(child)):
            return False
        left += child.children
    return True


def _data_name(node: _Node) -> str:
    """Return the name under which a field's value is in the data."""
    for child in node.children:
        if child.name == "bind" and child.attributes.get("match") == "dataRef":
            reference = child.attributes.get("ref", "")
            return reference.rpartition(".")[2].partition("[")[0]
    return node.attributes.get("name", "")


def _kinds(node: _Node) -> set[str]:
    return {kind.name for ui in node.children if ui.name == "ui" for kind in ui.children}


def _value_of(node: _Node) -> str:
    values = (_text_of(child) for child in node.children if child.name == "value")
    return " ".join(filter(None, values))


def _label(node: _Node, value: str) -> str:
    """Return the text that a choice shows for a value; the value itself for other fields."""
    lists = [child for child in node.children if child.name == "items"]
    saved = [items for items in lists if items.attributes.get("save") == "1"]
    labels = [items for items in lists if items.attributes.get("save") != "1"]
    if saved and labels:
        for key, label in zip(saved[0].children, labels[0].children, strict=False):
            if _text_of(key) == value:
                return _text_of(label)
    return value


def _text_of(node: _Node) -> str:
    """Return the text of a node and those in it, in order, on one line."""
    pieces = []
    left = [node]
    while left:
        each = left.pop()
        if each.name in _WITHOUT_TEXT:
            continue
        pieces.append(" " if each.name in _LINES else each.text)
        left += reversed(each.children)
    return _SPACES.sub(" ", "".join(pieces)).strip()
