import struct

from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.readers.office.xlsx import read_xlsx

MAIN_TYPE = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Default Extension="bin" ContentType="{MAIN_TYPE}"/>'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.bin"'
    ' ContentType="application/vnd.ms-excel.worksheet"/>'
    '<Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/>'
    '<Override PartName="/xl/sharedStrings.bin"'
    ' ContentType="application/vnd.ms-excel.sharedStrings"/></Types>'
)
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def record(kind: int, body: bytes = b"") -> bytes:
    first = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    return first + (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + body


def text(value: str) -> bytes:
    return struct.pack("<L", len(value)) + value.encode("utf-16-le")


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<LL", column, style) + value)


def row(number: int) -> bytes:
    return record(0, struct.pack("<LLHHBL", number, 0, 300, 0, 0, 0))


def relationships(**targets: str) -> str:
    return (
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        + (
            "".join(
                f"<Relationship Id='r{number}' Type='{RELATED}{kind}' Target='{target}'/>"
                for number, (kind, target) in enumerate(targets.items())
            )
            + "</Relationships>"
        )
    )


def xlsb(sheet: bytes, comments: bytes = b"") -> bytes:
    listed = struct.pack("<LL", 0, 1) + text("r0") + text("Offers")
    workbook = record(131) + record(153, bytes(8) + text("")) + record(143) + record(156, listed)
    code = record(44, struct.pack("<H", 164) + text('#,##0.00 "EUR";;;@" only"'))
    formats = record(615, struct.pack("<L", 1)) + code + record(616)
    base = struct.pack("<HHHHHBB", 0, 0, 0, 0, 0, 0, 0) + bytes(4)
    fonts = b"".join(record(43, bytes(21) + text(name)) for name in ("Arial", "Wingdings"))
    shown = struct.pack("<HHHHHBB", 0, 164, 0, 0, 0, 0, 0) + bytes(4)
    ticks = struct.pack("<HHHHHBB", 0, 0, 1, 0, 0, 0, 0) + bytes(4)
    styles = record(47, base) + record(47, shown) + record(47, ticks)
    styles = fonts + record(617, struct.pack("<L", 3)) + styles + record(618)
    strings = (
        record(159, struct.pack("<LL", 1, 1)) + record(19, b"\0" + text("Total")) + record(160)
    )
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": relationships(officeDocument="xl/workbook.bin"),
        "xl/workbook.bin": workbook + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": relationships(
            worksheet="worksheets/sheet1.bin",
            styles="styles.bin",
            sharedStrings="sharedStrings.bin",
        ),
        "xl/styles.bin": record(278) + formats + styles + record(279),
        "xl/sharedStrings.bin": strings,
        "xl/worksheets/sheet1.bin": record(129) + record(145) + sheet + record(146) + record(130),
    }
    if comments:
        parts["xl/worksheets/_rels/sheet1.bin.rels"] = relationships(comments="../comments1.bin")
        parts["xl/comments1.bin"] = comments
    return sample_files.zip_of(parts)


def read(data: bytes) -> Document:
    return read_xlsx(sample_files.source(data))


def test_cells_are_shown_as_in_an_xlsx():
    cells = (
        row(0)
        + cell(7, 0, struct.pack("<L", 0))
        + cell(5, 1, struct.pack("<d", 1234.5), style=1)
        + row(1)
        + cell(2, 0, struct.pack("<L", 7 << 2 | 2))
        + cell(6, 1, text("due"), style=1)
        + cell(4, 2, b"\1")
        + cell(3, 3, b"\x2a")
        + cell(6, 4, text("ü"), style=2)
        + row(2)
        + cell(8, 0, text("sum of it") + bytes(10))
        + cell(9, 1, struct.pack("<d", 0.5) + bytes(10))
    )
    found = read(xlsb(cells))
    assert found.pages[0].text.splitlines() == [
        "Offers",
        "Total 1,234.50 EUR",
        "7 due only TRUE #N/A ✓",
        "sum of it 0.5",
    ]
    assert (found.format, found.warnings) == ("xlsx", ())


def test_short_cells_stand_beside_the_cell_before_them():
    def short(kind: int, value: bytes, style: int = 0) -> bytes:
        return record(kind, struct.pack("<L", style) + value)

    cells = (
        row(0)
        + cell(7, 2, struct.pack("<L", 0))
        + short(16, struct.pack("<d", 1234.5), style=1)
        + short(12, b"")
        + short(17, text("due"))
        + short(18, struct.pack("<L", 0))
        + cell(6, 1, text("first"))
    )
    found = read(xlsb(cells))
    assert found.pages[0].text.splitlines()[1:] == ["first Total 1,234.50 EUR due Total"]


def test_headers_and_comments_are_read():
    codes = ("&LOffer 7&RPage &P", "&CAcme Ltd")
    # Pages of even numbers have their own, which are the same; first pages show no other.
    codes = (*codes, *codes, "&CFirst", "&CFirst")
    headers = record(479, b"\1\0" + b"".join(map(text, codes)))
    found = read(
        xlsb(row(0) + cell(6, 0, text("due")) + headers, record(637, b"\0" + text("why?")))
    )
    assert found.pages[0].text.splitlines() == ["Offers", "Offer 7", "due", "why?", "Acme Ltd"]


def test_a_damaged_sheet_keeps_what_is_before_the_damage():
    found = read(xlsb(row(0) + cell(6, 0, text("due")) + record(0, b"\1")))
    assert (found.pages[0].text, found.lost_parts) == ("Offers\ndue", 1)
