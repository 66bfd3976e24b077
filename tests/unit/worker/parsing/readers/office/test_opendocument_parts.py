import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from devtools.cpu_time import within_reader_limit
from tests.unit.worker.parsing.readers.office.open_document_files import (
    CHART,
    CHART_LINES,
    FORMULA,
    A,
    cell,
    flat,
    object_frame,
    package,
    read,
    sheet,
    sheets_of,
    text_of,
)


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
        # A format hides the zero.
        + cell("", 'office:value-type="float" office:value="0"')
        + "<table:table-cell><office:annotation><text:p>why</text:p></office:annotation>"
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


def test_form_fields_that_came_from_word():
    def form_field(kind: str, *parameters: tuple[str, str]) -> str:
        listed = "".join(
            f"<field:param field:name='{name}' field:value='{value}'/>"
            for name, value in parameters
        )
        return (
            f"<field:fieldmark field:type='vnd.oasis.opendocument.field.{kind}'>{listed}"
            "</field:fieldmark>"
        )

    entries = [("Dropdown_ListEntry", "red"), ("Dropdown_ListEntry", "blue")]
    body = (
        f"<text:p>{form_field('FORMCHECKBOX', ('Checkbox_Checked', 'true'))} yes "
        f"{form_field('FORMCHECKBOX')} no "
        f"{form_field('FORMDROPDOWN', *entries, ('Dropdown_Selected', '1'))}"
        f"{form_field('FORMDROPDOWN', *entries, ('Dropdown_Selected', '9' * 5000))}</text:p>"
    )
    assert text_of(body) == "☒ yes ☐ no blue"


def test_headers_of_sheets():
    masters = (
        '<style:master-page style:name="Default"><style:header><style:region-left><text:p>ACME'
        "</text:p></style:region-left><style:region-right><text:p><text:sheet-name>???"
        "</text:sheet-name></text:p></style:region-right></style:header><style:footer><text:p>"
        "Page <text:page-number>1</text:page-number></text:p><text:p>Offer page <text:page-number>1"
        "</text:page-number></text:p></style:footer></style:master-page>"
    )
    row = f"<table:table-row>{cell('a')}</table:table-row>"
    assert sheets_of(sheet(row), masters=masters) == ["ACME\n\nSales\na\n\nOffer page"]


def test_empty_rows_and_columns_cost_nothing():
    rows = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
    ) * 100
    with within_reader_limit():
        assert sheets_of(sheet(rows + f"<table:table-row>{cell('a')}</table:table-row>")) == [
            "Sales\na"
        ]


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
    assert (found.format, found.pages[0].text) == ("odt", "Größe\n\nE= 5/√x")


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
    with within_reader_limit():
        found = read(flat("text", "<text:p>first</text:p><text:p>" + unit * 20_000))
        assert found.pages[0].text.startswith("first")


def test_long_texts_end_at_the_limit():
    found = read(flat("text", f"<text:p>{'word ' * 1000}</text:p>" * 1000))
    assert "cut at" in " ".join(found.warnings)
    assert found.lost_parts == 0


@pytest.mark.parametrize(
    ("kind", "extension", "body", "shown"),
    [
        (
            "writer",
            "odt",
            "<text:h text:level='1'>A</text:h><text:p>b<text:s/>c</text:p>",
            "A\n\nb c",
        ),
        (
            "calc.template",
            "ods",
            sheet(f"<table:table-row>{cell('x')}</table:table-row>"),
            "Sales\nx",
        ),
        ("impress", "odp", f"<draw:page><draw:text-box>{A}</draw:text-box></draw:page>", "a"),
    ],
)
def test_files_of_openoffice_1_are_read(kind, extension, body, shown):
    prefixes = {**dict.fromkeys(("office", "style", "text", "table")), "draw": "drawing"}
    names = " ".join(
        f'xmlns:{prefix}="http://openoffice.org/2000/{name or prefix}"'
        for prefix, name in prefixes.items()
    )
    declared = '<!DOCTYPE office:document-content PUBLIC "-//OpenOffice.org//DTD" "office.dtd">'
    parts = {
        "mimetype": f"application/vnd.sun.xml.{kind}",
        "content.xml": f'<?xml version="1.0"?>{declared}<office:document-content {names}>'
        f"<office:body>{body}</office:body></office:document-content>",
    }
    found = read(sample_files.zip_of(parts))
    assert (found.format, found.pages[0].text, found.warnings) == (extension, shown, ())
