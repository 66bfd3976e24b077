"""The names of OpenDocument elements and attributes as expat gives them: OASIS ODF 1.3 part 3."""

import re

SEPARATOR = " "
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMESPACES = {
    **{
        name: f"{_OASIS}{name}:1.0"
        for name in ("office", "text", "table", "style", "presentation", "chart", "form", "script")
    },
    "draw": f"{_OASIS}drawing:1.0",
    "svg": f"{_OASIS}svg-compatible:1.0",
    "dr3d": f"{_OASIS}dr3d:1.0",
    "field": "urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0",
    "drawooo": "http://openoffice.org/2010/draw",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "math": "http://www.w3.org/1998/Math/MathML",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
_OLD_NAMES = b"http://openoffice.org/2000/"
_OLD = re.compile(rb"http://openoffice\.org/2000/(\w+)|http://www\.w3\.org/2000/svg")
_OLD_WITHIN = 8192


def as_opendocument(data: bytes) -> bytes:
    """Return the XML of OpenOffice 1 in the namespaces of OpenDocument, which came from it."""
    if _OLD_NAMES not in data[:_OLD_WITHIN]:
        return data
    head = _OLD.sub(_new_namespace, data[:_OLD_WITHIN])
    return head + data[_OLD_WITHIN:]


def _new_namespace(old: re.Match[bytes]) -> bytes:
    name = old[1].decode() if old[1] else "svg"
    return _NAMESPACES.get(name, f"{_OASIS}{name}:1.0").encode()


def full(name: str) -> str:
    """Return the name with its namespace, such as `text:p`, in the form of expat."""
    prefix, _, local = name.partition(":")
    return f"{_NAMESPACES[prefix]}{SEPARATOR}{local}"


def full_names(prefix: str, locals_: str) -> list[str]:
    """Return full names of one namespace; `locals_` are separated by spaces."""
    return [full(f"{prefix}:{local}") for local in locals_.split()]


TEXT_STYLE = full("text:style-name")
TABLE_STYLE = full("table:style-name")
OUTLINE_LEVEL = full("text:outline-level")
SPACE_COUNT = full("text:c")
IS_HIDDEN = full("text:is-hidden")
SECTION_DISPLAY = full("text:display")
COLUMNS_REPEATED = full("table:number-columns-repeated")
ROWS_REPEATED = full("table:number-rows-repeated")
TABLE_NAME = full("table:name")
VALUE_TYPE = full("office:value-type")
VALUES = tuple(
    full(f"office:{name}")
    for name in ("string-value", "date-value", "time-value", "boolean-value", "value")
)
HREF = full("xlink:href")
CONTROL = full("draw:control")
FORM_IDS = (full("xml:id"), full("form:id"))
FORM_VALUES = tuple(full(f"form:{name}") for name in ("label", "current-value", "value"))
FORM_SELECTED = (full("form:current-selected"), full("form:selected"))
FIELD_TYPE, FIELD_NAME, FIELD_VALUE = (full(f"field:{name}") for name in ("type", "name", "value"))
DRAW_STYLE = full("draw:style-name")
DRAW_MASTER = full("draw:master-page-name")
CLASS = full("presentation:class")
PLACEHOLDER = full("presentation:placeholder")
DECLARATION = full("presentation:name")
USED_DECLARATIONS = {
    full("presentation:use-footer-name"): "footer",
    full("presentation:use-date-time-name"): "date-time",
}
DISPLAY = full("style:display")
SHAPE_DISPLAY = (full("draw:display"), full("drawooo:display"))
CHANGE_IDS = (full("text:id"), full("xml:id"))
CHANGE = full("text:change-id")
