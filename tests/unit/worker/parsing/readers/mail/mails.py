"""Makes and reads mails for the tests."""

import struct

from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.readers.mail.reader import read_eml


def read(data: bytes) -> Document:
    return read_eml(sample_files.source(data, "a.eml"))


def text_of(data: bytes) -> str:
    return "\n".join(page.text for page in read(data).pages)


def mail(body: bytes, *fields: bytes) -> bytes:
    return b"\n".join([b"From: a@b.c", b"Subject: Hi", *fields, b"", body])


def part(body: bytes, kind: bytes = b"text/plain", *fields: bytes) -> bytes:
    return b"\n".join([b"Content-Type: " + kind, *fields, b"", body])


def multipart(kind: bytes, *parts: bytes, boundary: bytes = b"xx") -> bytes:
    body = b"".join(b"\n--" + boundary + b"\n" + each for each in parts)
    return part(
        body + b"\n--" + boundary + b"--\n", b"multipart/" + kind + b"; boundary=" + boundary
    )


def mail_of(kind: bytes, *parts: bytes, boundary: bytes = b"xx") -> bytes:
    return b"From: a@b.c\nSubject: Hi\n" + multipart(kind, *parts, boundary=boundary)


def body_of(data: bytes) -> str:
    return text_of(data).partition("\n\n")[2]


CHARSETS = [
    ("iso-2022-jp", "請求書を送付いたします。", "iso2022_jp"),
    ("gb2312", "发票，请付款", "gbk"),
    ("gb18030", "发票㐀", "gb18030"),
    ("big5", "發票，請付款", "big5"),
    ("euc-kr", "청구서를 보냅니다", "euc_kr"),
    ("ks_c_5601-1987", "청구서를 보냅니다 똠", "cp949"),
    ("shift_jis", "請求書①", "cp932"),
    ("koi8-r", "Счёт на оплату", "koi8-r"),
    ("windows-1251", "Счёт на оплату", "cp1251"),
    ("windows-1255", "חשבונית", "cp1255"),
    ("utf-7", "Grüße & Äpfel", "utf-7"),
    ("hz-gb-2312", "发票，请付款", "hz"),
    ("utf-16", "Grüße an alle", "utf-16"),
    ("utf-16le", "Grüße an alle", "utf-16-le"),
    ("cp850", "Grüße an alle", "cp850"),
    ("x-mac-roman", "Grüße an alle", "mac_roman"),
    ('"unknown-8bit"', "Wir grüßen Sie herzlich und möchten", "cp1252"),
    ("us-ascii", "Wir grüßen Sie herzlich und möchten", "cp1252"),
    ("us-ascii", "Счёт на оплату услуг за март", "koi8-r"),
]


HTML = b"<p>INVOICE 7</p><p>Total due: 1,250.00 EUR</p>"


def cms(kind: str, content: bytes, *, indefinite: bool = False) -> bytes:
    def value(tag: int, body: bytes) -> bytes:
        if indefinite and tag & 0x20:
            return bytes([tag, 0x80]) + body + b"\0\0"
        size = len(body)
        return (
            bytes([tag])
            + (bytes([size]) if size < 128 else b"\x82" + struct.pack(">H", size))
            + body
        )

    data = bytes.fromhex("06092a864886f70d010701")
    octets = value(4, content)
    if indefinite:
        octets = value(0x24, value(4, content[:7]) + value(4, content[7:]))
    signed = value(2, b"\1") + value(0x31, b"") + value(0x30, data + value(0xA0, octets))
    return value(0x30, bytes.fromhex(kind) + value(0xA0, value(0x30, signed)))


SIGNED = "06092a864886f70d010702"


ENVELOPED = "06092a864886f70d010703"


def tnef(*attributes: tuple[int, bytes]) -> bytes:
    data = struct.pack("<LH", 0x223E9F78, 1)
    for name, value in attributes:
        data += struct.pack("<BLL", 1, name, len(value)) + value + bytes(2)
    return data


def tnef_properties(**values: bytes) -> bytes:
    data = struct.pack("<L", len(values) + 1) + struct.pack("<HHL", 3, 0x3FDE, 65001)
    for tag, value in values.items():
        name, kind = int(tag[1:5], 16), int(tag[5:], 16)
        data += struct.pack("<HHLL", kind, name, 1, len(value)) + value + bytes(-len(value) % 4)
    return data
