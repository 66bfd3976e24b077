"""Makes sample OLE compound files for tests and benchmarks: workbooks and messages."""

import hashlib
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from unittest import mock

from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.method import ecma376_agile
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
from msoffcrypto.method.rc4 import DocumentRC4

from devtools.compound_file import Tree, compound_file
from devtools.sample_files import unzip, zip_of


def ole_file(**streams: bytes) -> bytes:
    """Make a compound file of 512-byte sectors; streams are padded to 4096 bytes."""
    return ole_file_of(streams)


def ole_file_of(tree: Tree, *, pads: bool = True) -> bytes:
    """Make a compound file of streams (bytes) and storages (dictionaries of the same).

    Streams are padded to 4096 bytes, or `pads` is false and shorter ones are in the mini stream.
    """
    return compound_file(_padded(tree) if pads else tree)


def _padded(tree: Tree) -> Tree:
    return {
        name: content.ljust(4096, b"\0") if isinstance(content, bytes) else _padded(content)
        for name, content in tree.items()
    }


MsgProperties = Mapping[int, "str | bytes | int | MsgProperties"]


def msg(subject: str, body: str, *attachments: str) -> bytes:
    """Make an Outlook message ([MS-OXMSG]) with attached files of the given names."""
    files: list[MsgProperties] = [
        {0x3707001F: name, 0x37010102: b"content"} for name in attachments
    ]
    return msg_of({0x001A001F: "IPM.Note", 0x0037001F: subject, 0x1000001F: body}, *files)


def msg_of(
    message: MsgProperties,
    *attachments: MsgProperties,
    recipients: Sequence[MsgProperties] = (),
    others: Tree | None = None,
) -> bytes:
    """Make an Outlook message of properties by tag.

    Values are texts, bytes, numbers, or the properties of an embedded message.
    """
    tree = dict(_msg_storage(message, 32))
    for number, recipient in enumerate(recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _msg_storage(recipient, 8)
    for number, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = _msg_storage(attachment, 8)
    return ole_file_of(tree | dict(others or {}), pads=False)


def _msg_storage(properties: MsgProperties, header: int) -> Tree:
    tree: dict[str, bytes | Tree] = {}
    fixed = bytes(header)
    for tag, value in properties.items():
        name = f"__substg1.0_{tag:08X}"
        if isinstance(value, int):
            fixed += struct.pack("<LLQ", tag, 6, value)
        elif isinstance(value, Mapping):
            tree[name] = _msg_storage(value, 24)
        elif isinstance(value, str):
            tree[name] = value.encode("utf-16-le" if tag & 0xFFFF == 0x001F else "latin-1")
        else:
            tree[name] = value
    return {"__properties_version1.0": fixed, **tree}


def xls(
    *texts: str,
    encrypted: bool = False,
    records: bytes = b"",
    tables: bytes = b"",
    **others: bytes | Tree,
) -> bytes:
    """Make a BIFF8 workbook with one sheet and one text a row ([MS-XLS] 2.4).

    `records` are more records of the sheet, `tables` those before the list of sheets, and `others`
    more streams or storages of the file.
    """
    book = _workbook(texts, bytes(6) if encrypted else b"", records, tables)
    return ole_file_of({"Workbook": book, **others})


def xls_record(kind: int, body: bytes) -> bytes:
    """Make a record of a workbook ([MS-XLS] 2.1.4)."""
    return struct.pack("<HH", kind, len(body)) + body


def xls_text_box(*pieces: str) -> bytes:
    """Make the records of a text box ([MS-XLS] 2.4.329), one for each piece of its text."""
    wide = [any(character > "\xff" for character in piece) for piece in pieces]
    return xls_record(0x01B6, bytes(10) + struct.pack("<HHL", len("".join(pieces)), 16, 0)) + (
        b"".join(
            xls_record(
                0x003C, bytes([is_wide]) + piece.encode("utf-16-le" if is_wide else "latin-1")
            )
            for piece, is_wide in zip(pieces, wide, strict=True)
        )
        + xls_record(0x003C, bytes(16))
    )


def _workbook(
    texts: Sequence[str], filepass: bytes, records: bytes = b"", tables: bytes = b""
) -> bytes:
    start = xls_record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6))
    if filepass:
        start += xls_record(0x002F, filepass)
    start += tables
    bound = struct.pack("<LBBBB", 0, 0, 0, 5, 0) + b"Sheet"
    position = len(start) + 4 + len(bound) + 4
    bound = struct.pack("<L", position) + bound[4:]
    sheet = xls_record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    for row, text in enumerate(texts):
        label = struct.pack("<HHHHB", row, 0, 0, len(text), 0) + text.encode("latin-1")
        sheet += xls_record(0x0204, label)
    end = xls_record(0x000A, b"")
    return start + xls_record(0x0085, bound) + end + sheet + records + end


def encrypted_package(data: bytes, password: str) -> bytes:
    """Encrypt an Office Open XML file as Office does since 2010 ([MS-OFFCRYPTO] 2.3.4.10)."""
    encrypted = io.BytesIO()
    # The library writes no sound stream of less than 4096 bytes.
    large = zip_of({**unzip(data), "padding.bin": bytes(4096)}, zipfile.ZIP_STORED)
    OOXMLFile(io.BytesIO(large)).encrypt(password, encrypted)
    return encrypted.getvalue()


def sha1_package(data: bytes, password: str) -> bytes:
    """Encrypt an Office Open XML file as Office 2010 does: with SHA-1 and a key of 128 bits."""

    class Parameters(ecma376_agile.ECMA376AgileCipherParams):  # type: ignore[misc]  # untyped library
        def __init__(self) -> None:
            super().__init__()
            self.hashName, self.keyBits = "SHA1", 128

    large = zip_of({**unzip(data), "padding.bin": bytes(4096)}, zipfile.ZIP_STORED)
    with mock.patch.object(ecma376_agile, "ECMA376AgileCipherParams", Parameters):
        info, key = ecma376_agile.ECMA376Agile.generate_encryption_parameters(password)
    package = ecma376_agile.ECMA376Agile.encrypt_payload(
        io.BytesIO(large), info.encryptedKey, key, info.keyData.saltValue
    )
    info.encryptedHmacKey = info.encryptedHmacValue = b""
    described = info.getEncryptionDescriptorHeader() + info.toEncryptionDescriptor().encode()
    encrypted = io.BytesIO()
    ECMA376Encrypted(package, described).write_to(encrypted)
    return encrypted.getvalue()


def rc4_xls(password: str, *texts: str) -> bytes:
    """Make a workbook encrypted as Excel 97 did ([MS-OFFCRYPTO] 2.3.6), with one text a row."""
    salt = bytes(range(16))

    def rc4(data: bytes) -> bytes:
        return bytes(DocumentRC4.decrypt(password, salt, io.BytesIO(data), blocksize=1024).read())

    verifier = rc4(b"verifier of 16 b" + hashlib.md5(b"verifier of 16 b").digest())
    filepass = struct.pack("<HHH", 1, 1, 1) + salt + verifier
    plain = _workbook(texts, filepass)
    # A record of no meaning fills the stream.
    plain += struct.pack("<HH", 0, 4096 - len(plain) - 4)
    plain = plain.ljust(4096, b"\0")
    hidden = bytearray(rc4(plain))
    at = 0
    while at < len(plain):
        kind, size = struct.unpack_from("<HH", plain, at)
        # Headers, the first records, and the position of a sheet stay as they are.
        shown = size if kind in (0x0809, 0x002F) else 4 * (kind == 0x0085)
        hidden[at : at + 4 + shown] = plain[at : at + 4 + shown]
        at += 4 + size
    return ole_file(Workbook=bytes(hidden))


def doc(
    main: str,
    headers: Sequence[str] = (),
    footnotes: str = "",
    comments: str = "",
    boxes: str = "",
    **others: bytes | Tree,
) -> bytes:
    r"""Make a Word 97 document ([MS-DOC] 2.5.1) with its parts; paragraphs end with `\r`.

    `headers` are the six headers and footers of one section: even and odd header, even and odd
    footer, header and footer of the first page. `others` are more streams or storages.
    """
    stories = ["", "", "", "", "", "", *headers] if headers else []
    ends = [0]
    for story in stories:
        ends.append(ends[-1] + len(story))
    parts = [main, footnotes, "".join(stories) + "\r" * bool(stories), "", comments, "", boxes, ""]
    text = "".join(parts) + "\r" * any(parts[1:])
    half = len(text) // 2
    body = text[:half].encode("cp1252") + text[half:].encode("utf-16-le", "surrogatepass")
    start = 1024
    fib = bytearray(start)
    struct.pack_into("<HH", fib, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<H", fib, 0x0A, 0x1200)
    struct.pack_into("<H", fib, 0x20, 14)
    struct.pack_into("<H", fib, 0x3E, 22)
    struct.pack_into("<L", fib, 0x40, start + len(body))
    struct.pack_into("<8L", fib, 0x4C, *map(len, parts))
    struct.pack_into("<H", fib, 0x98, 0x5D)
    places = struct.pack("<3L", 0, half, len(text))
    compressed = struct.pack("<HLH", 0, start * 2 | 1 << 30, 0)
    pieces = places + compressed + struct.pack("<HLH", 0, start + half, 0)
    clx = b"\x01\x02\x00ab\x02" + struct.pack("<L", len(pieces)) + pieces
    struct.pack_into("<2L", fib, 0x1A2, 0, len(clx))
    plcf_headers = struct.pack(f"<{len(ends) + 1}L", *ends, ends[-1] + 1) if headers else b""
    struct.pack_into("<2L", fib, 0xF2, len(clx), len(plcf_headers))
    table = clx + plcf_headers
    return ole_file_of({"WordDocument": bytes(fib) + body, "1Table": table, **others})
