import io
import zipfile

import pytest

from app.errors import FileError, FileErrorCode
from tests.unit.parsing import samples
from worker.parsing.document import Document
from worker.parsing.letterhead import read_letterhead
from worker.parsing.odp import read_odp
from worker.parsing.office import _hidden_sheets, read_office

OPEN = "openxmlformats-officedocument."


def read(data: bytes, name: str = "", asked=samples.EVERYTHING) -> Document:
    return read_office(samples.source(data, name, asked))


def texts(data: bytes, name: str = "") -> list[str]:
    return [page.text for page in read(data, name).pages]


def test_docx_pages_lie_between_page_breaks():
    assert texts(samples.docx(["Hello", "World"], ["Second"])) == ["Hello\n\nWorld", "Second"]


def test_docx_without_breaks_is_cut_like_running_text():
    pages = texts(samples.docx(["word " * 400] * 4))
    assert len(pages) == 4
    assert all(len(page) <= 3000 for page in pages)


def test_docx_cuts_what_is_more_than_a_page_between_breaks():
    pages = texts(samples.docx(["Title"], ["word " * 400] * 4))
    assert pages[0] == "Title"
    assert len(pages) == 5


def test_docx_letterhead():
    data = samples.docx(["Dear Sir"], ["Page two"], header="ACME &amp; Sons")
    assert texts(data) == ["ACME & Sons\n\nDear Sir", "Page two"]
    assert texts(samples.docx(["Dear Sir"], header="7 / 9")) == ["Dear Sir"]


def test_docx_letterhead_that_is_damaged():
    data = bytearray(samples.docx(["Dear Sir"], header="ACME Limited"))
    at = data.rindex(b"word/header1.xml") - 46 + 10
    data[at : at + 2] = b"\x63\0"
    assert read_letterhead(io.BytesIO(data)) == ("", "")


def test_slides():
    assert texts(samples.pptx("One", "Two", "Three")) == ["One", "Two", "Three"]
    found = read(samples.pptx("One", "Two"), asked=samples.request(target_pages=(1,)))
    assert [(page.index, page.text) for page in found.pages] == [(1, "Two")]
    assert (found.format, found.total_pages) == ("pptx", 2)


def test_visible_sheets():
    book = samples.xlsx(Sales=[["a", "", "b"], [], ["1", "2"]], hidden=[["secret"]], Empty=[])
    assert texts(book) == ["Sales\na b\n1 2", "Empty"]
    assert texts(samples.xlsx(hidden=[["all"]])) == ["hidden\nall"]


def test_sheets_of_other_formats():
    assert texts(samples.ods(One="x", Two="y")) == ["One\nx", "Two\ny"]
    assert texts(samples.xls("Invoice", "Total")) == ["Sheet\nInvoice\nTotal"]


def test_running_texts():
    assert texts(samples.odt("Hello", "World")) == ["Hello\n\nWorld"]
    assert texts(samples.epub("Chapter one", "Two")) == ["Chapter one\n\nTwo"]
    assert texts(rb"{\rtf1\ansi Hello M\'fcller\par End}") == ["Hello Müller\n\nEnd"]


def test_mail():
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


@pytest.mark.parametrize("mail", [samples.eml, samples.msg])
def test_attached_files_are_named(mail):
    (text,) = texts(mail("Your order", "See below.", "invoice 7.pdf", "terms.docx"))
    assert text.startswith("Subject: Your order")
    assert text.endswith("See below.\n\nAttachments: invoice 7.pdf, terms.docx")
    assert "Attachments" not in texts(mail("Your order", "See below."))[0]


def test_names_of_attached_files_are_cut():
    names = [f"{'long ' * 30}{number}.pdf" for number in range(25)]
    (text,) = texts(samples.eml("Hi", "See below.", "Grüße\t1.png", *names))
    _, _, listed = text.partition("Attachments: ")
    assert listed.startswith("Grüße 1.png, long long")
    assert listed.endswith(" and 6 more")
    assert len(listed) < 20 * 105


def test_attached_files_do_not_become_text():
    (text,) = texts(samples.eml("Hi", "See attachment", "x.bin"))
    assert "See attachment" in text
    assert "AAE" not in text


def test_chapters_stand_in_the_order_of_the_spine():
    book = samples.epub("One", "Two", "Three")
    turned = samples.zip_of(
        {
            name: book_part.replace(
                b'<itemref idref="c0"/><itemref idref="c1"/>',
                b'<itemref idref="c1"/><itemref idref="c0"/>',
            )
            for name, book_part in samples.unzip(book).items()
        },
        zipfile.ZIP_STORED,
    )
    assert texts(turned) == ["Two\n\nOne\n\nThree"]


@pytest.mark.parametrize(
    ("data", "part", "kind", "found"),
    [
        (samples.docx(["Hi"]), "word/document.xml", "ms-word.document.macroEnabled", "docx"),
        (samples.docx(["Hi"]), "word/document.xml", f"{OPEN}wordprocessingml.template", "docx"),
        (samples.xlsx(Hi=[["a"]]), "xl/workbook.xml", "ms-excel.sheet.macroEnabled", "xlsx"),
        (samples.xlsx(Hi=[["a"]]), "xl/workbook.xml", f"{OPEN}spreadsheetml.template", "xlsx"),
        (samples.pptx("Hi"), "ppt/presentation.xml", "ms-powerpoint.slideshow", "pptx"),
        (samples.pptx("Hi"), "ppt/presentation.xml", f"{OPEN}presentationml.slideshow", "pptx"),
    ],
)
def test_templates_shows_and_files_with_macros(data, part, kind, found):
    members = samples.unzip(data)
    override = (
        f'<Override PartName="/{part}" ContentType="application/vnd.{kind}.main+xml"/></Types>'
    )
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
        b"</Types>", override.encode()
    )
    members[part.split("/")[0] + "/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    document = read(samples.zip_of(members))
    assert document.format == found
    assert document.pages[0].text.startswith("Hi")


@pytest.mark.parametrize(
    "data",
    [
        samples.ole_file(WordDocument=bytes(32)),
        samples.zip_of({"[Content_Types].xml": "", "word/document.xml": "<w:document"}),
        samples.zip_of({"[Content_Types].xml": "", "xl/workbook.xml": "no"}),
    ],
)
def test_damaged_files(data):
    with pytest.raises(FileError) as caught:
        read(data)
    assert caught.value.code == FileErrorCode.CORRUPT


def odp_texts(data: bytes) -> list[str]:
    return [page.text for page in read_odp(samples.source(data)).pages]


def test_opendocument_slides():
    assert odp_texts(samples.odp("One", "Two<text:tab/>and<text:line-break/>more")) == [
        "One",
        "Two and more",
    ]


def test_opendocument_slides_that_are_damaged():
    for data in (
        samples.odp("<unclosed>"),
        samples.odp("One").replace(b"PK\x03\x04", b"PK\x03\x05"),
    ):
        found = samples.source(samples.odp("x"))
        found.file.truncate(0)
        found.file.seek(0)
        found.file.write(data)
        with pytest.raises(FileError) as caught:
            read_odp(found)
        assert caught.value.code == FileErrorCode.CORRUPT


def test_a_workbook_without_its_list_of_sheets_hides_none():
    assert _hidden_sheets(samples.source(samples.ods(One="x"))) == frozenset()
