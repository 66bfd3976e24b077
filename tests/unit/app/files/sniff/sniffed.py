"""Makes files and detects their types for the tests."""

import io
import tracemalloc

from app.files.sniff.sniff import FileType, sniff
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


XMP = b"<?xpacket begin=''?><x:xmpmeta><rdf:RDF>" + b"<rdf:li>words of a picture</rdf:li>\n" * 200


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
