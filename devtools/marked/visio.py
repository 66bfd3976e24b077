"""A drawing of Visio 2013 ([MS-VSDX]) with a marker in each place."""

from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.open_xml import OFFICE, Part, package

_NAMES = f'xmlns="http://schemas.microsoft.com/office/visio/2012/main" xmlns:r="{OFFICE}"'
_LINK = "http://schemas.microsoft.com/visio/2010/relationships/"
_KIND = "application/vnd.ms-visio."
_MAIN = "visio/document.xml"


def marked_vsdx() -> MarkedDocument:
    """Return a drawing of two pages."""
    marks = Marks()
    shapes = (
        f"<Shapes><Shape ID='1'><Text>{marks('shape')}</Text></Shape>"
        "<Shape ID='2' Type='Group'><Shapes><Shape ID='3'><Text><cp IX='0'/>"
        f"{marks('grouped shape')}<fld IX='0'>{marks('field')}</fld></Text></Shape>"
        "</Shapes></Shape></Shapes>"
    )
    listed = "".join(
        f'<Page ID="{number}" Name="{name}"><PageSheet/><Rel r:id="r{number}"/></Page>'
        for number, name in enumerate((marks("page name"), "Two"), 1)
    )
    second = f"<Shapes><Shape ID='1'><Text>{marks('second page')}</Text></Shape></Shapes>"
    data = package(
        _MAIN,
        Part(
            _MAIN,
            f"{_KIND}drawing.main+xml",
            f"<VisioDocument {_NAMES}/>",
            {"r1": (f"{_LINK}pages", "pages/pages.xml")},
        ),
        Part(
            "visio/pages/pages.xml",
            f"{_KIND}pages+xml",
            f"<Pages {_NAMES}>{listed}</Pages>",
            {f"r{number}": (f"{_LINK}page", f"page{number}.xml") for number in (1, 2)},
        ),
        *(
            Part(
                f"visio/pages/page{number}.xml",
                f"{_KIND}page+xml",
                f"<PageContents {_NAMES}>{content}</PageContents>",
            )
            for number, content in enumerate((shapes, second), 1)
        ),
    )
    return MarkedDocument("vsdx", data, marks)
