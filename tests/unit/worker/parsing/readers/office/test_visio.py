from tests.unit.worker.parsing.readers.office.packages import NAMES, package
from tests.unit.worker.parsing.readers.test_dispatch import read

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
