from tests.unit.worker.parsing.readers.office.packages import NAMES, package
from tests.unit.worker.parsing.readers.reading import read

MAIN = "visio/document.xml"
VISIO = "http://schemas.microsoft.com/office/visio/2012/main"


def test_the_words_of_each_page_are_read():
    shapes = "<Shape><Text><cp IX='0'/>Pay <fld>7</fld>\nnow</Text></Shape><Shape/>"
    group = f"<Shape><Shapes>{shapes}</Shapes></Shape>"
    listed = "".join(
        f"<Page ID='{n}' Name='{name}'><PageSheet/><Rel r:id='r{n}'/></Page>"
        for n, name in enumerate(("Process", "Lost"))
    )
    parts = {
        MAIN: f"<VisioDocument xmlns='{VISIO}'/>",
        "visio/pages/pages.xml": f"<Pages xmlns='{VISIO}' {NAMES}>{listed}</Pages>",
        "visio/pages/page1.xml": f"<PageContents xmlns='{VISIO}'>{group}</PageContents>",
    }
    pages = [("r0", "page", "page1.xml"), ("r1", "page", "page2.xml")]
    relations = {
        "": [("r1", "officeDocument", MAIN)],
        MAIN: [("r1", "pages", "pages/pages.xml")],
        "visio/pages/pages.xml": pages,
    }
    found = read(package(parts, relations), "a.vsdx")
    assert [page.text for page in found.pages] == ["Process\nPay 7\nnow", "Lost"]
    assert (found.format, found.lost_parts) == ("vsdx", 1)


def test_shapes_have_the_words_of_their_stencil_unless_they_have_their_own():
    group = (
        "<Shapes><Shape ID='2' MasterShape='6'/>"
        "<Shape ID='3' MasterShape='6'><Text>mine</Text></Shape><Shape MasterShape='7'/>"
        "<Shape MasterShape='6' Del='1'/>"
        "<Shape MasterShape='7'><Text>hidden, too</Text></Shape></Shapes>"
    )
    shapes = f"<Shape ID='1' Master='4'>{group}</Shape><Shape ID='9' Master='4'><Text/></Shape>"
    shapes += "<Shape ID='10' Master='5'/><Shape ID='11'/>"
    hidden = "<Cell N='HideText' V='1'/>"
    inner = f"<Shape ID='6'><Text>Part</Text></Shape><Shape ID='7'>{hidden}<Text>no</Text></Shape>"
    master = f"<Shape ID='5'><Text>Legend</Text><Shapes>{inner}</Shapes></Shape>"
    parts = {
        MAIN: f"<VisioDocument xmlns='{VISIO}'/>",
        "visio/pages/pages.xml": f"<Pages xmlns='{VISIO}' {NAMES}>"
        "<Page Name='P'><Rel r:id='r1'/></Page></Pages>",
        "visio/pages/page1.xml": f"<PageContents xmlns='{VISIO}'>{shapes}</PageContents>",
        "visio/masters/masters.xml": f"<Masters xmlns='{VISIO}' {NAMES}>"
        "<Master ID='4'><Rel r:id='r1'/></Master><Master ID='5'><Rel r:id='r2'/></Master>"
        "</Masters>",
        "visio/masters/master1.xml": f"<MasterContents xmlns='{VISIO}'>{master}</MasterContents>",
    }
    relations = {
        "": [("r1", "officeDocument", MAIN)],
        MAIN: [("r1", "pages", "pages/pages.xml"), ("r2", "masters", "masters/masters.xml")],
        "visio/pages/pages.xml": [("r1", "page", "page1.xml")],
        "visio/masters/masters.xml": [("r1", "master", "master1.xml"), ("r2", "master", "x.xml")],
    }
    found = read(package(parts, relations), "a.vsdx")
    assert found.pages[0].text == "P\nLegend\nPart\nmine"
    assert found.warnings == ("a shape of a stencil could not be read",)
