import pytest

from devtools import sample_files
from tests.unit.worker.parsing.readers.office.word_files import (
    BOX,
    CHART,
    CODE,
    DIAGRAM,
    GRAPHICS,
    MHT,
    NAMES,
    NOTED,
    NUMBERS,
    PAGE_BREAK,
    RTF,
    char,
    docx,
    flat,
    header,
    notes,
    par,
    run,
    table,
    text,
    texts,
)


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
        (run("\uf0a8 þ", '<w:rFonts w:ascii="Wingdings"/>'), "☐ ☑"),
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
            "東(とう)",
        ),
        (
            "".join(
                "<w:r><w:ruby><w:rt>" + run(reading) + "</w:rt><w:rubyBase>" + run(base)
                + "</w:rubyBase></w:ruby></w:r>" for base, reading in ("東と", "京き")
            ) + run("駅"),
            "東京(とき)駅",
        ),
    ],
)  # fmt: skip
def test_runs_are_read_as_they_are_shown(content: str, expected: str):
    assert text(f"<w:p>{content}</w:p>") == expected


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


def test_a_row_of_a_table_is_a_line():
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


def test_charts_and_diagrams():
    found = text(GRAPHICS, c1=("chart", CHART), d1=("diagramData", DIAGRAM))
    assert found == "Sales\n\nNorth\n\nStep one"


def test_formulas_are_read_from_left_to_right():
    content = (
        "<m:oMath><m:r><m:t>f</m:t></m:r><m:d><m:dPr/><m:e><m:r><m:t>x</m:t></m:r></m:e></m:d>"
        "<m:r><m:t>=</m:t></m:r><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
        '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:e><m:r><m:t>n</m:t></m:r></m:e></m:nary>'
        '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr></m:d></m:oMath>'
    )
    assert text(f"<w:p>{content}</w:p>") == "f(x)=1/2∑n["
    cell = "<m:e><m:r><m:t>a</m:t></m:r></m:e>"
    deleted = "<m:r><w:del><w:rPr/></w:del><m:t>gone</m:t></m:r>"
    rows = f"<m:m><m:mr>{cell}{cell}</m:mr><m:mr>{cell}</m:mr></m:m>"
    assert text(f"<w:p><m:oMath>{rows}{deleted}</m:oMath></w:p>") == "a a a"


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

    first = section(
        refer("header", "default", "h1"), refer("header", "first", "h2"), "<w:titlePg/>"
    )
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


@pytest.mark.parametrize(
    ("of_section", "setting", "expected"),
    [
        ("", "", "Usual\n\nBody"),
        ("<w:titlePg/>", "", "First\nUsual\n\nBody"),
        ("", "<w:evenAndOddHeaders/>", "Usual\nEven\n\nBody"),
    ],
)
def test_headers_that_are_switched_off_are_left_out(of_section: str, setting: str, expected: str):
    uses = (("default", "h1"), ("first", "h2"), ("even", "h3"))
    named = "".join(f'<w:headerReference w:type="{use}" r:id="{key}"/>' for use, key in uses)
    # The last section shows those of the section before it.
    found = text(
        f"<w:p><w:pPr><w:sectPr>{named}</w:sectPr></w:pPr></w:p>"
        + par("Body")
        + f"<w:sectPr>{of_section}</w:sectPr>",
        h1=("header", header(par("Usual"))),
        h2=("header", header(par("First"))),
        h3=("header", header(par("Even"))),
        h4=("header", header(par("Named by no section"))),
        s=("settings", f"<w:settings {NAMES}>{setting}</w:settings>"),
    )
    assert found == expected


def test_drop_caps_begin_the_paragraph_after_them():
    frame = '<w:framePr w:dropCap="drop" w:lines="3"/>'
    assert text(par("O", frame) + par("nce upon") + par("a time")) == "Once upon\n\na time"


def test_shapes_that_are_switched_off_are_left_out():
    box = BOX.format(par("box"))
    off = '<wps:cNvPr id="1" hidden="1"/>'
    place = "<w:drawing><wp:inline>{}<wps:wsp>{}</wps:wsp></wp:inline></w:drawing>"
    contents = (
        place.format('<wp:docPr hidden="1"/>', box),
        place.format("<wp:docPr/>", off + box),
        f'<w:pict><v:shape style="width:9pt;visibility:hidden">{box}</v:shape></w:pict>',
    )
    shapes = "".join(f"<w:p><w:r>{each}</w:r></w:p>" for each in contents)
    assert text(par("Seen") + shapes) == "Seen"


@pytest.mark.parametrize(
    ("number_format", "label", "expected"),
    [
        ("chineseCountingThousand", "第%1条", "第十一条"),
        ("japaneseCounting", "%1、", "二、"),
        ("ideographDigital", "%1", "一〇五"),
        ("koreanCounting", "%1.", "이십."),
        ("hebrew1", "%1.", "טו."),
        ("russianLower", "%1)", "в)"),
        ("decimalEnclosedCircle", "%1", "⑳"),
        ("decimalEnclosedCircle", "%1", "21"),
        ("numberInDash", "%1", "- 3 -"),
        ("cardinalText", "Article %1", ""),
    ],
)
def test_numbers_of_lists_in_many_scripts(number_format: str, label: str, expected: str):
    starts = {"第十一条": 11, "二、": 2, "一〇五": 105, "이십.": 20, "טו.": 15, "в)": 3, "⑳": 20}
    start = starts.get(expected, 21 if expected == "21" else 3)
    level = f'<w:start w:val="{start}"/><w:numFmt w:val="{number_format}"/>'
    numbering = (
        f'<w:numbering {NAMES}><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0">{level}'
        f'<w:lvlText w:val="{label}"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )
    item = par("Item", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr>')
    assert text(item, n=("numbering", numbering)) == f"{expected} Item".strip()


def test_legal_numbers_are_decimal_on_all_levels():
    numbering = (
        f'<w:numbering {NAMES}><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0">'
        '<w:numFmt w:val="upperRoman"/><w:lvlText w:val="Article %1"/></w:lvl><w:lvl w:ilvl="1">'
        '<w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )
    place = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="5"/></w:numPr>'
    body = par("Top", place.format(0)) + par("Sub", place.format(1))
    assert text(body, n=("numbering", numbering)) == "Article I Top\n1.1 Sub"


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
        ("aFChunk.xml", flat(docx(par("In one file"))), "In one file"),
    ],
)
def test_inserted_documents(kind: str, content: bytes, expected: str):
    found = text(par("Body") + '<w:altChunk r:id="k"/>' + par("End"), k=(kind, content))
    assert found == f"Body\n\n{expected}\n\nEnd"


def test_numbers_of_lists():
    def item(name: str, level: int, number: int = 5) -> str:
        return par(name, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')

    body = item("a", 0) + item("b", 1) + item("c", 1) + item("d", 2) + item("e", 0)
    found = text(body + item("f", 1) + item("g", 0, 6) + item("h", 0, 0), n=("numbering", NUMBERS))
    assert found == "Article 3 a\n3.i) b\n3.ii) c\nd\nArticle 4 e\n4.i) f\nArticle 1 g\n\nh"
