"""A Word file (ECMA-376 part 1, section 17) with a marker in each place of a page."""

from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.open_xml import (
    OFFICE,
    Part,
    chart,
    chart_graphic,
    diagram,
    diagram_graphic,
    diagram_links,
    package,
    picture_graphic,
)
from devtools.metafiles import emf_of, wmf_of

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = (
    f'xmlns:w="{_WORD}" xmlns:r="{OFFICE}"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)
_INLINE = (
    "<w:r><w:drawing><wp:inline>"
    '<wp:extent cx="3600000" cy="1800000"/><wp:docPr id="{}" name="a"/>{}'
    "</wp:inline></w:drawing></w:r>"
)


def marked_docx() -> MarkedDocument:
    """Return a docx of two pages."""
    marks = Marks()
    document = Part(
        "word/document.xml",
        "wordprocessingml.document.main",
        f"<w:document {_NAMES}><w:body>{_first_page(marks)}{_second_page(marks)}"
        '<w:sectPr><w:headerReference w:type="first" r:id="h1"/>'
        '<w:headerReference w:type="default" r:id="h2"/>'
        '<w:footerReference w:type="first" r:id="f1"/><w:titlePg/></w:sectPr>'
        "</w:body></w:document>",
        {
            "h1": ("header", "header1.xml"),
            "h2": ("header", "header2.xml"),
            "f1": ("footer", "footer1.xml"),
            "fn": ("footnotes", "footnotes.xml"),
            "en": ("endnotes", "endnotes.xml"),
            "co": ("comments", "comments.xml"),
            "nu": ("numbering", "numbering.xml"),
            "link": ("hyperlink", "https://example.org/"),
            "chunk": ("aFChunk", "chunk.html"),
            "ch": ("chart", "charts/chart1.xml"),
            "emf": ("image", "media/image1.emf"),
            "wmf": ("image", "media/image2.wmf"),
            **diagram_links("diagrams"),
        },
    )
    data = package(
        "word/document.xml",
        document,
        _story("header1", "hdr", "header", _p(marks("first header"))),
        _story("header2", "hdr", "header", _table(_p(marks("header table")))),
        _story("footer1", "ftr", "footer", _p(marks("footer"))),
        _story("footnotes", "footnotes", "footnotes", _note("footnote", marks("footnote"))),
        _story("endnotes", "endnotes", "endnotes", _note("endnote", marks("endnote"))),
        _story(
            "comments",
            "comments",
            "comments",
            f'<w:comment w:id="1" w:author="Ann">{_p(marks("comment"))}</w:comment>',
        ),
        _numbering(marks("list label")),
        Part("word/chunk.html", "text/html", f"<html><p>{marks('chunk')}</p></html>".encode()),
        chart("word/charts/chart1.xml", marks),
        *diagram("word/diagrams", marks),
        Part("word/media/image1.emf", "image/x-emf", emf_of(marks("picture of an object"))),
        Part("word/media/image2.wmf", "image/x-wmf", wmf_of(marks("drawn picture"))),
    )
    return MarkedDocument("docx", data, marks)


def _first_page(marks: Marks) -> str:
    listed = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    nested = _table(_p(marks("nested table")))
    return "".join(
        (
            _p(marks("body")),
            f"<w:p>{listed}{_r(marks('list item'))}</w:p>",
            _table(_p(marks("table cell")) + nested + "<w:p/>"),
            (
                f'<w:p><w:hyperlink r:id="link">{_r(marks("link"))}</w:hyperlink>'
                f'<w:fldSimple w:instr=" AUTHOR ">{_r(marks("simple field"))}</w:fldSimple>'
                f"{_complex_field(marks('complex field'))}"
                f"<w:smartTag>{_r(marks('smart tag'))}</w:smartTag>"
                f'<w:ins w:id="8" w:author="Ann">{_r(marks("insertion"))}</w:ins>'
                f"<w:sdt><w:sdtContent>{_r(marks('inline control'))}</w:sdtContent></w:sdt></w:p>"
            ),
            f"<w:sdt><w:sdtContent>{_p(marks('content control'))}</w:sdtContent></w:sdt>",
            (
                "<w:p><w:r><w:ruby><w:rubyPr/>"
                f"<w:rt>{_r(marks('ruby reading'))}</w:rt>"
                f"<w:rubyBase>{_r(marks('ruby base'))}</w:rubyBase></w:ruby></w:r></w:p>"
            ),
            (
                "<w:p><m:oMathPara><m:oMath><m:f><m:num><m:r>"
                f"<m:t>{marks('equation')}</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den>"
                "</m:f></m:oMath></m:oMathPara></w:p>"
            ),
            (
                '<w:p><w:r><w:footnoteReference w:id="1"/></w:r>'
                '<w:r><w:endnoteReference w:id="1"/></w:r><w:r><w:commentReference w:id="1"/></w:r>'
                "</w:p>"
            ),
            '<w:altChunk r:id="chunk"/>',
        )
    )


def _second_page(marks: Marks) -> str:
    return "".join(
        (
            '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
            _p(marks("second page")),
            f"<w:p>{_text_box(_p(marks('text box')))}</w:p>",
            (
                '<w:p><w:r><w:pict><v:shape style="width:200pt;height:40pt"><v:textbox>'
                f"<w:txbxContent>{_p(marks('old text box'))}</w:txbxContent></v:textbox></v:shape>"
                "</w:pict></w:r></w:p>"
            ),
            f"<w:p>{_INLINE.format(2, chart_graphic('ch'))}</w:p>",
            f"<w:p>{_INLINE.format(3, diagram_graphic())}</w:p>",
            (
                '<w:p><w:r><w:object><v:shape style="width:200pt;height:40pt">'
                '<v:imagedata r:id="emf"/></v:shape></w:object></w:r></w:p>'
            ),
            f"<w:p>{_INLINE.format(4, picture_graphic('wmf'))}</w:p>",
        )
    )


def _r(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def _p(text: str) -> str:
    return f"<w:p>{_r(text)}</w:p>"


def _table(content: str) -> str:
    return (
        '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid>'
        f"<w:tr><w:tc>{content}</w:tc></w:tr></w:tbl>"
    )


def _complex_field(text: str) -> str:
    kinds = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in _FIELD]
    code = "<w:r><w:instrText> AUTHOR </w:instrText></w:r>"
    return kinds[0] + code + kinds[1] + _r(text) + kinds[2]


_FIELD = ("begin", "separate", "end")


def _text_box(content: str) -> str:
    """Return a text box as Word 2010 and later write it, with its fallback for earlier ones."""
    inner = f"<w:txbxContent>{content}</w:txbxContent>"
    shape = (
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/'
        'wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm>'
        '<a:off x="0" y="0"/><a:ext cx="3600000" cy="600000"/></a:xfrm>'
        f'<a:prstGeom prst="rect"/></wps:spPr><wps:txbx>{inner}</wps:txbx><wps:bodyPr/></wps:wsp>'
        "</a:graphicData></a:graphic>"
    )
    choice = _INLINE.format(1, shape).removeprefix("<w:r>").removesuffix("</w:r>")
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{choice}</mc:Choice>'
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


def _story(name: str, root: str, kind: str, content: str) -> Part:
    return Part(
        f"word/{name}.xml",
        f"wordprocessingml.{kind}",
        f"<w:{root} {_NAMES}>{content}</w:{root}>",
    )


def _note(kind: str, text: str) -> str:
    return f'<w:{kind} w:id="1">{_p(text)}</w:{kind}>'


def _numbering(label: str) -> Part:
    return _story(
        "numbering",
        "numbering",
        "numbering",
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'<w:numFmt w:val="decimal"/><w:lvlText w:val="{label} %1."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
    )
