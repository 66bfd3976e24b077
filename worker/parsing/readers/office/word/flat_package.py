"""Packages that are one XML file: ECMA-376 part 2, annex on Flat OPC, as Word writes it."""

import base64
import binascii
import io
import zipfile
from xml.etree.ElementTree import Element, tostring

from worker.parsing.readers.office.package import attribute, local_name
from worker.parsing.readers.office.word.elements import first
from worker.parsing.readers.xml.tree import parse_partly

_NAMESPACE = b"http://schemas.microsoft.com/office/2006/xmlPackage"
_NAMESPACE_WITHIN = 8192


def unpack_flat(data: bytes) -> bytes:
    """Return the parts of a package in one XML file as an archive; other data as it is."""
    if _NAMESPACE not in data[:_NAMESPACE_WITHIN].replace(b"\0", b""):  # of UTF-16
        return data
    root, _ = parse_partly(data)
    is_package = root is not None and local_name(root.tag) == "package"
    return flat_archive(root).getvalue() if root is not None and is_package else data


def flat_archive(root: Element) -> io.BytesIO:
    """Return the parts of a `pkg:package` as the archive that they come from."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in root:
            name = (attribute(part, "name") or "").lstrip("/")
            xml, binary = first(part, "xmlData"), first(part, "binaryData")
            if name and xml is not None and len(xml):
                archive.writestr(name, tostring(xml[0], "utf-8"))
            elif name and binary is not None:
                archive.writestr(name, _decode(binary.text or ""))
    return file


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""
