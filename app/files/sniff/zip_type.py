"""Detection of the type of a zip file by its parts.

Layout: ECMA-376 part 2 (Open Packaging Conventions) 6.5 for relationships and 7.2 for content
types; OASIS ODF 1.3 part 2, 3.2 for manifests; EPUB 3.3, 4.2.6.3 for containers. Of each part only
a beginning of bounded size is unpacked.
"""

import contextlib
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote
from xml.parsers import expat

from app.files.sniff import zip_directory
from app.files.sniff.zip_directory import Member

_KIB = 1024
_MAX_LIST_BYTES = 1024 * _KIB
_MAX_HEAD_BYTES = 64 * _KIB
_MAX_CONTENT_BYTES = 1024 * _KIB
_MAX_ELEMENTS = 20_000

_OPENDOCUMENT = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-master": "odt",
    "application/vnd.oasis.opendocument.text-web": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.graphics": "odg",
    "application/epub+zip": "epub",
    # OpenOffice 1 had the same parts under other names.
    **{
        f"application/vnd.sun.xml.{name}{template}": extension
        for name, extension in (
            *(("writer", "odt"), ("writer.global", "odt"), ("calc", "ods")),
            *(("impress", "odp"), ("draw", "odg")),
        )
        for template in ("", ".template")
    },
}
_OPENDOCUMENT_BODY = re.compile(r"urn:oasis:names:tc:opendocument:xmlns:office:1\.0}(\w+)")
_BODIES = {"text": "odt", "spreadsheet": "ods", "presentation": "odp", "drawing": "odg"}
_TEMPLATE = "-template"

_ROOTS = {"document": "docx", "presentation": "pptx", "workbook": "xlsx", "VisioDocument": "vsdx"}
# Each name is part of a namespace of the main part, and of its content type.
_LANGUAGES = {
    "wordprocessingml": "docx",
    "presentationml": "pptx",
    "spreadsheetml": "xlsx",
    "office/visio/": "vsdx",
}
# Content types of files with macros, which name the program instead.
_PROGRAMS = {"ms-word.": "docx", "ms-powerpoint.": "pptx", "ms-excel.": "xlsx", "ms-visio.": "vsdx"}
_FOLDERS = {"word/": "docx", "ppt/": "pptx", "xl/": "xlsx", "visio/": "vsdx"}
# Some programs number it: word/document2.xml.
_USUAL_MAIN_PART = re.compile(
    r"(word/document|ppt/presentation|xl/workbook|visio/document)[^/]*\.(?:xml|bin)"
)


@dataclass(frozen=True, slots=True)
class ZipType:
    """The canonical extension of a document in a zip file, and its main part if it has one."""

    extension: str
    main: Member | None = None
    encrypted: bool = False


def find_type(file: BinaryIO, members: Iterable[Member]) -> ZipType | None:
    """Return the type of a zip file with these members, None if it is not a known document.

    The main part of an Office file is the one that `_rels/.rels` names, wherever it is; its root
    element tells the type. Without that relationship the content types and the usual names count.
    """
    parts = {zip_directory.member_key(member.name): member for member in members}
    return _find_open_document(file, parts) or _find_office(file, parts)


def opendocument_extension(media_type: str) -> str | None:
    """Return the canonical extension of OpenDocument and EPUB files of a media type, or None."""
    return _OPENDOCUMENT.get(media_type.strip().lower().removesuffix(_TEMPLATE))


def _find_open_document(file: BinaryIO, parts: Mapping[str, Member]) -> ZipType | None:
    manifest = _read(file, parts.get("meta-inf/manifest.xml"), _MAX_LIST_BYTES)
    content = parts.get("content.xml")
    extension = opendocument_extension(_declared_type(file, parts))
    if extension is None and manifest:
        extension = opendocument_extension(_manifest_type(manifest))
    if extension is None and content:
        extension = _body_type(_read(file, content, _MAX_CONTENT_BYTES))
    if extension is None and b"oebps" in _read(
        file, parts.get("meta-inf/container.xml"), _MAX_HEAD_BYTES
    ):
        extension = "epub"
    if extension is None:
        return None
    if extension == "epub":
        return ZipType(extension, encrypted=_has_locked_chapters(file, parts))
    return ZipType(extension, content, encrypted=b"encryption-data" in manifest)


def _has_locked_chapters(file: BinaryIO, parts: Mapping[str, Member]) -> bool:
    """Tell whether chapters of a book are encrypted; most books only scramble their fonts."""
    listed = _read(file, parts.get("meta-inf/encryption.xml"), _MAX_LIST_BYTES)
    return any(
        attributes.get("URI", "").lower().endswith(("html", "htm"))
        for name, attributes in _elements(listed)
        if name.endswith("}CipherReference")
    )


def _declared_type(file: BinaryIO, parts: Mapping[str, Member]) -> str:
    return _read(file, parts.get("mimetype"), 128).decode("ascii", "ignore")


def _manifest_type(manifest: bytes) -> str:
    """Return the media type of the whole package, or nothing."""
    for _, attributes in _elements(manifest):
        if attributes.get("full-path") == "/":
            return attributes.get("media-type", "")
    return ""


def _body_type(content: bytes) -> str | None:
    names = (_OPENDOCUMENT_BODY.fullmatch(name) for name, _ in _elements(content))
    return next(
        (_BODIES[name.group(1)] for name in names if name and name.group(1) in _BODIES), None
    )


def _find_office(file: BinaryIO, parts: Mapping[str, Member]) -> ZipType | None:
    content_types = _main_content_types(file, parts)
    usual = [key for key in parts if _USUAL_MAIN_PART.fullmatch(key)]
    for key in (*_related_documents(file, parts), *content_types, *usual):
        if key not in parts:
            continue
        extension = _root_type(_read(file, parts[key], _MAX_HEAD_BYTES)) or _known_type(
            content_types.get(key, "")
        )
        if extension:
            return ZipType(extension, parts[key])
    if not {"[content_types].xml", "_rels/.rels"} & parts.keys():
        return None
    for folder, extension in _FOLDERS.items():
        if any(key.startswith(folder) for key in parts):
            main = next((key for key in usual if key.startswith(folder)), None)
            return ZipType(extension, parts[main] if main else None)
    # Its main part is missing.
    named = next((each for each in map(_known_type, content_types.values()) if each), None)
    return ZipType(named) if named else None


def _related_documents(file: BinaryIO, parts: Mapping[str, Member]) -> list[str]:
    """Return the targets of the package's relationships to its document."""
    found = []
    for _, attributes in _elements(_read(file, parts.get("_rels/.rels"), _MAX_LIST_BYTES)):
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2]
        if kind == "officeDocument" and attributes.get("TargetMode", "").lower() != "external":
            target = unquote(attributes.get("Target", "").partition("#")[0])
            found.append(zip_directory.member_key(posixpath.normpath(target.replace("\\", "/"))))
    return found


def _main_content_types(file: BinaryIO, parts: Mapping[str, Member]) -> dict[str, str]:
    """Return the content types of main parts, by the keys of the parts."""
    data = _read(file, parts.get("[content_types].xml"), _MAX_LIST_BYTES)
    return {
        zip_directory.member_key(attributes["PartName"]): attributes["ContentType"].lower()
        for _, attributes in _elements(data)
        if "PartName" in attributes and ".main" in attributes.get("ContentType", "")
    }


def _root_type(data: bytes) -> str | None:
    """Return the type that the root element of a main part tells."""
    for name, _ in _elements(data, limit=1):
        namespace, _, local = name.rpartition("}")
        extension = _ROOTS.get(local)
        if extension and extension == _known_type(namespace):
            return extension
    return None


def _known_type(name: str) -> str | None:
    """Return the type that a namespace or content type stands for."""
    known = {**_LANGUAGES, **_PROGRAMS}
    return next((extension for part, extension in known.items() if part in name), None)


def _read(file: BinaryIO, member: Member | None, limit: int) -> bytes:
    """Return the beginning of a member, or nothing if it is absent or cannot be read."""
    if member is None:
        return b""
    try:
        return zip_directory.read_member(file, member, limit)
    except zip_directory.BadZip:
        return b""


class _Enough(Exception):
    """The limit of elements is reached, or entities are declared, which could grow."""


def _elements(data: bytes, limit: int = _MAX_ELEMENTS) -> list[tuple[str, dict[str, str]]]:
    """Return the first elements of some XML with their attributes, as far as it can be parsed.

    Names are `namespace}local`; those of attributes have no namespace.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def add(name: str, attributes: dict[str, str]) -> None:
        found.append((name, {key.rpartition("}")[2]: attributes[key] for key in attributes}))
        if len(found) >= limit:
            raise _Enough

    def refuse(*_: object) -> None:
        raise _Enough

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = add
    parser.EntityDeclHandler = refuse
    # What was found before the damage counts.
    with contextlib.suppress(expat.ExpatError, _Enough, ValueError, LookupError):
        parser.Parse(data, True)
    return found
