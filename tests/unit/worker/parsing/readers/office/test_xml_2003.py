import pytest

from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.readers.office.flat_xml import read_xml


def read(data: str, name: str) -> Document:
    return read_xml(sample_files.source(data.encode(), name))


def workbook(*sheets: str, styles: str = "<Style/>") -> str:
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f"<Styles>{styles}</Styles>{''.join(sheets)}</Workbook>"
    )


def sheet(name: str, *rows: str, options: str = "") -> str:
    lines = "".join(f"<Row>{row}</Row>" for row in rows)
    return (
        f'<Worksheet ss:Name="{name}"><Table>{lines}</Table>'
        f"<x:WorksheetOptions>{options}</x:WorksheetOptions></Worksheet>"
    )


def cell(text: str) -> str:
    return f'<Cell><Data ss:Type="String">{text}</Data></Cell>'


def test_a_workbook_in_xml_is_read_by_sheets():
    found = read(
        workbook(
            sheet("Fees", cell("F&#252;r") + cell("<B>7</B> EUR"), "", cell("a\n b")),
            sheet(
                "Notes",
                "<Cell><Data>x</Data><Comment><ss:Data>seen</ss:Data></Comment></Cell>",
                options='<x:Header x:Data="&amp;C&amp;&quot;Arial&quot;ACME"/>',
            ),
            sheet("Secret", cell("no"), options="<x:Visible>SheetHidden</x:Visible>"),
        ),
        "a.xls",
    )
    assert [page.text for page in found.pages] == ["Fees\nFür 7 EUR\na b", "Notes\nx seen\nACME"]
    assert (found.format, found.warnings) == ("xml", ())


def test_all_sheets_are_read_where_all_are_hidden():
    hidden = "<x:Visible>SheetVeryHidden</x:Visible>"
    (page,) = read(workbook(sheet("S", cell("a"), options=hidden)), "a.xml").pages
    assert page.text == "S\na"


def test_a_damaged_workbook_in_xml_says_what_is_lost():
    whole = workbook(sheet("One", cell("first"), cell("second")), sheet("Two", cell("third")))
    found = read(whole[: whole.index("third") + 3], "a.xml")
    assert [page.text for page in found.pages] == ["One\nfirst\nsecond", "Two"]
    assert found.warnings == ("the workbook is damaged: only its beginning was read",)


def test_a_workbook_in_xml_that_declares_entities_is_read_as_text():
    markup = workbook(sheet("S", cell("&a;"))).replace(
        "<?mso", '<!DOCTYPE x [<!ENTITY a "b">]><?mso'
    )
    assert "&a;" in read(markup, "a.xml").pages[0].text


@pytest.mark.parametrize(
    ("kind", "value", "code", "shown"),
    [
        ("Number", "1234.5", "#,##0.00", "1,234.50"),
        ("Number", "0.25", "Percent", "25.00%"),
        ("Number", "7", "General", "7"),
        ("Number", "seven", "0.0", "seven"),
        ("DateTime", "2024-02-03T00:00:00.000", "dd/mm/yyyy", "03/02/2024"),
        ("DateTime", "2024-02-03T14:30:00.000", "General Date", "2024-02-03 14:30"),
        ("DateTime", "2024-02-03T00:00:00.000", "", "2024-02-03"),
        ("Boolean", "1", "", "TRUE"),
        ("String", "A7", "&quot;No. &quot;@", "No. A7"),
        ("Error", "#N/A", "0.0", "#N/A"),
    ],
)
def test_values_are_shown_in_the_format_of_the_cell(kind, value, code, shown):
    styles = (
        f'<Style ss:ID="p"><NumberFormat ss:Format="{code}"/></Style>'
        '<Style ss:ID="c" ss:Parent="p"/>'
    )
    own = f'<Cell ss:StyleID="c"><Data ss:Type="{kind}">{value}</Data></Cell>'
    row = f'<Row ss:StyleID="p"><Cell><Data ss:Type="{kind}">{value}</Data></Cell></Row>'
    (page,) = read(workbook(sheet("S", own + f"</Row>{row}<Row>"), styles=styles), "a.xls").pages
    assert page.text == f"S\n{shown}\n{shown}"
