"""Makes and reads word processing files for the tests."""

import io

from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.readers.dispatch import read_document

SCHEMAS = "http://schemas.openxmlformats.org"


OFFICE = f"{SCHEMAS}/officeDocument/2006/relationships"


WORD = f"{SCHEMAS}/wordprocessingml/2006/main"


NAMES = (
    f'xmlns:w="{WORD}" xmlns:r="{OFFICE}" xmlns:m="{SCHEMAS}/officeDocument/2006/math"'
    f' xmlns:a="{SCHEMAS}/drawingml/2006/main" xmlns:c="{SCHEMAS}/drawingml/2006/chart"'
    f' xmlns:dgm="{SCHEMAS}/drawingml/2006/diagram" xmlns:v="urn:schemas-microsoft-com:vml"'
    f' xmlns:mc="{SCHEMAS}/markup-compatibility/2006"'
    f' xmlns:wp="{SCHEMAS}/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(text: str, properties: str = "", of_run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text, of_run)}</w:p>"


def docx(body: str, main: str = "word/document.xml", **parts: tuple[str, str | bytes]) -> bytes:
    """Make a file; further parts by their ids: the last word of the type, and the content.

    Types of parts that Word reads as another format carry its extension: `aFChunk.html`.
    """
    folder, _, name = main.rpartition("/")
    related = ""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{OFFICE}/officeDocument"'
        f' Target="/{main}"/></Relationships>',
        main: f"<w:document {NAMES}><w:body>{body}</w:body></w:document>",
    }
    for number, (key, (named, content)) in enumerate(parts.items()):
        kind, _, extension = named.partition(".")
        target = f"parts/{kind}{number}.{extension or 'xml'}"
        related += f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        members[f"{folder}/{target}".lstrip("/")] = content
    members[f"{folder}/_rels/{name}.rels".lstrip("/")] = f"<Relationships>{related}</Relationships>"
    return sample_files.zip_of(members)


def read(data: bytes, name: str = "a.docx") -> Document:
    return read_document(
        io.BytesIO(data), name, sample_files.EVERYTHING, ParserLimits(), sample_files.no_ocr()
    )


def texts(data: bytes, name: str = "a.docx") -> list[str]:
    return [page.text for page in read(data, name).pages]


def text(body: str, **parts: tuple[str, str | bytes]) -> str:
    document = read(docx(body, **parts))
    assert document.warnings == ()
    return "\f".join(page.text for page in document.pages)


def header(content: str, kind: str = "hdr") -> str:
    return f"<w:{kind} {NAMES}>{content}</w:{kind}>"


def table(*rows: list[str]) -> str:
    lines = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl><w:tblPr/>" + "".join(f"<w:tr>{line}</w:tr>" for line in lines) + "</w:tbl>"


def char(kind: str, data: str = "") -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{data}</w:fldChar></w:r>'


CODE = "<w:r><w:instrText>CODE</w:instrText></w:r>"


BOX = "<wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx>"


CHART = (
    f"<c:chartSpace {NAMES}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Sales</a:t></a:r></a:p>"
    "</c:rich></c:tx></c:title><c:cat><c:strRef><c:strCache><c:pt><c:v>North</c:v></c:pt>"
    "</c:strCache></c:strRef></c:cat></c:chart></c:chartSpace>"
)


DIAGRAM = (
    f"<dgm:dataModel {NAMES}><dgm:pt><dgm:t><a:p><a:r><a:t>Step one</a:t></a:r></a:p></dgm:t>"
    "</dgm:pt></dgm:dataModel>"
)


GRAPHICS = (
    '<w:p><w:r><w:drawing><c:chart r:id="c1"/></w:drawing></w:r>'
    '<w:r><w:drawing><dgm:relIds r:dm="d1"/></w:drawing></w:r></w:p>'
)


def notes(kind: str, **by_id: str) -> str:
    inner = "".join(
        f'<w:{kind} w:id="{key[1:]}">{par(note)}</w:{kind}>' for key, note in by_id.items()
    )
    return f"<w:{kind}s {NAMES}>{inner}</w:{kind}s>"


NOTED = (
    '<w:p><w:r><w:t>Text</w:t><w:footnoteReference w:id="1"/><w:endnoteReference w:id="1"/></w:r>'
    "</w:p>" + PAGE_BREAK + par("End")
)


RTF = rb"{\rtf1\ansi From RTF\par}"


MHT = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<html><body><p>Gr=C3=BC=C3=9Fe</p></body></html>\r\n--x--\r\n"
)


NUMBERS = f"""<w:numbering {NAMES}><w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:lvlText w:val="Article %1"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0b7"/></w:lvl></w:abstractNum>
<w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="6"><w:abstractNumId w:val="1"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>"""


STYLES = f"""<w:styles {NAMES}>
<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>
<w:style w:type="paragraph" w:styleId="Outline"><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>
</w:styles>"""


def with_main(change: tuple[bytes, bytes]) -> Document:
    members = sample_files.unzip(docx(par("One AND two") + par("Last")))
    members["word/document.xml"] = members["word/document.xml"].replace(*change)
    return read(sample_files.zip_of(members))


def flat(data: bytes) -> bytes:
    members = sample_files.unzip(data)
    parts = "".join(
        f'<pkg:part pkg:name="/{name}"><pkg:xmlData>{content.decode()}</pkg:xmlData></pkg:part>'
        for name, content in members.items()
    )
    return (
        '<?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:package'
        f' xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{parts}</pkg:package>'
    ).encode()


WORD_2003 = """<?xml version="1.0"?><?mso-application progid="Word.Document"?>
<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"
 xmlns:v="urn:schemas-microsoft-com:vml" xmlns:aml="http://schemas.microsoft.com/aml/2001/core"
 xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint">
<w:styles><w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style></w:styles>
<w:body><wx:sect><w:p><w:pPr><w:pStyle w:val="T"/></w:pPr><w:r><w:t>Invoice</w:t></w:r></w:p>
<w:p><w:pPr><w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="1"/><wx:t wx:val="1."/></w:listPr></w:pPr>
<w:r><w:t>Item</w:t></w:r><w:r><w:footnote><w:p><w:r><w:t>Foot</w:t></w:r></w:p></w:footnote></w:r>
<aml:annotation w:type="Word.Insertion"><aml:content><w:r><w:t> new</w:t></w:r></aml:content>
</aml:annotation><aml:annotation w:type="Word.Deletion"><aml:content><w:r><w:delText>old</w:delText>
</w:r></aml:content></aml:annotation><aml:annotation w:type="Word.Comment"><aml:content><w:p><w:r>
<w:t>Remark</w:t></w:r></w:p></aml:content></aml:annotation></w:p>
<w:p><w:r><w:pict><w:binData w:name="x">AAAA</w:binData></w:pict><w:br w:type="page"/>
<w:t>Two</w:t></w:r></w:p><w:sectPr><w:hdr w:type="odd"><w:p><w:r><w:t>Head</w:t></w:r></w:p>
</w:hdr></w:sectPr></wx:sect></w:body></w:wordDocument>"""


def field(codes: str, result: str = "") -> str:
    return (
        '<w:p><w:r><w:t>A </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{codes}</w:instrText></w:r>{result}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
