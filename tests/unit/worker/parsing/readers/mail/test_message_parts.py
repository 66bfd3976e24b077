import base64
import quopri

import pytest

from app.errors import FileError, FileErrorCode
from devtools.cpu_time import within_reader_limit
from tests.unit.worker.parsing.readers.mail.mails import (
    ENVELOPED,
    SIGNED,
    body_of,
    cms,
    mail,
    mail_of,
    multipart,
    part,
    read,
    text_of,
    tnef,
    tnef_properties,
)


def test_pictures_in_the_text_are_not_named():
    picture = part(b"x", b"image/png; name=logo.png", b"Content-ID: <1@x>")
    photo = part(b"x", b"image/jpeg; name=photo.jpg")
    assert body_of(mail_of(b"mixed", part(b"Text"), picture, photo)) == (
        "Text\n\nAttachments: photo.jpg"
    )


def test_a_mail_of_pictures_only_has_a_warning():
    page = part(b"<img src='cid:1@x'>", b"text/html")
    picture = part(b"x", b"image/png; name=flyer.png", b"Content-ID: <1@x>")
    for data in (mail_of(b"related", page, picture), mail_of(b"mixed", picture)):
        assert read(data).warnings == ("the mail consists of pictures, which were not read",)
        assert read(data).lost_parts == 1
    assert not read(mail_of(b"related", part(b"<p>Text", b"text/html"), picture)).warnings


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
    # Of a mail with restricted rights, this is the content.
    restricted = part(b"x", b"application/x-microsoft-rpmsg-message; name=message.rpmsg")
    assert read(mail_of(b"mixed", part(b"Protected"), restricted)).warnings == (sentence,)
    found = read(b"Subject: Invoice 7\n" + encrypted)
    assert (found.pages[0].text, found.warnings) == ("Subject: Invoice 7", (sentence,))
    with pytest.raises(FileError) as caught:
        read(b"From: a@b.c\nSubject: ...\n" + encrypted)
    assert caught.value.code == FileErrorCode.ENCRYPTED


def test_what_pgp_has_encrypted_counts_as_lost():
    armor = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
    found = read(mail(b"Hello\n" + armor + b"\nRegards"))
    assert found.pages[0].text.endswith("Hello\n\nRegards")
    assert found.lost_parts == 1
    version = part(b"Version: 1", b"application/pgp-encrypted")
    content = part(armor, b"application/octet-stream; name=encrypted.asc")
    found = read(mail_of(b"encrypted", version, content))
    assert found.pages[0].text == "Subject: Hi\nFrom: a@b.c"
    assert found.lost_parts == 1


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
    with within_reader_limit():
        found = read(b"From: a@b.c\n" * (not data.startswith(b"From")) + data)
    assert found.pages


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
