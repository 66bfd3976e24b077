import io
import struct
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.sniff import zip_directory
from app.files.sniff.sniff import UNKNOWN, FileType, extension_of, sniff
from app.files.sniff.wide_unicode import detect_wide
from devtools import ole_samples, pdf_samples, sample_files


def kind(data: bytes, name: str = "") -> str:
    return sniff(io.BytesIO(data), name).extension


ODF = "application/vnd.oasis.opendocument."
BOOK = "application/oebps-package+xml"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
MAIL = b"Return-Path: <a@b.c>\r\nFrom: a@b.c\r\nTo: d@e.f\r\nSubject: Hi\r\n\r\nHello\r\n"

OFFICE = {
    "docx": sample_files.docx(["Hello"]),
    "pptx": sample_files.pptx("Hello"),
    "xlsx": sample_files.xlsx(One=[["a"]]),
    "odt": sample_files.odt("Hello"),
    "ods": sample_files.ods(One="Hello"),
    "odp": sample_files.odp("Hello"),
    "epub": sample_files.epub("Hello"),
    "xls": ole_samples.xls("Hello"),
    "doc": ole_samples.ole_file(WordDocument=b"\xec\xa5" + bytes(30)),
    "ppt": ole_samples.ole_file_of({"PowerPoint Document": b"x"}),
    "msg": ole_samples.ole_file_of({"__properties_version1.0": b"x", "__substg1.0_0037001F": b"x"}),
    "rtf": rb"{\rtf1 Hello}",
    "pdf": pdf_samples.pdf("Hello"),
}


@pytest.mark.parametrize("extension", OFFICE)
@pytest.mark.parametrize("name", ["", "file.txt", "file.pdf", "file.docx"])
def test_content_decides_over_the_name(extension, name):
    assert kind(OFFICE[extension], name) == extension


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "jpg"),
        (b"GIF89a" + bytes(40), "gif"),
        (b"BM" + struct.pack("<LLLLll", 70, 0, 54, 40, 1, 1) + bytes(40), "bmp"),
        (b"II*\0" + bytes(40), "tiff"),
        (b"MM\0*" + bytes(40), "tiff"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(40), "webp"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "heic"),
    ],
)
def test_pictures(head, expected):
    assert kind(head, "scan.pdf") == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (b"Hello world", "a.txt", "txt"),
        (b"Hello world", "", "txt"),
        (b"Hello world", "a.docx", "txt"),
        (b"# Title\n\nText", "a.md", "md"),
        (b"# Title\n\nText", "README.markdown", "md"),
        (b"# Title\n\nText", "", "md"),
        (b"a,b\n1,2\n3,4\n5,6\n", "a.csv", "csv"),
        (b"a,b\n1,2\n3,4\n5,6\n", "", "csv"),
        (b"a\tb\n1\t2\n3\t4\n", "", "tsv"),
        (b"a\tb\n", "a.tab", "tsv"),
        (b'{"a": 1}', "", "json"),
        (b"[1, 2]", "a.json", "json"),
        (b"<?xml version='1.0'?><order/>", "", "xml"),
        (b"<?xml version='1.0'?>\n<!-- c --><html><p>x</html>", "a.txt", "html"),
        (b"\n<!DOCTYPE html><title>x</title>", "a.txt", "html"),
        (b"<div>a</div><p>b</p><table>", "", "html"),
        (b"<div>a</div>", "a.htm", "html"),
        (b"<div align=center>a</div>", "README.md", "md"),
        (b'<svg xmlns="x"/>', "a.xml", "svg"),
        (b"<?xml version='1.0'?><svg/>", "", "svg"),
        (b"<!DOCTYPE svg PUBLIC 'x'><s:svg xmlns:s='x'/>", "a.svg", "svg"),
        (b"<nav><svg/></nav><p>Invoice</p>", "a.html", "html"),
        (MAIL, "", "eml"),
        (MAIL, "a.txt", "eml"),
        (b"Subject: Hi\n\nHello", "a.eml", "eml"),
        (b"From: the board\nTo: all staff\n\nDear all", "memo.txt", "txt"),
        (b"no header at all", "a.eml", "txt"),
        (MAIL.replace(b"\r\n", b"\r"), "", "eml"),
        (b"From a@b.c Sun May  8 19:07:09 2005\n" + MAIL, "a.mbox", "eml"),
        (b"99      \n" + MAIL, "a.emlx", "eml"),
        (b"99      \n" + MAIL, "a.txt", "txt"),
        (b"%!PS-Adobe-3.0\n", "a.txt", "unknown"),
        (b'{"a": 1}\n{"a": 2}\n', "log.jsonl", "json"),
        (b"<table><tr><td>a</table><p>b<span>c", "sheet.xls", "html"),
        (b"a;b\n1;2\n", "sheet.xls", "txt"),
        (b"Invoice\0 no 5\0 total", "a.txt", "txt"),
        ("Invoice 7, total 5 EUR".encode("cp500"), "a.txt", "txt"),
        ("Angebot für Größe: Öl, Äpfel, süß".encode("cp273"), "", "txt"),
    ],
)
def test_text_types(text, name, expected):
    assert kind(text, name) == expected


@pytest.mark.parametrize(
    "codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "utf-32-le"]
)
def test_wide_unicode_is_text(codec):
    assert kind("<!doctype html><p>Grüße".encode(codec), "a.txt") == "html"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_unicode_in_other_scripts(codec):
    for text in ("Рецепт борща: свёкла и лук\n", "红烧肉的做法\n先把肉切成块\n", "חשבונית מס\n"):
        assert kind(text.encode(codec), "a.txt") == "txt"


XMP = b"<?xpacket begin=''?><x:xmpmeta><rdf:RDF>" + b"<rdf:li>words of a picture</rdf:li>\n" * 200


@pytest.mark.parametrize(
    "head",
    [
        b"8BPS\0\1" + bytes(6) + b"\0\3\0\0\1\0\0\0\1\0\0\10\0\3" + XMP,
        b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\x1b\0xml " + XMP,
        b"\0\xffKA\x0a\0\0\0" + XMP,
        b"\0\0\0\x20ftypcrx " + b"\0\0\0\1" + XMP,
        b"a.txt".ljust(257, b"\0") + b"ustar\x0000" + bytes(248) + b"text of a file in it\n" * 400,
        b"\xff\xfe\1\2\3\4\5\6\7\10\0\1\2\0" + XMP[:20],
    ],
)
def test_long_texts_within_binary_files_are_not_text(head):
    assert kind(head, "a.txt") == "unknown"


def test_binary_numbers_are_not_utf16():
    sound = b"".join(struct.pack("<h", n * 37 % 4001 - 2000) for n in range(3000))
    table = b"".join(struct.pack("<L", n * 2654435761 % 2**32) for n in range(2000))
    for data in (sound, table, bytes(3) + sound, b"\0\1" * 500, b"\0" * 40 + b"abc" * 300):
        assert kind(data, "a.txt") == "unknown"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\0" + bytes(range(256)) * 8,
        bytes(500),
        b"PK\x03\x04",
        sample_files.zip_of({"a": "b"}),
    ],
)
def test_unknown(data):
    assert sniff(io.BytesIO(data), "report.pdf") is UNKNOWN


def test_pdf_mark_after_other_bytes():
    junk = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"
    assert kind(junk + OFFICE["pdf"], "a.txt") == "pdf"
    assert kind(b"x" * 1100 + OFFICE["pdf"], "a.txt") != "pdf"


def test_text_about_pdf_is_text():
    assert kind(b"The first line of a file reads %PDF-1.4 and so on.", "howto.md") == "md"


def test_pdf_without_its_mark_is_left_to_the_readers():
    assert kind(OFFICE["pdf"].replace(b"%PDF-1.7", b"%-1.7"), "a.pdf") == "pdf"


def test_encrypted_office_files():
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    for data, extension in (
        (ole_samples.ole_file(EncryptedPackage=b"x"), "docx"),
        (ole_samples.ole_file(WordDocument=bytes(11) + b"\x01"), "doc"),
        (ole_samples.xls("a", encrypted=True), "xls"),
        (ole_samples.ole_file_of({"PowerPoint Document": b"x", "EncryptedSummary": b"x"}), "ppt"),
        (sample_files.open_document("text", "", manifest), "odt"),
    ):
        assert sniff(io.BytesIO(data), "") == FileType(extension, encrypted=True)
    for extension, data in OFFICE.items():
        assert not sniff(io.BytesIO(data), "").encrypted, extension


def test_other_ole_files_are_unknown():
    assert sniff(io.BytesIO(ole_samples.ole_file(Catalog=b"x")), "a.doc") is UNKNOWN


def test_binary_workbook_is_not_an_xlsx():
    data = sample_files.zip_of({"[Content_Types].xml": "", "xl/workbook.bin": b"x"})
    assert "save the file as xlsx" in sniff(io.BytesIO(data), "a.xlsb").remark
    assert extension_of(io.BytesIO(data), "a.xlsb") is None
    content_types = '<Types><Override PartName="/b.bin" ContentType="{}"/></Types>'
    binary = content_types.format("application/vnd.ms-excel.sheet.binary.macroEnabled.main")
    data = sample_files.zip_of({"[Content_Types].xml": binary, "xl/styles.bin": b"x"})
    assert kind(data) == "unknown"


def test_leaves_the_position_at_the_start():
    for data in (*OFFICE.values(), b"text", b""):
        file = io.BytesIO(data)
        file.seek(0, 2)
        sniff(file, "x")
        assert file.tell() == 0


@given(st.binary(max_size=600), st.text(max_size=20))
def test_never_raises(data, name):
    sniff(io.BytesIO(data), name)


@given(st.sampled_from(sorted(OFFICE)), st.data())
def test_never_raises_on_damage(extension, draw):
    data = bytearray(OFFICE[extension])
    for _ in range(draw.draw(st.integers(1, 8))):
        at = draw.draw(st.integers(0, len(data) - 1))
        data[at] = draw.draw(st.integers(0, 255))
    del data[draw.draw(st.integers(0, len(data))) :]
    file = io.BytesIO(bytes(data))
    assert sniff(file, "a").extension
    assert file.tell() == 0


def test_too_many_members_are_refused_before_they_are_listed():
    data = sample_files.zip_of({f"word/{number}": b"" for number in range(30)})
    with pytest.raises(zip_directory.TooManyMembers) as caught:
        zip_directory.list_members(io.BytesIO(data), limit=29)
    assert caught.value.count == 30
    assert len(zip_directory.list_members(io.BytesIO(data), limit=30)) == 30


def long_names(count: int) -> bytearray:
    names = {f"word/{number:04}" + "\N{GRINNING FACE}" * 16_000: b"" for number in range(count)}
    return bytearray(sample_files.zip_of({"[Content_Types].xml": "", **names}))


def traced(data: bytes | bytearray) -> tuple[FileType, int]:
    file = io.BytesIO(data)
    tracemalloc.start()
    try:
        return sniff(file, ""), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


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
            "unknown",
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
        (f'<?xml version="1.0"?><o:document o:mimetype="{ODF}graphics">', "xml"),
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
    begun = time.monotonic()
    for start in (b"<!--", b"<!-", b"<?x", b"<!DOCTYPE [", b"<!-- -->"):
        kind(start * (8192 // len(start)), "a.txt")
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Invoice 7\nTotal\n".ljust(512, b"\0"), "txt"),
        (b"I\bIN\bNV\bV 7, _\bb_\by Ada\n" * 9, "txt"),
        (b"P6\n# made by hand\n70 16\n255\n" + bytes(range(128, 256)) * 9, "unknown"),
        (b"P5\n70 16\n255\n" + b"\xff" * 900, "unknown"),
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
