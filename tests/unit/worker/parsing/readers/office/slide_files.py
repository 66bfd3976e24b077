"""Presentations of single shapes and their parts."""

from devtools import sample_files
from tests.unit.worker.parsing.readers.office.packages import NAMES, P, Relation, box, package
from worker.parsing.document import Document
from worker.parsing.readers.office.pptx import read_pptx

MAIN = "ppt/presentation.xml"


def sp(*paragraphs: str, ph: str = "", at: str = "", markup: str = "") -> str:
    """Return a shape with text; `at` is its offset, such as `x="1" y="2"`."""
    placeholder = f'<p:ph type="{ph}"/>' if ph else ""
    place = f"<a:xfrm><a:off {at}/></a:xfrm>" if at else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="NAME"/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{place}</p:spPr><p:txBody>{box(*paragraphs)}{markup}</p:txBody></p:sp>"
    )


def frame(content: str) -> str:
    return (
        f"<p:graphicFrame><a:graphic><a:graphicData>{content}</a:graphicData></a:graphic>"
        "</p:graphicFrame>"
    )


def tree(shapes: str, root: str = "sld", attributes: str = "") -> str:
    return (
        f'<p:{root} xmlns:p="{P}" {NAMES} {attributes}>'
        f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{root}>"
    )


def deck(
    *slides: str,
    related: tuple[Relation, ...] = (),
    main: str = MAIN,
    **parts: str | bytes,
) -> bytes:
    """Make a presentation; `related` are the relationships of the first slide."""
    numbers = range(1, len(slides) + 1)
    folder = main.rpartition("/")[0]
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in numbers)
    members = {
        main: f'<p:presentation xmlns:p="{P}" {NAMES}><p:sldIdLst>{listed}</p:sldIdLst>'
        "</p:presentation>",
        **{f"{folder}/slides/slide{n}.xml": slides[n - 1] for n in numbers},
        **{f"ppt/{name.replace('__', '/')}.xml": part for name, part in parts.items()},
    }
    relations = {
        "": [("r1", "officeDocument", main)],
        main: [(f"r{n}", "slide", f"slides/slide{n}.xml") for n in numbers],
        f"{folder}/slides/slide1.xml": related,
    }
    return package(members, relations)


def read(data: bytes, asked=sample_files.EVERYTHING) -> Document:
    return read_pptx(sample_files.source(data, "", asked))


def texts(data: bytes) -> list[str]:
    return [page.text for page in read(data).pages]
