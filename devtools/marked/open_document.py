"""OpenDocument files (ODF 1.3 part 3) with a marker in each place."""

import zipfile
from io import BytesIO

from devtools.marked.document import MarkedDocument, Marks
from devtools.metafiles import emf_of

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_NAMES = " ".join(
    [
        *(
            f'xmlns:{prefix}="{_ODF}:{name}:1.0"'
            for prefix, name in {
                "office": "office",
                "text": "text",
                "table": "table",
                "draw": "drawing",
                "presentation": "presentation",
                "style": "style",
                "chart": "chart",
                "svg": "svg-compatible",
                "fo": "xsl-fo-compatible",
            }.items()
        ),
        'xmlns:dc="http://purl.org/dc/elements/1.1/"',
        f'xmlns:of="{_ODF}:of:1.2"',
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
    ]
)
_SIZE = 'svg:width="8cm" svg:height="4cm"'
_PLACE = f'svg:x="1cm" svg:y="1cm" {_SIZE}'
_OBJECT = '<draw:object xlink:href="./Object 1" xlink:type="simple"/>'
_FOREIGN_OBJECT = (
    '<draw:object-ole xlink:href="./Object 2" xlink:type="simple"/>'
    '<draw:image xlink:href="./ObjectReplacements/Object 2" xlink:type="simple"/>'
)
_LAYOUT = (
    '<style:page-layout style:name="P"><style:page-layout-properties/>'
    '<style:header-style><style:header-footer-properties fo:min-height="1cm"/></style:header-style>'
    '<style:footer-style><style:header-footer-properties fo:min-height="1cm"/></style:footer-style>'
    "</style:page-layout>"
)
_PAGE_STYLE = (
    '<style:style style:name="dp" style:family="drawing-page">'
    '<style:drawing-page-properties presentation:display-footer="true"'
    ' presentation:background-objects-visible="true"/></style:style>'
    '<style:style style:name="ta" style:family="table" style:master-page-name="Default"/>'
)


def marked_odt() -> MarkedDocument:
    """Return an odt."""
    marks = Marks()
    body = "".join(
        (
            (
                '<text:tracked-changes><text:changed-region text:id="c1"><text:insertion>'
                "<office:change-info><dc:creator>Ann</dc:creator><dc:date>2026-01-02T03:04:05</dc:date>"
                "</office:change-info></text:insertion></text:changed-region></text:tracked-changes>"
            ),
            f'<text:h text:outline-level="1">{marks("heading")}</text:h>',
            _p(marks("body")),
            _p(f"<text:span>a<text:span>{marks('nested span')}</text:span></text:span>"),
            f'<text:p><text:a xlink:href="https://example.org/">{marks("link")}</text:a></text:p>',
            (
                f'<text:p><text:change-start text:change-id="c1"/>{marks("insertion")}'
                '<text:change-end text:change-id="c1"/></text:p>'
            ),
            (
                '<text:p><text:placeholder text:placeholder-type="text">'
                f"{marks('field')}</text:placeholder></text:p>"
            ),
            (
                f"<text:p><text:ruby><text:ruby-base>{marks('ruby base')}</text:ruby-base>"
                f"<text:ruby-text>{marks('ruby reading')}</text:ruby-text></text:ruby></text:p>"
            ),
            _list(_p(marks("list item")) + _list(_p(marks("nested list item")))),
            _table(
                "One",
                _p(marks("table cell"))
                + _list(_p(marks("list in cell")))
                + _table("Inner", _p(marks("nested table"))),
            ),
            f'<text:section text:name="S">{_p(marks("section"))}</text:section>',
            (
                '<text:table-of-content text:name="T"><text:table-of-content-source/>'
                f"<text:index-body>{_p(marks('index'))}</text:index-body></text:table-of-content>"
            ),
            (
                f"<text:p>a{_note('footnote', marks('footnote'))}"
                f"{_note('endnote', marks('endnote'))}"
                f"{_annotation(marks('annotation'))}</text:p>"
            ),
            f"<text:p>{_text_box(_p(marks('text box')), anchored=True)}</text:p>",
            f"<text:p>{_shape(_p(marks('shape')), anchored=True)}</text:p>",
            _p(f'<draw:frame text:anchor-type="as-char" {_SIZE}>{_OBJECT}</draw:frame>'),
            _p(f'<draw:frame text:anchor-type="as-char" {_SIZE}>{_FOREIGN_OBJECT}</draw:frame>'),
        )
    )
    styles = _styles(
        _LAYOUT,
        '<style:master-page style:name="Standard" style:page-layout-name="P">'
        f"<style:header>{_p(marks('header'))}</style:header>"
        f"<style:footer>{_p(marks('footer'))}</style:footer></style:master-page>",
    )
    return _document("odt", "text", body, styles, marks, emf_of(marks("picture of an object")))


def marked_ods() -> MarkedDocument:
    """Return an ods of two sheets."""
    marks = Marks()
    cells = (
        (
            f'<table:table-cell office:value-type="string">{_annotation(marks("annotation"))}'
            f"<text:p>a</text:p></table:table-cell>"
        ),
        _cell(marks("cell")),
        _cell(f"<text:span>{marks('cell span')}</text:span>"),
        (
            '<table:table-cell office:value-type="string"'
            ' table:formula="of:=&quot;Qformula&quot;&amp;&quot;resultQ&quot;">'
            f"{_p(marks('formula result'))}</table:table-cell>"
        ),
        '<table:table-cell table:number-columns-repeated="600"/>',
        _cell(marks("far cell")),
    )
    shapes = (
        _text_box(_p(marks("text box")))
        + f"<draw:g>{_shape(_p(marks('grouped shape')))}</draw:g>"
        + f"<draw:frame {_PLACE}>{_OBJECT}</draw:frame>"
    )
    body = (
        f'<table:table table:name="{marks("sheet name")}" table:style-name="ta">'
        f"<table:shapes>{shapes}</table:shapes>"
        '<table:table-column table:number-columns-repeated="605"/>'
        f"<table:table-row>{''.join(cells)}</table:table-row></table:table>"
        '<table:table table:name="Two"><table:table-column/><table:table-row>'
        f"{_cell(marks('second sheet'))}</table:table-row></table:table>"
    )
    region = "<style:region-left>{}</style:region-left>"
    styles = _styles(
        _LAYOUT,
        '<style:master-page style:name="Default" style:page-layout-name="P">'
        f"<style:header>{region.format(_p(marks('header')))}</style:header>"
        f"<style:footer>{_p(marks('footer'))}</style:footer></style:master-page>",
    )
    return _document("ods", "spreadsheet", body, styles, marks)


def marked_odp() -> MarkedDocument:
    """Return an odp of two slides."""
    marks = Marks()
    boxes = (
        _text_box(_p(marks("title")), 'presentation:class="title"'),
        _text_box(_list(_p(marks("list item")))),
        f"<draw:g>{_shape(_p(marks('grouped shape')))}</draw:g>",
        f"<draw:frame {_PLACE}>{_table('T', _p(marks('table cell')))}</draw:frame>",
        f"<draw:frame {_PLACE}>{_OBJECT}</draw:frame>",
        _annotation(marks("annotation")),
    )
    notes = _text_box(_p(marks("notes")), 'presentation:class="notes"')
    body = (
        f'<presentation:footer-decl presentation:name="f">{marks("footer")}'
        "</presentation:footer-decl>"
        '<draw:page draw:name="One" draw:master-page-name="M" presentation:use-footer-name="f"'
        ' draw:style-name="dp">'
        f"{''.join(boxes)}<presentation:notes>{notes}</presentation:notes></draw:page>"
        '<draw:page draw:name="Two" draw:master-page-name="M">'
        f"{_text_box(_p(marks('second slide')))}</draw:page>"
    )
    background = 'draw:layer="backgroundobjects"'
    presentation_class = f'{background} presentation:class="footer"'
    shown = "<text:p><presentation:footer/></text:p>"
    styles = _styles(
        f'{_PAGE_STYLE}<style:page-layout style:name="P">'
        '<style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/>'
        "</style:page-layout>",
        '<style:master-page style:name="M" style:page-layout-name="P" draw:style-name="dp">'
        f"{_text_box(_p(marks('master text')), background)}"
        f"{_text_box(shown, presentation_class)}</style:master-page>",
    )
    return _document("odp", "presentation", body, styles, marks)


def marked_odg() -> MarkedDocument:
    """Return a drawing of two pages."""
    marks = Marks()
    body = (
        f'<draw:page draw:name="One" draw:master-page-name="Default">'
        f"{_text_box(_p(marks('text box')))}{_shape(_p(marks('shape')))}"
        f"<draw:g>{_shape(_p(marks('grouped shape')))}</draw:g>"
        f"<draw:frame {_PLACE}>{_OBJECT}</draw:frame></draw:page>"
        '<draw:page draw:name="Two" draw:master-page-name="Default">'
        f"{_text_box(_p(marks('second page')))}</draw:page>"
    )
    styles = _styles(
        _LAYOUT,
        '<style:master-page style:name="Default" style:page-layout-name="P">'
        f"{_text_box(_p(marks('master text')))}</style:master-page>",
    )
    return _document("odg", "drawing", body, styles, marks)


def _p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def _list(item: str) -> str:
    return f"<text:list><text:list-item>{item}</text:list-item></text:list>"


def _table(name: str, content: str) -> str:
    return (
        f'<table:table table:name="{name}"><table:table-column/><table:table-row>'
        f'<table:table-cell office:value-type="string">{content}</table:table-cell>'
        "</table:table-row></table:table>"
    )


def _cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string">{_p(text)}</table:table-cell>'


def _note(kind: str, text: str) -> str:
    return (
        f'<text:note text:id="{kind}" text:note-class="{kind}"><text:note-citation>1'
        f"</text:note-citation><text:note-body>{_p(text)}</text:note-body></text:note>"
    )


def _annotation(text: str) -> str:
    return (
        "<office:annotation><dc:creator>Ann</dc:creator><dc:date>2026-01-02T03:04:05</dc:date>"
        f"{_p(text)}</office:annotation>"
    )


def _text_box(content: str, attributes: str = "", *, anchored: bool = False) -> str:
    anchor = 'text:anchor-type="as-char" ' if anchored else ""
    place = _SIZE if anchored else _PLACE
    return (
        f"<draw:frame {attributes} {anchor}{place}><draw:text-box>{content}</draw:text-box>"
        "</draw:frame>"
    )


def _shape(content: str, *, anchored: bool = False) -> str:
    anchor = 'text:anchor-type="as-char" ' if anchored else ""
    return (
        f"<draw:custom-shape {anchor}{_SIZE if anchored else _PLACE}>{content}"
        '<draw:enhanced-geometry draw:type="rectangle" svg:viewBox="0 0 9 9"'
        ' draw:enhanced-path="M 0 0 L 9 0 9 9 0 9 Z N"/></draw:custom-shape>'
    )


def _styles(automatic: str, master: str) -> str:
    return (
        f'<office:document-styles {_NAMES} office:version="1.3"><office:styles/>'
        f"<office:automatic-styles>{automatic}</office:automatic-styles><office:master-styles>{master}"
        "</office:master-styles></office:document-styles>"
    )


def _chart(marks: Marks) -> str:
    """Return the content of a chart (part 3, section 11): the labels are cells of its table."""
    cells = [
        _cell(marks("chart category")),
        (
            '<table:table-cell office:value-type="float"'
            ' office:value="5"><text:p>5</text:p></table:table-cell>'
        ),
    ]
    return (
        f'<office:document-content {_NAMES} office:version="1.3"><office:automatic-styles>'
        '<style:style style:name="ax" style:family="chart"><style:chart-properties'
        ' chart:display-label="true"/></style:style></office:automatic-styles>'
        "<office:body><office:chart>"
        f'<chart:chart chart:class="chart:bar" {_SIZE}><chart:title>{_p(marks("chart title"))}'
        '</chart:title><chart:legend chart:legend-position="end"/><chart:plot-area>'
        '<chart:axis chart:dimension="x" chart:style-name="ax">'
        f"<chart:title>{_p(marks('chart axis'))}</chart:title>"
        '<chart:categories table:cell-range-address="local-table.$A$2:.$A$2"/></chart:axis>'
        '<chart:axis chart:dimension="y"/>'
        '<chart:series chart:values-cell-range-address="local-table.$B$2:.$B$2"'
        ' chart:label-cell-address="local-table.$B$1" chart:class="chart:bar"/>'
        '</chart:plot-area><table:table table:name="local-table"><table:table-header-columns>'
        "<table:table-column/></table:table-header-columns><table:table-columns>"
        "<table:table-column/></table:table-columns><table:table-header-rows><table:table-row>"
        f"<table:table-cell><text:p/></table:table-cell>{_cell(marks('chart series'))}"
        "</table:table-row></table:table-header-rows><table:table-rows><table:table-row>"
        f"{''.join(cells)}</table:table-row></table:table-rows></table:table></chart:chart>"
        "</office:chart></office:body></office:document-content>"
    )


def _document(
    extension: str, kind: str, body: str, styles: str, marks: Marks, picture: bytes = b""
) -> MarkedDocument:
    """Make a file; `picture` is that of the foreign object."""
    # The body of a drawing has another name than its type.
    mime = "application/vnd.oasis.opendocument."
    media = kind.replace("drawing", "graphics")
    parts = {
        "content.xml": f'<office:document-content {_NAMES} office:version="1.3">'
        f"<office:automatic-styles>{_PAGE_STYLE}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>",
        "styles.xml": styles,
        "Object 1/content.xml": _chart(marks),
    }
    entries = {
        "/": f"{mime}{media}",
        "Object 1/": f"{mime}chart",
        **dict.fromkeys(parts, "text/xml"),
        **({"Object 2": "", "ObjectReplacements/Object 2": ""} if picture else {}),
    }
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{type_}"/>'
        for path, type_ in entries.items()
    )
    parts["META-INF/manifest.xml"] = (
        f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0" manifest:version="1.3">{listed}'
        "</manifest:manifest>"
    )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"{mime}{media}", zipfile.ZIP_STORED)
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>\n{content}')
        if picture:
            archive.writestr("Object 2", b"object")
            archive.writestr("ObjectReplacements/Object 2", picture)
    return MarkedDocument(extension, buffer.getvalue(), marks)
