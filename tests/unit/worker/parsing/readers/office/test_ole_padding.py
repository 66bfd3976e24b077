import struct

from devtools import ole_samples
from worker.parsing.readers.office import kreuzberg_adapter
from worker.parsing.readers.office.ole_padding import fill_allocation


def used_to_the_end(data: bytes, value: int) -> bytes:
    """The same file with another mark for the sectors behind its end."""
    table = (int.from_bytes(data[76:80], "little") + 1) << 9
    count = len(data) // 512 - 1
    return data[: table + 4 * count] + struct.pack("<L", value) * (128 - count)


WORKBOOK = ole_samples.xls("INV 7")


def test_files_with_used_sectors_behind_their_end_are_lengthened():
    damaged = used_to_the_end(WORKBOOK, 0xFFFFFFFE)
    assert fill_allocation(damaged) == damaged.ljust(129 * 512, b"\0")
    assert "INV 7" in kreuzberg_adapter.extract(damaged, "xls").text


def test_other_files_stay_as_they_are():
    for data in (
        WORKBOOK,
        used_to_the_end(WORKBOOK, 5),
        used_to_the_end(WORKBOOK, 0xFFFFFFFE)[:-3000],
        WORKBOOK[:30] + b"\x07\0" + WORKBOOK[32:],
        WORKBOOK[:76] + b"\xff\xff\xff\xff" + WORKBOOK[80:],
        WORKBOOK[:300],
        b"text",
    ):
        assert fill_allocation(data) == data
