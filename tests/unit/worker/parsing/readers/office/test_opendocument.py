import io
import time

import pytest

from app.errors import FileError, FileErrorCode
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
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
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


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a<text:span>b<text:span>c</text:span>d</text:span>e", "abcde"),
        ('a<text:s/>b<text:s text:c="3"/>c', "a b   c"),
        ("a<text:tab/>b<text:line-break/>c", "a b\nc"),
        ("a\n   b", "a b"),
        ('<text:a xlink:href="http://x.y">link</text:a>', "link"),
        ("<text:date>May 5</text:date> <text:user-field-get>A</text:user-field-get>", "May 5 A"),
        (
            "<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>かん</text:ruby-text></text:ruby>",
            "漢",
        ),
        ("a<text:meta>b</text:meta><text:bookmark text:name='x'/>c", "abc"),
        ('x<text:hidden-text text:is-hidden="true">no</text:hidden-text>y', "xy"),
        ("page <text:page-number>7</text:page-number>", "page 7"),
    ],
)  # fmt: skip
def test_a_paragraph_reads_as_it_shows(markup, expected):
    assert text_of(f"<text:p>{markup}</text:p>") == expected


def test_blocks_stand_in_their_order():
    body = """
    <text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p>
    </text:deletion></text:changed-region></text:tracked-changes>
    <text:h text:outline-level="1">Heading</text:h>
    <text:section><text:p>in section</text:p></text:section>
    <text:section text:display="none"><text:p>hidden section</text:p></text:section>
    <text:table-of-content><text:table-of-content-source>
      <text:index-title-template>template</text:index-title-template>
    </text:table-of-content-source><text:index-body><text:index-title><text:p>Contents</text:p>
    </text:index-title><text:p>Chapter 3</text:p></text:index-body></text:table-of-content>
    <text:list><text:list-header><text:p>Parts</text:p></text:list-header>
      <text:list-item><text:number>1.</text:number><text:p>one</text:p><text:list>
      <text:list-item><text:p>nested</text:p></text:list-item></text:list></text:list-item>
    </text:list>
    <text:p>End</text:p>"""
    assert text_of(body) == (
        "Heading\n\nin section\n\nContents\n\nChapter 3\n\nParts\n1. one\nnested\n\nEnd"
    )


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


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (items("<text:p>a</text:p><text:p>b</text:p>", "<text:p>c</text:p>"), "1. a\nb\n2. c"),
        (items(f"{A}{items(B, C, style=None)}"), "1. a\n(a) b\n(b) c"),
        (items(items(items(A, style=None), style=None)), "1.a.I a"),
        (items(A, style="M"), "no. iv: a"),
        (items(items(A, style=None), style="M"), "a"),
        (items(f"<text:number>7)</text:number>{A}", B), "7) a\n2. b"),
        (items("<text:p><text:number>9</text:number>a</text:p>"), "1. a"),
        (items(A, B).replace("item>", 'item text:start-value="30">', 1), "30. a\n31. b"),
        (
            items(A, more='xml:id="x"') + C + items(B, more='text:continue-list="x"') + items(A),
            "1. a\n\nc\n\n2. b\n\n1. a",
        ),
        (items(A) + items(B, more='text:continue-numbering="true"'), "1. a\n\n2. b"),
    ],
)
def test_items_have_their_numbers(body, expected):
    assert text_of(body, styles=NUMBERS) == expected


def test_headings_have_their_numbers():
    named = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="A"/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
        '<text:outline-level-style text:level="3" style:num-format=""/></text:outline-style>'
    )
    headings = "".join(
        f'<text:h text:outline-level="{level}">x</text:h>' for level in (1, 2, 2, 1, 2, 3)
    )
    body = f'<text:h text:is-list-header="true">y</text:h>{headings}'
    assert text_of(body, named_styles=named) == ("y\n\nA x\n\nA.1 x\n\nA.2 x\n\nB x\n\nB.1 x\n\nx")


def test_texts_beside_a_paragraph_follow_it():
    box = "<draw:text-box><text:p>box <text:span>text</text:span></text:p></draw:text-box>"
    body = (
        "<text:p>Be<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>foot note</text:p></text:note-body></text:note>fore"
        "<office:annotation><dc:creator>Ann</dc:creator><dc:date>2024</dc:date>"
        "<text:p>comment</text:p></office:annotation>"
        f"<draw:frame><svg:title>alt</svg:title>{box}</draw:frame>"
        "<draw:g><draw:rect><text:p>shape</text:p></draw:rect>"
        "<draw:custom-shape><text:p>arrow</text:p></draw:custom-shape></draw:g></text:p>"
        "<text:p>After</text:p>"
    )
    lines = [line for line in text_of(body).split("\n") if line]
    assert lines == ["Before", "foot note", "comment", "box text", "shape", "arrow", "After"]


def test_tables_have_a_line_for_each_row():
    nested = (
        "<table:table><table:table-row><table:table-cell><text:p>inner</text:p>"
        "</table:table-cell></table:table-row></table:table>"
    )
    body = (
        "<table:table><table:table-header-rows><table:table-row><table:table-cell"
        ' table:number-columns-repeated="2"><text:p>H<text:span>1</text:span></text:p>'
        "</table:table-cell></table:table-row></table:table-header-rows>"
        "<table:table-row><table:table-cell><text:list><text:list-item><text:p>item</text:p>"
        "</text:list-item></text:list></table:table-cell><table:covered-table-cell>"
        "<text:p>covered</text:p></table:covered-table-cell>"
        f"<table:table-cell>{nested}</table:table-cell></table:table-row></table:table>"
    )
    assert text_of(f"<text:p>Before</text:p>{body}<text:p>After</text:p>") == (
        "Before\n\nH1 H1\nitem inner\n\nAfter"
    )


def test_hidden_styles_hide_their_text():
    styles = (
        '<style:style style:family="text" style:name="T1"><style:text-properties'
        ' text:display="none"/></style:style>'
        '<style:style style:family="text" style:name="T2" style:parent-style-name="T1"/>'
        '<style:style style:family="text" style:name="T3" style:parent-style-name="T1">'
        '<style:text-properties text:display="true"/></style:style>'
        '<style:style style:family="paragraph" style:name="P1"><style:text-properties'
        ' text:display="none"/></style:style>'
        '<style:style style:family="paragraph" style:name="P2" style:parent-style-name="P2"/>'
    )
    body = (
        '<text:p text:style-name="P1">hidden</text:p><text:p text:style-name="P2">'
        'a<text:span text:style-name="T2">hidden</text:span>'
        '<text:span text:style-name="T3">b</text:span></text:p>'
        '<text:p>gone<text:hidden-paragraph text:is-hidden="true"/></text:p>'
    )
    assert text_of(body, styles=styles) == "ab"


def master(name: str, header: str, footer: str, more: str = "") -> str:
    return (
        f'<style:master-page style:name="{name}" {more}><style:header><text:p>{header}</text:p>'
        f"</style:header><style:footer><text:p>{footer}</text:p></style:footer>"
        "</style:master-page>"
    )


def test_headers_and_footers_of_the_used_pages_are_on_the_first():
    masters = (
        master("Standard", "ACME", "Bank")
        + master("First", "Letter", "Page <text:page-number>1</text:page-number>",
                 'style:next-style-name="Standard"')
        + master("Other", "unused", "unused")
    )  # fmt: skip
    assert text_of("<text:p>Dear Sir</text:p>", masters=masters) == "ACME\n\nDear Sir\n\nBank"
    styles = (
        '<style:style style:family="paragraph" style:name="P1" style:master-page-name="First"/>'
    )
    first = '<text:p text:style-name="P1">Dear Sir</text:p>'
    assert text_of(first, masters=masters, styles=styles) == ("Letter\n\nACME\n\nDear Sir\n\nBank")


def test_headers_that_are_not_shown_are_left_out():
    masters = (
        '<style:master-page style:name="Standard"><style:header style:display="false">'
        "<text:p>off</text:p></style:header><style:footer><text:p>Tax 7 on page "
        "<text:page-number>3</text:page-number></text:p><text:p>7</text:p></style:footer>"
        "<style:footer-first><text:p>first</text:p></style:footer-first></style:master-page>"
    )
    assert text_of("<text:p>Body</text:p>", masters=masters) == (
        "Body\n\nTax 7 on page\n\n7\n\nfirst"
    )


def test_titles_and_headings_stand_out():
    named = '<style:style style:family="paragraph" style:name="Title"/>'
    styles = (
        '<style:style style:family="paragraph" style:name="P1" style:parent-style-name="Title"/>'
    )
    body = (
        '<text:p text:style-name="P1">Invoice</text:p><text:p text:style-name="Subtitle">No 7'
        '</text:p><text:p>Text</text:p><text:h text:outline-level="2">Terms</text:h>'
        '<text:h text:outline-level="7">small</text:h>'
    )
    (page,) = read(package("text", body, styles=styles, named_styles=named)).pages
    assert page.headings == ("Invoice", "No 7", "Terms")


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
    "<math:mn>5</math:mn><math:annotation>{E = 5}</math:annotation></math:semantics></math:math>"
)


def object_frame(number: int) -> str:
    return f'<draw:frame><draw:object xlink:href="./Object {number}"/></draw:frame>'


def test_embedded_charts_formulas_and_documents_are_read():
    body = f"<text:p>Body{object_frame(1)}{object_frame(2)}{object_frame(3)}</text:p>"
    inner = f"<text:p>Inner{object_frame(3)}</text:p>"
    parts: dict[str, str | bytes] = {
        "Object 1/content.xml": CHART,
        "Object 2/content.xml": FORMULA,
        "Object 3/content.xml": content("text", inner),
    }
    found = read(package("text", body, parts=parts))
    lines = [line for line in found.pages[0].text.split("\n") if line]
    assert lines == ["Body", *CHART_LINES, "E=5", "Inner"]
    # The third looks for `Object 3/Object 3`, which is missing.
    assert found.warnings == ("an embedded object (Object 3/Object 3) could not be read",)


def test_a_damaged_object_is_the_only_loss():
    body = f"<text:p>Body{object_frame(1)}{object_frame(2)}</text:p><text:p>After</text:p>"
    found = read(package("text", body, parts={"Object 1/content.xml": "no", "Object 2": b"\xd0"}))
    assert found.pages[0].text == "Body\n\nAfter"
    assert found.lost_parts == 2
    assert "Object 1" in found.warnings[0]


def test_damaged_styles_are_the_only_loss():
    found = read(package("text", "<text:p>Body</text:p>", parts={"styles.xml": "<a"}))
    assert found.pages[0].text == "Body"
    assert found.warnings == ("the headers and footers could not be read",)


def test_the_text_before_damage_is_kept():
    data = flat("text", "<text:p>One</text:p><text:p>Two</text:p>")
    found = read(data[: data.index(b"wo<")])
    assert found.pages[0].text == "One\n\nT"
    assert found.lost_parts == 1
    for damaged in (
        package("text", "", parts={"content.xml": "<a"}),
        package("text", "<unclosed>"),
        data[: data.index(b"One")],
    ):
        with pytest.raises(FileError) as caught:
            read(damaged)
        assert caught.value.code == FileErrorCode.CORRUPT


def test_form_controls_show_their_labels_and_values():
    body = (
        "<office:forms><form:form><form:text xml:id='c1' form:current-value='Jane'/>"
        "<form:checkbox form:id='c2' form:label='I agree'/>"
        "<form:listbox xml:id='c3'><form:option form:label='red'/>"
        "<form:option form:label='blue' form:current-selected='true'/></form:listbox>"
        "<form:password xml:id='c4' form:current-value='secret'/></form:form></office:forms>"
        "<text:p>Name<draw:control draw:control='c1'/></text:p>"
        "<draw:control draw:control='c2'/><text:p><draw:control draw:control='c3'/>"
        "<draw:control draw:control='c4'/></text:p>"
    )
    assert text_of(body) == "Name Jane\n\nI agree\n\nblue"


def sheet(rows: str, name: str = "Sales", style: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{rows}</table:table>'


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_sheets_have_a_line_for_each_row():
    rows = (
        "<table:shapes><draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame>"
        "</table:shapes><table:table-row>"
        + cell("a<text:span>b</text:span>")
        + '<table:table-cell table:number-columns-repeated="3"/>'
        + cell("x</text:p><text:p>y", 'table:number-columns-repeated="2"')
        + "</table:table-row><table:table-row table:number-rows-repeated='3'>"
        + cell("1,50 €", 'office:value-type="currency" office:value="1.5"')
        + "</table:table-row><table:table-row>"
        '<table:table-cell office:value-type="date" office:date-value="2024-05-01"/>'
        "<table:table-cell><office:annotation><text:p>why</text:p></office:annotation>"
        "<text:p>5</text:p></table:table-cell></table:table-row>"
    )
    assert sheets_of(sheet(rows)) == [
        "Sales\nab x y x y\n1,50 €\n1,50 €\n1,50 €\n2024-05-01 5\n\nwhy\nbox"
    ]


def test_hidden_sheets_are_left_out():
    styles = (
        '<style:style style:family="table" style:name="off">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    row = f"<table:table-row>{cell('a')}</table:table-row>"
    hidden = sheet(row, "Hidden", "off")
    assert sheets_of(hidden + sheet(row), styles=styles) == ["Sales\na"]
    assert sheets_of(hidden, styles=styles) == ["Hidden\na"]


def test_headers_of_sheets():
    masters = (
        '<style:master-page style:name="Default"><style:header><style:region-left><text:p>ACME'
        "</text:p></style:region-left><style:region-right><text:p><text:sheet-name>???"
        "</text:sheet-name></text:p></style:region-right></style:header><style:footer><text:p>"
        "Page <text:page-number>1</text:page-number></text:p></style:footer></style:master-page>"
    )
    row = f"<table:table-row>{cell('a')}</table:table-row>"
    assert sheets_of(sheet(row), masters=masters) == ["ACME\n\nSales\na"]


def test_empty_rows_and_columns_cost_nothing():
    rows = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
    ) * 100
    start = time.process_time()
    assert sheets_of(sheet(rows + f"<table:table-row>{cell('a')}</table:table-row>")) == [
        "Sales\na"
    ]
    assert time.process_time() - start < 5


def test_repeated_texts_are_bounded():
    long = cell("word " * 20_000, 'table:number-columns-repeated="16384"')
    rows = f'<table:table-row table:number-rows-repeated="1048576">{long}{long}</table:table-row>'
    (text,) = sheets_of(sheet(rows * 3))
    assert 60_000 < len(text) < 70_000


def test_slides_are_pages_with_their_notes():
    body = (
        '<presentation:footer-decl presentation:name="f">Confidential</presentation:footer-decl>'
        '<presentation:date-time-decl presentation:name="d">May 5</presentation:date-time-decl>'
        '<draw:page draw:name="page1" draw:master-page-name="M" draw:style-name="dp"'
        ' presentation:use-footer-name="f" presentation:use-date-time-name="d">'
        '<draw:frame presentation:class="title"><draw:text-box><text:p>Plan</text:p>'
        "</draw:text-box></draw:frame><draw:frame><table:table><table:table-row>"
        f"{cell('a')}{cell('b')}</table:table-row></table:table></draw:frame>"
        "<draw:g><draw:custom-shape><text:p>shape</text:p></draw:custom-shape></draw:g>"
        f"{object_frame(1)}"
        '<draw:frame presentation:class="outline" presentation:placeholder="true">'
        "<draw:text-box><text:p>click here</text:p></draw:text-box></draw:frame>"
        '<presentation:notes><draw:frame presentation:class="notes"><draw:text-box>'
        "<text:p>say it</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
        '<draw:page draw:master-page-name="M"><draw:frame><draw:text-box><text:p>Two</text:p>'
        "</draw:text-box></draw:frame></draw:page>"
    )
    masters = (
        '<style:master-page style:name="M"><draw:frame presentation:class="title"><draw:text-box>'
        "<text:p>Click to edit</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box>"
        "<text:p>ACME Ltd</text:p></draw:text-box></draw:frame><presentation:notes><draw:rect>"
        "<text:p>notes master</text:p></draw:rect></presentation:notes></style:master-page>"
    )
    styles = (
        '<style:style style:family="drawing-page" style:name="dp"><style:drawing-page-properties'
        ' presentation:display-date-time="false"/></style:style>'
    )
    found = read(
        package(
            "presentation",
            body,
            styles=styles,
            masters=masters,
            parts={"Object 1/content.xml": CHART},
        )
    )
    lines = [[line for line in page.text.split("\n") if line] for page in found.pages]
    assert lines == [
        ["Plan", "a b", "shape", *CHART_LINES, "say it", "Confidential", "ACME Ltd"],
        ["Two"],
    ]
    assert [page.headings for page in found.pages] == [("Plan",), ()]


@pytest.mark.parametrize("name", ["a.fodt", "a.xml", ""])
def test_flat_files_are_read(name):
    found = read(
        flat(
            "text",
            "<text:p>Größe<draw:frame><draw:image><office:binary-data>AAAA</office:binary-data>"
            f"</draw:image></draw:frame><draw:frame><draw:object>{FORMULA}</draw:object>"
            "</draw:frame></text:p>",
        ),
        name,
    )
    assert (found.format, found.pages[0].text) == ("odt", "Größe\n\nE=5")


@pytest.mark.parametrize(
    ("kind", "extension", "body"),
    [
        ("spreadsheet", "ods", sheet(f"<table:table-row>{cell('a')}</table:table-row>")),
        ("presentation", "odp", "<draw:page><draw:rect><text:p>a</text:p></draw:rect></draw:page>"),
        ("text-template", "odt", "<text:p>a</text:p>"),
    ],
)
def test_kinds_of_flat_files(kind, extension, body):
    data = flat(kind, body, "<!-- made by x -->").replace(b"office:text-template", b"office:text")
    found = read(data)
    assert (found.format, found.pages[0].text[-1]) == (extension, "a")


def test_parts_with_entities_are_refused():
    styles = '<!DOCTYPE a [<!ENTITY x "lol">]><a>&x;</a>'
    late = f"<!-- {'long ' * 1000} -->{styles}"
    for parts in ({"styles.xml": styles}, {"content.xml": late}):
        with pytest.raises(FileError) as caught:
            read(package("text", "<text:p>a</text:p>", parts=parts))
        assert caught.value.code == FileErrorCode.CORRUPT
        assert "entities" in caught.value.sentence


@pytest.mark.parametrize(
    "unit",
    [
        "<text:span>a", "<draw:frame><draw:text-box><text:p>a", "<text:list><text:list-item>",
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p>",
        "<text:section><text:p>a</text:p>", "<draw:g>",
    ],
)  # fmt: skip
def test_deep_nesting_takes_time_in_proportion(unit):
    start = time.process_time()
    found = read(flat("text", "<text:p>first</text:p><text:p>" + unit * 20_000))
    assert found.pages[0].text.startswith("first")
    assert time.process_time() - start < 10


def test_long_texts_end_at_the_limit():
    found = read(flat("text", f"<text:p>{'word ' * 1000}</text:p>" * 1000))
    assert "cut at" in " ".join(found.warnings)
    assert found.lost_parts == 0
