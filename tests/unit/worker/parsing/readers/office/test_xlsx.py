import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from tests.unit.worker.parsing.readers.office.packages import (
    NAMES,
    Relation,
    S,
    box,
    chart,
    package,
)
from worker.parsing.document import Document
from worker.parsing.readers.office.xlsx import read_xlsx

MAIN = "xl/workbook.xml"
LOST = "could not be read"


def sheet(*rows: str, after: str = "", root: str = "worksheet") -> str:
    """Return the part of a sheet; each row is the markup of its cells."""
    table = "".join(f"<row>{cells}</row>" for cells in rows)
    return f'<{root} xmlns="{S}" {NAMES}><sheetData>{table}</sheetData>{after}</{root}>'


def cell(value: object, kind: str = "n", style: int = 0) -> str:
    return f'<c r="A1" t="{kind}" s="{style}"><v>{value}</v></c>'


def book(
    *sheets: str,
    related: tuple[Relation, ...] = (),
    properties: str = "",
    **parts: str,
) -> bytes:
    """Make a workbook of the sheets S1, S2, ...; `related` are relationships of the first."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    members = {
        MAIN: f'<workbook xmlns="{S}" {NAMES}>{properties}<sheets>{listed}</sheets></workbook>',
        **{f"xl/worksheets/sheet{n}.xml": sheets[n - 1] for n in numbers},
        **{f"xl/{name.replace('__', '/')}.xml": part for name, part in parts.items()},
    }
    relations = {
        "": [("r1", "officeDocument", MAIN)],
        MAIN: [(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers],
        "xl/worksheets/sheet1.xml": related,
    }
    return package(members, relations)


def read(data: bytes, asked=sample_files.EVERYTHING, **limits: int) -> Document:
    return read_xlsx(sample_files.source(data, "", asked, **limits))


def texts(data: bytes) -> list[str]:
    return [page.text for page in read(data).pages]


def rows(data: bytes) -> list[str]:
    """Return the lines of the first sheet after its name."""
    return texts(data)[0].split("\n")[1:]


def test_visible_sheets_are_pages():
    data = sample_files.xlsx(Sales=[["a", "", "b"], [], ["1", "2"]], hidden=[["secret"]], Empty=[])
    assert texts(data) == ["Sales\na b\n1 2", "Empty"]
    assert texts(sample_files.xlsx(hidden=[["all"]])) == ["hidden\nall"]


def test_very_hidden_sheets_are_left_out():
    data = sample_files.unzip(sample_files.xlsx(Shown=[["a"]], hidden=[["secret"]]))
    data[MAIN] = data[MAIN].replace(b'"hidden" r:id', b'"veryHidden" r:id')
    assert b"veryHidden" in data[MAIN]
    assert texts(sample_files.zip_of(data)) == ["Shown\na"]


def test_sheets_stand_in_the_order_of_the_workbook():
    data = sample_files.unzip(book(sheet(cell(1)), sheet(cell(2))))
    data[MAIN] = data[MAIN].replace(b'"r1"', b'"x"').replace(b'"r2"', b'"r1"')
    data[MAIN] = data[MAIN].replace(b'"x"', b'"r2"')
    assert texts(sample_files.zip_of(data)) == ["S1\n2", "S2\n1"]


def test_sheets_without_relationships_are_taken_by_number():
    data = sample_files.unzip(book(*[sheet(cell(n)) for n in range(1, 12)]))
    del data["xl/_rels/workbook.xml.rels"]
    assert texts(sample_files.zip_of(data)) == [f"S{n}\n{n}" for n in range(1, 12)]
    data[MAIN] = data[MAIN][:-5]
    found = read(sample_files.zip_of(data))
    assert [page.text for page in found.pages] == [f"Sheet{n}\n{n}" for n in range(1, 12)]
    assert found.warnings == ("the list of sheets could not be read, and their names are a guess",)


def test_names_of_parts_and_namespaces_do_not_matter():
    data = sample_files.unzip(book(sheet(cell(7))))
    turned = {
        name.replace("xl/worksheets/sheet1", "xl\\Worksheets\\Sheet1").replace(
            "workbook", "workbook22"
        ): part.replace(S.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        .replace(b"xl/workbook.xml", b"xl/workbook22.xml")
        .replace(b"<c ", b"<x:c ")
        .replace(b"</c>", b"</x:c>")
        .replace(b"<worksheet ", b'<worksheet xmlns:x="http://purl.oclc.org/ooxml/x" ')
        for name, part in data.items()
    }
    assert texts(sample_files.zip_of(turned)) == ["S1\n7"]


def test_texts_of_cells():
    strings = (
        f'<sst xmlns="{S}"><si><t>plain</t></si><si><r><rPr><b/></rPr><t>rich </t></r><r><t>text'
        "</t></r><rPh><t>PHONETIC</t></rPh></si><si><t>two_x000D_\nlines</t></si></sst>"
    )
    row = (
        cell(0, "s")
        + cell(1, "s")
        + cell(2, "s")
        + '<c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>'
        + '<c t="inlineStr"/>'
        + cell("x", "s")
        + '<c t="str"><f>A1&amp;B1</f><v>formula_x0041_</v></c>'
    )
    data = book(sheet(row), sharedStrings=strings)
    assert rows(data) == ["plain rich text two lines inline formulaA"]
    assert read(data).warnings == ()


def test_booleans_errors_and_dates_in_iso():
    row = (
        cell(1, "b")
        + cell(0, "b")
        + cell("#N/A", "e")
        + '<c t="e" vm="1"><v>#VALUE!</v></c>'
        + cell("2024-03-15T00:00:00", "d")
        + cell("2024-03-15T09:30:00Z", "d")
    )
    assert rows(book(sheet(row))) == ["TRUE FALSE #N/A 2024-03-15 2024-03-15 09:30:00"]


STYLES = (
    f'<styleSheet xmlns="{S}"><numFmts><numFmt numFmtId="170" formatCode="dd\\.mm\\.yyyy"/>'
    '<numFmt numFmtId="171" formatCode="#,##0.00\\ [$€-407]"/></numFmts><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/><xf numFmtId="170"/>'
    '<xf numFmtId="171"/></cellXfs></styleSheet>'
)
NUMBERS = (
    cell(0.30000000000000004)
    + cell("1234567890123")
    + cell(45366, style=1)
    + cell(0.256, style=2)
    + cell(45366, style=3)
    + cell(1234.5, style=4)
    + cell("NaN", style=4)
    + cell(5, style=99)
)


def test_numbers_are_shown_in_the_format_of_the_cell():
    assert rows(book(sheet(NUMBERS), styles=STYLES)) == [
        "0.3 1234567890123 2024-03-15 26% 15.03.2024 1,234.50 € NaN 5"
    ]


def test_formats_may_be_named_by_their_number_only():
    listed = "".join(f'<xf numFmtId="{number}"/>' for number in (7, 43, 44))
    styles = f'<styleSheet xmlns="{S}"><cellXfs>{listed}</cellXfs></styleSheet>'
    amounts = "".join(cell(-1234.5, style=style) for style in range(3))
    assert rows(book(sheet(amounts), styles=styles)) == ["($1,234.50) (1,234.50) $(1,234.50)"]


def test_texts_are_shown_in_the_format_of_the_cell():
    codes = ("&quot;No. &quot;@", ";;;")
    formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{code}"/>'
        for number, code in enumerate(codes, 170)
    )
    styles = (
        f'<styleSheet xmlns="{S}"><numFmts>{formats}</numFmts><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>'
    )
    inline = '<c t="inlineStr" s="1"><is><t>inline</t></is></c>'
    cells = inline + "".join(cell("7", "str", style=style) for style in range(3))
    assert rows(book(sheet(cells), styles=styles)) == ["No. inline 7 No. 7"]


def test_symbol_fonts_show_other_characters():
    styles = (
        f'<styleSheet xmlns="{S}"><fonts><font><name val="Arial"/></font><font>'
        '<name val="Wingdings"/></font></fonts><cellXfs><xf numFmtId="0" fontId="0"/>'
        '<xf numFmtId="0" fontId="1"/><xf numFmtId="0" fontId="9"/></cellXfs></styleSheet>'
    )
    cells = "".join(cell("ü漢", "str", style=style) for style in range(3))
    assert rows(book(sheet(cells), styles=styles)) == ["ü漢 ✓漢 ü漢"]


def test_check_boxes_in_cells():
    box = '<extLst><ext><b:xfComplement xmlns:b="urn:boxes" i="0"/></ext></extLst>'
    styles = f'<styleSheet xmlns="{S}"><cellXfs><xf/><xf>{box}</xf></cellXfs></styleSheet>'
    cells = cell(1, "b", style=1) + cell(0, "b", style=1) + cell(0, "b")
    assert rows(book(sheet(cells), styles=styles)) == ["☒ ☐ FALSE"]


def test_days_may_count_from_1904():
    data = book(sheet(cell(43904, style=1)), properties='<workbookPr date1904="1"/>', styles=STYLES)
    assert rows(data) == ["2024-03-15"]


def test_damaged_formats_are_named():
    found = read(book(sheet(cell(45366, style=1)), styles="<"))
    assert found.pages[0].text == "S1\n45366"
    assert found.warnings == (f"the formats of numbers and dates {LOST}",)


def test_formulas_without_a_stored_result_are_named():
    row = (
        "<c><f>1+1</f></c><c><f>1+1</f><v></v></c>"
        '<c t="str"><f>""</f><v></v></c><c><f>1+1</f><v>2</v></c>'
    )
    found = read(book(sheet(row), sheet("<c><f>A1</f></c>")))
    assert found.warnings == (
        "2 formulas on the sheet have no stored result: S1",
        "1 formula on the sheet has no stored result: S2",
    )
    assert found.lost_parts == 2


def test_headers_and_footers_of_printed_pages():
    printed = (
        '<headerFooter differentOddEven="1">'
        '<oddHeader>&amp;L&amp;"Arial,Bold"&amp;14ACME &amp;&amp; Sons&amp;CTop'
        "&amp;RPage &amp;P of &amp;N</oddHeader><oddFooter>&amp;KFF0000Confidential page &amp;P"
        "\nsecond</oddFooter><evenHeader>&amp;CTop</evenHeader><evenFooter>&amp;COffer page &amp;P"
        "</evenFooter><firstHeader>&amp;CNot on the first page</firstHeader></headerFooter>"
    )
    assert texts(book(sheet(cell(1), after=printed))) == [
        "S1\nACME & Sons\nTop\n1\nConfidential page\nsecond\nOffer page"
    ]


def test_shapes_and_charts_of_drawings():
    shapes = (
        f"<xdr:wsDr {NAMES}><xdr:twoCellAnchor><xdr:from><xdr:row>3</xdr:row></xdr:from><xdr:sp>"
        f"<xdr:txBody>{box('Box one')}</xdr:txBody></xdr:sp></xdr:twoCellAnchor>"
        "<xdr:twoCellAnchor><xdr:graphicFrame><a:graphic><a:graphicData>"
        '<c:chart r:id="c"/></a:graphicData></a:graphic></xdr:graphicFrame></xdr:twoCellAnchor>'
        "</xdr:wsDr>"
    )
    vml = (
        '<xml xmlns:v="v"><v:rect><v:textbox><div>Press <b>me<br>now</b></div></v:textbox></v:rect>'
        "<v:shape><v:textbox><div/></v:textbox></v:shape><v:shape><v:textbox>Paid</v:textbox>"
        "<ClientData ObjectType='Checkbox'><Checked>1</Checked></ClientData></v:shape></xml>"
    )
    data = sample_files.unzip(
        book(
            sheet(cell(1)),
            related=(
                ("d", "drawing", "../drawings/drawing1.xml"),
                ("v", "vmlDrawing", "../drawings/old.xml"),
            ),
            drawings__drawing1=shapes,
            drawings__old=vml,
            chart1=chart("Sales", "Peaches", "May"),
        )
    )
    data |= sample_files.unzip(
        package({}, {"xl/drawings/drawing1.xml": [("c", "chart", "../chart1.xml")]})
    )
    assert rows(sample_files.zip_of(data)) == [
        *("1", "Box one", "Sales", "Peaches", "May", "Press me now", "☒ Paid")
    ]


def test_notes_and_threaded_comments():
    notes = (
        f'<comments xmlns="{S}"><authors><author>Ann</author><author>tc={{1}}</author></authors>'
        '<commentList><comment authorId="0"><text><r><t>Ann: </t></r><r><t>check</t></r></text>'
        '</comment><comment authorId="1"><text><t>Your version says: Late?</t></text></comment>'
        "</commentList></comments>"
    )
    threads = (
        '<ThreadedComments xmlns="t"><threadedComment><text>Late?</text></threadedComment>'
        "</ThreadedComments>"
    )
    related = (("n", "comments", "../comments1.xml"), ("t", "threadedComment", "../t.xml"))
    data = book(sheet(cell(1)), related=related, comments1=notes, t=threads)
    assert rows(data) == ["1", "Ann: check", "Late?"]
    alone = book(sheet(cell(1)), related=related[:1], comments1=notes)
    assert rows(alone) == ["1", "Ann: check", "Your version says: Late?"]


def test_damaged_sheets_keep_what_could_be_read():
    cut = sheet(cell("before"), cell("after"))
    cut = cut[: cut.index("after")]
    found = read(book(sheet(cell(1)), "<", cut))
    assert [page.text for page in found.pages] == ["S1\n1", "S2", "S3\nbefore"]
    assert found.warnings == (f"the sheet S2 {LOST}", f"a part of the sheet S3 {LOST}")
    assert found.lost_parts == 2


def test_damaged_parts_of_a_sheet_cost_only_themselves():
    related = (
        ("d", "drawing", "../d.xml"),
        ("c", "comments", "../c.xml"),
        ("v", "vmlDrawing", "../d.xml"),
    )
    data = book(sheet(cell(1) + cell(5, "s")), related=related, d="<", c="<", sharedStrings="<sst>")
    found = read(data)
    assert found.pages[0].text == "S1\n1"
    assert found.warnings == (
        f"a drawing on the sheet S1 {LOST}",
        f"the comments on the sheet S1 {LOST}",
        f"some texts of cells {LOST}",
    )


def test_files_without_a_readable_sheet_are_corrupt():
    no_sheets = sample_files.zip_of({"[Content_Types].xml": "", MAIN: "no"})
    for data in (no_sheets, book("<"), book()):
        with pytest.raises(FileError) as caught:
            read(data)
        assert caught.value.code == FileErrorCode.CORRUPT


def test_reading_stops_when_a_page_is_full():
    numbers = [cell(number) for number in range(1000)]
    damaged_end = sheet(*numbers).removesuffix("</sheetData></worksheet>") + "<" * 200_000
    found = read(book(damaged_end, sheet(cell(7))), page_text_bytes=1024)
    assert found.pages[0].text.startswith("S1\n0\n1\n2\n")
    assert found.pages[1].text == "S2\n7"
    assert found.warnings == ("the text of page 1 was cut at 1 KB",)


def test_reading_stops_when_the_document_is_full():
    found = read(book(sheet(cell("x" * 2000)), "<", "<"), document_text_bytes=1024)
    assert len(found.pages[0].text) == 1024
    assert found.warnings == ("the text was cut at 1 KB, on page 1",)


def test_sheets_that_are_not_chosen_are_not_read():
    found = read(book("<", sheet(cell(2))), sample_files.request(target_pages=(1,)))
    assert [(page.index, page.text) for page in found.pages] == [(1, "S2\n2")]
    assert found.warnings == ()


def test_cells_and_rows_without_content_do_not_matter():
    blank = '<row r="2" s="1"><c s="1"/><c r="B2" s="1"/></row><row r="3"/>' * 20_000
    data = book(
        f'<x:worksheet xmlns:x="{S}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c s="1"/>'
        f'</x:row>{blank}<x:row><x:c s="1"/><x:c t="str"><x:v>end</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert rows(data) == ["1", "end"]


def test_texts_that_the_table_lacks_are_named():
    strings = f'<sst xmlns="{S}"><si><t>One</t></si></sst>'
    found = read(book(sheet(cell(0, "s") + cell(7, "s")), sharedStrings=strings))
    assert found.pages[0].text == "S1\nOne"
    assert found.warnings == (f"some texts of cells {LOST}",)


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ('<c t="e" vm="1"><v>#VALUE!</v></c>', "a record or picture"),
        ('<c t="e" vm="1"><v>#VALUE!</v></c>' * 2, "records or pictures"),
        ('<c t="str"><f>_xlfn.DISPIMG(1)</f><v>=DISPIMG(1)</v></c>', "a record or picture"),
    ],
)
def test_records_and_pictures_in_cells_are_named(cells, what):
    found = read(book(sheet(cell(5) + cells)))
    assert found.pages[0].text == "S1\n5"
    assert found.warnings == (f"{what} in cells of the sheet S1 {LOST}",)


def test_embedded_documents_without_words_are_named():
    related = (("o1", "package", "../embeddings/a.docx"), ("i1", "image", "../media/image1.png"))
    assert read(book(sheet(cell(1)), related=related)).warnings == (
        f"a document embedded on the sheet S1 {LOST}",
    )


def test_cells_and_rows_are_in_the_order_in_which_they_are_seen():
    def at(reference: str) -> str:
        return f'<c r="{reference}" t="inlineStr"><is><t>{reference}</t></is></c>'

    rows = f'<row r="2">{at("AA2")}{at("B2")}{at("A2")}</row><row r="1">{at("A1")}</row>'
    data = f'<worksheet xmlns="{S}"><sheetData>{rows}</sheetData></worksheet>'
    assert read(book(data)).pages[0].text == "S1\nA1\nA2 B2 AA2"


def test_spaces_and_empty_results_take_no_room_of_the_text():
    padded = cell("a" + " " * 300 + "b", "str") + '<c t="str"><f>A1</f><v></v></c>' * 300
    data = book(sheet(padded, cell("end", "str")))
    found = read_xlsx(sample_files.source(data, page_text_bytes=200))
    assert (found.pages[0].text, found.warnings) == ("S1\na b\nend", ())
