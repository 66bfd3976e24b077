import zipfile

import pytest

from app.errors import FileError, FileErrorCode
from devtools import ole_samples, sample_files
from worker.parsing.document import Document
from worker.parsing.readers.office.odp import read_odp
from worker.parsing.readers.office.reader import read_office

OPEN = "openxmlformats-officedocument."


def read(data: bytes, name: str = "", asked=sample_files.EVERYTHING) -> Document:
    return read_office(sample_files.source(data, name, asked))


def texts(data: bytes, name: str = "") -> list[str]:
    return [page.text for page in read(data, name).pages]


def test_sheets_are_pages():
    assert texts(sample_files.ods(One="x", Two="y")) == ["One\nx", "Two\ny"]
    assert texts(ole_samples.xls("Invoice", "Total")) == ["Sheet\nInvoice\nTotal"]


def test_running_texts_are_cut_into_pages():
    assert texts(sample_files.odt("Hello", "World")) == ["Hello\n\nWorld"]
    assert texts(sample_files.epub("Chapter one", "Two")) == ["Chapter one\n\nTwo"]
    assert texts(rb"{\rtf1\ansi Hello M\'fcller\par End}") == ["Hello Müller\n\nEnd"]


def test_mail_has_its_subject_and_senders():
    mail = (
        b"From: a@b.c\r\nTo: d@e.f\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=iso-8859-1\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        b'<style>p {}</style><p>Hallo <a href="http://x.y">M=FCller</a></p><script>x()</script>'
    )
    (text,) = texts(mail, "a.eml")
    assert text.startswith("Subject: Grüße\nFrom: a@b.c")
    assert "Hallo Müller" in text
    assert "x()" not in text
    assert "http" not in text


@pytest.mark.parametrize("mail", [sample_files.eml, ole_samples.msg])
def test_attached_files_are_named(mail):
    (text,) = texts(mail("Your order", "See below.", "invoice 7.pdf", "terms.docx"))
    assert text.startswith("Subject: Your order")
    assert text.endswith("See below.\n\nAttachments: invoice 7.pdf, terms.docx")
    assert "Attachments" not in texts(mail("Your order", "See below."))[0]


def test_names_of_attached_files_are_cut():
    names = [f"{'long ' * 30}{number}.pdf" for number in range(25)]
    (text,) = texts(sample_files.eml("Hi", "See below.", "Grüße\t1.png", *names))
    _, _, listed = text.partition("Attachments: ")
    assert listed.startswith("Grüße 1.png, long long")
    assert listed.endswith(" and 6 more")
    assert len(listed) < 20 * 105


def test_attached_files_do_not_become_text():
    (text,) = texts(sample_files.eml("Hi", "See attachment", "x.bin"))
    assert "See attachment" in text
    assert "AAE" not in text


def test_chapters_stand_in_the_order_of_the_spine():
    book = sample_files.epub("One", "Two", "Three")
    turned = sample_files.zip_of(
        {
            name: book_part.replace(
                b'<itemref idref="c0"/><itemref idref="c1"/>',
                b'<itemref idref="c1"/><itemref idref="c0"/>',
            )
            for name, book_part in sample_files.unzip(book).items()
        },
        zipfile.ZIP_STORED,
    )
    assert texts(turned) == ["Two\n\nOne\n\nThree"]


@pytest.mark.parametrize(
    "data",
    [
        ole_samples.ole_file(WordDocument=bytes(32)),
    ],
)
def test_damaged_office_files_are_corrupt(data):
    with pytest.raises(FileError) as caught:
        read(data)
    assert caught.value.code == FileErrorCode.CORRUPT


def odp_texts(data: bytes) -> list[str]:
    return [page.text for page in read_odp(sample_files.source(data)).pages]


def test_opendocument_slides_are_pages():
    assert odp_texts(sample_files.odp("One", "Two<text:tab/>and<text:line-break/>more")) == [
        "One",
        "Two and more",
    ]


def test_damaged_opendocument_slides_are_corrupt():
    for data in (
        sample_files.odp("<unclosed>"),
        sample_files.odp("One").replace(b"PK\x03\x04", b"PK\x03\x05"),
    ):
        found = sample_files.source(sample_files.odp("x"))
        found.file.truncate(0)
        found.file.seek(0)
        found.file.write(data)
        with pytest.raises(FileError) as caught:
            read_odp(found)
        assert caught.value.code == FileErrorCode.CORRUPT
