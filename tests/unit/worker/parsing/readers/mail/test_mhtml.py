import quopri

import pytest

from app.files.sniff.sniff import sniff
from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.readers.mail.mhtml import read_mhtml


def page(html: str, *fields: str, charset: str = "utf-8", kind: str = "text/html") -> bytes:
    head = [f"Content-Type: {kind}; charset={charset}", *fields]
    head.append("Content-Transfer-Encoding: quoted-printable")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + quopri.encodestring(html.encode(charset))


def saved(*parts: bytes, fields: str = "", parameters: str = "") -> bytes:
    head = (
        f"From: <Saved by Blink>\r\n{fields}MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/related;\r\n\ttype="text/html";{parameters}\r\n'
        '\tboundary="b"\r\n\r\n'
    )
    return head.encode() + b"".join(b"\r\n--b\r\n" + part for part in parts) + b"\r\n--b--\r\n"


def read(data: bytes) -> Document:
    return read_mhtml(sample_files.source(data, "a.mhtml"))


def test_the_root_is_read_with_its_title_and_headings():
    css = page("p { color: red }", kind="text/css")
    found = read(saved(page("<title>Shop</title><h1>Größe</h1><p>Text = a", charset="cp1252"), css))
    assert found.format == "mhtml"
    assert found.pages[0].text == "Shop\n\nGröße\n\nText = a"
    assert found.pages[0].headings == ("Shop", "Größe")


def test_frames_follow_the_root():
    frame = page("<p>Frame", "Content-Location: http://a/frame")
    root = page("<p>Root", "Content-Location: http://a/", "Content-ID: <r>")
    for data in (
        saved(root, frame),
        saved(frame, root, fields="Snapshot-Content-Location: http://a/\r\n"),
        saved(frame, root, parameters=' start="<r>";'),
    ):
        assert read(data).pages[0].text == "Root\n\nFrame"


def test_the_page_may_stand_behind_its_pictures():
    picture = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA"
    assert read(saved(picture, page("<p>Text"))).pages[0].text == "Text"


def test_a_page_without_parts_is_read():
    data = b"From: <Saved by X>\nContent-Type: text/html; charset=iso-2022-jp\n\n<p>"
    data += "請求書".encode("iso2022_jp")
    assert read(data).pages[0].text == "請求書"


def test_a_cut_page_is_told():
    data = saved(page("<p>Text")).removesuffix(b"\r\n--b--\r\n")
    found = read(data)
    assert found.pages[0].text == "Text"
    assert found.warnings == ("the end of the saved page is missing",)


RELATED = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (saved(page("x")), "", "mhtml"),
        (saved(page("x")), "a.mht", "mhtml"),
        (saved(page("x")), "a.txt", "mhtml"),
        (RELATED, "", "mhtml"),
        (b"Snapshot-Content-Location: http://a\n" + RELATED, "a.eml", "mhtml"),
        (b"From: Ann\nSubject: x\n" + RELATED, "a.mhtml", "mhtml"),
        (b"From: Ann <a@b.c>\nSubject: x\n" + RELATED, "a.eml", "eml"),
        (b"From: a@b.c\nTo: d@e.f\n" + RELATED, "a.mhtml", "eml"),
        (b"Received: from x\n" + RELATED, "", "eml"),
        (b"From: <Saved by the bell>\nTo: d@e.f\n" + RELATED, "", "eml"),
        (b"no header", "a.mht", "txt"),
        (b"<html><body>x", "a.mht", "html"),
    ],
)
def test_saved_pages_are_told_from_mails(data, name, kind):
    assert sniff(sample_files.source(data, name).file, name).extension == kind
