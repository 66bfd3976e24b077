import zipfile

import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from devtools.metafiles import emf_of
from tests.unit.worker.parsing.readers.office.word_files import (
    DIAGRAM,
    GRAPHICS,
    NOTED,
    OFFICE,
    STYLES,
    WORD,
    WORD_2003,
    docx,
    field,
    flat,
    header,
    par,
    read,
    run,
    text,
    texts,
    with_main,
)
from worker.parsing.readers.office.docx import read_docx


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


def test_elements_may_nest_to_any_depth():
    depth = 20_000
    data = docx("<w:smartTag>" * depth + run("deep") + "</w:smartTag>" * depth)
    assert texts(data) == ["deep"]
    rows = "<w:tbl><w:tr><w:tc>" * 500 + par("cell") + "</w:tc></w:tr></w:tbl>" * 500
    assert text(rows) == "cell"


def test_a_package_in_one_xml_file():
    data = docx(par("Body"), h=("header", header(par("Head"))))
    document = read(flat(data), "a.xml")
    assert [page.text for page in document.pages] == ["Head\n\nBody"]
    assert document.warnings == ()
    cut = read(flat(data)[:-60], "a.xml")
    assert cut.pages[0].text.endswith("Body")
    assert cut.lost_parts == 1


def test_xml_of_word_2003():
    document = read(WORD_2003.encode(), "a.xml")
    assert [page.text for page in document.pages] == [
        "Head\n\nInvoice\n\n1. Item new\n\nFoot\n\nRemark",
        "Two",
    ]
    assert document.pages[0].headings == ("Invoice",)


@pytest.mark.parametrize(("switch", "heads"), [("", ""), ("<w:titlePg/>", "First\n")])
def test_headers_of_first_pages_in_xml_of_word_2003(switch: str, heads: str):
    headers = "".join(
        f'<w:hdr w:type="{kind}"><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:hdr>'
        for kind, words in (("first", "First"), ("even", "Even"))
    )
    data = WORD_2003.replace("<w:sectPr>", f"<w:sectPr>{switch}{headers}")
    assert read(data.encode(), "a.xml").pages[0].text.startswith(f"{heads}Head\n\nInvoice")


def test_other_xml_is_no_document_of_word():
    assert texts(b"<?xml version='1.0'?><a>b</a>", "a.xml") == ["a: b"]


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


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        (" MACROBUTTON NoMacro [Type the name here] ", "A [Type the name here]"),
        ('SYMBOL 8364 \\u \\f "Arial"', "A €"),
        ("SYMBOL 128", "A €"),
        ("SYMBOL 0xFC \\f Wingdings \\s 10", "A ✓"),
        ("EQ \\o\\ac(○,印)", "A ○ 印"),
        ("EQ \\f(1;2)", "A 1 2"),
        ('EQ \\* jc2 \\* "Font:MS 明朝" \\o\\ad(\\s\\up 9(とう),東)', "A とう 東"),
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


@pytest.mark.parametrize(
    ("program", "picture", "shown", "lost"),
    [
        ("Excel.Sheet.12", emf_of("Total"), "Total", ()),
        ("Excel.Sheet.12", emf_of(), "", ("a document embedded in the file could not be read",)),
        ("Equation.3", emf_of(), "", ()),
        ("Equation.3", emf_of("x + y")[:120], "", ("a picture could not be read",)),
    ],
)
def test_embedded_objects_are_read_from_their_picture(
    program: str, picture: bytes, shown: str, lost: tuple[str, ...]
):
    embedded = (
        '<w:p><w:r><w:object><v:shape><v:imagedata r:id="i1"/></v:shape><o:OLEObject'
        f' xmlns:o="urn:schemas-microsoft-com:office:office" ProgID="{program}" r:id="e1"/>'
        "</w:object></w:r></w:p>"
    )
    document = read(docx(embedded, i1=("image.emf", picture), e1=("package.xlsx", b"PK")))
    assert document.warnings == lost
    assert [page.text for page in document.pages] == [shown]


_ID = "{9B1F7C6A-0000-4000-8000-000000000001}"
_DATA = (
    '<c:letter xmlns:c="urn:c"><c:name>ACME</c:name><c:name n="Two"> B &amp; C </c:name></c:letter>'
)


@pytest.mark.parametrize(
    ("properties", "path", "expected"),
    [
        ("<w:text/>", "/ns0:letter[1]/ns0:name[1]", "ACME"),
        ("<w:text/>", "/ns0:letter/ns0:name[2]", "B & C"),
        ("<w:text/>", "/ns0:letter/ns0:name[2]/@n", "Two"),
        ("<w:date/><w:showingPlcHdr/>", "/ns0:letter/ns0:name", "ACME"),
        ("<w:date/>", "/ns0:letter/ns0:name", "Click here"),
        ("", "/ns0:letter/ns0:name", "Click here"),
        ("<w:text/>", "/ns0:letter/ns0:missing", "Click here"),
        ("<w:text/>", "//ns0:name[. = 1]", "Click here"),
    ],
)
def test_content_controls_show_the_data_that_they_are_bound_to(
    properties: str, path: str, expected: str
):
    binding = f'<w:dataBinding w:xpath="{path}" w:storeItemID="{_ID}"/>'
    content = run("Click ") + run("here")
    control = (
        f"<w:sdt><w:sdtPr>{binding}{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent>"
        "</w:sdt>"
    )
    found = text(f"<w:p>{run('To ')}{control}</w:p>", c=("customXml", _DATA))
    assert found == f"To {expected}"
