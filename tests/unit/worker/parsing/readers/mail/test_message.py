import base64
import binascii

import pytest

from devtools import ole_samples, sample_files
from tests.unit.worker.parsing.readers.mail.mails import (
    CHARSETS,
    HTML,
    body_of,
    mail,
    mail_of,
    multipart,
    part,
    read,
    text_of,
)
from worker.parsing.readers.dispatch import read_document


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


def test_forms_of_a_mail_that_few_programs_show_are_left_out():
    few = part(b"<p>Your order {{number}} is loading, please wait", b"text/x-amp-html")
    page = part(b"<p>Your order 7", b"text/html")
    assert body_of(mail_of(b"alternative", part(b"Order 7"), few, page)) == "Your order 7"
    assert body_of(mail_of(b"alternative", few)).endswith("please wait")


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
        b"BEGIN:VALARM\nDESCRIPTION:REMINDER\nEND:VALARM\n"
        b"DESCRIPTION:One\\nTwo\nCOMMENT:Three\nEND:VEVENT\n"
        b"BEGIN:VTODO\nX-ALT-DESC;FMTTYPE=text/html:<p>Four</p>\nEND:VTODO\nEND:VCALENDAR"
    )
    found = body_of(mail_of(b"alternative", part(b"Please come"), part(calendar, b"text/calendar")))
    assert found == (
        "Please come\n\nEvent: Board, yearly\nWhen: 2024-10-01 12:00 Europe/Bonn to 2024-10-01"
        " 13:00 UTC\nWhere: Room 5\nOrganizer: Ann B. <a@b.c>\nAttendees: d@e.f\nOne\nTwo"
        "\nThree\n\nFour"
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
