"""Packages of pages with a marker in each place: Visio 2013 ([MS-VSDX]), XPS (ECMA-388)."""

from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.open_xml import OFFICE, Part, package
from devtools.sample_files import zip_of

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


def marked_xps() -> MarkedDocument:
    """Return an XPS of two pages."""
    marks = Marks()
    page = 'xmlns="http://schemas.microsoft.com/xps/2005/06"'
    run = '<Glyphs FontRenderingEmSize="10" OriginX="{}" OriginY="{}" UnicodeString="{}"/>'
    marks["line of two runs"] = "Qtwo runsQ"
    first = run.format(10, 20, "{}" + marks("line")) + "<Canvas>"
    first += run.format(10, 40, "Qtwo") + run.format(36, 40, "runsQ") + "</Canvas>"
    pages = (first, run.format(10, 20, marks("second page")))
    listed = "".join(f'<PageContent Source="Pages/{number}.fpage"/>' for number in (2, 1))
    members = {
        "FixedDocSeq.fdseq": f'<S {page}><DocumentReference Source="/Documents/1/D.fdoc"/></S>',
        "Documents/1/D.fdoc": f"<FixedDocument {page}>{listed}</FixedDocument>",
    }
    for number, content in zip((2, 1), pages, strict=True):
        members[f"Documents/1/Pages/{number}.fpage"] = f"<FixedPage {page}>{content}</FixedPage>"
    return MarkedDocument("xps", zip_of(members), marks)
