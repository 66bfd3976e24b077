"""A presentation (ECMA-376 part 1, section 19) with a marker in each place of a slide."""

from devtools.marked.document import MarkedDocument, Marks
from devtools.marked.open_xml import (
    DRAWING,
    OFFICE,
    Part,
    chart,
    chart_graphic,
    diagram,
    diagram_graphic,
    diagram_links,
    package,
    paragraph,
)
from devtools.metafiles import emf_of

_NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    f' xmlns:a="{DRAWING}" xmlns:r="{OFFICE}"'
)
_KIND = "presentationml"
_ACCENTS = (*(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
_COLORS = ("dk1", "lt1", "dk2", "lt2", *_ACCENTS)
_COLOR_MAP = 'bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" ' + " ".join(
    f'{name}="{name}"' for name in _ACCENTS
)


def marked_pptx() -> MarkedDocument:
    """Return a pptx of two slides."""
    marks = Marks()
    data = package(
        "ppt/presentation.xml",
        _presentation(),
        *_masters(marks),
        _first_slide(marks),
        _second_slide(marks),
        _notes(marks),
        *_comments(marks),
        chart("ppt/charts/chart1.xml", marks),
        *diagram("ppt/diagrams", marks),
        Part("ppt/media/image1.emf", "image/x-emf", emf_of(marks("picture of an object"))),
    )
    return MarkedDocument("pptx", data, marks)


def _presentation() -> Part:
    return Part(
        "ppt/presentation.xml",
        f"{_KIND}.presentation.main",
        f'<p:presentation {_NAMES}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="m1"/>'
        '</p:sldMasterIdLst><p:notesMasterIdLst><p:notesMasterId r:id="n1"/></p:notesMasterIdLst>'
        '<p:sldIdLst><p:sldId id="256" r:id="s1"/><p:sldId id="257" r:id="s2"/></p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
        "</p:presentation>",
        {
            "m1": ("slideMaster", "slideMasters/slideMaster1.xml"),
            "n1": ("notesMaster", "notesMasters/notesMaster1.xml"),
            "s1": ("slide", "slides/slide1.xml"),
            "s2": ("slide", "slides/slide2.xml"),
            "t1": ("theme", "theme/theme1.xml"),
            "ca": ("commentAuthors", "commentAuthors.xml"),
        },
    )


def _masters(marks: Marks) -> tuple[Part, ...]:
    """Return the master of slides with its layout, the master of notes, and their themes."""
    return (
        Part(
            "ppt/slideMasters/slideMaster1.xml",
            f"{_KIND}.slideMaster",
            f"<p:sldMaster {_NAMES}>{_tree(_shape(marks('master text')))}<p:clrMap {_COLOR_MAP}/>"
            '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="l1"/></p:sldLayoutIdLst>'
            "</p:sldMaster>",
            {
                "l1": ("slideLayout", "../slideLayouts/slideLayout1.xml"),
                "t1": ("theme", "../theme/theme1.xml"),
            },
        ),
        Part(
            "ppt/slideLayouts/slideLayout1.xml",
            f"{_KIND}.slideLayout",
            f"<p:sldLayout {_NAMES}>{_tree(_shape(marks('layout text')))}</p:sldLayout>",
            {"m1": ("slideMaster", "../slideMasters/slideMaster1.xml")},
        ),
        _theme("theme1"),
        _theme("theme2"),
        Part(
            "ppt/notesMasters/notesMaster1.xml",
            f"{_KIND}.notesMaster",
            f"<p:notesMaster {_NAMES}>{_tree('')}<p:clrMap {_COLOR_MAP}/></p:notesMaster>",
            {"t2": ("theme", "../theme/theme2.xml")},
        ),
    )


def _first_slide(marks: Marks) -> Part:
    table = (
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table">'
        '<a:tbl><a:tblPr/><a:tblGrid><a:gridCol w="2000000"/></a:tblGrid><a:tr h="400000">'
        f"<a:tc><a:txBody><a:bodyPr/>{paragraph(marks('table cell'))}</a:txBody><a:tcPr/></a:tc>"
        "</a:tr></a:tbl></a:graphicData></a:graphic>"
    )
    field = f'<a:p><a:fld id="{{0}}" type="datetime1"><a:t>{marks("field")}</a:t></a:fld></a:p>'
    group = (
        '<p:grpSp><p:nvGrpSpPr><p:cNvPr id="20" name="g"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
        '<p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="3000000" cy="500000"/>'
        '<a:chOff x="0" y="0"/><a:chExt cx="3000000" cy="500000"/></a:xfrm></p:grpSpPr>'
        f"{_shape(marks('grouped shape'))}</p:grpSp>"
    )
    shapes = (
        _shape(marks("title"), "title"),
        _shape(marks("body"), "body"),
        _shape(marks("text box")),
        _shape(marks("slide footer"), "ftr"),
        _shape("", text=field),
        group,
        _frame(table, 4),
        _frame(chart_graphic("ch"), 5),
        _frame(diagram_graphic(), 6),
        _frame(_object("ob"), 7),
    )
    return Part(
        "ppt/slides/slide1.xml",
        f"{_KIND}.slide",
        f"<p:sld {_NAMES}>{_tree(''.join(shapes))}</p:sld>",
        {
            "l1": ("slideLayout", "../slideLayouts/slideLayout1.xml"),
            "n1": ("notesSlide", "../notesSlides/notesSlide1.xml"),
            "c1": ("comments", "../comments/comment1.xml"),
            "ch": ("chart", "../charts/chart1.xml"),
            "ob": ("image", "../media/image1.emf"),
            **diagram_links("../diagrams"),
        },
    )


def _second_slide(marks: Marks) -> Part:
    return Part(
        "ppt/slides/slide2.xml",
        f"{_KIND}.slide",
        f"<p:sld {_NAMES}>{_tree(_shape(marks('second slide')))}</p:sld>",
        {"l1": ("slideLayout", "../slideLayouts/slideLayout1.xml")},
    )


def _notes(marks: Marks) -> Part:
    return Part(
        "ppt/notesSlides/notesSlide1.xml",
        f"{_KIND}.notesSlide",
        f"<p:notes {_NAMES}>{_tree(_shape(marks('notes'), 'body'))}</p:notes>",
        {
            "s1": ("slide", "../slides/slide1.xml"),
            "n1": ("notesMaster", "../notesMasters/notesMaster1.xml"),
        },
    )


def _comments(marks: Marks) -> tuple[Part, ...]:
    """Return a comment on the first slide, and its author."""
    return (
        Part(
            "ppt/commentAuthors.xml",
            f"{_KIND}.commentAuthors",
            f'<p:cmAuthorLst {_NAMES}><p:cmAuthor id="0" name="Ann" initials="A" lastIdx="1"'
            ' clrIdx="0"/></p:cmAuthorLst>',
        ),
        Part(
            "ppt/comments/comment1.xml",
            f"{_KIND}.comments",
            f'<p:cmLst {_NAMES}><p:cm authorId="0" idx="1" dt="2026-01-02T03:04:05">'
            f'<p:pos x="10" y="10"/><p:text>{marks("comment")}</p:text></p:cm></p:cmLst>',
        ),
    )


def _tree(shapes: str) -> str:
    return (
        '<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/>'
        f"</p:nvGrpSpPr><p:grpSpPr/>{shapes}</p:spTree></p:cSld>"
    )


def _shape(marker: str, placeholder: str = "", text: str = "") -> str:
    kind = f'<p:ph type="{placeholder}"/>' if placeholder else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="s"/><p:cNvSpPr/><p:nvPr>{kind}</p:nvPr></p:nvSpPr>'
        '<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="3000000" cy="500000"/></a:xfrm>'
        '<a:prstGeom prst="rect"/></p:spPr>'
        f"<p:txBody><a:bodyPr/>{text or paragraph(marker)}</p:txBody></p:sp>"
    )


def _frame(graphic: str, number: int) -> str:
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{number}" name="f"/>'
        "<p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>"
        '<p:xfrm><a:off x="0" y="0"/><a:ext cx="5000000" cy="3000000"/></p:xfrm>'
        f"{graphic}</p:graphicFrame>"
    )


def _object(link: str) -> str:
    """Return an embedded object as PowerPoint writes it: for old programs the picture is in VML."""
    picture = (
        '<p:pic><p:nvPicPr><p:cNvPr id="0" name=""/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
        f'<p:blipFill><a:blip r:embed="{link}"/></p:blipFill><p:spPr/></p:pic>'
    )
    embedded = '<p:oleObj spid="s1" name="Sheet" r:id="x"><p:embed/>{}</p:oleObj>'
    return (
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/presentationml/2006/ole">'
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice xmlns:v="urn:schemas-microsoft-com:vml" Requires="v">{embedded.format("")}'
        f"</mc:Choice><mc:Fallback>{embedded.format(picture)}</mc:Fallback></mc:AlternateContent>"
        "</a:graphicData></a:graphic>"
    )


def _theme(name: str) -> Part:
    """Return a theme (20.1.6.9) with three of each style, as it must have."""
    colors = "".join(f'<a:{color}><a:srgbClr val="808080"/></a:{color}>' for color in _COLORS)
    font = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    return Part(
        f"ppt/theme/{name}.xml",
        "theme",
        f'<a:theme xmlns:a="{DRAWING}" name="t"><a:themeElements>'
        f'<a:clrScheme name="t">{colors}</a:clrScheme><a:fontScheme name="t">'
        f"<a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="t"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst><a:effectStyleLst>"
        f"{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements>"
        "</a:theme>",
    )
