import pytest

from devtools import sample_files
from worker.parsing.readers.dispatch import read_document

OPEN = "openxmlformats-officedocument."


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
def test_templates_and_files_with_macros_are_read(data, part, kind, found):
    members = sample_files.unzip(data)
    override = (
        f'<Override PartName="/{part}" ContentType="application/vnd.{kind}.main+xml"/></Types>'
    )
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
        b"</Types>", override.encode()
    )
    members[part.split("/")[0] + "/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    found_in = sample_files.source(sample_files.zip_of(members))
    document = read_document(found_in.file, "", found_in.request, found_in.limits, found_in.ocr)
    assert document.format == found
    assert document.pages[0].text.startswith("Hi")
