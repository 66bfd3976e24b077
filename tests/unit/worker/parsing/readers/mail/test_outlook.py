import struct

import pytest

from app.errors import FileError, FileErrorCode
from devtools import ole_samples, sample_files
from devtools.cpu_time import within_reader_limit
from worker.parsing.document import Document
from worker.parsing.readers.compound_file import BadCompoundFile, CompoundFile
from worker.parsing.readers.mail.compressed_rtf import BadCompression, decompress_rtf
from worker.parsing.readers.mail.reader import read_msg

SUBJECT, BODY, HTML, WIDE_HTML, RTF = 0x0037001F, 0x1000001F, 0x10130102, 0x1013001F, 0x10090102
NAME, DATA, CLASS = 0x3707001F, 0x37010102, 0x001A001F


def read(data: bytes) -> Document:
    return read_msg(sample_files.source(data))


def text_of(data: bytes) -> str:
    return "\n".join(page.text for page in read(data).pages)


def test_people_and_times_are_read():
    data = ole_samples.msg_of(
        {
            SUBJECT: "Offer",
            BODY: "Dear Bob",
            0x0C1A001F: "Ann",
            0x0C1F001F: "/O=EXCHANGE/CN=ANN",
            0x5D01001F: "ann@b.c",
            0x0E04001F: "ignored",
            0x0E03001F: "Carol; Dan",
            0x00390040: 133_700_000_000_000_000,
        },
        recipients=[
            {0x3001001F: "Bob", 0x39FE001F: "bob@b.c", 0x0C150003: 1},
            {0x3001001F: "eve@b.c", 0x3003001F: "EVE@B.C", 0x0C150003: 1},
            {0x3001001F: "Hidden", 0x0C150003: 3},
        ],
    )
    assert text_of(data) == (
        "Subject: Offer\nFrom: Ann <ann@b.c>\nTo: Bob <bob@b.c>, eve@b.c\nCC: Carol; Dan\n"
        "BCC: Hidden\nDate: 2024-09-05T08:53:20+00:00\n\nDear Bob"
    )


@pytest.mark.parametrize(
    ("number", "page", "text", "codec"),
    [
        (0x3FFD0003, 1251, "Счёт на оплату", "cp1251"),
        (0x3FFD0003, 932, "請求書①", "cp932"),
        (0x3FFD0003, 950, "發票", "big5"),
        (0x3FDE0003, 50220, "請求書", "iso2022_jp"),
        (0x3FDE0003, 28592, "Příliš žluťoučký kůň", "iso8859-2"),
        (0x3FDE0003, 65001, "Grüße", "utf-8"),
        (0x3FDE0003, 20866, "Счёт на оплату", "koi8-r"),
        (0x3FFD0003, 99999, "Rechnung für Möbel und Größe", "cp1252"),
    ],
)
def test_texts_have_the_code_page_of_the_message(number, page, text, codec):
    data = ole_samples.msg_of({0x0037001E: text.encode(codec), number: page})
    assert text_of(data) == f"Subject: {text}"


MARKUP = "<p>Größe</p><p>Total due: 1,250.00 EUR</p>"


@pytest.mark.parametrize(
    "body",
    [
        {HTML: MARKUP.encode("cp1252"), 0x3FDE0003: 1252},
        {HTML: b"<meta charset=utf-8>" + MARKUP.encode(), 0x3FDE0003: 1252},
        {HTML: MARKUP.encode("utf-16-le")},
        {WIDE_HTML: MARKUP},
        {0x1013001E: MARKUP.encode("cp1252"), 0x3FFD0003: 1252},
        {BODY: "Größe", HTML: MARKUP.encode()},
        {BODY: " \r\n\r\n", HTML: MARKUP.encode()},
    ],
)
def test_html_is_read_where_it_says_more(body):
    found = text_of(ole_samples.msg_of({SUBJECT: "Hi", **body}))
    assert found == "Subject: Hi\n\nGröße\n\nTotal due: 1,250.00 EUR"


def test_plain_text_is_read_where_it_says_as_much():
    data = ole_samples.msg_of(
        {BODY: "Total due:\n1,250.00 EUR", HTML: b"<p>Total due:<p>1,250.00 EUR"}
    )
    assert text_of(data) == "Total due:\n1,250.00 EUR"


def packed_rtf(rtf: bytes, magic: bytes = b"LZFu") -> bytes:
    """Pack RTF as literals only, with the end mark of the compression."""
    body = b""
    if magic == b"LZFu":
        for at in range(0, len(rtf), 8):
            body += b"\0" + rtf[at : at + 8]
        position = (207 + len(rtf)) % 4096
        end = struct.pack(">H", position << 4)
        body = body + b"\1" + end if len(rtf) % 8 == 0 else body
    else:
        body = rtf
    return struct.pack("<LL4sL", len(body) + 12, len(rtf), magic, 0) + body


@pytest.mark.parametrize("magic", [b"LZFu", b"MELA"])
def test_rtf_is_read_where_there_is_nothing_else(magic):
    rtf = rb"{\rtf1\ansi\ansicpg1252 Gr\'f6\'dfe\par INVOICE 7}"
    data = ole_samples.msg_of({SUBJECT: "Hi", RTF: packed_rtf(rtf, magic)})
    assert text_of(data) == "Subject: Hi\n\nGröße\n\nINVOICE 7"


def test_damaged_rtf_is_told():
    found = read(ole_samples.msg_of({SUBJECT: "Hi", RTF: b"nonsense and more nonsense"}))
    assert found.warnings == ("the text of the mail is damaged and was not read",)
    assert found.lost_parts == 1
    assert read(ole_samples.msg_of({BODY: "Hi", RTF: b"nonsense"})).warnings == ()


def test_compressed_rtf_repeats_what_was_before():
    # The example of [MS-OXRTFCP] 3.1.1: references into the initial dictionary.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232"
        "0af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompress_rtf(packed, 1000) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress_rtf(packed, 10).startswith(b"{\\rtf1\\ans")
    # The example of 3.1.2: a reference that overlaps the end of what was written.
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress_rtf(crossing, 1000) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    for size in range(16, len(packed)):
        assert len(decompress_rtf(packed[:size], 1000)) <= 43
    with pytest.raises(BadCompression):
        decompress_rtf(packed[:15], 1000)


def test_attached_messages_are_read_and_files_named():
    inner = {SUBJECT: "Inner", 0x0C1A001F: "Carol", BODY: "The text within"}
    data = ole_samples.msg_of(
        {SUBJECT: "Outer", BODY: "See below"},
        {0x37050003: 5, 0x3001001F: "Inner", 0x3701000D: inner},
        {NAME: "terms.pdf", DATA: b"x"},
        {0x3704001F: "SHORT~1.DOC", DATA: b"x"},
        {NAME: "logo.png", 0x3712001F: "logo@x", DATA: b"x"},
        {NAME: "photo.png", DATA: b"x"},
        {NAME: "hidden.doc", 0x7FFE000B: 1, DATA: b"x"},
        {NAME: "mail.eml", DATA: b"Subject: By internet\n\nHello"},
    )
    assert text_of(data) == (
        "Subject: Outer\n\nSee below\n\nSubject: Inner\nFrom: Carol\n\nThe text within\n\n"
        "Subject: By internet\n\nHello\n\nAttachments: terms.pdf, SHORT~1.DOC, photo.png"
    )


def test_signed_and_encrypted_messages():
    clear = b"Content-Type: multipart/signed; boundary=x\n\n--x\n\nSigned text\n--x--\n"
    data = ole_samples.msg_of(
        {SUBJECT: "Hi", CLASS: "IPM.Note.SMIME.MultipartSigned"},
        {NAME: "SMIME.p7m", 0x370E001F: "multipart/signed", DATA: clear},
    )
    assert text_of(data) == "Subject: Hi\n\nSigned text"
    enveloped = bytes.fromhex("300f06092a864886f70d010703a0023000")
    for kind, name in (("IPM.Note.SMIME", "smime.p7m"), ("IPM.Note", "message.rpmsg")):
        found = read(
            ole_samples.msg_of({SUBJECT: "Hi", CLASS: kind}, {NAME: name, DATA: enveloped})
        )
        assert found.pages[0].text == "Subject: Hi"
        assert found.warnings == ("the mail is encrypted, and its encrypted content was not read",)


def with_named(properties: dict[int, object], of_set: str, *names: int) -> bytes:
    """Make a message whose properties from 0x8000 on are those of a set, by their numbers."""
    entries = b"".join(
        struct.pack("<LHH", number, 3 << 1, index) for index, number in enumerate(names)
    )
    streams = {"__substg1.0_00020102": bytes.fromhex(of_set), "__substg1.0_00030102": entries}
    return ole_samples.msg_of(properties, others={"__nameid_version1.0": streams})


def test_meetings_have_time_and_place():
    meeting = {
        SUBJECT: "Board",
        CLASS: "IPM.Appointment",
        0x8000001F: "Room 5",
        0x80010040: 133_700_000_000_000_000,
        0x80020040: 133_700_036_000_000_000,
        0x8003001F: "every Monday",
    }
    names = (0x8208, 0x820D, 0x820E, 0x8232)
    assert text_of(with_named(meeting, "0220060000000000c000000000000046", *names)) == (
        "Subject: Board\nStart: 2024-09-05T08:53:20+00:00\nEnd: 2024-09-05T09:53:20+00:00\n"
        "Recurrence: every Monday\nWhere: Room 5"
    )


def test_tasks_have_a_due_date_and_an_owner():
    task = {
        SUBJECT: "Pay rent",
        CLASS: "IPM.Task",
        0x80000040: 133_700_000_000_000_000,
        0x8001001F: "Ann",
    }
    assert text_of(with_named(task, "0320060000000000c000000000000046", 0x8105, 0x811F)) == (
        "Subject: Pay rent\nDue: 2024-09-05T08:53:20+00:00\nOwner: Ann"
    )


def test_streams_of_every_size_are_read():
    sizes = (0, 1, 63, 64, 65, 4095, 4096, 4097, 100_000)
    streams = {f"s{size}": bytes([65 + size % 26]) * size for size in sizes}
    root = CompoundFile.parse(ole_samples.ole_file_of(streams, pads=False)).root
    assert {name: root.read(name) for name in streams} == streams
    assert root.read("missing") == b""
    assert root.open("missing").streams == {}


def test_many_siblings_are_found():
    names = {f"s{number:05}": b"x" for number in range(5000)}
    root = CompoundFile.parse(ole_samples.ole_file_of(names, pads=False)).root
    assert len(root.streams) == 5000


def outcome(data: bytes) -> FileErrorCode | None:
    try:
        read(data)
    except FileError as error:
        return error.code
    return None


def test_damaged_files_give_what_is_there_or_an_error():
    data = ole_samples.msg_of({SUBJECT: "Hi", BODY: "word " * 4000}, {NAME: "a.pdf"})
    damaged = [data[:size] for size in range(0, len(data), 509)]
    damaged += [data[:at] + b"\xf0\xff\xff\xff" + data[at + 4 :] for at in range(24, 512, 4)]
    codes = {outcome(each) for each in damaged}
    assert codes == {None, FileErrorCode.CORRUPT}
    with pytest.raises(BadCompoundFile):
        CompoundFile.parse(b"x" * 600)


def test_a_loop_in_the_table_of_sectors_ends():
    data = bytearray(ole_samples.ole_file_of({"a": b"x" * 50_000}))
    fat = struct.unpack_from("<L", data, 76)[0]
    table = (fat + 1) * 512
    struct.pack_into("<128L", data, table, *range(1, 50), *[0] * 79)
    with within_reader_limit():
        assert len(CompoundFile.parse(bytes(data)).root.read("a")) == 50_000
        loop = bytearray(ole_samples.ole_file_of({"a": b"x" * 50_000, "b": {"c": b"y"}}))
        directory = (struct.unpack_from("<L", loop, 48)[0] + 1) * 512
        for entry in range(4):
            struct.pack_into("<3L", loop, directory + entry * 128 + 68, 0, 1, 2)
        root = CompoundFile.parse(bytes(loop)).root
        assert root.read("a") == b"x" * 50_000


def test_cards_of_the_address_book_are_read():
    address_book = bytes.fromhex("0420060000000000c000000000000046")
    data = ole_samples.msg_of(
        {
            SUBJECT: "Ann Lee",
            CLASS: "IPM.Contact",
            0x3001001F: "Ann Lee",
            0x3A16001F: "Lee Ltd",
            0x3A08001F: "+49 30 1",
            0x8000001F: "Main Street 1\r\nBerlin",
            0x8001001F: "ann@b.c",
        },
        others={
            "__nameid_version1.0": {
                "__substg1.0_00020102": address_book,
                "__substg1.0_00030102": struct.pack("<LHHLHH", 0x801B, 6, 0, 0x8083, 6, 1),
            }
        },
    )
    assert text_of(data) == (
        "Subject: Ann Lee\nName: Ann Lee\nCompany: Lee Ltd\nPhone: +49 30 1\n"
        "Work address: Main Street 1 Berlin\nEmail: ann@b.c"
    )
