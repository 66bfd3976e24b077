import io

import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from tests.unit.worker.parsing.readers.office.packages import (
    NAMES,
    A,
    P,
    box,
    chart,
    diagram,
    package,
)
from tests.unit.worker.parsing.readers.office.slide_files import (
    MAIN,
    deck,
    frame,
    read,
    sp,
    texts,
    tree,
)
from worker.parsing.readers.office.pptx import read_pptx

LOST = "could not be read"


def test_slides_are_pages():
    assert texts(sample_files.pptx("One", "Two", "Three")) == ["One", "Two", "Three"]
    found = read(sample_files.pptx("One", "Two"), sample_files.request(target_pages=(1,)))
    assert [(page.index, page.text) for page in found.pages] == [(1, "Two")]
    assert (found.format, found.total_pages, found.lost_parts) == ("pptx", 2, 0)


def test_slides_stand_in_the_order_of_the_list():
    data = sample_files.unzip(sample_files.pptx("One", "Two"))
    data[MAIN] = (
        data[MAIN].replace(b'"r1"', b'"x"').replace(b'"r2"', b'"r1"').replace(b'"x"', b'"r2"')
    )
    assert texts(sample_files.zip_of(data)) == ["Two", "One"]


def test_a_damaged_list_of_slides_leaves_the_order_of_their_numbers():
    data = sample_files.unzip(sample_files.pptx(*[f"Slide {n}" for n in range(1, 12)]))
    data[MAIN] = data[MAIN][:-5]
    found = read(sample_files.zip_of(data))
    assert [page.text for page in found.pages] == [f"Slide {n}" for n in range(1, 12)]
    assert found.warnings == ("the list of slides could not be read, and their order is a guess",)


def test_a_missing_list_of_slides_leaves_the_order_of_their_numbers():
    data = sample_files.unzip(sample_files.pptx("One", "Two"))
    del data["ppt/_rels/presentation.xml.rels"]
    assert texts(sample_files.zip_of(data)) == ["One", "Two"]


def test_main_part_prefix_and_strict_namespaces_do_not_matter():
    strict = "http://purl.oclc.org/ooxml"
    data = sample_files.unzip(deck(tree(sp("Strict words")), main="ppt/presentation7.xml"))
    turned = {
        name: part.replace(A.encode(), f"{strict}/drawingml/main".encode())
        .replace(P.encode(), f"{strict}/presentationml/main".encode())
        .replace(b"xmlns:p=", b"xmlns:ns0=")
        .replace(b"<p:", b"<ns0:")
        .replace(b"</p:", b"</ns0:")
        for name, part in data.items()
    }
    assert texts(sample_files.zip_of(turned)) == ["Strict words"]


def test_names_of_parts_match_with_backslashes_and_in_any_case():
    data = sample_files.unzip(deck(tree(sp("Windows words"))))
    turned = {
        name.replace("ppt/slides/slide1", "ppt\\Slides\\Slide1"): part
        for name, part in data.items()
    }
    assert texts(sample_files.zip_of(turned)) == ["Windows words"]


def test_titles_come_first_then_shapes_from_top_to_bottom():
    slide = tree(
        sp("Footer", ph="ftr")
        + sp("Right", at='x="500000" y="200300"')
        + sp("Left", at='x="0" y="200000"')
        + sp("Body", ph="body")
        + sp("Above", at='x="0" y="0"')
        + sp("Our Title", ph="ctrTitle", at='x="0" y="900000"')
    )
    found = read(deck(tree(""), slide)).pages[1]
    assert found.text.split("\n\n") == ["Our Title", "Body", "Above", "Left", "Right", "Footer"]
    assert found.headings == ("Our Title",)


def test_hidden_slides_are_read():
    assert texts(deck(tree(sp("Shown")), tree(sp("Hidden"), attributes='show="0"'))) == [
        "Shown",
        "Hidden",
    ]


def test_groups_tables_breaks_math_and_fields():
    table = (
        "<a:tbl><a:tr><a:tc><a:txBody>{}</a:txBody></a:tc><a:tc><a:txBody>{}</a:txBody></a:tc>"
        "</a:tr><a:tr><a:tc><a:txBody>{}</a:txBody></a:tc>"
        '<a:tc hMerge="1"><a:txBody>{}</a:txBody></a:tc></a:tr></a:tbl>'
    ).format(box("Item"), box("Price", "net"), box("Nail"), box("Under another cell"))
    fields = (
        '<a:p><a:fld type="slidenum"><a:t>77</a:t></a:fld><a:fld type="datetime1">'
        "<a:t>1 May</a:t></a:fld><a:r><a:t> one</a:t></a:r><a:br/><a:r><a:t>two</a:t></a:r></a:p>"
        "<a:p><m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath></a:p>"
    )
    group = f"<p:grpSp><p:grpSp>{sp('Deep')}</p:grpSp></p:grpSp>"
    (text,) = texts(deck(tree(group + frame(table) + sp(markup=fields))))
    assert text == "Deep\n\nItem Price net\nNail\n\n1 May one\ntwo\nx+1"


def test_alternative_contents_are_read_once():
    alternatives = (
        f"<mc:AlternateContent><mc:Choice Requires='a14'>{sp('Once')}</mc:Choice>"
        f"<mc:Fallback>{sp('Twice')}</mc:Fallback></mc:AlternateContent>"
        f"<mc:AlternateContent><mc:Choice Requires='v'/><mc:Fallback>{sp('Old')}</mc:Fallback>"
        "</mc:AlternateContent>"
    )
    assert texts(deck(tree(alternatives))) == ["Once\n\nOld"]


def test_charts_diagrams_and_icons():
    slide = tree(
        frame('<c:chart r:id="c1"/>')
        + frame('<dgm:relIds r:dm="d1" r:lo="x"/>')
        + frame('<p:oleObj name="Offer.xlsx" showAsIcon="1"/>')
        + frame('<p:oleObj name="Worksheet"/>')
    )
    data = deck(
        slide,
        related=(
            ("c1", "chart", "../charts/chart1.xml"),
            ("d1", "diagramData", "/ppt/d/data1.xml"),
        ),
        charts__chart1=chart("Sales", "Peaches", "January", "May"),
        d__data1=diagram("Head", "Branch"),
    )
    assert texts(data) == ["Sales\nPeaches\nJanuary\nMay\n\nHead\nBranch\n\nOffer.xlsx"]


def test_the_stored_drawing_of_a_damaged_diagram_is_read():
    related = (("d1", "diagramData", "../diagrams/data3.xml"),)
    drawn = (
        f'<dsp:drawing xmlns:dsp="d" {NAMES}><dsp:sp><dsp:txBody>{box("Drawn")}</dsp:txBody>'
        "</dsp:sp></dsp:drawing>"
    )
    for damaged in ("<no", diagram()):
        data = deck(
            tree(frame('<dgm:relIds r:dm="d1"/>')),
            related=related,
            diagrams__data3=damaged,
            diagrams__drawing3=drawn,
        )
        assert texts(data) == ["Drawn"]


def test_new_kinds_of_charts_and_texts_drawn_on_charts():
    new = (
        '<cx:chartSpace xmlns:cx="cx"><cx:chartData><cx:data><cx:strDim><cx:lvl><cx:pt>North'
        "</cx:pt></cx:lvl></cx:strDim></cx:data></cx:chartData></cx:chartSpace>"
    )
    dates = chart("By day", "Visits").replace(
        "<c:cat>", "<c:cat><c:formatCode>d\\.m\\.yyyy</c:formatCode><c:v>45366</c:v>"
    )
    data = sample_files.unzip(
        deck(
            tree(frame('<cx:chart xmlns:cx="cx" r:id="c1"/>') + frame('<c:chart r:id="c2"/>')),
            related=(("c1", "chartEx", "../charts/x.xml"), ("c2", "chart", "../charts/y.xml")),
            charts__x=new,
            charts__y=dates,
        )
    )
    data |= sample_files.unzip(
        package(
            {"ppt/drawn.xml": f"<c:userShapes {NAMES}>{box('Arrow text')}</c:userShapes>"},
            {"ppt/charts/y.xml": [("u", "chartUserShapes", "../drawn.xml")]},
        )
    )
    assert texts(sample_files.zip_of(data)) == ["North\n\nBy day\nArrow text\nVisits\n15.3.2024"]


def test_notes_and_comments():
    new = (
        f"<n:cmLst xmlns:n='n' {NAMES}><n:cm><n:txBody>{box('New')}</n:txBody><n:replyLst>"
        f"<n:reply><n:txBody>{box('Answer')}</n:txBody></n:reply></n:replyLst></n:cm></n:cmLst>"
    )
    number = '<a:p><a:fld type="slidenum"><a:t>1</a:t></a:fld></a:p>'
    data = deck(
        tree(sp("Body")),
        related=(
            ("n", "notesSlide", "../notes/notes1.xml"),
            ("o", "comments", "../comments/old.xml"),
            ("m", "comments", "../comments/new.xml"),
        ),
        notes__notes1=tree(sp("Say this") + sp(markup=number, ph="sldNum"), "notes"),
        comments__old=f'<p:cmLst xmlns:p="{P}"><p:cm><p:text>Old</p:text></p:cm></p:cmLst>',
        comments__new=new,
    )
    assert texts(data) == ["Body\n\nNotes:\nSay this\n\nOld\n\nNew\n\nAnswer"]


def backdrop(slide: str, layout: str) -> list[str]:
    """Return the pages of two slides that share a layout and its master."""
    data = sample_files.unzip(
        deck(
            slide,
            tree(sp("Second")),
            related=(("l", "slideLayout", "../layout.xml"),),
            layout=layout,
            master=tree(sp("Master text") + sp("Click to edit", ph="title"), "sldMaster"),
        )
    )
    data |= sample_files.unzip(
        package(
            {},
            {
                "ppt/slides/slide2.xml": [("l", "slideLayout", "../layout.xml")],
                "ppt/layout.xml": [("m", "slideMaster", "master.xml")],
            },
        )
    )
    return texts(sample_files.zip_of(data))


def test_texts_of_the_layout_and_the_master_are_on_their_first_slide():
    layout = tree(sp("Layout text") + sp("Prompt", ph="body"), "sldLayout")
    assert backdrop(tree(sp("First")), layout) == [
        "First\n\nLayout text\n\nMaster text",
        "Second",
    ]
    plain = tree(sp("First"), attributes='showMasterSp="0"')
    assert backdrop(plain, layout) == ["First", "Second\n\nLayout text\n\nMaster text"]
    own = tree(sp("Layout text"), "sldLayout", 'showMasterSp="0"')
    assert backdrop(tree(sp("First")), own)[0] == "First\n\nLayout text"


def test_a_damaged_slide_is_an_empty_page():
    found = read(deck(tree(sp("One")), "<p:sld", tree(sp("Three"))))
    assert [page.text for page in found.pages] == ["One", "", "Three"]
    assert found.warnings == (f"slide 2 {LOST}",)
    assert found.lost_parts == 1


def test_damaged_parts_of_a_slide_cost_only_themselves():
    related = (
        ("c1", "chart", "../charts/chart1.xml"),
        ("n", "notesSlide", "../notes1.xml"),
        ("k", "comments", "../comments.xml"),
        ("l", "slideLayout", "../layout.xml"),
    )
    slide = tree(
        frame('<c:chart r:id="c1"/>')
        + frame('<dgm:relIds r:dm="gone"/>')
        + '<p:pic><p:blipFill><a:blip r:embed="gone"/></p:blipFill></p:pic><p:pic/>'
        + sp("Kept")
    )
    data = deck(slide, related=related, charts__chart1="<", notes1="<", comments="<", layout="<")
    found = read(data)
    assert [page.text for page in found.pages] == ["Kept"]
    assert found.warnings == (
        f"a chart on slide 1 {LOST}",
        f"a diagram on slide 1 {LOST}",
        f"the layout of slide 1 {LOST}",
        f"the notes of slide 1 {LOST}",
        f"the comments on slide 1 {LOST}",
    )


def test_files_without_a_readable_slide_are_corrupt():
    no_slides = sample_files.zip_of({"[Content_Types].xml": "", MAIN: "no"})
    for data in (no_slides, deck("<", "<")):
        with pytest.raises(FileError) as caught:
            read(data)
        assert caught.value.code == FileErrorCode.CORRUPT


def test_a_presentation_without_slides_is_an_empty_page():
    assert texts(deck()) == [""]


def test_deep_groups_are_read():
    depth = 20_000
    groups = "<p:grpSp>" * depth + sp("Deep") + "</p:grpSp>" * depth
    assert texts(deck(tree(groups))) == ["Deep"]


def test_shows_with_macros_are_read():
    members = sample_files.unzip(sample_files.pptx("Hi"))
    members["ppt/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    assert texts(sample_files.zip_of(members)) == ["Hi"]


def test_a_damaged_archive_is_corrupt():
    found = sample_files.source(sample_files.pptx("x"))
    found.file.truncate(100)
    assert isinstance(found.file, io.BytesIO)
    with pytest.raises(FileError) as caught:
        read_pptx(found)
    assert caught.value.code == FileErrorCode.CORRUPT


def test_escaped_line_breaks_are_line_breaks():
    assert texts(deck(tree(sp("Offer_x000B_for Ann")))) == ["Offer\nfor Ann"]


def test_formulas_keep_their_fractions_and_roots():
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    root = "<m:rad><m:e><m:r><m:t>x</m:t></m:r></m:e></m:rad>"
    body = f"<p:sp><p:txBody><a:p><m:oMath>{half}{root}</m:oMath></a:p></p:txBody></p:sp>"
    assert texts(deck(tree(body))) == ["1/2√x"]


def numbered(kind: str, text: str, level: int = 0, start: str = "") -> str:
    mark = f'<a:buAutoNum type="{kind}"{start}/>' if kind else ""
    properties = f'<a:pPr lvl="{level}">{mark}</a:pPr>'
    return f"<a:p>{properties}<a:r><a:t>{text}</a:t></a:r></a:p>"


def test_numbers_of_lists_are_read():
    body = "".join(
        (
            numbered("arabicPeriod", "one"),
            numbered("alphaLcParenR", "sub", 1),
            numbered("alphaLcParenR", "", 1),
            numbered("alphaLcParenR", "sub", 1),
            numbered("arabicPeriod", "two"),
            numbered("alphaLcParenR", "again", 1),
            numbered("", "plain"),
            numbered("romanUcParenBoth", "four", start=' startAt="4"'),
            numbered("circleNumDbPlain", "other"),
        )
    )
    shape = f"<p:sp><p:txBody>{body}</p:txBody></p:sp>"
    assert texts(deck(tree(shape)))[0].split("\n") == [
        *("1. one", "a) sub", "b) sub", "2. two", "a) again", "plain", "(IV) four", "① other")
    ]


def test_the_beginning_of_a_damaged_slide_is_read():
    broken = tree(sp("First") + sp("Second"))
    found = read(deck(broken[: broken.index("Second") + 3], tree(sp("Next")), "<p:sld"))
    assert [page.text for page in found.pages] == ["First", "Next", ""]
    assert found.warnings == (f"a part of slide 1 {LOST}", f"slide 3 {LOST}")
