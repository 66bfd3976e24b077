"""The elements of word processing files: how to walk through them and what they say."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias
from xml.etree.ElementTree import Element

from worker.parsing.readers.field_codes import CHECKED, UNCHECKED
from worker.parsing.readers.office.package import attribute, local_name

_OFF = frozenset({"0", "false", "off", "none"})
_HAS_LETTER_OR_DIGIT = re.compile(r"[^\W_]")

Leave: TypeAlias = Callable[[], None]
Enter: TypeAlias = Callable[[Element], Leave | None]
"""What to do at the start of an element; it returns what to do at its end, or `skip`."""


def skip() -> None:
    """Stand for the end of an element that is left out."""


def walk(root: Element, by_name: Mapping[str, Enter], known: dict[str, Enter | None]) -> None:
    """Enter and leave an element and those within it, which may be nested deeply.

    `by_name` has the names without namespace; `known` keeps what was found for whole names.
    """
    stack: list[tuple[Iterator[Element], Leave | None]] = [(iter((root,)), None)]
    while stack:
        children, leave = stack[-1]
        for child in children:
            tag = child.tag
            if tag not in known:
                known[tag] = by_name.get(local_name(tag))
            enter = known[tag]
            inner = enter(child) if enter else None
            if inner is skip:
                continue
            if len(child):
                stack.append((iter(child), inner))
                break
            if inner:
                inner()
        else:
            stack.pop()
            if leave:
                leave()


def first(element: Element | None, name: str) -> Element | None:
    """Return the first child of a name, None without one."""
    for child in () if element is None else element:
        if local_name(child.tag) == name:
            return child
    return None


def value(element: Element | None, name: str) -> str | None:
    """Return the value of the first child of a name."""
    child = first(element, name)
    return None if child is None else attribute(child, "val")


def is_on(element: Element | None, name: str = "val", absent: bool = True) -> bool:
    """Tell whether an attribute switches a property on; `absent` is its value if it is absent.

    A property that is absent itself is off.
    """
    if element is None:
        return False
    text = attribute(element, name)
    return absent if text is None else text.lower() not in _OFF


def form_field(begin: Element) -> str:
    """Return what a form field shows that has no result: ECMA-376 part 1, 17.16.17."""
    data = first(begin, "ffData")
    box, choice = first(data, "checkBox"), first(data, "ddList")
    if box is not None:
        mark = first(box, "checked")
        return CHECKED if is_on(first(box, "default") if mark is None else mark) else UNCHECKED
    if choice is not None:
        entries = [attribute(each, "val") for each in choice if local_name(each.tag) == "listEntry"]
        chosen = value(choice, "result") or value(choice, "default") or "0"
        number = int(chosen) if re.fullmatch(r"\d{1,4}", chosen) else 0
        return entries[number] or "" if number < len(entries) else ""
    return value(first(data, "textInput"), "default") or ""


def control_mark(control: Element) -> str:
    """Return what the check box of a content control shows, nothing for other controls."""
    box = first(first(control, "sdtPr"), "checkbox")
    if box is None:
        return ""
    return CHECKED if is_on(first(box, "checked")) else UNCHECKED


def shown_number(properties: Element) -> str:
    """Return the number before a list's paragraph, which Word 2003 writes; none for bullets."""
    text = value(properties, "t") or ""
    return text if _HAS_LETTER_OR_DIGIT.search(text) else ""


def is_deleted(properties: Element | None) -> bool:
    """Tell whether a row, a cell or the end of a paragraph was deleted, or hides a row."""
    if first(properties, "del") is not None or first(properties, "cellDel") is not None:
        return True
    return is_on(first(properties, "hidden"))


def is_dropped_capital(frame: Element) -> bool:
    """Tell whether a frame (`w:framePr`) makes its letter begin the paragraph after it."""
    return attribute(frame, "dropCap") in ("drop", "margin")


def is_hidden(drawing: Element) -> bool:
    """Tell whether a drawing, or a shape within one, is switched off (`docPr`, `cNvPr`)."""
    places = [drawing] if first(drawing, "cNvPr") is not None else list(drawing)
    properties = [each for place in places for each in place]
    named = (each for each in properties if local_name(each.tag) in ("docPr", "cNvPr"))
    return any(is_on(each, "hidden", absent=False) for each in named)


def replace_text(control: Element, text: str) -> None:
    """Put a text in place of that in a content control."""
    texts = [each for each in control.iter() if local_name(each.tag) == "t"]
    for each, shown in zip(texts, (text, *("" for _ in texts)), strict=False):
        each.text = shown
