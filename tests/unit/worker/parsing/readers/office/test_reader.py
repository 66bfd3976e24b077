import io

import pytest

from app.errors import FileError, FileErrorCode
from devtools import ole_samples, sample_files
from worker.parsing.document import Document
from worker.parsing.readers.office.reader import _hidden_sheets, read_docx_headers, read_office

OPEN = "openxmlformats-officedocument."


def read(data: bytes, name: str = "", asked=sample_files.EVERYTHING) -> Document:
    return read_office(sample_files.source(data, name, asked))


def texts(data: bytes, name: str = "") -> list[str]:
    return [page.text for page in read(data, name).pages]


def test_docx_pages_lie_between_page_breaks():
    assert texts(sample_files.docx(["Hello", "World"], ["Second"])) == ["Hello\n\nWorld", "Second"]


def test_docx_without_breaks_is_cut_like_running_text():
    pages = texts(sample_files.docx(["word " * 400] * 4))
    assert len(pages) == 4
    assert all(len(page) <= 3000 for page in pages)


def test_docx_cuts_what_is_more_than_a_page_between_breaks():
    pages = texts(sample_files.docx(["Title"], ["word " * 400] * 4))
    assert pages[0] == "Title"
    assert len(pages) == 5


def test_docx_headers_are_on_the_first_page():
    data = sample_files.docx(["Dear Sir"], ["Page two"], header="ACME &amp; Sons")
    assert texts(data) == ["ACME & Sons\n\nDear Sir", "Page two"]
    assert texts(sample_files.docx(["Dear Sir"], header="7 / 9")) == ["Dear Sir"]


def test_damaged_docx_headers_are_left_out():
    data = bytearray(sample_files.docx(["Dear Sir"], header="ACME Limited"))
    at = data.rindex(b"word/header1.xml") - 46 + 10
    data[at : at + 2] = b"\x63\0"
    assert read_docx_headers(io.BytesIO(data)) == ("", "")


def test_slides_are_pages():
    assert texts(sample_files.pptx("One", "Two", "Three")) == ["One", "Two", "Three"]
    found = read(sample_files.pptx("One", "Two"), asked=sample_files.request(target_pages=(1,)))
    assert [(page.index, page.text) for page in found.pages] == [(1, "Two")]
    assert (found.format, found.total_pages) == ("pptx", 2)


def test_visible_sheets_are_pages():
    book = sample_files.xlsx(Sales=[["a", "", "b"], [], ["1", "2"]], hidden=[["secret"]], Empty=[])
    assert texts(book) == ["Sales\na b\n1 2", "Empty"]
    assert texts(sample_files.xlsx(hidden=[["all"]])) == ["hidden\nall"]


def test_sheets_of_other_formats_are_pages():
    assert texts(ole_samples.xls("Invoice", "Total")) == ["Sheet\nInvoice\nTotal"]


@pytest.mark.parametrize(
    ("data", "part", "kind", "found"),
    [
        (sample_files.docx(["Hi"]), "word/document.xml", "ms-word.document.macroEnabled", "docx"),
        (
            sample_files.docx(["Hi"]),
            "word/document.xml",
            f"{OPEN}wordprocessingml.template",
            "docx",
        ),
        (sample_files.xlsx(Hi=[["a"]]), "xl/workbook.xml", "ms-excel.sheet.macroEnabled", "xlsx"),
        (sample_files.xlsx(Hi=[["a"]]), "xl/workbook.xml", f"{OPEN}spreadsheetml.template", "xlsx"),
        (sample_files.pptx("Hi"), "ppt/presentation.xml", "ms-powerpoint.slideshow", "pptx"),
        (
            sample_files.pptx("Hi"),
            "ppt/presentation.xml",
            f"{OPEN}presentationml.slideshow",
            "pptx",
        ),
    ],
)
def test_templates_shows_and_files_with_macros_are_read(data, part, kind, found):
    members = sample_files.unzip(data)
    override = (
        f'<Override PartName="/{part}" ContentType="application/vnd.{kind}.main+xml"/></Types>'
    )
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
        b"</Types>", override.encode()
    )
    members[part.split("/")[0] + "/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    document = read(sample_files.zip_of(members))
    assert document.format == found
    assert document.pages[0].text.startswith("Hi")


@pytest.mark.parametrize(
    "data",
    [
        ole_samples.ole_file(WordDocument=bytes(32)),
        sample_files.zip_of({"[Content_Types].xml": "", "word/document.xml": "<w:document"}),
        sample_files.zip_of({"[Content_Types].xml": "", "xl/workbook.xml": "no"}),
    ],
)
def test_damaged_office_files_are_corrupt(data):
    with pytest.raises(FileError) as caught:
        read(data)
    assert caught.value.code == FileErrorCode.CORRUPT


def test_a_workbook_without_its_list_of_sheets_hides_none():
    assert _hidden_sheets(sample_files.source(sample_files.docx(["x"]))) == frozenset()
