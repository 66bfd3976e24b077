"""Makes and reads OpenDocument files for the tests."""

import io

from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.readers.dispatch import read_document

OASIS = "urn:oasis:names:tc:opendocument:xmlns:"


PREFIXES = {
    **{
        name: f"{OASIS}{name}:1.0"
        for name in ("office", "text", "table", "style", "presentation", "chart", "form")
    },
    "draw": f"{OASIS}drawing:1.0",
    "field": "urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
    "drawooo": "http://openoffice.org/2010/draw",
    "svg": f"{OASIS}svg-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
    "math": "http://www.w3.org/1998/Math/MathML",
}


NAMESPACES = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in PREFIXES.items())


MIME = "application/vnd.oasis.opendocument."


def content(kind: str, body: str, styles: str = "") -> str:
    return (
        f'<?xml version="1.0"?><office:document-content {NAMESPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )


def package(
    kind: str,
    body: str,
    styles: str = "",
    masters: str = "",
    named_styles: str = "",
    parts: dict[str, str | bytes] | None = None,
) -> bytes:
    return sample_files.zip_of(
        {
            "mimetype": f"{MIME}{kind}",
            "content.xml": content(kind, body, styles),
            "styles.xml": f"<office:document-styles {NAMESPACES}>"
            f"<office:styles>{named_styles}</office:styles>"
            f"<office:master-styles>{masters}</office:master-styles></office:document-styles>",
            **(parts or {}),
        }
    )


def flat(kind: str, body: str, declaration: str = '<?xml version="1.0"?>') -> bytes:
    return (
        f'{declaration}<office:document {NAMESPACES} office:mimetype="{MIME}{kind}">'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    ).encode()


def read(data: bytes, name: str = "", **limits) -> Document:
    return read_document(
        io.BytesIO(data),
        name,
        sample_files.EVERYTHING,
        ParserLimits(**limits),
        sample_files.no_ocr(),
    )


def text_of(body: str, **others) -> str:
    (page,) = read(package("text", body, **others)).pages
    return page.text


def slides_of(body: str, **others) -> list[str]:
    return [page.text for page in read(package("presentation", body, **others)).pages]


def sheets_of(body: str, **others) -> list[str]:
    return [page.text for page in read(package("spreadsheet", body, **others)).pages]


NUMBERS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1"'
    ' style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2"'
    ' style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>'
    '<text:list-level-style-number text:level="3" style:num-format="I" text:display-levels="3"/>'
    '</text:list-style><text:list-style style:name="M"><text:list-level-style-number'
    ' text:level="1" style:num-format="i" loext:num-list-format="no. %1%:" text:start-value="4"/>'
    '<text:list-level-style-bullet text:level="2" text:bullet-char="-"/></text:list-style>'
)


A, B, C = (f"<text:p>{letter}</text:p>" for letter in "abc")


def items(*texts: str, style: str | None = "L", more: str = "") -> str:
    listed = "".join(f"<text:list-item>{text}</text:list-item>" for text in texts)
    name = f'text:style-name="{style}"' if style else ""
    return f"<text:list {name} {more}>{listed}</text:list>"


def master(name: str, header: str, footer: str, more: str = "") -> str:
    return (
        f'<style:master-page style:name="{name}" {more}><style:header><text:p>{header}</text:p>'
        f"</style:header><style:footer><text:p>{footer}</text:p></style:footer>"
        "</style:master-page>"
    )


CHART = content(
    "chart",
    "<chart:chart><chart:title><text:p>Sales</text:p></chart:title><chart:plot-area><chart:axis>"
    "<chart:title><text:p>Euro</text:p></chart:title></chart:axis></chart:plot-area>"
    '<table:table table:name="local-table"><table:table-header-rows><table:table-row>'
    "<table:table-cell><text:p/></table:table-cell><table:table-cell"
    ' office:value-type="string"><text:p>Shop</text:p></table:table-cell></table:table-row>'
    "</table:table-header-rows><table:table-row><table:table-cell office:value-type='string'>"
    "<text:p>North</text:p></table:table-cell><table:table-cell office:value-type='float'"
    ' office:value="4.3"><text:p>4.3</text:p></table:table-cell></table:table-row>'
    "</table:table></chart:chart>",
)


CHART_LINES = ["Sales", "Euro", "Shop", "North"]


FORMULA = (
    f"<math:math {NAMESPACES}><math:semantics><math:mi>E</math:mi><math:mo>=</math:mo>"
    "<math:mfrac><math:mn>5</math:mn><math:msqrt><math:mi>x</math:mi></math:msqrt></math:mfrac>"
    "<math:annotation>{E = 5}</math:annotation></math:semantics></math:math>"
)


def object_frame(number: int) -> str:
    return f'<draw:frame><draw:object xlink:href="./Object {number}"/></draw:frame>'


def sheet(rows: str, name: str = "Sales", style: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{rows}</table:table>'


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"
