"""Descriptions of pictures, and what shapes hide, alike in all office formats."""

import io

import pytest

from devtools import sample_files
from tests.unit.worker.parsing.readers.office import open_document_files, packages, word_files
from worker.parsing.limits import ParserLimits
from worker.parsing.readers.descriptions import join_descriptions
from worker.parsing.readers.dispatch import read_document

NAMES = f'{packages.NAMES} xmlns:p="{packages.P}"'
FRAME = "<draw:frame>{}</draw:frame>"
IMAGE = '<draw:image xlink:href="Pictures/1.png"/>'


def lines(data: bytes) -> list[str]:
    limits, ocr = ParserLimits(), sample_files.no_ocr()
    document = read_document(io.BytesIO(data), "", sample_files.EVERYTHING, limits, ocr)
    return [line for page in document.pages for line in page.text.split("\n") if line]


def slides(shapes: str) -> bytes:
    return packages.package(
        {
            "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>"
            '<p:sldId r:id="s"/></p:sldIdLst></p:presentation>',
            "ppt/slides/slide1.xml": f"<p:sld {NAMES}><p:cSld><p:spTree>{shapes}</p:spTree>"
            "</p:cSld></p:sld>",
        },
        {
            "": [("d", "officeDocument", "ppt/presentation.xml")],
            "ppt/presentation.xml": [("s", "slide", "slides/slide1.xml")],
        },
    )


def sheets(shapes: str) -> bytes:
    anchored = f"<xdr:wsDr {NAMES}><xdr:twoCellAnchor>{shapes}</xdr:twoCellAnchor></xdr:wsDr>"
    return packages.package(
        {
            "xl/workbook.xml": f'<workbook xmlns="{packages.S}" xmlns:r="{packages.R}"><sheets>'
            '<sheet name="Sales" r:id="s"/></sheets></workbook>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{packages.S}"/>',
            "xl/drawings/drawing1.xml": anchored.replace("p:", "xdr:").replace(
                "xlns:xdr:", "xlns:"
            ),
        },
        {
            "": [("d", "officeDocument", "xl/workbook.xml")],
            "xl/workbook.xml": [("s", "worksheet", "worksheets/sheet1.xml")],
            "xl/worksheets/sheet1.xml": [("d", "drawing", "../drawings/drawing1.xml")],
        },
    )


def picture(attributes: str) -> str:
    return f'<p:pic><p:nvPicPr><p:cNvPr id="2" name="Picture 1" {attributes}/></p:nvPicPr></p:pic>'


def shape(text: str, attributes: str = "") -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="Box" {attributes}/></p:nvSpPr>'
        f"<p:txBody>{packages.box(text)}</p:txBody></p:sp>"
    )


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('descr="A dog&#10;on a lawn"', ["A dog on a lawn"]),
        ('descr="A dog" title="Rex"', ["A dog", "Rex"]),
        ('descr="logo.PNG"', []),
        ('descr="A dog" hidden="1"', []),
    ],
)
def test_descriptions_of_slides_and_sheets_are_read(attributes, expected):
    assert lines(slides(picture(attributes))) == expected
    assert lines(sheets(picture(attributes))) == ["Sales", *expected]


def test_descriptions_of_text_documents_are_read():
    run = "<w:p><w:r>{}</w:r></w:p>"
    drawing = run.format('<w:drawing><wp:inline><wp:docPr id="1" {}/></wp:inline></w:drawing>')
    shown = run.format('<w:pict><v:shape alt="A cat"><v:imagedata r:id="x"/></v:shape></w:pict>')
    body = drawing.format('title="Rex"') + drawing.format('descr="c:\\x\\dog.jpg"') + shown

    assert lines(word_files.docx(body)) == ["Rex", "A cat"]


@pytest.mark.parametrize("kind", ["text", "spreadsheet", "presentation"])
def test_descriptions_of_opendocument_are_read(kind):
    described = FRAME.format(f"{IMAGE}<svg:title>Rex</svg:title><svg:desc>A dog</svg:desc>")
    box = FRAME.format("<draw:text-box><text:p>Box</text:p></draw:text-box><svg:desc>no</svg:desc>")
    body = {
        "text": f"<text:p>{described}{box}</text:p>",
        "spreadsheet": open_document_files.sheet(f"<table:shapes>{described}{box}</table:shapes>"),
        "presentation": f"<draw:page>{described}{box}</draw:page>",
    }[kind]

    found = lines(open_document_files.package(kind, body))
    assert [line for line in found if line != "Sales"] == ["Rex", "A dog", "Box"]


def test_an_opendocument_of_pictures_is_not_read_in_silence():
    document = open_document_files.read(
        open_document_files.package("text", f"<text:p>{FRAME.format(IMAGE)}</text:p>")
    )
    assert document.warnings == ("the document consists of pictures, which were not read",)


def test_fields_that_show_nothing_are_left_out():
    fields = (
        '<text:variable-set text:display="none">x</text:variable-set><text:script>y</text:script>'
    )
    assert open_document_files.text_of(f"<text:p>A{fields}B</text:p>") == "AB"


def test_hidden_shapes_are_left_out():
    group = f'<p:grpSp><p:nvGrpSpPr><p:cNvPr hidden="true"/></p:nvGrpSpPr>{shape("x")}</p:grpSp>'
    assert lines(slides(shape("Shown") + shape("x", 'hidden="1"') + group)) == ["Shown"]


def test_escaped_characters_and_symbols_on_slides():
    run = (
        '<a:r><a:rPr><a:latin typeface="Arial"/><a:sym typeface="Wingdings"/></a:rPr>'
        "<a:t>\uf0fc</a:t></a:r>"
    )
    paragraph = f"<a:p>{run}<a:r><a:t> A_x000B_B_x000D_C</a:t></a:r></a:p>"
    assert lines(slides(f"<p:sp><p:txBody>{paragraph}</p:txBody></p:sp>")) == ["✓ A", "B", "C"]


def test_repeated_descriptions_count_once():
    assert join_descriptions("A dog", None, " A  dog ", "", "dog.jpeg") == "A dog"


@pytest.mark.parametrize("make", [slides, sheets])
def test_handwriting_and_models_are_described(make):
    shown = picture("descr='Signed by Ann'")
    alternatives = (
        "<mc:AlternateContent><mc:Choice Requires='p14 aink'><p:contentPart r:id='k1'/></mc:Choice>"
        f"<mc:Fallback>{shown}</mc:Fallback></mc:AlternateContent>"
    )
    assert lines(make(alternatives))[-1] == "Signed by Ann"
