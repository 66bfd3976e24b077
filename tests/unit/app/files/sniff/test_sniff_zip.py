import io
import struct
import zipfile

import pytest

from app.files.sniff import zip_directory
from app.files.sniff.sniff import UNKNOWN
from app.files.sniff.wide_unicode import detect_wide
from devtools import sample_files
from devtools.cpu_time import within_reader_limit
from tests.unit.app.files.sniff.sniffed import BOOK, ODF, kind, long_names, traced


def test_long_names_cost_little():
    kept, peak = traced(long_names(60))
    assert (kept.extension, peak < 20_000_000) == ("docx", True)
    data = long_names(400)
    found, peak = traced(data)
    assert (found, peak < 1_000_000) == (UNKNOWN, True)
    # The same directory, after an end record (in the second entry's name) that denies its size.
    at = data.rindex(b"PK\x05\x06")
    _, _, _, _, count, _, start, _ = struct.unpack_from("<4s4H2LH", data, at)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, 200, start)
    data[start + 200 : start + 200 + len(record)] = record
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + 200, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 200, 0xFFFFFFFF, 0)
    found, peak = traced(data[:at] + locator + end)
    assert (found, peak < 1_000_000) == (UNKNOWN, True)


def test_a_directory_that_claims_too_many_bytes_is_refused():
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9000, 9000, 46 * 9000, 0, 0)
    with pytest.raises(zip_directory.BadZip):
        zip_directory.list_members(io.BytesIO(b"PK\x03\x04" + end))
    assert kind(b"PK\x03\x04" + bytes(46 * 9000) + end) == "unknown"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"mimetype": f"\ufeff{ODF}text\n"}, "odt"),
        ({"mimetype": f"{ODF}text-master"}, "odt"),
        ({"mimetype": f"{ODF}presentation-template"}, "odp"),
        (
            {"META-INF/manifest.xml": f'<m><f full-path="/" media-type="{ODF}spreadsheet"/></m>'},
            "ods",
        ),
        (
            {"META-INF/manifest.xml": f'<m><f full-path="/" media-type="{ODF}graphics"/></m>'},
            "odg",
        ),
        ({"META-INF/container.xml": f'<c media-type="{BOOK}"/>'}, "epub"),
        ({"META-INF/manifest.xml": "<m/>"}, "unknown"),
    ],
)
def test_opendocument_files_and_books_packed_by_others(members, expected):
    assert kind(sample_files.zip_of(members)) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (f'<office:document xmlns:office="o" office:mimetype="{ODF}text">', "odt"),
        (f"<?xml version='1.0'?><!-- x -->\n<document x:mimetype='{ODF}spreadsheet'", "ods"),
        (f'<o:document o:mimetype="{ODF}presentation-template"', "odp"),
        (f'<?xml version="1.0"?><o:document o:mimetype="{ODF}graphics">', "odg"),
        (f'<?xml version="1.0"?><note>office:mimetype="{ODF}text"</note>', "xml"),
    ],
)
def test_flat_opendocument_files(markup, expected):
    assert kind(markup.encode(), "a.xml") == expected


def test_zip_members_stored_deflated_and_shifted():
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        file = io.BytesIO(b"leading junk" + sample_files.zip_of({"a": "x" * 500, "b": "y"}, method))
        first, second = zip_directory.list_members(file)
        assert (first.name, first.size) == ("a", 500)
        assert zip_directory.read_member(file, first, 600) == b"x" * 500
        assert zip_directory.read_member(file, second, 600) == b"y"


def test_zip_members_that_cannot_be_read():
    file = io.BytesIO(sample_files.zip_of({"a": "hello"}))
    (member,) = zip_directory.list_members(file)
    for broken in (
        zip_directory.Member("a", 5, 5, 99, False, 0),
        zip_directory.Member("a", 5, 5, 8, True, 0),
        zip_directory.Member("a", 5, 5, 8, False, 10_000),
        zip_directory.Member("a", 5, 5, 8, False, 3),
    ):
        with pytest.raises(zip_directory.BadZip):
            zip_directory.read_member(file, broken, 100)
    assert zip_directory.read_member(file, member, 100) == b"hello"
    damaged = bytearray(file.getvalue())
    damaged[31] = 0xFF  # a block of a type that deflate does not have
    with pytest.raises(zip_directory.BadZip):
        zip_directory.read_member(io.BytesIO(bytes(damaged)), member, 100)


def test_zip64_directory():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("big", "w", force_zip64=True) as out:
        out.write(b"hello")
    data = buffer.getvalue()
    at = data.rindex(b"PK\x05\x06")
    _, _, _, _, count, size, offset, _ = struct.unpack_from("<4s4H2LH", data, at)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, size, 0xFFFFFFFF, 0)
    file = io.BytesIO(data[:at] + record + locator + end)
    (member,) = zip_directory.list_members(file)
    assert zip_directory.read_member(file, member, 10) == b"hello"
    broken = io.BytesIO(data[:at] + b"xxxx" + record[4:] + locator + end)
    with pytest.raises(zip_directory.BadZip):
        zip_directory.list_members(broken)


def test_sizes_in_the_extra_field():
    extra = struct.pack("<HHQQ", 1, 16, 5_000_000_000, 4_500_000_000)
    other = struct.pack("<HH4s", 9, 4, b"abcd")
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 45, 45, 0, 8, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF,
        1, len(other + extra), 0, 0, 0, 0, 0,
    ) + b"a" + other + extra  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), 0, 0)
    (member,) = zip_directory.list_members(io.BytesIO(entry + end))
    assert (member.size, member.packed) == (5_000_000_000, 4_500_000_000)
    bare = entry.replace(extra, b"\x07\0\x10\0" + bytes(16))
    (member,) = zip_directory.list_members(io.BytesIO(bare + end))
    assert member.size == 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"<p><svg width='1'><path d=''/></svg></p>Invoice", "a.html", "html"),
        (b"<div><svg/></div><p>Invoice</p><p>7</p>", "", "html"),
        (b"<?xml version='1.0'?><!--" + b"-c" * 1000 + b"--><svg><text>a</text></svg>", "", "svg"),
        (b"<!DOCTYPE svg PUBLIC 'a' 'b' [<!ENTITY a 'b'>" + b" " * 1500 + b"]><svg/>", "", "svg"),
        (b"<x:svg xmlns:x='a'/>", "a.txt", "svg"),
        (b"<svgs/>", "a.xml", "xml"),
        (b"<table><tr><td>Invoice</td></tr></table>", "a.xls", "html"),
        (b"<style>a {}</style><div>Invoice</div><b>7</b>", "a.aspx", "html"),
        (b"<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "a.xls", "xml"),
    ],
)
def test_markup_is_told_by_its_root(data, name, expected):
    assert kind(data, name) == expected


def test_comments_without_end_before_a_drawing_take_little_time():
    with within_reader_limit():
        for start in (b"<!--", b"<!-", b"<?x", b"<!DOCTYPE [", b"<!-- -->"):
            assert kind(start * (8192 // len(start)), "a.txt") == "txt"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Invoice 7\nTotal\n".ljust(512, b"\0"), "txt"),
        (b"I\bIN\bNV\bV 7, _\bb_\by Ada\n" * 9, "txt"),
        (b"P6\n# made by hand\n70 16\n255\n" + bytes(range(128, 256)) * 9, "pnm"),
        (b"P5\n70 16\n255\n" + b"\xff" * 900, "pnm"),
        (b"P5 10 20\n", "txt"),
        (bytes(512), "unknown"),
    ],
)
def test_texts_of_old_programs_and_pictures_like_texts(data, expected):
    assert kind(data, "a.txt") == expected


def test_ascii_with_a_nul_is_not_utf_16():
    assert detect_wide(b"<html><body>IN\0VOICE</body></html>") is None
    assert detect_wide("Счёт на оплату № 17\n".encode("utf-16-le")) == "utf-16-le"
    assert detect_wide("請求書 番号 2024\n".encode("utf-16-le")) == "utf-16-le"
