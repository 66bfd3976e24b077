import base64
import binascii
import quopri
import struct
import time

import pytest

from app.errors import FileError, FileErrorCode
from devtools import ole_samples, sample_files
from worker.parsing.document import Document
from worker.parsing.readers.dispatch import read_document
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


def test_mail_has_its_subject_and_people():
    data = (
        b"From: Ann <a@b.c>\r\nTo: <d@e.f>,\r\n Bob <g@h.i>\r\nCc: j@k.l\r\n"
        b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Tue, 1 Oct 2024 12:34:56 +0000\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=iso-8859-1\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        b'<style>p {}</style><p>Hallo <a href="http://x.y">M=FCller</a></p><script>x()</script>'
    )
    assert text_of(data) == (
        "Subject: Grüße\nFrom: Ann <a@b.c>\nTo: d@e.f, Bob <g@h.i>\nCC: j@k.l\n"
        "Date: Tue, 1 Oct 2024 12:34:56 +0000\n\nHallo Müller"
    )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("請求書のご送付".encode("iso2022_jp"), "請求書のご送付"),
        (b"=?iso-2022-jp?B?" + base64.b64encode("請求書".encode("iso2022_jp")) + b"?=", "請求書"),
        (b"=?utf-8?B?" + base64.b64encode("Grüße".encode()).rstrip(b"=") + b"?=", "Grüße"),
        # A character of three bytes is cut between two words.
        (b"=?utf-8?Q?a=E8=AB?=\n =?utf-8?Q?=8B?=", "a請"),
        (b"=?gb2312?B?" + base64.b64encode("发票".encode("gbk")) + b"?=", "发票"),
        (b"=?ks_c_5601-1987?B?" + base64.b64encode("청구서".encode("cp949")) + b"?=", "청구서"),
        (b"=?big5?Q?=B5o=B2=BC?=", "發票"),
        (b"=?koi8-r?B?" + base64.b64encode("Счёт".encode("koi8-r")) + b"?=", "Счёт"),
        (b"=?UTF-8?Q?Hello_World, no?= =?utf-8?q?_words?=", "Hello World, no words"),
        (b"Re: =?utf-8*en?Q?a_b?= c =?nonsense?Q?d?=", "Re: a b c d"),
        ("Rechnung für Möbel über Größe".encode("cp1252"), "Rechnung für Möbel über Größe"),
        ("Rechnung für Möbel".encode(), "Rechnung für Möbel"),
        (b"=?utf-8?Q?never ended", "=?utf-8?Q?never ended"),
    ],
)
def test_subjects_are_decoded(raw, expected):
    data = b"From: a@b.c\nSubject: " + raw + b"\n\nHello"
    assert text_of(data).split("\n")[0] == f"Subject: {expected}"


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
]


@pytest.mark.parametrize(("charset", "text", "codec"), CHARSETS)
def test_charsets_are_decoded(charset, text, codec):
    kind = b"Content-Type: text/plain; charset=" + charset.encode()
    encoding = b"Content-Transfer-Encoding: base64"
    encoded = text.encode(codec)
    assert body_of(mail(base64.encodebytes(encoded), kind, encoding)) == text
    if not codec.startswith("utf-16"):
        assert body_of(mail(encoded, kind)) == text


def test_japanese_of_windows_is_decoded():
    # ㈱ and ① are in no standard of ISO-2022-JP, and mail programs write them all the same.
    body = b"\x1b$B-j-!\x1b(B ok \x1b(I1\x1b(B"
    assert body_of(mail(body, b"Content-Type: text/plain; charset=iso-2022-jp")) == "㈱① ok ｱ"


def test_text_without_charset_is_guessed_and_markup_names_its_own():
    umlauts = "Rechnung für Möbel, zahlbar spätestens übermorgen."
    assert body_of(mail(umlauts.encode("cp1252"))) == umlauts
    page = '<meta charset="windows-1251"><p>Счёт</p>'.encode("cp1251")
    assert body_of(mail(page, b"Content-Type: text/html")) == "Счёт"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", base64.b64encode(b"Hello World").rstrip(b"=")),
        (b"BASE64 ", b"SGVs!bG8g\nV29y*bGQ="),
        (b"base64", b"SGVsbG8=\nIFdvcmxk"),
        (b"base64", b"Hello World"),
        (b"quoted-printable", b"Hello=\n=20World="),
        (b"quoted-printable", b"Hello =   \nWorld"),
        (b"x-unknown", b"Hello World"),
        (b"x-uuencode", b"begin 644 a\n" + binascii.b2a_uu(b"Hello World") + b"`\nend\n"),
    ],
)
def test_transfer_encodings_are_lenient(encoding, body):
    assert body_of(mail(body, b"Content-Transfer-Encoding: " + encoding)) == "Hello World"


def test_the_footer_that_a_list_adds_to_base64_stays():
    body = base64.encodebytes(b"Hello World " * 20) + b"______________\nThe list of all lists\n"
    found = body_of(mail(body, b"Content-Transfer-Encoding: base64"))
    assert found.startswith("Hello World")
    assert found.endswith("The list of all lists")


def test_flowed_lines_are_joined():
    body = b"A long \nline.\n> quoted \n> text\n-- \nAnn"
    kind = b"Content-Type: text/plain; format=flowed"
    assert body_of(mail(body, kind)) == "A long line.\n> quoted text\n-- \nAnn"
    assert body_of(mail(b"ab \ncd", kind + b"; delsp=yes")) == "abcd"


def test_enriched_text_loses_its_marks():
    body = b"<bold>Now</bold> is\nthe <color><param>red</param>time</color>\n\n<<end"
    assert body_of(mail(body, b"Content-Type: text/enriched")) == "Now is the time\n<end"


def test_files_within_the_text_are_named_only():
    body = b"See:\nbegin 644 x.bin\n" + binascii.b2a_uu(bytes(45)) + b"`\nend\nBye\nbegin 123 a\nb"
    assert body_of(mail(body)) == "See:\nBye\nbegin 123 a\nb\n\nAttachments: x.bin"


HTML = b"<p>INVOICE 7</p><p>Total due: 1,250.00 EUR</p>"


@pytest.mark.parametrize(
    "plain", [b"", b" \n\xc2\xa0\n", b"View this mail in a browser: https://a.b/c?d=e"]
)
def test_html_wins_over_plain_text_that_says_less(plain):
    found = body_of(mail_of(b"alternative", part(plain), part(HTML, b"text/html")))
    assert found == "INVOICE 7\n\nTotal due: 1,250.00 EUR"


def test_plain_text_wins_over_html_that_says_no_more():
    plain = b"INVOICE 7\nTotal due:\n1,250.00 EUR <https://a.b/c>"
    assert body_of(mail_of(b"alternative", part(plain), part(HTML, b"text/html"))) == plain.decode()
    poor = part(b"<p>Invoice</p>", b"text/html")
    assert body_of(mail_of(b"alternative", part(plain), poor)) == plain.decode()


def test_all_texts_of_a_mixed_mail_are_read_in_order():
    data = mail_of(
        b"mixed",
        multipart(b"related", part(HTML, b"text/html"), part(b"x", b"image/png"), boundary=b"yy"),
        part(b"Second", b"text/plain", b"Content-Disposition: inline; filename=a.txt"),
        part(b"third", b"text/plain", b"Content-Disposition: attachment; filename=b.txt"),
    )
    assert body_of(data) == ("INVOICE 7\n\nTotal due: 1,250.00 EUR\n\nSecond\n\nAttachments: b.txt")


def test_forwarded_mails_are_read_with_their_headers():
    inner = mail(b"<td>2024-117<td>Please pay", b"Content-Type: text/html")
    outer = mail_of(b"mixed", part(b"See below"), part(inner, b"message/rfc822"))
    assert body_of(outer) == "See below\n\nSubject: Hi\nFrom: a@b.c\n\n2024-117 Please pay"
    encoded = part(
        base64.encodebytes(inner),
        b'application/octet-stream; name="a.eml"',
        b"Content-Transfer-Encoding: base64",
    )
    assert "2024-117 Please pay" in text_of(mail_of(b"mixed", encoded))
    assert "2024-117 Please pay" in text_of(mail_of(b"digest", b"\n" + inner))


def test_attached_outlook_messages_are_read():
    message = base64.encodebytes(ole_samples.msg("Within", "The text within"))
    attached = part(
        message,
        b"application/vnd.ms-outlook; name=a.msg",
        b"Content-Transfer-Encoding: base64",
    )
    assert body_of(mail_of(b"mixed", attached)) == "Subject: Within\n\nThe text within"
    found = read(mail_of(b"mixed", part(b"x", b"application/vnd.ms-outlook; name=a.msg")))
    assert found.warnings == ("the attached mail a.msg could not be read",)
    assert "Attachments: a.msg" in found.pages[0].text


def test_reports_of_delivery_are_read():
    status = part(b"Final-Recipient: rfc822; d@e.f\nStatus: 5.1.1", b"message/delivery-status")
    returned = part(b"Subject: Lost\n\nReturned text", b"message/rfc822")
    found = body_of(mail_of(b"report", part(b"Sorry."), status, returned))
    assert "Status: 5.1.1" in found
    assert found.endswith("Subject: Lost\n\nReturned text")


def test_invitations_are_read_beside_the_text():
    calendar = (
        b"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VTIMEZONE\nDTSTART:19700101T000000\n"
        b"END:VTIMEZONE\nBEGIN:VEVENT\nSUMMARY:Board\\, yearly\nDTSTART;TZID=Europe/Bonn:2024100"
        b"\n 1T120000\nDTEND:20241001T130000Z\nLOCATION:Room 5\n"
        b'ORGANIZER;CN="Ann B.":mailto:a@b.c\nATTENDEE;CN=d@e.f:MAILTO:d@e.f\n'
        b"DESCRIPTION:One\\nTwo\nEND:VEVENT\nEND:VCALENDAR"
    )
    found = body_of(mail_of(b"alternative", part(b"Please come"), part(calendar, b"text/calendar")))
    assert found == (
        "Please come\n\nEvent: Board, yearly\nWhen: 2024-10-01 12:00 Europe/Bonn to 2024-10-01"
        " 13:00 UTC\nWhere: Room 5\nOrganizer: Ann B. <a@b.c>\nAttendees: d@e.f\nOne\nTwo"
    )


@pytest.mark.parametrize("sample", [sample_files.eml, ole_samples.msg])
def test_attached_files_are_named(sample):
    def read_text(data: bytes) -> str:
        source = sample_files.source(data)
        found = read_document(
            source.file, "", sample_files.EVERYTHING, source.limits, sample_files.no_ocr()
        )
        return found.pages[0].text

    text = read_text(sample("Your order", "See below.", "invoice 7.pdf", "terms.docx"))
    assert text.startswith("Subject: Your order")
    assert text.endswith("See below.\n\nAttachments: invoice 7.pdf, terms.docx")
    assert "Attachments" not in read_text(sample("Your order", "See below."))


def test_names_of_attached_files_are_cut():
    names = [f"{'long ' * 30}{number}.pdf" for number in range(25)]
    text = text_of(sample_files.eml("Hi", "See below.", "Grüße\t1.png", *names))
    _, _, listed = text.partition("Attachments: ")
    assert listed.startswith("Grüße 1.png, long long")
    assert listed.endswith(" and 6 more")
    assert len(listed) < 20 * 105


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        (b"filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9F; filename*2=\"e.pdf\"", "Grüße.pdf"),
        (b"filename=my invoice.pdf", "my invoice.pdf"),
        (b"filename==?utf-8?B?YS5wZGY=?=", "a.pdf"),
        (b'filename="=?utf-8?Q?a_b?=\n =?utf-8?Q?=2Epdf?="', "a b.pdf"),
        ('filename="Größe und Möbel.pdf"'.encode("cp1252"), "Größe und Möbel.pdf"),
        (b'filename="never closed.pdf', "never closed.pdf"),
        (b"filename=old.pdf; filename*=utf-8''new.pdf", "new.pdf"),
    ],
)
def test_names_of_attached_files_are_decoded(parameters, name):
    attached = part(b"x", b"application/pdf", b"Content-Disposition: attachment; " + parameters)
    assert body_of(mail_of(b"mixed", attached)) == f"Attachments: {name}"


def test_pictures_in_the_text_are_not_named():
    picture = part(b"x", b"image/png; name=logo.png", b"Content-ID: <1@x>")
    photo = part(b"x", b"image/jpeg; name=photo.jpg")
    assert body_of(mail_of(b"mixed", part(b"Text"), picture, photo)) == (
        "Text\n\nAttachments: photo.jpg"
    )


def test_parts_survive_bad_boundaries():
    cut = mail_of(b"mixed", part(b"First"), part(b"Second")).removesuffix(b"\n--xx--\n")
    assert body_of(cut) == "First\n\nSecond"
    assert read(cut).warnings == ("the end of the mail is missing",)
    assert read(cut).lost_parts == 1
    wrong = mail_of(b"mixed", part(b"First"), part(b"Second")).replace(
        b"boundary=xx", b"boundary=y"
    )
    assert body_of(wrong) == "First\n\nSecond"
    missing = wrong.replace(b"boundary=y", b"")
    assert body_of(missing) == "First\n\nSecond"
    unclear = mail(b"Just text", b"Content-Type: multipart/mixed; boundary=xx")
    assert body_of(unclear) == "Just text"
    assert read(unclear).warnings == ("the parts of the mail could not be told apart",)
    broken = wrong.replace(b"multipart/mixed; boundary=y", b"multipart; mixed")
    assert body_of(b"MIME-Version: 1.0\n" + broken) == "First\n\nSecond"


@pytest.mark.parametrize(
    "start", [b"From a@b.c Sun May  8 19:07:09 2005\n", b"\n\n", b"\xef\xbb\xbf", b">From x\n"]
)
def test_what_stands_before_the_headers_is_left_out(start):
    assert text_of(start + mail(b"Hello")) == "Subject: Hi\nFrom: a@b.c\n\nHello"


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\r\r\n"])
def test_lines_may_end_in_any_way(end):
    data = mail_of(b"mixed", part(b"First"), part(b"Second")).replace(b"\n", end)
    assert text_of(data) == "Subject: Hi\nFrom: a@b.c\n\nFirst\n\nSecond"


def test_odd_header_lines_do_not_end_the_headers():
    data = b"From: a@b.c\nSubject: A long\nsubject\nContent-Type: text/html\n\n<p>Hello"
    assert text_of(data) == "Subject: A long subject\nFrom: a@b.c\n\nHello"
    late = b"From: a@b.c\nSubject: Hi\n\n\nContent-Type: text/html\n\n<p>Hello"
    assert body_of(late) == "Hello"
    assert text_of(b"Subject: Hi\nHello you\nthere") == "Subject: Hi\n\nHello you\nthere"


def test_all_mails_of_a_mailbox_are_read():
    line = b"From a@b.c Sun May  8 19:07:09 2005\n"
    box = line + mail(b"One\n\nFrom here on") + b"\n\n" + line + mail(b"Two")
    found = text_of(box)
    assert found.count("Subject: Hi") == 2
    assert "From here on" in found
    assert found.endswith("Two")


def test_apple_mail_is_read_without_its_property_list():
    inner = mail(b"Hello")
    data = str(len(inner)).encode() + b"      \n" + inner + b"\n<?xml version='1.0'?><plist/>"
    assert text_of(data) == "Subject: Hi\nFrom: a@b.c\n\nHello"


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


@pytest.mark.parametrize("indefinite", [False, True])
def test_the_content_of_signed_mails_is_read(indefinite):
    inner = part(b"<p>Signed text", b"text/html")
    body = base64.encodebytes(cms(SIGNED, inner, indefinite=indefinite))
    kind = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
    assert body_of(mail(body, kind, b"Content-Transfer-Encoding: base64")) == "Signed text"
    signature = part(b"x", b"application/pkcs7-signature; name=smime.p7s")
    assert body_of(mail_of(b"signed", part(b"Clear"), signature)) == "Clear"


def test_encrypted_mails_are_told():
    kind = b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    encrypted = part(cms(ENVELOPED, b"secret"), kind)
    sentence = "the mail is encrypted, and its encrypted content was not read"
    found = read(mail_of(b"mixed", part(b"Clear"), encrypted))
    assert (found.warnings, found.lost_parts) == ((sentence,), 1)
    found = read(b"Subject: Invoice 7\n" + encrypted)
    assert (found.pages[0].text, found.warnings) == ("Subject: Invoice 7", (sentence,))
    with pytest.raises(FileError) as caught:
        read(b"From: a@b.c\nSubject: ...\n" + encrypted)
    assert caught.value.code == FileErrorCode.ENCRYPTED


def test_pgp_is_told():
    armor = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
    found = read(mail(b"Hello\n" + armor))
    assert found.pages[0].text.endswith("Hello")
    assert found.lost_parts == 1
    version = part(b"Version: 1", b"application/pgp-encrypted")
    content = part(armor, b"application/octet-stream; name=encrypted.asc")
    found = read(mail_of(b"encrypted", version, content))
    assert found.pages[0].text == "Subject: Hi\nFrom: a@b.c"
    assert found.lost_parts == 1


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


def test_winmail_has_a_body_and_names():
    data = tnef(
        (0x00069003, tnef_properties(p10130102=b"<p>The rich body of it</p>")),
        (0x00069002, bytes(14)),
        (0x00018010, b"short.doc\0"),
        (0x00069005, tnef_properties(p3707001F="a long name.doc".encode("utf-16-le"))),
    )
    kind = b"application/ms-tnef; name=winmail.dat"
    whole = part(base64.encodebytes(data), kind, b"Content-Transfer-Encoding: base64")
    assert body_of(mail_of(b"mixed", part(b"Plain"), whole)) == (
        "Plain\n\nThe rich body of it\n\nAttachments: a long name.doc"
    )
    same = mail_of(b"mixed", part(b"The rich body of it"), whole)
    assert body_of(same) == "The rich body of it\n\nAttachments: a long name.doc"
    for cut in range(6, len(data), 5):
        piece = part(base64.encodebytes(data[:cut]), kind, b"Content-Transfer-Encoding: base64")
        assert body_of(mail_of(b"mixed", part(b"Plain"), piece)).startswith("Plain")
    damaged = read(mail_of(b"mixed", part(b"Plain"), part(b"x", kind)))
    assert damaged.warnings == ("the attachment winmail.dat is damaged and was not read",)


def test_a_mail_that_is_nothing_but_a_text_file_is_read():
    data = b"From: a@b.c\n" + part(
        quopri.encodestring(b"The text"),
        b"text/plain; name=a.txt",
        b"Content-Disposition: attachment; filename=a.txt",
    )
    assert body_of(data) == "The text"


def test_nesting_and_parts_are_bounded():
    nested = b"innermost"
    for depth in range(200):
        nested = multipart(b"mixed", nested, boundary=b"b%d" % depth)
    found = read(b"From: a@b.c\n" + nested)
    assert found.warnings == (
        "the mail has too many or too deeply nested parts, and some were not read",
    )
    forwarded = b"Subject: deep\n\nHello"
    for _ in range(3000):
        forwarded = b"Content-Type: message/rfc822\n\n" + forwarded
    assert read(forwarded).lost_parts >= 1
    many = mail_of(b"mixed", *[part(b"a")] * 5000)
    assert len(read(many).warnings) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: " + b"=?utf-8?q?" * 50_000,
        b"Subject: " + b"=?utf-8?q?a?=" * 50_000,
        b"From: a@b.c\n" * 100_000,
        b"From: a@b.c\nodd\n" * 50_000,
        b"Content-Type: multipart/mixed; boundary=xx\n\n" + b"--xx\n" * 200_000,
        b"Content-Type: multipart/mixed\n\n" + b"--xx\n" * 200_000,
        b"Content-Type: text/plain; " + b'a="' * 20_000,
        b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b'ATTENDEE;A="' + b';"' * 100_000,
        b"Subject: a\n\n" + b"begin 644 a\n" * 100_000,
        b"Subject: a\n\n" + b"\x1b$B" * 300_000,
        b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * 1_000_000 + b"a",
        b"From a Sun May  8 19:07:09 2005\n" + b"\n\nFrom b Sun May  8 19:07:09 2005\na:b" * 9_000,
    ],
)
def test_hostile_mails_take_little_time(data):
    started = time.perf_counter()
    try:
        read(b"From: a@b.c\n" * (not data.startswith(b"From")) + data)
    finally:
        assert time.perf_counter() - started < 5


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_parts_that_are_encoded_as_a_whole_are_read(line_end):
    parts = b"--xx\n\nfirst\n--xx\n\nsecond\n--xx--\n".replace(b"\n", line_end)
    fields = (
        b"Content-Type: multipart/mixed; boundary=xx",
        b"Content-Transfer-Encoding: base64",
    )
    found = read(mail(base64.encodebytes(parts), *fields))
    assert found.pages[0].text.endswith("first\n\nsecond")
    assert found.warnings == ()


def test_misspelt_quoted_printable_is_decoded():
    data = mail(b"Caf=C3=A9", b"Content-Transfer-Encoding: quoted_printable")
    assert text_of(data).endswith("Café")
