import struct

from devtools import ole_samples, sample_files
from devtools.ole_samples import xls_record
from worker.parsing.readers.office.old_office import read_xls

FORMAT, STYLE, SHARED, CONTINUE = 0x041E, 0x00E0, 0x00FC, 0x003C


def rows(*records: bytes, tables: bytes = b"") -> list[str]:
    data = ole_samples.xls(records=b"".join(records), tables=tables)
    found = read_xls(sample_files.source(data))
    assert found.warnings == ()
    return found.pages[0].text.splitlines()[1:]


def format_code(number: int, code: str) -> bytes:
    return xls_record(FORMAT, struct.pack("<HHB", number, len(code), 0) + code.encode())


def styles(*formats: int) -> bytes:
    return b"".join(xls_record(STYLE, struct.pack("<HH16x", 0, number)) for number in formats)


def number(row: int, column: int, style: int, value: float) -> bytes:
    return xls_record(0x0203, struct.pack("<HHHd", row, column, style, value))


def test_numbers_and_dates_are_shown_by_their_formats():
    tables = format_code(164, '#,##0.00 "EUR"') + format_code(165, "dd.mm.yyyy")
    tables += styles(0, 164, 165, 9)
    several = struct.pack("<HH", 2, 0) + struct.pack("<HLHLH", 1, 123450 << 2 | 3, 0, 7 << 2 | 2, 1)
    formula = struct.pack("<HHHdHLH", 3, 0, 3, 0.19, 0, 0, 0)
    assert rows(
        number(0, 0, 1, 1234.5),
        number(1, 0, 2, 45047),
        xls_record(0x00BD, several),
        xls_record(0x0006, formula),
        tables=tables,
    ) == ["1,234.50 EUR", "01.05.2023", "1,234.50 EUR 7", "19%"]


def test_texts_are_shown_by_their_formats():
    tables = format_code(164, '"No. "@') + format_code(165, ";;;") + styles(0, 164, 165)
    tables += xls_record(SHARED, struct.pack("<LLHB", 1, 1, 2, 0) + b"A7")
    cells = [xls_record(0x00FD, struct.pack("<HHHL", 0, column, column, 0)) for column in range(3)]
    formula = struct.pack("<HHH8s8x", 1, 0, 1, b"\0\0\0\0\0\0\xff\xff")
    result = xls_record(0x0207, struct.pack("<HB", 1, 0) + b"8")
    label = xls_record(0x0204, struct.pack("<HHHHB", 1, 1, 1, 1, 0) + b"9")
    found = rows(*cells, xls_record(0x0006, formula), result, label, tables=tables)
    assert found == ["A7 No. A7", "No. 8 No. 9"]


def test_symbol_fonts_show_other_characters():
    names = (b"A", b"A", b"A", b"A", b"Wingdings", b"")
    tables = b"".join(
        xls_record(0x0031, bytes(14) + bytes((len(name), 0)) + name if name else b"")
        for name in names
    )
    tables += b"".join(xls_record(STYLE, struct.pack("<HH16x", font, 0)) for font in (3, 5, 6))
    labels = (
        xls_record(0x0204, struct.pack("<HHHHB", 0, column, column, 1, 0) + b"\xfc")
        for column in range(3)
    )
    assert rows(*labels, tables=tables) == ["ü ✓ ü"]


def test_cells_are_in_the_order_in_which_they_are_seen():
    assert rows(number(1, 0, 0, 3), number(0, 1, 0, 2), number(0, 0, 0, 1)) == ["1 2", "3"]


def test_results_of_formulas_are_read():
    def formula(column: int, result: bytes) -> bytes:
        return xls_record(0x0006, struct.pack("<HHH8s8x", 0, column, 0, result))

    assert rows(
        formula(0, b"\0\0\0\0\0\0\xff\xff"),
        xls_record(0x0207, struct.pack("<HB", 3, 0) + b"due"),
        formula(1, b"\1\0\1\0\0\0\xff\xff"),
        formula(2, b"\2\0\x2a\0\0\0\xff\xff"),
        xls_record(0x0205, struct.pack("<HHHBB", 0, 3, 0, 0, 0)),
    ) == ["due TRUE #N/A FALSE"]


def test_a_shared_string_may_go_on_in_the_next_record():
    rich = struct.pack("<HBH", 7, 8, 1) + b"Invoice" + bytes(4)
    first = struct.pack("<LL", 2, 2) + rich + struct.pack("<HB", 6, 0) + b"Tot"
    second = b"\1" + "al€".encode("utf-16-le")
    cells = [
        xls_record(0x00FD, struct.pack("<HHHL", 0, column, 0, number))
        for column, number in ((0, 0), (1, 1), (2, 9))
    ]
    tables = xls_record(SHARED, first) + xls_record(CONTINUE, second)
    assert rows(*cells, tables=tables) == ["Invoice Total€"]


def test_a_damaged_record_costs_the_rest_of_its_sheet():
    damaged = ole_samples.xls("INV 7", records=xls_record(0x0203, b"\1"))
    found = read_xls(sample_files.source(damaged))
    assert (found.pages[0].text, found.lost_parts) == ("Sheet\nINV 7", 1)
    assert found.warnings == ("a part of the sheet Sheet could not be read",)
