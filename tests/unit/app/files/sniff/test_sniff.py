import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.sniff import zip_directory
from app.files.sniff.sniff import UNKNOWN, FileType, sniff
from devtools import ole_samples, sample_files
from tests.unit.app.files.sniff.sniffed import MAIL, OFFICE, PNG, XMP, kind


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
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif" + bytes(40), "avif"),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40), "jp2"),
        (b"\xff\x4f\xff\x51\0" + bytes(40), "jp2"),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(head, expected):
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
        (b"Invoice".ljust(40, b"\0") + b"No. 5".ljust(40, b"\0") + b"total", "a.txt", "txt"),
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
def test_other_bytes_are_unknown_whatever_the_name(data):
    assert kind(data, "report.pdf") == "unknown"


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
    user = bytes(12) + bytes.fromhex("DFC4D1F3")
    for data, extension in (
        (ole_samples.ole_file(EncryptedPackage=b"x"), "docx"),
        (ole_samples.ole_file(WordDocument=bytes(11) + b"\x01"), "doc"),
        (ole_samples.xls("a", encrypted=True), "xls"),
        (ole_samples.ole_file_of({"PowerPoint Document": b"x", "Current User": user}), "ppt"),
        (sample_files.open_document("text", "", manifest), "odt"),
    ):
        assert sniff(io.BytesIO(data), "") == FileType(extension, encrypted=True)
    for extension, data in OFFICE.items():
        assert not sniff(io.BytesIO(data), "").encrypted, extension


def test_other_ole_files_are_unknown():
    assert sniff(io.BytesIO(ole_samples.ole_file(Catalog=b"x")), "a.doc") is UNKNOWN


def test_a_binary_workbook_is_read_as_xlsx():
    data = sample_files.zip_of({"[Content_Types].xml": "", "xl/workbook.bin": b"x"})
    assert kind(data) == "xlsx"
    content_types = '<Types><Override PartName="/b.bin" ContentType="{}"/></Types>'
    binary = content_types.format("application/vnd.ms-excel.sheet.binary.macroEnabled.main")
    assert kind(sample_files.zip_of({"[Content_Types].xml": binary, "b.bin": b"x"})) == "xlsx"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (sample_files.zip_of({"letter.txt": "x"}), "archives"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(30), "archives"),
        (bytes(257) + b"ustar" + bytes(300), "archives"),
        (sample_files.zip_of({"index.apxl": "x"}), "iWork"),
        (b"HWP Document File V3.00" + bytes(range(30)), "Hangul 3.0"),
        (b"\t\4\6\0\0\0\x10\0\0\0" + bytes(range(30)), "Excel 4"),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(70), "shortcut"),
        (b"RIFF    CDR6vrsn" + bytes(range(30)), "CorelDRAW"),
        (b"RIFF    WAVEfmt " + bytes(range(30)), "audio"),
        (ole_samples.ole_file_of({"   114": {"x": b"x"}}), "Project"),
        (b"\0\0\0\x18ftypmp42" + bytes(40), "audio and video"),
        (b"\0\0\0\x20ftypcrx " + bytes(40), "PNG or JPEG"),
        (b"\xff\x0a" + bytes(range(30)), "PNG or JPEG"),
        (bytes(128) + b"DICM" + bytes(range(30)), "PNG or JPEG"),
        (b"EP*\0" + bytes(range(30)), "Document Imaging"),
        (ole_samples.ole_file(VisioDocument=b"x"), "Visio"),
        (ole_samples.ole_file(PP40=b"x"), "PowerPoint 4"),
        (b"%!PS-Adobe-3.0", "PostScript"),
        (b"[InternetShortcut]\r\nURL=https://example.org/", "shortcut"),
        (b"\0\0\2\0\6\4\6\0" + bytes(40), "Lotus"),
        (b"1\xbe\0\0\0\xab" + bytes(122), "Write"),
        (ole_samples.ole_file(StarWriterDocument=b"x"), "StarOffice"),
        (sample_files.zip_of({"OFD.xml": "x"}), "OFD"),
    ],
)
def test_known_files_that_are_not_supported_are_named(head, words):
    found = sniff(io.BytesIO(head), "a")
    assert (found.extension, words in found.remark) == ("unknown", True)


def test_a_lock_file_is_told_by_its_name_and_size():
    lock = b"\6Miller" + b" " * 48 + b"\6\0" + "Miller".encode("utf-16-le") + b" \0" * 47
    found = sniff(io.BytesIO(lock[:162]), "folder\\~$offer.docx")
    assert "lock file" in found.remark
    assert sniff(io.BytesIO(b"words " * 40), "~$offer.txt").extension == "txt"


def test_a_shortcut_may_be_told_by_its_name():
    url = b"[DEFAULT]\r\nBASEURL=https://example.org\r\n[InternetShortcut]\r\nURL=x"
    apple = b"<plist version='1.0'><dict><key>URL</key><string>x</string></dict></plist>"
    for data, name in ((url, "Offer.url"), (apple, "Offer.webloc")):
        assert "shortcut" in sniff(io.BytesIO(data), name).remark
        assert sniff(io.BytesIO(data), "offer.txt").extension == "txt"


def test_a_shortcut_to_a_document_of_google_is_named():
    data = b'{"doc_id": "1a", "email": "ann@example.org"}'
    assert "Google" in sniff(io.BytesIO(data), "Offer.gdoc").remark
    assert sniff(io.BytesIO(data), "offer.json").extension == "json"


def test_a_document_after_what_a_server_wrote_is_found():
    for junk in (b"\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"<br>\nWarning\n"):
        assert kind(junk + OFFICE["docx"], "a.docx") == "docx"


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
