"""Shows XML as what it says: names and values, one on each line, and running text."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.xml.tree import parse_partly

_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_PROLOGUE_CHARACTERS = 8192
# camelCase, and the separators of names.
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|[_.-]+")
# About the file, not about what it says.
_TECHNICAL = ("{http://www.w3.org/2001/XMLSchema-instance}", "{http://www.w3.org/XML/1998/")
# Feeds, maps and notes write web pages as values.
_MARKUP = re.compile(
    r"</(?:a|b|div|em|font|h[1-6]|i|li|p|span|strong|td)\s*>|<(?:br|hr|img)\b[^<>]*>", re.IGNORECASE
)
_LOOKS = frozenset(("class", "props", "style"))
_UNNAMED = frozenset(
    (
        "c",
        "cell",
        "content",
        "entry",
        "h",
        "item",
        "li",
        "p",
        "para",
        "paragraph",
        "td",
        "text",
        "th",
    )
)


def show_xml(text: str) -> str | None:
    """Return what well-formed XML says, without its markup; None for other text.

    An element is the line "name: value", with its attributes as `name value`, a container is its
    name, and mixed content is a line of running text. Values that are HTML are read as such. Words
    that are joined in a name are separated. Nothing is said of comments, empty elements and
    namespaces. XML that declares entities is other text: a value could be as long as its writer
    wants.
    """
    text = _DECLARATION.sub("", text, count=1)
    if "<!ENTITY" in text[:_PROLOGUE_CHARACTERS]:
        return None
    root, is_whole = parse_partly(text.lstrip().encode("utf-8", "replace"))
    if root is None or not is_whole:
        return None
    return "\n".join(_lines(root))


def _lines(root: Element) -> Iterator[str]:
    waiting = [root]
    while waiting:
        element = waiting.pop()
        name = _local_name(element.tag)
        label = "" if name.lower() in _UNNAMED else _words(name)
        values = _attributes(element)
        if len(element) and not _is_mixed(element):
            said = "\n".join(filter(None, [label, ", ".join(values)]))
            waiting.extend(reversed(element))
        else:
            value = "".join(element.itertext())
            if not len(element) and _MARKUP.search(value):
                value = visible_text(value)[0]
            value = _trim(value)
            if not value and not values:
                continue
            said = ", ".join(filter(None, [value, *values]))
            if label and not len(element):
                said = f"{label}: {said}"
        if said:
            yield said


def _is_mixed(element: Element) -> bool:
    texts = [element.text, *(child.tail for child in element)]
    return any(text and not text.isspace() for text in texts)


def _attributes(element: Element) -> list[str]:
    return [
        f"{_words(_local_name(name))} {_trim(value)}"
        for name, value in element.attrib.items()
        if value.strip() and not name.startswith(_TECHNICAL) and name not in _LOOKS
    ]


def _words(name: str) -> str:
    return _JOINT.sub(" ", name).strip()


def _trim(value: str) -> str:
    lines = (" ".join(line.split()) for line in value.split("\n"))
    return "\n".join(line for line in lines if line)


def _local_name(name: str) -> str:
    return name.rpartition("}")[2]
