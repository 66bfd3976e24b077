import io
import zipfile

import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.readers.dispatch import read_document
from worker.parsing.readers.office.docx import read_docx

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


def test_docx_pages_lie_between_page_breaks():
    assert texts(sample_files.docx(["Hello", "World"], ["Second"])) == ["Hello\n\nWorld", "Second"]
    middle = '<w:p><w:r><w:t>one</w:t><w:br w:type="page"/><w:t>two</w:t></w:r></w:p>'
    assert text(middle) == "one\ftwo"
    assert text(PAGE_BREAK + par("a") + PAGE_BREAK * 2 + par("b") + PAGE_BREAK) == "a\f\fb"
    assert text(par("a<w:lastRenderedPageBreak/>") + table([middle])) == "a\n\none two"


def test_docx_without_breaks_is_cut_like_running_text():
    pages = texts(sample_files.docx(["word " * 400] * 4))
    assert len(pages) == 4
    assert all(len(page) <= 3000 for page in pages)


def test_docx_cuts_what_is_more_than_a_page_between_breaks():
    pages = texts(sample_files.docx(["Title"], ["word " * 400] * 4))
    assert pages[0] == "Title"
    assert len(pages) == 5


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<w:r><w:t>Sum</w:t><w:tab/><w:t>1,250.00</w:t></w:r>", "Sum 1,250.00"),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>", "a\nb\nc"),
        ("<w:r><w:t>next</w:t><w:noBreakHyphen/><w:t>line</w:t></w:r>", "next-line"),
        ("<w:r><w:t>soft</w:t><w:softHyphen/><w:t>ly do\xadne</w:t></w:r>", "softly done"),
        ("<w:r><w:t>two\n  words</w:t><w:ptab/><w:t>more</w:t></w:r>", "two   words more"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t> yes</w:t></w:r>', "☑ yes"),
        ('<w:r><w:t>5 </w:t><w:sym w:font="Symbol" w:char="F06D"/><w:t>m</w:t></w:r>', "5 μm"),
        ('<w:r><w:sym w:font="Arial" w:char="00A7"/><w:sym w:font="X" w:char="F041"/></w:r>', "§•"),
        (run("a \uf0a8", '<w:rFonts w:ascii="Wingdings"/>'), "a ☐"),
        (run("seen") + run(" hidden", "<w:vanish/>"), "seen"),
        (run("seen", '<w:vanish w:val="0"/>'), "seen"),
        ('<w:hyperlink r:id="x">' + run("link") + "</w:hyperlink>", "link"),
        ("<w:smartTag><w:smartTagPr/>" + run("Europe") + "</w:smartTag>", "Europe"),
        ("<w:customXml>" + run("inner") + "</w:customXml>", "inner"),
        ("<w:ins>" + run("new") + "</w:ins><w:del>" + run("old") + "</w:del>", "new"),
        ("<w:r><w:t>new</w:t><w:delText>old</w:delText></w:r>", "new"),
        ("<w:moveTo>" + run("to") + "</w:moveTo><w:moveFrom>" + run("old") + "</w:moveFrom>", "to"),
        (
            "<w:r><w:ruby><w:rubyPr/><w:rt>" + run("とう") + "</w:rt><w:rubyBase>" + run("東")
            + "</w:rubyBase></w:ruby></w:r>",
            "東",
        ),
    ],
)  # fmt: skip
def test_runs(content: str, expected: str):
    assert text(f"<w:p>{content}</w:p>") == expected


def char(kind: str, data: str = "") -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{data}</w:fldChar></w:r>'


CODE = "<w:r><w:instrText>CODE</w:instrText></w:r>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (char("begin") + CODE + char("separate") + run("7") + char("end") + run(" end"), "7 end"),
        ('<w:fldSimple w:instr="AUTHOR">' + run("Ann") + "</w:fldSimple>", "Ann"),
        (
            char("begin") + CODE + char("begin") + CODE + char("separate") + run("name")
            + char("end") + CODE + char("separate") + run("Dear Ann") + char("end"),
            "Dear Ann",
        ),
        (char("begin", '<w:ffData><w:checkBox><w:default w:val="1"/></w:checkBox></w:ffData>')
         + CODE + char("end") + run(" yes"), "☒ yes"),
        (char("begin", '<w:ffData><w:checkBox><w:default w:val="1"/><w:checked w:val="0"/>'
              "</w:checkBox></w:ffData>") + CODE + char("separate") + char("end"), "☐"),
        (char("begin", '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/>'
              '<w:listEntry w:val="blue"/></w:ddList></w:ffData>') + CODE + char("end"), "blue"),
        (char("begin", '<w:ffData><w:textInput><w:default w:val="name"/></w:textInput></w:ffData>')
         + CODE + char("separate") + run("Ann") + char("end"), "Ann"),
    ],
)  # fmt: skip
def test_fields_show_their_results(content: str, expected: str):
    assert text(f"<w:p>{content}</w:p>") == expected


def test_fields_that_never_end_hide_nothing():
    begun = f"<w:p>{char('begin')}{CODE}{run('one')}</w:p>"
    field = char("begin") + CODE + char("separate") + run("two") + char("end") + char("end")
    assert text(begun + f"<w:p>{field}</w:p>" + par("three")) == "one\n\ntwo\n\nthree"


def test_content_controls_of_every_level():
    def control(content: str, properties: str = "") -> str:
        return (
            f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"
        )

    box = '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>'
    cell, row = f"<w:tc>{par('cell')}</w:tc>", f"<w:tr><w:tc>{par('row')}</w:tc></w:tr>"
    rows = f"<w:tbl><w:tr>{control(cell)}</w:tr>{control(row)}</w:tbl>"
    inner = "<w:p>" + run("inline ") + control(run("☒"), box) + control("", box) + "</w:p>"
    found = text(control(par("block") + control(par("nested"))) + inner + rows)
    assert found == "block\n\nnested\n\ninline ☒☒\n\ncell\nrow"


def test_tables():
    nested = table([par("x"), par("y")])
    found = text(par("before") + table([par("A") + par("A2"), par("B")], [nested, par("")]))
    assert found == "before\n\nA A2 B\nx y"
    long = table([par("word " * 50) + par("Next"), par("Other")])
    assert text(long).split("\n")[1:] == ["Next", "Other"]


def test_deleted_and_hidden_rows_are_left_out():
    rows = "".join(
        f"<w:tr><w:trPr>{mark}</w:trPr><w:tc><w:tcPr>{cell}</w:tcPr>{par(name)}</w:tc></w:tr>"
        for name, mark, cell in (
            ("kept", "", ""),
            ("deleted", "<w:del/>", ""),
            ("hidden", "<w:hidden/>", ""),
            ("cell", "", "<w:cellDel/>"),
        )
    )
    assert text(f"<w:tbl>{rows}</w:tbl>") == "kept"


def test_a_paragraph_whose_end_is_deleted_goes_on():
    assert text(par("in", "<w:rPr><w:del/></w:rPr>") + par("voice")) == "invoice"


BOX = "<wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx>"


def test_text_boxes_are_read_once():
    drawing = f"<w:drawing><wp:inline>{BOX.format(par('box'))}</wp:inline></w:drawing>"
    fallback = (
        f"<w:pict><v:textbox><w:txbxContent>{par('box')}</w:txbxContent></v:textbox></w:pict>"
    )
    both = (
        f'<mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"
    )
    assert text(f"<w:p><w:r>{both}</w:r>{run('anchor')}</w:p>") == "anchor\n\nbox"
    assert text(f"<w:p><w:r>{fallback}</w:r></w:p>") == "box"
    empty = both.replace(BOX.format(par("box")), "")
    assert text(f"<w:p><w:r>{empty}</w:r></w:p>") == "box"


def test_word_art_and_descriptions_of_pictures():
    art = '<w:pict><v:shape><v:textpath string="DRAFT"/></v:shape></w:pict>'
    picture = '<w:drawing><wp:inline><wp:docPr id="1" descr="A map"/></wp:inline></w:drawing>'
    assert text(f"<w:p><w:r>{art}{picture}</w:r></w:p>") == "DRAFT\n\nA map"


def test_hidden_text_hides_its_text_box():
    drawing = f"<w:drawing>{BOX.format(par('no'))}</w:drawing>"
    box = f"<w:p><w:r><w:rPr><w:vanish/></w:rPr>{drawing}</w:r></w:p>"
    assert text(box + par("yes")) == "yes"


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


def test_charts_and_diagrams():
    found = text(GRAPHICS, c1=("chart", CHART), d1=("diagramData", DIAGRAM))
    assert found == "Sales\n\nNorth\n\nStep one"


def test_formulas():
    content = (
        "<m:oMath><m:r><m:t>f</m:t></m:r><m:d><m:dPr/><m:e><m:r><m:t>x</m:t></m:r></m:e></m:d>"
        "<m:r><m:t>=</m:t></m:r><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
        '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:e><m:r><m:t>n</m:t></m:r></m:e></m:nary>'
        '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr></m:d></m:oMath>'
    )
    assert text(f"<w:p>{content}</w:p>") == "f(x)=1/2∑n["


def notes(kind: str, **by_id: str) -> str:
    inner = "".join(
        f'<w:{kind} w:id="{key[1:]}">{par(note)}</w:{kind}>' for key, note in by_id.items()
    )
    return f"<w:{kind}s {NAMES}>{inner}</w:{kind}s>"


NOTED = (
    '<w:p><w:r><w:t>Text</w:t><w:footnoteReference w:id="1"/><w:endnoteReference w:id="1"/></w:r>'
    "</w:p>" + PAGE_BREAK + par("End")
)


def test_notes_and_comments():
    found = text(
        NOTED,
        f=("footnotes", notes("footnote", _1="Foot", _2="Not referred to")),
        e=("endnotes", notes("endnote", _1="At the end")),
        c=("comments", notes("comment", _7="Please check")),
    )
    assert found == "Text\n\nFoot\fEnd\n\nAt the end\n\nPlease check"


def test_headers_and_footers_of_all_sections():
    def section(*references: str) -> str:
        return "<w:sectPr>" + "".join(references) + "</w:sectPr>"

    def refer(kind: str, use: str, key: str) -> str:
        return f'<w:{kind}Reference w:type="{use}" r:id="{key}"/>'

    first = section(refer("header", "default", "h1"), refer("header", "first", "h2"))
    body = f"<w:p><w:pPr>{first}</w:pPr>{run('Dear Sir')}</w:p>" + PAGE_BREAK + par("Two")
    found = text(
        body + section(refer("header", "even", "h3"), refer("footer", "default", "f1")),
        h1=("header", header(par("ACME &amp; Sons") + par("Street"))),
        h2=("header", header(par("First page"))),
        h3=("header", header(par("ACME &amp; Sons") + par("Street"))),
        f1=("footer", header(par("IBAN 12"), "ftr")),
        f2=("footer", header(par("7 / 9"), "ftr")),
    )
    assert found == "First page\nACME & Sons\nStreet\n\nDear Sir\n\nIBAN 12\fTwo"


RTF = rb"{\rtf1\ansi From RTF\par}"
MHT = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<html><body><p>Gr=C3=BC=C3=9Fe</p></body></html>\r\n--x--\r\n"
)


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        (
            "aFChunk.html",
            b"<html><style>p {}</style><p>Total &amp; more</p></html>",
            "Total & more",
        ),
        ("aFChunk.dat", b"<p>Bare</p>", "Bare"),
        ("aFChunk.mht", MHT, "Grüße"),
        ("aFChunk.txt", b"Plain text", "Plain text"),
        ("aFChunk.rtf", RTF, "From RTF"),
        ("aFChunk.docx", docx(par("Inner") + PAGE_BREAK + par("pages")), "Inner\n\npages"),
    ],
)
def test_inserted_documents(kind: str, content: bytes, expected: str):
    found = text(par("Body") + '<w:altChunk r:id="k"/>' + par("End"), k=(kind, content))
    assert found == f"Body\n\n{expected}\n\nEnd"


NUMBERS = f"""<w:numbering {NAMES}><w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:lvlText w:val="Article %1"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1.%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0b7"/></w:lvl></w:abstractNum>
<w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="6"><w:abstractNumId w:val="1"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>"""


def test_numbers_of_lists():
    def item(name: str, level: int, number: int = 5) -> str:
        return par(name, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')

    body = item("a", 0) + item("b", 1) + item("c", 1) + item("d", 2) + item("e", 0)
    found = text(body + item("f", 1) + item("g", 0, 6) + item("h", 0, 0), n=("numbering", NUMBERS))
    assert found == "Article 3 a\n3.i) b\n3.ii) c\nd\nArticle 4 e\n4.i) f\nArticle 1 g\n\nh"


STYLES = f"""<w:styles {NAMES}>
<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>
<w:style w:type="paragraph" w:styleId="Outline"><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>
</w:styles>"""


def test_headings_by_style_and_look():
    body = "".join(
        (
            par("Built in", '<w:pStyle w:val="Title"/>'),
            par("Local name", '<w:pStyle w:val="berschrift1"/>'),
            par("Based on it", '<w:pStyle w:val="Own"/>'),
            par("Outline", '<w:pStyle w:val="Outline"/>'),
            par("Large", "", '<w:sz w:val="36"/>'),
            par("Bold", "", "<w:b/>"),
            "<w:p>" + run("Partly", "<w:b/>") + run(" bold") + "</w:p>",
            par("Ordinary text. " * 10, '<w:pStyle w:val="Loop"/>'),
            par("Large and long. " * 20, "", '<w:sz w:val="36"/>'),
            par("secret", "", '<w:rStyle w:val="Secret"/>'),
            par("Ordinary text goes on. " * 80),
        )
    )
    found = read(docx(body, s=("styles", STYLES)))
    assert found.pages[0].headings == (
        *("Built in", "Local name", "Based on it", "Outline", "Large", "Bold"),
    )
    assert "secret" not in found.pages[0].text


def test_text_in_bold_throughout_has_no_headings():
    assert read(docx(par("One", "", "<w:b/>") + par("Two", "", "<w:b/>"))).pages[0].headings == ()


@pytest.mark.parametrize("main", ["word/document2.xml", "content/Text.XML", "document.xml"])
def test_main_parts_of_any_name(main: str):
    document = read_docx(sample_files.source(docx(par("Hello"), main)))
    assert [page.text for page in document.pages] == ["Hello"]


def test_other_prefixes_and_names_with_backslashes():
    members = {
        name.replace("/", "\\").upper(): content.replace(b"<w:", b"<ns0:")
        .replace(b"</w:", b"</ns0:")
        .replace(b"xmlns:w=", b"xmlns:ns0=")
        for name, content in sample_files.unzip(docx(par("Hello"))).items()
    }
    document = read_docx(sample_files.source(sample_files.zip_of(members)))
    assert [page.text for page in document.pages] == ["Hello"]


def test_a_numbered_main_part_without_relationships():
    members = sample_files.unzip(docx(par("Hello"), "word/document2.xml"))
    del members["_rels/.rels"]
    assert texts(sample_files.zip_of(members)) == ["Hello"]


def test_the_strict_variant():
    strict = "http://purl.oclc.org/ooxml"
    members = {
        name: content.replace(WORD.encode(), f"{strict}/wordprocessingml/main".encode()).replace(
            OFFICE.encode(), f"{strict}/officeDocument/relationships".encode()
        )
        for name, content in sample_files.unzip(
            docx(par("Body"), h=("header", header(par("Head"))))
        ).items()
    }
    assert texts(sample_files.zip_of(members)) == ["Head\n\nBody"]


def test_damaged_and_missing_parts_cost_only_themselves():
    data = docx(
        NOTED + GRAPHICS + '<w:altChunk r:id="k"/><w:altChunk r:id="none"/>' + par("Last"),
        h=("header", header(par("Letterhead"))[:-12]),
        f=("footnotes", "<w:footnotes"),
        e=("endnotes", ""),
        m=("comments", "no"),
        c1=("chart", "<a><b></a>"),
        d1=("diagramData", DIAGRAM),
        k=("aFChunk.docx", docx("")[:-30]),
        s=("styles", "<"),
        n=("numbering", "<"),
    )
    document = read(data)
    assert [page.text for page in document.pages] == [
        "Letterhead\n\nText",
        "End\n\nStep one\n\nLast",
    ]
    assert set(document.warnings) == {
        "a header could not be read",
        "the footnotes could not be read",
        "the endnotes could not be read",
        "the comments could not be read",
        "a chart could not be read",
        "2 inserted documents could not be read",
    }
    assert document.lost_parts == len(document.warnings)


def test_damaged_relationships():
    members = sample_files.unzip(docx(par("Body"), h=("header", header(par("Head")))))
    members["word/header1.xml"] = header(par("Head")).encode()
    members["word/_rels/document.xml.rels"] = b"<Relationships"
    document = read(sample_files.zip_of(members))
    assert document.pages[0].text == "Head\n\nBody"
    assert document.warnings == (
        "the file is damaged: its pictures and inserted parts cannot be found",
    )


def with_main(change: tuple[bytes, bytes]) -> Document:
    members = sample_files.unzip(docx(par("One AND two") + par("Last")))
    members["word/document.xml"] = members["word/document.xml"].replace(*change)
    return read(sample_files.zip_of(members))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((b"AND", b"\x01AND\x0b&#x1F;&#x41;&#11;"), "One ANDA two"),
        ((b"AND", b"& &nbsp;"), "One & &nbsp; two"),
        ((b"AND", b"\xe9"), "One \ufffd two"),
        ((b"</w:document>", b"</w:document>more"), "One AND two"),
    ],
)
def test_xml_that_is_not_well_formed_is_mended(change: tuple[bytes, bytes], expected: str):
    document = with_main(change)
    assert (document.pages[0].text, document.warnings) == (f"{expected}\n\nLast", ())


def test_a_main_part_that_breaks_off():
    members = sample_files.unzip(docx(par("One") + par("Two") + par("Three")))
    whole = members["word/document.xml"]
    members["word/document.xml"] = whole[: whole.index(b"Three")]
    document = read(sample_files.zip_of(members))
    assert document.pages[0].text == "One\n\nTwo"
    assert document.warnings == ("the file is damaged: its text breaks off and the rest is lost",)
    assert document.lost_parts == 1


@pytest.mark.parametrize("main", [b"", b"<w:document", b"<a><b/></a>", bytes(100)])
def test_a_damaged_main_part_is_corrupt(main: bytes):
    members = {**sample_files.unzip(docx("")), "word/document.xml": main}
    with pytest.raises(FileError) as caught:
        read(sample_files.zip_of(members))
    assert caught.value.code == FileErrorCode.CORRUPT


def test_documents_inserted_into_each_other_end():
    data = docx(par("innermost"))
    for number in range(6):
        data = docx(par(f"level {number}") + '<w:altChunk r:id="k"/>', k=("aFChunk.docx", data))
    document = read(data)
    assert document.pages[0].text.startswith("level 5\n\nlevel 4")
    assert document.warnings == ("an inserted document could not be read",)


def test_deep_nesting():
    depth = 20_000
    data = docx("<w:smartTag>" * depth + run("deep") + "</w:smartTag>" * depth)
    assert texts(data) == ["deep"]
    rows = "<w:tbl><w:tr><w:tc>" * 500 + par("cell") + "</w:tc></w:tr></w:tbl>" * 500
    assert text(rows) == "cell"


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


def test_a_package_in_one_xml_file():
    data = docx(par("Body"), h=("header", header(par("Head"))))
    document = read(flat(data), "a.xml")
    assert [page.text for page in document.pages] == ["Head\n\nBody"]
    assert document.warnings == ()
    cut = read(flat(data)[:-60], "a.xml")
    assert cut.pages[0].text.endswith("Body")
    assert cut.lost_parts == 1


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


def test_xml_of_word_2003():
    document = read(WORD_2003.encode(), "a.xml")
    assert [page.text for page in document.pages] == [
        "Head\n\nInvoice\n\n1. Item new\n\nFoot\n\nRemark",
        "Two",
    ]
    assert document.pages[0].headings == ("Invoice",)


def test_other_xml_keeps_its_markup():
    assert texts(b"<?xml version='1.0'?><a>b</a>", "a.xml") == ["<?xml version='1.0'?><a>b</a>"]


@pytest.mark.parametrize(
    "kind",
    ["ms-word.document.macroEnabled", "openxmlformats-officedocument.wordprocessingml.template"],
)
def test_templates_and_files_with_macros(kind: str):
    members = sample_files.unzip(docx(par("Hi")))
    members["[Content_Types].xml"] = (
        f'<Types><Override PartName="/word/document.xml" ContentType="application/vnd.{kind}'
        '.main+xml"/></Types>'
    ).encode()
    members["word/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    document = read(sample_files.zip_of(members, zipfile.ZIP_STORED))
    assert (document.format, document.pages[0].text) == ("docx", "Hi")


def field(codes: str, result: str = "") -> str:
    return (
        '<w:p><w:r><w:t>A </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{codes}</w:instrText></w:r>{result}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        (" MACROBUTTON NoMacro [Type the name here] ", "A [Type the name here]"),
        ('SYMBOL 8364 \\u \\f "Arial"', "A €"),
        ("SYMBOL 128", "A €"),
        ("SYMBOL 0xFC \\f Wingdings \\s 10", "A ✓"),
        ("EQ \\o\\ac(○,印)", "A ○ 印"),
        ("EQ \\f(1;2)", "A 1 2"),
        ("PAGE ", "A"),
        ("SYMBOL x", "A"),
        ("MACROBUTTON", "A"),
    ],
)
def test_a_field_without_a_result_shows_what_its_codes_say(codes, shown):
    assert read(docx(field(codes))).pages[0].text == shown


def test_a_result_counts_more_than_the_codes_of_a_field():
    result = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("x")}'
    assert read(docx(field("SYMBOL 128", result))).pages[0].text == "A x"


def test_roots_are_read_with_their_sign():
    root = "<m:rad><m:deg/><m:e><m:r><m:t>x</m:t></m:r></m:e></m:rad>"
    assert read(docx(f"<w:p><m:oMath>{root}</m:oMath></w:p>")).pages[0].text == "√x"


@pytest.mark.parametrize(("result", "shown"), [("", "A €"), (run("x"), "A x")])
def test_a_simple_field_shows_its_result_or_what_its_codes_say(result, shown):
    body = f'<w:p>{run("A ")}<w:fldSimple w:instr=" SYMBOL 128 ">{result}</w:fldSimple></w:p>'
    assert read(docx(body)).pages[0].text == shown
