"""Packages of Office Open XML, made of parts and their relationships."""

from collections.abc import Mapping, Sequence

from devtools import sample_files

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

NAMES = (
    f'xmlns:a="{A}" xmlns:r="{R}" xmlns:mc="{MC}"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
)
"""Declarations of the namespaces that drawings use."""

Relation = tuple[str, str, str]
"""The id, the kind and the target of a relationship."""


def package(parts: Mapping[str, str | bytes], relations: Mapping[str, Sequence[Relation]]) -> bytes:
    """Make a package; `relations` are those of each part, those of the package for `""`."""
    members: dict[str, str | bytes] = {"[Content_Types].xml": "<Types/>"}
    for part, related in relations.items():
        folder, _, name = part.rpartition("/")
        members[f"{folder}/_rels/{name}.rels".lstrip("/")] = (
            f'<Relationships xmlns="{_PACKAGE}">'
            + "".join(
                f'<Relationship Id="{key}" Type="{R}/{kind}" Target="{target}"/>'
                for key, kind, target in related
            )
            + "</Relationships>"
        )
    return sample_files.zip_of({**members, **parts})


def box(*paragraphs: str) -> str:
    """Return the paragraphs of a text box."""
    return "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)


def chart(title: str, series: str, *categories: str) -> str:
    """Return the part of a chart with one series."""
    points = "".join(f"<c:pt><c:v>{each}</c:v></c:pt>" for each in categories)
    return (
        f"<c:chartSpace {NAMES}><c:chart><c:title><c:tx><c:rich>{box(title)}</c:rich></c:tx>"
        "</c:title><c:ser><c:tx><c:strRef><c:strCache><c:pt>"
        f"<c:v>{series}</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:strCache>{points}</c:strCache></c:strRef></c:cat>"
        "</c:ser></c:chart></c:chartSpace>"
    )


def diagram(*texts: str) -> str:
    """Return the data part of a SmartArt diagram."""
    points = "".join(f"<dgm:pt><dgm:t>{box(text)}</dgm:t></dgm:pt>" for text in texts)
    return f"<dgm:dataModel {NAMES}><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"
