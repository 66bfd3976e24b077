"""A workbook (ECMA-376 part 1, section 18) with a marker in each place of a sheet."""

from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.open_xml import (
    DRAWING,
    OFFICE,
    Part,
    chart,
    chart_graphic,
    package,
    paragraph,
)
from devtools.metafiles import emf_of

_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_NAMES = f'xmlns="{_SHEETS}" xmlns:r="{OFFICE}"'
_DRAWN = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_KIND = "spreadsheetml"
_PERSON, _THREAD = (f"{{00000000-0000-0000-0000-00000000000{number}}}" for number in (1, 2))


def marked_xlsx() -> MarkedDocument:
    """Return an xlsx of two sheets and a chart that is a sheet."""
    marks = Marks()
    data = package(
        "xl/workbook.xml",
        _workbook(marks),
        _first_sheet(marks),
        _second_sheet(marks),
        _chart_sheet(),
        _shared_strings(marks),
        *_comments(marks),
        drawing("1", drawn_shapes(marks)),
        drawing("2", _chart_frame()),
        chart("xl/charts/chart1.xml", marks),
        Part("xl/media/image1.emf", "image/x-emf", emf_of(marks("picture of an object"))),
    )
    return MarkedDocument("xlsx", data, marks)


def _workbook(marks: Marks) -> Part:
    return Part(
        "xl/workbook.xml",
        f"{_KIND}.sheet.main",
        f'<workbook {_NAMES}><sheets><sheet name="{marks("sheet name")}" sheetId="1"'
        f' r:id="s1"/><sheet name="Two" sheetId="2" r:id="s2"/>'
        f'<sheet name="{marks("chart sheet name")}" sheetId="3" r:id="s3"/>'
        "</sheets></workbook>",
        {
            "s1": ("worksheet", "worksheets/sheet1.xml"),
            "s2": ("worksheet", "worksheets/sheet2.xml"),
            "s3": ("chartsheet", "chartsheets/sheet1.xml"),
            "ss": ("sharedStrings", "sharedStrings.xml"),
            "pe": (
                "http://schemas.microsoft.com/office/2017/10/relationships/person",
                "persons/person.xml",
            ),
        },
    )


def _first_sheet(marks: Marks) -> Part:
    return Part(
        "xl/worksheets/sheet1.xml",
        f"{_KIND}.worksheet",
        f'<worksheet {_NAMES}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c r="B1" t="s"><v>1</v></c>'
        f'<c r="C1" t="inlineStr"><is><t>{marks("inline string")}</t></is></c>'
        '<c r="D1" t="str"><f>"Qformula"&amp;"resultQ"</f>'
        f"<v>{marks('formula result')}</v></c></row>"
        f'<row r="900"><c r="ZZ900" t="inlineStr"><is><t>{marks("far cell")}</t></is></c></row>'
        "</sheetData>"
        f"<headerFooter><oddHeader>&amp;L{marks('header')}</oddHeader>"
        f"<oddFooter>&amp;C&amp;8{marks('footer')}</oddFooter></headerFooter>"
        '<drawing r:id="dr"/><legacyDrawing r:id="vm"/>'
        '<oleObjects><oleObject progId="Word.Document" shapeId="9"><objectPr r:id="im"/>'
        "</oleObject></oleObjects></worksheet>",
        {
            "dr": ("drawing", "../drawings/drawing1.xml"),
            "vm": ("vmlDrawing", "../drawings/vmlDrawing1.vml"),
            "co": ("comments", "../comments1.xml"),
            "im": ("image", "../media/image1.emf"),
            "tc": (
                "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
                "../threadedComments/threadedComment1.xml",
            ),
        },
    )


def _second_sheet(marks: Marks) -> Part:
    return Part(
        "xl/worksheets/sheet2.xml",
        f"{_KIND}.worksheet",
        f'<worksheet {_NAMES}><sheetData><row r="1"><c r="A1" t="inlineStr"><is>'
        f"<t>{marks('second sheet')}</t></is></c></row></sheetData></worksheet>",
    )


def _chart_sheet() -> Part:
    return Part(
        "xl/chartsheets/sheet1.xml",
        f"{_KIND}.chartsheet",
        f'<chartsheet {_NAMES}><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        '<drawing r:id="dr"/></chartsheet>',
        {"dr": ("drawing", "../drawings/drawing2.xml")},
    )


def _shared_strings(marks: Marks) -> Part:
    """Return a plain string and one in two fonts, whose marker stands in two parts."""
    marks["rich string"] = "QrichtextQ"
    return Part(
        "xl/sharedStrings.xml",
        f"{_KIND}.sharedStrings",
        f'<sst {_NAMES} count="2" uniqueCount="2"><si><t>{marks("shared string")}</t></si>'
        f"<si><r><t>Qrich</t></r><r><rPr><b/></rPr><t>textQ</t></r></si></sst>",
    )


def _comments(marks: Marks) -> tuple[Part, ...]:
    """Return a note and a threaded comment, their author, and the shapes that show them."""
    return (
        Part(
            "xl/comments1.xml",
            f"{_KIND}.comments",
            f"<comments {_NAMES}><authors><author>Ann</author><author>tc={_THREAD}</author>"
            '</authors><commentList><comment ref="A1" authorId="0"><text>'
            f"<t>{marks('comment')}</t></text></comment>"
            f'<comment ref="B1" authorId="1" xr:uid="{_THREAD}" xmlns:xr="http://schemas.microsoft'
            '.com/office/spreadsheetml/2014/revision"><text><t>[Threaded comment]</t></text>'
            "</comment></commentList></comments>",
        ),
        Part(
            "xl/threadedComments/threadedComment1.xml",
            "application/vnd.ms-excel.threadedcomments+xml",
            f'<ThreadedComments xmlns="{_THREADED}"><threadedComment ref="B1"'
            f' dT="2026-01-02T03:04:05.00" personId="{_PERSON}" id="{_THREAD}">'
            f"<text>{marks('threaded comment')}</text></threadedComment></ThreadedComments>",
        ),
        Part(
            "xl/persons/person.xml",
            "application/vnd.ms-excel.person+xml",
            f'<personList xmlns="{_THREADED}"><person displayName="Ann" id="{_PERSON}"'
            ' userId="Ann" providerId="None"/></personList>',
        ),
        Part(
            "xl/drawings/vmlDrawing1.vml",
            "application/vnd.openxmlformats-officedocument.vmlDrawing",
            '<xml xmlns:v="urn:schemas-microsoft-com:vml"'
            ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
            f"{_note_shape(0)}{_note_shape(1)}</xml>".encode(),
        ),
    )


def drawn_shapes(marks: Marks) -> str:
    """Return a text box, a group and a chart (20.5), each in a line."""
    return _text_box(marks("text box")) + _group(marks("grouped shape")) + _chart_frame()


def drawing(number: str, shapes: str) -> Part:
    """Return the drawing of a sheet with these shapes."""
    anchor = (
        "<xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>3</xdr:row>"
        "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>6</xdr:col><xdr:colOff>0"
        "</xdr:colOff><xdr:row>20</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
    )
    anchors = "".join(
        f"<xdr:twoCellAnchor>{anchor}{shape}<xdr:clientData/></xdr:twoCellAnchor>"
        for shape in shapes.split("\n")
        if shape
    )
    return Part(
        f"xl/drawings/drawing{number}.xml",
        "drawing",
        f'<xdr:wsDr xmlns:xdr="{_DRAWN}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}">{anchors}'
        "</xdr:wsDr>",
        {"ch": ("chart", "../charts/chart1.xml")},
    )


def _text_box(text: str) -> str:
    return (
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="t"/>'
        '<xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/>'
        '<a:ext cx="2000000" cy="400000"/></a:xfrm><a:prstGeom prst="rect"/></xdr:spPr>'
        f"<xdr:txBody><a:bodyPr/>{paragraph(text)}</xdr:txBody></xdr:sp>\n"
    )


def _group(text: str) -> str:
    return (
        '<xdr:grpSp><xdr:nvGrpSpPr><xdr:cNvPr id="3" name="g"/><xdr:cNvGrpSpPr/></xdr:nvGrpSpPr>'
        '<xdr:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="400000"/>'
        '<a:chOff x="0" y="0"/><a:chExt cx="2000000" cy="400000"/></a:xfrm></xdr:grpSpPr>'
        f"{_text_box(text).strip()}</xdr:grpSp>\n"
    )


def _chart_frame() -> str:
    return (
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="4" name="c"/>'
        '<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="0" cy="0"/></xdr:xfrm>{chart_graphic("ch")}</xdr:graphicFrame>\n'
    )


def _note_shape(column: int) -> str:
    return (
        f'<v:shape id="n{column}" type="#_x0000_t202" fillcolor="#ffffe1"><v:textbox/>'
        f'<x:ClientData ObjectType="Note"><x:Row>0</x:Row><x:Column>{column}</x:Column>'
        "</x:ClientData></v:shape>"
    )
