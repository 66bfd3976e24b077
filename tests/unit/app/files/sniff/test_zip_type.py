import io

import pytest

from app.files.sniff import zip_directory
from app.files.sniff.sniff import FileType, sniff
from app.files.sniff.zip_type import ZipType, find_type
from devtools import sample_files
from devtools.cpu_time import within_reader_limit

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
MAIN = {
    "docx": '<document xmlns="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>',
    "pptx": '<p:presentation xmlns:p="http://purl.oclc.org/ooxml/presentationml/main"/>',
    "xlsx": '<ns0:workbook xmlns:ns0="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
}


def relationships(target: str, kind: str = OFFICE, more: str = "") -> str:
    named = f'<Relationship Id="a" Type="{kind}" Target="{target}" {more}/>'
    return f"<Relationships>{named}</Relationships>"


def find(members: dict[str, str | bytes]) -> ZipType | None:
    file = io.BytesIO(sample_files.zip_of(members))
    return find_type(file, zip_directory.list_members(file))


def found(members: dict[str, str | bytes]) -> tuple[str, str] | None:
    """The type and the name of the main part."""
    result = find(members)
    return (result.extension, result.main.name if result.main else "") if result else None


@pytest.mark.parametrize("extension", MAIN)
@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("word/document2.xml", "word/document2.xml"),
        ("/content/main.part", "content/main.part"),
        ("./main.xml", "main.xml"),
        ("WORD\\Document.xml", "word\\document.XML"),
        ("a%20b.xml", "./a b.xml"),
        ("main.xml", "/main.xml"),
    ],
)
def test_the_main_part_is_the_one_that_the_package_names(extension, target, name):
    members = {"_rels/.rels": relationships(target), name: MAIN[extension]}
    assert found(members) == (extension, name)


def test_strict_relationships_and_wide_characters():
    members = {
        "_RELS\\.RELS": relationships("x.xml", STRICT).encode("utf-16"),
        "x.xml": MAIN["xlsx"].encode("utf-16"),
    }
    assert found(members) == ("xlsx", "x.xml")


def test_content_types_tell_a_main_part_that_nothing_names_or_that_is_damaged():
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macros = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    for content_type, extension in ((kind, "docx"), (macros, "xlsx")):
        types = f'<Types><Override PartName="/a/b.xml" ContentType="{content_type}"/></Types>'
        assert found({"[Content_Types].xml": types, "a.txt": ""}) == (extension, "")
        for members in (
            {"[Content_Types].xml": types, "a/b.xml": "<damaged"},
            {"[CONTENT_TYPES].XML": types, "_rels/.rels": "<damaged", "a/b.xml": "<damaged"},
        ):
            assert found(members) == (extension, "a/b.xml")


def test_usual_names_count_without_relationships():
    assert found({"word/document.xml": MAIN["docx"]}) == ("docx", "word/document.xml")
    members = {"_rels/.rels": relationships("gone.xml"), "XL/workbook1.xml": "<x/>"}
    assert found(members) == ("xlsx", "XL/workbook1.xml")
    assert found({"_rels/.rels": "", "word/styles.xml": "<x/>"}) == ("docx", "")


def test_other_packages_are_unknown():
    model = '<model xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"/>'
    for members in (
        {"_rels/.rels": relationships("3D/3dmodel.model"), "3D/3dmodel.model": model},
        {"_rels/.rels": relationships("http://x.y/a", more='TargetMode="External"'), "a": "b"},
        {"word/document.xml": "<x/>"},
        {"a": "b"},
    ):
        assert find(members) is None


MANIFEST = (
    '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.{}"/>'
    "{}</m:manifest>"
)
CONTENT = (
    '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0">'
    "<o:automatic-styles/><o:body><o:{}/></o:body></o:document-content>"
)


@pytest.mark.parametrize(
    ("body", "extension"), [("text", "odt"), ("spreadsheet", "ods"), ("presentation", "odp")]
)
def test_open_documents_without_a_mimetype(body, extension):
    by_manifest = {"META-INF/manifest.xml": MANIFEST.format(body, ""), "content.xml": "<x/>"}
    assert found(by_manifest) == (extension, "content.xml")
    by_content = {"Content.xml": CONTENT.format(body), "mimetype": "application/zip"}
    assert found(by_content) == (extension, "Content.xml")
    template = {"META-INF/manifest.xml": MANIFEST.format(f"{body}-template", ""), "content.xml": ""}
    assert found(template) == (extension, "content.xml")


def test_encrypted_open_documents_without_a_mimetype():
    manifest = MANIFEST.format("text", "<m:encryption-data/>")
    data = sample_files.zip_of({"meta-inf/manifest.xml": manifest, "content.xml": b"x"})
    assert sniff(io.BytesIO(data), "") == FileType("odt", encrypted=True)


def test_drawings_by_their_manifest_or_content():
    members = {"META-INF/manifest.xml": MANIFEST.format("graphics", ""), "content.xml": ""}
    assert found(members)[0] == "odg"
    assert found({"content.xml": CONTENT.format("drawing")})[0] == "odg"


def test_books_by_their_container():
    container = '<container><rootfile media-type="application/oebps-package+xml"/></container>'
    assert found({"META-INF/container.xml": container}) == ("epub", "")
    locked = '<e xmlns:c="x"><c:CipherReference URI="{}"/></e>'
    for uri, is_locked in (("OEBPS/1.xhtml", True), ("OEBPS/font.otf", False)):
        members = {
            "META-INF/container.xml": container,
            "META-INF/encryption.xml": locked.format(uri),
        }
        result = find(members)
        assert result
        assert result.encrypted == is_locked


def test_large_and_hostile_lists_are_read_in_bounded_time():
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "x">{entities}]><Types a="&e9;">&e9;</Types>'
    long = "<Types>" + "<Override PartName='/a'/>" * 400_000 + "</Types>"
    with within_reader_limit():
        for text in (bomb, long, "<a>" * 1_000_000):
            names = ("[Content_Types].xml", "_rels/.rels", "content.xml", "META-INF/manifest.xml")
            assert (
                find({**dict.fromkeys(names, text), "word/document.xml": MAIN["docx"]}) is not None
            )
