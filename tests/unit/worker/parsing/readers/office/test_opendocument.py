import pytest

from tests.unit.worker.parsing.readers.office.open_document_files import (
    CHART,
    CHART_LINES,
    FORMULA,
    NUMBERS,
    A,
    B,
    C,
    content,
    items,
    master,
    object_frame,
    package,
    read,
    text_of,
)


def test_symbol_fonts_show_other_characters():
    fonts = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties'
        f' style:font-name="{font}"/></style:style>'
        for name, font in (("A", "Wingdings1"), ("B", "Wingdings 2"), ("C", "AcadNusx"))
    )
    body = (
        '<text:p><text:span text:style-name="A">\uf04a<text:span>\uf0e0</text:span></text:span>'
        ' <text:span text:style-name="B">\uf050</text:span>'
        ' x <text:span text:style-name="C">es</text:span></text:p>'
    )
    assert text_of(body, styles=fonts) == "☺→ ✓ x ეს"


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
            "漢(かん)",
        ),
        (
            "".join(
                f"<text:ruby><text:ruby-base>{base}</text:ruby-base>"
                f"<text:ruby-text>{reading}</text:ruby-text></text:ruby>"
                for base, reading in ("東と", "京き")
            ) + "駅",
            "東京(とき)駅",
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


def test_deleted_texts_that_are_still_in_their_place_are_left_out():
    info = "<office:change-info><text:p>why</text:p></office:change-info>"
    body = (
        '<text:tracked-changes><text:changed-region text:id="c1"><text:insertion>'
        f'{info}</text:insertion></text:changed-region><text:changed-region xml:id="c2">'
        f"<text:deletion>{info}</text:deletion></text:changed-region></text:tracked-changes>"
        '<text:p>Pay <text:change-start text:change-id="c1"/>soon'
        '<text:change-end text:change-id="c1"/>'
        '<text:change-start text:change-id="c2"/>late</text:p>'
        '<text:p>later<text:change-end text:change-id="c2"/> please</text:p>'
    )
    assert text_of(body) == "Pay soon\n\nplease"


@pytest.mark.parametrize("attribute", ["draw:display", "drawooo:display"])
def test_shapes_that_are_switched_off_are_left_out(attribute):
    shape = f'<draw:frame {attribute}="none"><draw:text-box>{A}</draw:text-box></draw:frame>'
    assert text_of(f"<text:p>Seen{shape}</text:p>") == "Seen"


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [("一, 二, 三, ...", "一."), ("ア, イ, ウ, ...", "ア."), ("А, Б, .., Аа", "А."), ("?", "1.")],
)
def test_items_have_numbers_in_many_scripts(number_format, shown):
    styles = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1"'
        f' style:num-format="{number_format}" style:num-suffix="."/></text:list-style>'
    )
    assert text_of(items(A), styles=styles) == f"{shown} a"


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
    assert lines == ["Body", *CHART_LINES, "E= 5/√x", "Inner"]
    # The third looks for `Object 3/Object 3`, which is missing.
    assert found.warnings == ("an embedded object (Object 3/Object 3) could not be read",)


def test_a_damaged_object_is_the_only_loss():
    body = f"<text:p>Body{object_frame(1)}{object_frame(2)}</text:p><text:p>After</text:p>"
    found = read(package("text", body, parts={"Object 1/content.xml": "no", "Object 2": b"\xd0"}))
    assert found.pages[0].text == "Body\n\nAfter"
    assert found.lost_parts == 2
    assert "Object 1" in found.warnings[0]
