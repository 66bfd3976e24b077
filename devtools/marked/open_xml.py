"""Parts that Word, PowerPoint and Excel files share (ECMA-376 parts 1 and 2): package, chart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from devtools.marked.document import Marks
from devtools.sample_files import zip_of

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
DIAGRAM_DRAWING = "http://schemas.microsoft.com/office/drawing/2008/diagram"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a package; `links` are its relationships by id: type and target.

    `kind` is the content type after the common beginning, or a whole one.
    """

    name: str
    kind: str
    content: str | bytes
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def package(main: str, *parts: Part) -> bytes:
    """Return a package of these parts; `main` is the name of the main one."""
    overrides = "".join(
        f'<Override PartName="/{part.name}" ContentType="{_content_type(part.kind)}"/>'
        for part in parts
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": _relations({"rId1": ("officeDocument", main)}),
    }
    for part in parts:
        content = part.content
        members[part.name] = HEAD + content if isinstance(content, str) else content
        if part.links:
            folder, _, name = part.name.rpartition("/")
            members[f"{folder}/_rels/{name}.rels"] = _relations(part.links)
    return zip_of(members)


def _content_type(kind: str) -> str:
    return kind if "/" in kind else f"{_TYPES}.{kind}+xml"


def _relations(links: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{id_}" Type="{kind if ":" in kind else f"{OFFICE}/{kind}"}"'
        f' Target="{target}"{_mode(target)}/>'
        for id_, (kind, target) in links.items()
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _mode(target: str) -> str:
    return ' TargetMode="External"' if "://" in target else ""


def paragraph(text: str) -> str:
    """Return a paragraph of DrawingML (21.1.2.2.6)."""
    return f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"


def chart(name: str, marks: Marks) -> Part:
    """Return a column chart (21.2) with titles, a series and categories."""
    titles = {place: _chart_title(marks(place)) for place in ("chart title", "chart axis")}
    series = _cached(marks("chart series"))
    category = _cached(marks("chart category"))
    return Part(
        name,
        "drawingml.chart",
        f'<c:chartSpace xmlns:c="{CHART}" xmlns:a="{DRAWING}"><c:chart>{titles["chart title"]}'
        '<c:plotArea><c:layout/><c:barChart><c:barDir val="col"/><c:grouping val="clustered"/>'
        f'<c:ser><c:idx val="0"/><c:order val="0"/><c:tx>{series}</c:tx><c:cat>{category}</c:cat>'
        "<c:val><c:numRef><c:f>Sheet1!$B$2</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        '<c:ptCount val="1"/><c:pt idx="0"><c:v>5</c:v></c:pt></c:numCache></c:numRef></c:val>'
        '</c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling/><c:delete val="0"/><c:axPos val="b"/>'
        f'{titles["chart axis"]}<c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling/><c:delete val="0"/><c:axPos val="l"/>'
        '<c:crossAx val="1"/></c:valAx></c:plotArea>'
        '<c:legend><c:legendPos val="r"/></c:legend></c:chart></c:chartSpace>',
    )


def _chart_title(text: str) -> str:
    return f"<c:title><c:tx><c:rich><a:bodyPr/>{paragraph(text)}</c:rich></c:tx></c:title>"


def _cached(text: str) -> str:
    return (
        "<c:strRef><c:f>Sheet1!$A$2</c:f><c:strCache>"
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{text}</c:v></c:pt></c:strCache></c:strRef>'
    )


def chart_graphic(link: str) -> str:
    """Return the graphic that shows the chart of a relationship."""
    return (
        f'<a:graphic xmlns:a="{DRAWING}"><a:graphicData uri="{CHART}">'
        f'<c:chart xmlns:c="{CHART}" r:id="{link}"/></a:graphicData></a:graphic>'
    )


def picture_graphic(link: str) -> str:
    """Return the graphic that shows the picture of a relationship (20.2.2.5)."""
    uri = "http://schemas.openxmlformats.org/drawingml/2006/picture"
    return (
        f'<a:graphic xmlns:a="{DRAWING}"><a:graphicData uri="{uri}"><pic:pic xmlns:pic="{uri}">'
        '<pic:nvPicPr><pic:cNvPr id="9" name="p"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{link}"/></pic:blipFill><pic:spPr/></pic:pic>'
        "</a:graphicData></a:graphic>"
    )


def diagram_graphic() -> str:
    """Return the graphic that shows the diagram of `diagram_links` (SmartArt)."""
    return (
        f'<a:graphic xmlns:a="{DRAWING}"><a:graphicData uri="{DIAGRAM}"><dgm:relIds'
        f' xmlns:dgm="{DIAGRAM}" r:dm="dm" r:lo="lo" r:qs="qs" r:cs="cs"/></a:graphicData>'
        "</a:graphic>"
    )


def diagram_links(folder: str) -> dict[str, tuple[str, str]]:
    """Return the relationships of a part that shows a diagram; `folder` is relative to it."""
    return {
        "dm": ("diagramData", f"{folder}/data1.xml"),
        "lo": ("diagramLayout", f"{folder}/layout1.xml"),
        "qs": ("diagramQuickStyle", f"{folder}/quickStyle1.xml"),
        "cs": ("diagramColors", f"{folder}/colors1.xml"),
        "dr": (
            "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing",
            f"{folder}/drawing1.xml",
        ),
    }


def diagram(folder: str, marks: Marks) -> tuple[Part, ...]:
    """Return the parts of a diagram (21.4) with one shape, and its drawing ([MS-ODRAWXML] 2.4)."""
    text = paragraph(marks("smart art"))
    names = f'xmlns:dgm="{DIAGRAM}" xmlns:a="{DRAWING}"'
    shape = '<a:xfrm><a:off x="0" y="0"/><a:ext cx="1800000" cy="900000"/></a:xfrm>'
    return (
        Part(
            f"{folder}/data1.xml",
            "drawingml.diagramData",
            f'<dgm:dataModel {names}><dgm:ptLst><dgm:pt modelId="1" type="doc"/>'
            f'<dgm:pt modelId="2"><dgm:prSet/><dgm:spPr/><dgm:t><a:bodyPr/>{text}</dgm:t></dgm:pt>'
            '</dgm:ptLst><dgm:cxnLst><dgm:cxn modelId="3" srcId="1" destId="2" srcOrd="0"'
            ' destOrd="0"/></dgm:cxnLst><dgm:bg/><dgm:whole/><a:extLst>'
            '<a:ext uri="http://schemas.microsoft.com/office/drawing/2008/diagram">'
            f'<dsp:dataModelExt xmlns:dsp="{DIAGRAM_DRAWING}" relId="dr"'
            ' minVer="http://schemas.openxmlformats.org/drawingml/2006/diagram"/>'
            "</a:ext></a:extLst></dgm:dataModel>",
        ),
        Part(
            f"{folder}/layout1.xml",
            "drawingml.diagramLayout",
            f'<dgm:layoutDef {names} uniqueId="one"><dgm:layoutNode/></dgm:layoutDef>',
        ),
        Part(
            f"{folder}/quickStyle1.xml",
            "drawingml.diagramStyle",
            f'<dgm:styleDef {names} uniqueId="one"/>',
        ),
        Part(
            f"{folder}/colors1.xml",
            "drawingml.diagramColors",
            f'<dgm:colorsDef {names} uniqueId="one"/>',
        ),
        Part(
            f"{folder}/drawing1.xml",
            "application/vnd.ms-office.drawingml.diagramDrawing+xml",
            f'<dsp:drawing xmlns:dsp="{DIAGRAM_DRAWING}" {names}><dsp:spTree>'
            '<dsp:nvGrpSpPr><dsp:cNvPr id="0" name=""/><dsp:cNvGrpSpPr/></dsp:nvGrpSpPr>'
            '<dsp:grpSpPr/><dsp:sp modelId="2"><dsp:nvSpPr><dsp:cNvPr id="1" name="a"/>'
            f'<dsp:cNvSpPr/></dsp:nvSpPr><dsp:spPr>{shape}<a:prstGeom prst="rect"/></dsp:spPr>'
            f"<dsp:txBody><a:bodyPr/>{text}</dsp:txBody></dsp:sp></dsp:spTree></dsp:drawing>",
        ),
    )
