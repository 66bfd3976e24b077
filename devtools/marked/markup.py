"""Web pages, books, RTF, drawings and plain text with a marker in each place."""

import json
import plistlib

from devtools.marked.document import MarkedDocument, Marks
from devtools.sample_files import zip_of


def marked_html() -> MarkedDocument:
    """Return a web page (HTML, the living standard)."""
    marks = Marks()
    frame = f"&lt;p&gt;{marks('frame')}&lt;/p&gt;"
    page = f"""<!doctype html><html lang="en"><head><title>{marks("title")}</title></head><body>
<h1>{marks("heading")}</h1><p>{marks("paragraph")}</p>
<ul><li>{marks("list item")}</li></ul>
<dl><dt>{marks("term")}</dt><dd>{marks("definition")}</dd></dl>
<table><caption>{marks("caption")}</caption><thead><tr><th>{marks("table head")}</th></tr></thead>
<tr><td>{marks("table cell")}<table><tr><td>{marks("nested table")}</td></tr></table></td></tr>
</table><pre>{marks("preformatted")}</pre><blockquote>{marks("quotation")}</blockquote>
<details><summary>{marks("summary")}</summary>{marks("details")}</details>
<form><fieldset><legend>{marks("legend")}</legend><label>{marks("label")}
<input type="text" value="{marks("input value")}"></label>
<textarea>{marks("text area")}</textarea><button>{marks("button")}</button>
<input type="submit" value="{marks("submit button")}">
<select><option selected>{marks("option")}</option></select></fieldset></form>
<svg xmlns="http://www.w3.org/2000/svg" width="300" height="30"><text y="20">{marks("drawing")}
</text></svg><math><mi>{marks("formula")}</mi></math>
<iframe srcdoc="{frame}"></iframe>
<p><ruby>{marks("ruby base")}<rt>{marks("ruby")}</rt></ruby></p>
<p>{marks("before entity")}&nbsp;&euro;<!-- no --><b>{marks("bold")}</b></p></body></html>"""
    return MarkedDocument("html", page.encode(), marks)


def marked_webarchive() -> MarkedDocument:
    """Return a page with a frame as Safari saves it."""
    marks = Marks()

    def page(words: str) -> dict[str, object]:
        markup = f"<html><body><p>{words}</p></body></html>"
        return {"WebResourceData": markup.encode(), "WebResourceMIMEType": "text/html"}

    archive = {
        "WebMainResource": page(marks("body")),
        "WebSubframeArchives": [{"WebMainResource": page(marks("frame"))}],
    }
    return MarkedDocument(
        "webarchive", plistlib.dumps(archive, fmt=plistlib.FMT_BINARY, sort_keys=False), marks
    )


def marked_epub() -> MarkedDocument:
    """Return a book (EPUB 3.3) of a cover and two chapters, one in a folder of its own."""
    marks = Marks()
    chapters = {
        "text/cover%20page.xhtml": f"<h1>{marks('cover')}</h1>",
        "text/one.xhtml": f"<p>{marks('chapter')}</p><table><tr><td>{marks('table cell')}</td></tr>"
        f'</table><aside epub:type="footnote"><p>{marks("footnote")}</p></aside>'
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="20"><text y="15">'
        f"{marks('drawing')}</text></svg>",
        "more/two.xhtml": f"<p>{marks('second chapter')}</p>",
    }
    names = 'xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"'
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    data = zip_of(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container version="1.0"'
            ' xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile'
            ' full-path="book/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
            "</container>",
            "book/content.opf": f"<package {names}><metadata"
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">1</dc:identifier>'
            "<dc:title>a</dc:title>"
            f"<dc:language>en</dc:language></metadata><manifest>{items}</manifest>"
            f"<spine>{spine}</spine></package>",
            **{
                f"book/{name.replace('%20', ' ')}": '<html xmlns="http://www.w3.org/1999/xhtml"'
                ' xmlns:epub="http://www.idpf.org/2007/ops"><head><title>a</title></head>'
                f"<body>{body}</body></html>"
                for name, body in chapters.items()
            },
        }
    )
    return MarkedDocument("epub", data, marks)


def marked_rtf() -> MarkedDocument:
    """Return an RTF file (specification 1.9.1)."""
    marks = Marks()
    marks["unicode"] = "Qunicode\u0161Q"
    text = (
        r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}\titlepg"
        rf"{{\headerf\pard {marks('first header')}\par}}{{\header\pard {marks('header')}\par}}"
        rf"{{\footerf\pard {marks('footer')}\par}}\pard {marks('body')}\par Qunicode\u353?Q\par "
        r'{\field{\*\fldinst HYPERLINK "https://example.org/"}'
        rf"{{\fldrslt {marks('field')}}}}}"
        rf"\par a{{\super\chftn}}{{\footnote\pard\plain{{\super\chftn}} {marks('footnote')}}}"
        rf"{{\*\atnid A}}{{\*\atnauthor Ann}}\chatn{{\*\annotation\pard {marks('annotation')}}}"
        r"\par "
        rf"{{\pntext {marks('list label')}1.\tab}}{{\*\pn\pnlvlbody\pndec\pnstart1"
        rf"{{\pntxtb {marks('list label')}}}{{\pntxta .}}}}{marks('list item')}\par\pard "
        rf"\trowd\cellx4000\cellx8000\intbl {marks('table cell')}\cell "
        rf"{marks('second cell')}\cell\row\pard "
        r"{\shp{\*\shpinst\shpleft0\shptop0\shpright4000\shpbottom800{\sp{\sn shapeType}{\sv 202}}"
        rf"{{\shptxt\pard {marks('text box')}\par}}}}}}\par\page {marks('second page')}\par}}"
    )
    return MarkedDocument("rtf", text.encode("ascii"), marks)


def marked_svg() -> MarkedDocument:
    """Return a drawing (SVG 2)."""
    marks = Marks()
    drawing = f"""<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400">
<defs><path id="p" d="M 0 300 L 400 300"/></defs><text y="20">{marks("text")}
<tspan>{marks("span")}</tspan></text><text y="40"><textPath href="#p">{marks("text on path")}
</textPath></text><a href="https://example.org/"><text y="60">{marks("link")}</text></a>
<switch><text y="80">{marks("switch")}</text></switch><g><text y="90">{marks("group")}</text></g>
<foreignObject y="100" width="200" height="50"><p xmlns="http://www.w3.org/1999/xhtml">
{marks("foreign object")}</p></foreignObject></svg>"""
    return MarkedDocument("svg", drawing.encode(), marks)


def marked_json() -> MarkedDocument:
    """Return JSON (RFC 8259) in ASCII, as Python and others write it by default."""
    marks = Marks()
    marks["escaped"] = "Qescaped\u0161Q"
    value = {marks("key"): [marks("value"), {"a": marks("nested value")}], "b": marks["escaped"]}
    return MarkedDocument("json", json.dumps(value).encode("ascii"), marks)


def marked_xml() -> MarkedDocument:
    """Return XML 1.0."""
    marks = Marks()
    marks["reference"] = "Qreference\u0161Q"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<a><b>{marks("element")}</b><c d="'
        f'{marks("attribute")}"/><e><![CDATA[{marks("character data")}]]></e><f>Qreference&#353;Q'
        "</f></a>"
    )
    return MarkedDocument("xml", text.encode(), marks)


def marked_csv() -> MarkedDocument:
    """Return a table as CSV (RFC 4180)."""
    marks = Marks()
    text = f'a,b\r\n{marks("cell")},"{marks("quoted cell")}, ""x"""\r\n\r\n,{marks("last row")}\r\n'
    return MarkedDocument("csv", text.encode(), marks)


def marked_txt() -> MarkedDocument:
    """Return a text in UTF-16 with page breaks."""
    marks = Marks()
    text = f"{marks('first line')}\r\nŠ\f{marks('second page')}\r\n\r\n{marks('last line')}"
    return MarkedDocument("txt", text.encode("utf-16"), marks)


def marked_md() -> MarkedDocument:
    """Return Markdown (CommonMark 0.31)."""
    marks = Marks()
    text = (
        f"# {marks('heading')}\n\n{marks('paragraph')}\n\n"
        f"| a |\n|---|\n| {marks('table cell')} |\n\n"
        f"- {marks('list item')}\n\n```\n{marks('code')}\n```\n<p>{marks('inline html')}</p>\n"
    )
    return MarkedDocument("md", text.encode(), marks)
